-- torch.CmdLine: options of a script, the help text they make, a directory name from what differs
-- from the defaults, and a log of what is printed. Returns the constructor.
local class = require "torch.class"
local errors = require "wick.errors"

local home = {}
local CmdLine = class.class("torch.CmdLine", home)

function CmdLine:__init(argument_separator, key_separator)
  self.argseparator = argument_separator or ","
  self.keyseparator = key_separator or "="
  self.options = {} -- by name, leading dashes and all
  self.arguments = {}
  self.helplines = {} -- options, arguments and free text in the order they were declared
end

local function strip(name)
  return (name:gsub("^%-+", ""))
end

--- A free line of the help text.
function CmdLine:text(line)
  self.helplines[#self.helplines + 1] = line or ""
end

--- An option `-name value`. Its type is the default's unless given; a boolean one takes no value,
-- its presence negates the default.
function CmdLine:option(name, default, help, kind)
  if default == nil then errors.raise("option %s has no default value", tostring(name)) end
  local option = {
    name = name, key = strip(name), default = default, help = help or "",
    kind = kind or type(default),
  }
  self.options[name] = option
  self.helplines[#self.helplines + 1] = option
end

--- A positional argument; all of them must be given.
function CmdLine:argument(name, help, kind)
  local argument = {
    name = name, key = strip(name), help = help or "", kind = kind or "string",
    positional = true,
  }
  self.arguments[#self.arguments + 1] = argument
  self.helplines[#self.helplines + 1] = argument
end

--- Prints `message`, the help, and ends the script with code 1.
function CmdLine:error(message)
  io.stdout:write("\n", message or "", "\n\n")
  self:help()
  io.stdout:flush()
  os.exit(1, true)
end

local readers = {
  string = function(text) return text end,
  number = tonumber,
  boolean = function(text)
    if text == "true" or text == "false" then return text == "true" end
  end,
}

local function read_value(self, what, declared, text)
  local reader = readers[declared.kind]
  local value = reader and reader(text)
  if value == nil then
    self:error(("invalid type for %s %s (should be %s)"):format(what, declared.name, declared.kind))
  end
  return value
end

-- The option that a word names: `-x` and `--x` are the same unless both were declared.
local function option_of(self, word)
  if word:sub(1, 1) ~= "-" then return self.options[word] end
  return self.options[word] or self.options["-" .. word] or self.options[word:match("^%-(%-.+)")]
end

local function read_option(self, params, words, i)
  local option = option_of(self, words[i])
  if option.kind == "boolean" then
    params[option.key] = not option.default
    return i + 1
  end
  if words[i + 1] == nil then
    self:error(("missing argument for option %s"):format(option.name))
  end
  params[option.key] = read_value(self, "option", option, words[i + 1])
  return i + 2
end

local function read_argument(self, params, place, word)
  local argument = self.arguments[place]
  if not argument then self:error(("invalid argument: %s"):format(word)) end
  params[argument.key] = read_value(self, "argument", argument, word)
end

local help_words = { ["-h"] = true, ["-help"] = true, ["--help"] = true }

--- Reads `words` (the global `arg`, say); returns the values by name without leading dashes.
function CmdLine:parse(words)
  local params = self:default()
  local i, place = 1, 0
  while words[i] do
    if help_words[words[i]] then
      self:help(words)
      io.stdout:flush()
      os.exit(0, true)
    elseif option_of(self, words[i]) then
      i = read_option(self, params, words, i)
    else
      place = place + 1
      read_argument(self, params, place, words[i])
      i = i + 1
    end
  end
  if place < #self.arguments then self:error("not enough arguments") end
  return params
end

--- The values when nothing is given.
function CmdLine:default()
  local params = {}
  for _, option in pairs(self.options) do params[option.key] = option.default end
  return params
end

local function as_text(value)
  if value == true then return "t" end
  if value == false then return "f" end
  return type(value) == "number" and errors.number(value) or tostring(value)
end

--- A name made of `prefix` and the values that are not the defaults, sorted, but those whose keys
-- `ignore` has.
function CmdLine:string(prefix, params, ignore)
  local words, pairs_of = { prefix }, {}
  for _, argument in ipairs(self.arguments) do
    if not ignore[argument.key] then words[#words + 1] = as_text(params[argument.key]) end
  end
  for _, option in pairs(self.options) do
    local value = params[option.key]
    if not ignore[option.key] and value ~= option.default then
      pairs_of[#pairs_of + 1] = option.key .. self.keyseparator .. as_text(value)
    end
  end
  table.sort(pairs_of)
  table.move(pairs_of, 1, #pairs_of, #words + 1, words)
  return table.concat(words, self.argseparator)
end

local function usage(self, words)
  local script = (words or arg or {})[0]
  local line = { "Usage:", script or "<script>" }
  if next(self.options) then line[#line + 1] = "[options]" end
  for _, argument in ipairs(self.arguments) do line[#line + 1] = "<" .. argument.name .. ">" end
  return table.concat(line, " ")
end

local function help_text(declared, width)
  local name = declared.positional and "<" .. declared.name .. ">" or declared.name
  local text = ("  %-" .. width .. "s %s"):format(name, declared.help)
  if declared.positional then return text end
  return ("%s [%s]"):format(text, as_text(declared.default))
end

--- Prints how to call the script.
function CmdLine:help(words)
  io.stdout:write(usage(self, words), "\n\n")
  local width = 1
  for _, line in ipairs(self.helplines) do
    if type(line) == "table" then width = math.max(width, #line.name + 2) end
  end
  for _, line in ipairs(self.helplines) do
    io.stdout:write(type(line) == "table" and help_text(line, width) or line, "\n")
  end
end

--- Printing goes to the log only.
function CmdLine:silent()
  self.is_silent = true
end

--- Log lines begin with the time and `[name]: `.
function CmdLine:addTime(name, format)
  format = format or "%Y-%m-%d %H:%M:%S"
  self.time_prefix = function()
    local time = os.date(format)
    return name and ("%s[%s]: "):format(time, name) or time .. " "
  end
end

local function write_header(write, params)
  write("[program started on " .. os.date() .. "]")
  write("[command line arguments]")
  local keys = {}
  for key in pairs(params or {}) do keys[#keys + 1] = key end
  table.sort(keys)
  for _, key in ipairs(keys) do write(key .. "\t" .. tostring(params[key])) end
  write("[----------------------]")
end

--- From now on the global `print` also writes to `file`, a name or an open file; the time and
-- `params` come first.
function CmdLine:log(file, params)
  if type(file) == "string" then
    local opened, reason = io.open(file, "w")
    if not opened then errors.raise("CmdLine:log: %s", reason) end
    file = opened
  end
  local print_before = print
  local function log_line(line)
    file:write(self.time_prefix and self.time_prefix() or "", line, "\n")
    file:flush()
  end
  _G.print = function(...)
    if not self.is_silent then print_before(...) end
    local words = table.pack(...)
    for i = 1, words.n do words[i] = tostring(words[i]) end
    log_line(table.concat(words, "\t"))
  end
  write_header(_G.print, params)
end

return home.CmdLine
