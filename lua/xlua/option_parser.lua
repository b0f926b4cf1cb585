-- xlua.OptionParser: options as `op:option{"-s", "--seed", action = "store", dest = "seed", help =,
-- default =, req =}`, read from the global `arg`. Returns the constructor.
local class = require "torch.class"

local home = {}
local OptionParser = class.class("xlua.OptionParser", home)

function OptionParser:__init(usage)
  self.usage = usage or "usage: %prog [options]"
  self.options = {} -- in the order they were declared
  self.by_flag = {}
end

--- Declares an option: its flags first, then named fields (see the top of this file).
function OptionParser:option(description)
  local option = { action = "store" }
  for key, value in pairs(description) do option[key] = value end
  self.options[#self.options + 1] = option
  for _, flag in ipairs(option) do self.by_flag[flag] = option end
  if option.default ~= nil then self[option.dest] = option.default end
end

local function program()
  return arg and arg[0] or "<script>"
end

--- Prints a message and ends the script with code 1.
function OptionParser:fail(message)
  io.stderr:write(program(), ": error: ", message, "\n")
  self:help()
  os.exit(1, true)
end

--- An option's flags as the help shows them.
function OptionParser.flags(_, option)
  local flags = {}
  for i, flag in ipairs(option) do
    flags[i] = option.action == "store" and ("%s=<%s>"):format(flag, option.dest) or flag
  end
  return table.concat(flags, ", ")
end

local function take_value(self, option, flag, value, words, i)
  if option.action == "store_true" or option.action == "store_false" then
    return option.action == "store_true", i
  end
  if value == nil then
    i = i + 1
    value = words[i]
  end
  if value == nil then self:fail(("option requires an argument: %s"):format(flag)) end
  return value, i
end

local function check_required(self, options)
  for _, option in ipairs(self.options) do
    if option.req and options[option.dest] == nil then
      self:fail(("%s is required"):format(self:flags(option)))
    end
  end
end

--- Reads the global `arg`: options by `dest` (values are strings), and the other arguments.
function OptionParser:parse()
  local options, others, words = {}, { [0] = program() }, arg or {}
  for _, option in ipairs(self.options) do options[option.dest] = option.default end
  local i = 1
  while words[i] do
    local word = words[i]
    local flag, value = word:match("^(%-%-[^=]+)=(.*)$")
    flag = flag or word
    local option = self.by_flag[flag]
    if option then
      options[option.dest], i = take_value(self, option, flag, value, words, i)
    elseif flag == "-h" or flag == "--help" then
      self:help()
      os.exit(0, true)
    elseif word:find("^%-%a") or word:find("^%-%-.") then
      self:fail(("invalid option: %s"):format(flag))
    else
      others[#others + 1] = word
    end
    i = i + 1
  end
  check_required(self, options)
  return options, others
end

--- Prints how to call the script.
function OptionParser:help()
  io.stdout:write(self.usage:gsub("%%prog", (program():gsub("%%", "%%%%"))), "\n",
    "Options:\n")
  local width = 0
  for _, option in ipairs(self.options) do width = math.max(width, #self:flags(option)) end
  for _, option in ipairs(self.options) do
    local default = option.default ~= nil and (" [%s]"):format(tostring(option.default)) or ""
    io.stdout:write(("  %-" .. width .. "s  "):format(self:flags(option)), option.help or "",
      default, "\n")
  end
  io.stdout:flush()
end

--- The values that are not the defaults as text, `key=value` a piece: for file names and logs.
function OptionParser:tostring(for_file_name, params)
  local pieces = {}
  for _, option in ipairs(self.options) do
    local value = (params or self)[option.dest]
    if value ~= nil and value ~= option.default then
      pieces[#pieces + 1] = option.dest .. "=" .. tostring(value)
    end
  end
  table.sort(pieces)
  local text = table.concat(pieces, for_file_name and "," or " ")
  return for_file_name and text:gsub("[/%s]", "_") or text
end

--- The declared options and their defaults, a line each, or on one line.
function OptionParser:summarize(compact)
  local lines = {}
  for _, option in ipairs(self.options) do
    lines[#lines + 1] = ("%s = %s"):format(option.dest, tostring(option.default))
  end
  return table.concat(lines, compact and ", " or "\n")
end

return home.OptionParser
