-- xlua: what Torch7's scripts took from it: a progress bar, an option parser, a profiler, and small
-- helpers for tables, strings and named arguments. Adds `string.split`, `string.tosymbol`,
-- `table.splice` and `table.prune`, and the globals xerror, xprint and xrequire, as the original
-- did.
local errors = require "wick.errors"
local sys = require "sys"

local xlua = {}
rawset(_G, "xlua", xlua)

xlua.progress = require "xlua.progress"
xlua.OptionParser = require "xlua.option_parser"
xlua.Profiler = require "xlua.profiler"

local unpacking = require "xlua.unpack"
xlua.unpack, xlua.unpack_class, xlua.usage = unpacking.unpack, unpacking.class, unpacking.usage
xlua.usage_module = unpacking.module

local units = { { "D", 86400 }, { "h", 3600 }, { "m", 60 }, { "s", 1 }, { "ms", 0.001 } }

--- A time in its two most significant units: `1h2m`, `3s20ms`, `0ms`.
function xlua.formatTime(seconds)
  local rest = math.floor(seconds * 1000 + 0.5) -- whole milliseconds
  local words = {}
  for _, unit in ipairs(units) do
    local size = math.floor(unit[2] * 1000)
    local count = rest // size
    if #words < 2 and (count > 0 or #words > 0) then
      words[#words + 1] = count > 0 and ("%d%s"):format(count, unit[1]) or ""
    end
    rest = rest % size
  end
  local text = table.concat(words)
  return text == "" and "0ms" or text
end

--- Raises `message` in the name of `domain`, with how to use it when `usage` is given.
function xlua.error(message, domain, usage)
  local text = domain and ("%s<%s>%s %s"):format(sys.COLORS.red, domain, sys.COLORS.none, message)
    or message
  errors.raise("%s", usage and text .. "\n" .. usage or text)
end

--- Prints values, tables one level deep.
function xlua.print(...)
  for _, value in ipairs{ ... } do
    local is_plain = type(value) == "table" and not getmetatable(value)
    print(is_plain and xlua.table2string(value, true) or value)
  end
end

--- A module, or false and a printed warning when it cannot be loaded.
function xlua.require(name)
  local found, module = pcall(require, name)
  if found then return module end
  print(("warning: <%s> could not be loaded (is it installed?)"):format(name))
  return false
end

--- Whether a module can be found, and where.
function xlua.installed(name)
  local path = package.searchpath(name, package.path) or package.searchpath(name, package.cpath)
  return path ~= nil, path
end

--- Copies everything that `print` and `io.write` put out into a file from now on.
function xlua.log(file, append)
  local log, reason = io.open(file, append and "a" or "w")
  if not log then errors.raise("xlua.log: %s", reason) end
  local write, print_before = io.write, print
  rawset(io, "write", function(...)
    log:write(...)
    log:flush()
    return write(...)
  end)
  _G.print = function(...)
    local words = table.pack(...)
    for i = 1, words.n do words[i] = tostring(words[i]) end
    log:write(table.concat(words, "\t"), "\n")
    log:flush()
    print_before(...)
  end
end

--- Calls `f`; an error goes to `handler`, if there is one.
function xlua.trycatch(f, handler)
  local done, failure = pcall(f)
  if not done and handler then handler(failure) end
end

local function entry(key, value, newline)
  local text = type(value) == "table" and xlua.table2string(value, newline)
    or type(value) == "string" and ("%q"):format(value) or tostring(value)
  if key == nil then return text end
  return (type(key) == "string" and key or "[" .. tostring(key) .. "]") .. "=" .. text
end

--- A table as text, `{1,2,a="x"}`; with `newline` an entry a line.
function xlua.table2string(t, newline)
  local entries, keys = {}, {}
  for i, value in ipairs(t) do entries[i] = entry(nil, value, newline) end
  for key in pairs(t) do
    if math.type(key) ~= "integer" or key < 1 or key > #entries then keys[#keys + 1] = key end
  end
  table.sort(keys, function(a, b) return tostring(a) < tostring(b) end)
  for _, key in ipairs(keys) do entries[#entries + 1] = entry(key, t[key], newline) end
  return "{" .. table.concat(entries, newline and ",\n " or ",") .. "}"
end

local from_text = {
  number = tonumber,
  string = function(text) return text end,
  boolean = function(text) return text == "true" or text == "1" end,
}

--- `defaults` with the values that environment variables of the same names have.
function xlua.envparams(defaults)
  local params = {}
  for name, default in pairs(defaults) do
    local text, convert = os.getenv(name), from_text[type(default)]
    local value = text and convert and convert(text)
    if value == nil then value = default end
    params[name] = value
  end
  return params
end

--- The parts of a string between matches of a Lua pattern; an empty first part is left out.
local function split(text, pattern)
  local parts, from = {}, 1
  local first, last = text:find(pattern)
  while first and last >= first do
    if first > 1 then parts[#parts + 1] = text:sub(from, first - 1) end
    from = last + 1
    first, last = text:find(pattern, from)
  end
  if from <= #text then parts[#parts + 1] = text:sub(from) end
  return parts
end

--- Cuts `length` entries out of a list from `start` on: what remains, what was cut.
local function splice(t, start, length)
  start, length = start or 1, length or 1
  local rest, removed = {}, {}
  for i, value in ipairs(t) do
    local to = (i < start or i >= start + length) and rest or removed
    to[#to + 1] = value
  end
  return rest, removed
end

--- The entries of a list that differ by `hash` (themselves, unless given); `merge(a, b)` makes one
-- of two that do not.
local function prune(t, hash, merge)
  local places, kept = {}, {}
  for _, value in ipairs(t) do
    local key = hash and hash(value) or value
    if not places[key] then
      kept[#kept + 1] = value
      places[key] = #kept
    elseif merge then
      kept[places[key]] = merge(value, kept[places[key]])
    end
  end
  return kept
end

--- The value that a name such as "nn.Linear" stands for among the globals; nil when there is none.
local function to_symbol(name)
  local value = _G
  for part in name:gmatch("[^.]+") do
    if type(value) ~= "table" then return nil end
    value = value[part]
  end
  return value
end

rawset(string, "split", split)
rawset(string, "tosymbol", to_symbol)
rawset(table, "splice", splice)
rawset(table, "prune", prune)

rawset(_G, "xerror", xlua.error)
rawset(_G, "xprint", xlua.print)
rawset(_G, "xrequire", xlua.require)

-- The user's globals ------------------------------------------------------------------------------

local at_start = {}
for name in pairs(_G) do at_start[name] = true end
for name in pairs(package.loaded) do at_start[name] = true end

local function own_names()
  local names = {}
  for name, value in pairs(_G) do
    local is_module = type(name) == "string" and package.loaded[name] == value
    if type(name) == "string" and not at_start[name] and not is_module then
      names[#names + 1] = name
    end
  end
  table.sort(names)
  return names
end

--- Prints the globals that the script has made, and what they are.
function xlua.who()
  for _, name in ipairs(own_names()) do
    print(("%-20s %s"):format(name, errors.value(_G[name])))
  end
end

--- Forgets globals by their names.
function xlua.clear(...)
  for _, name in ipairs{ ... } do rawset(_G, name, nil) end
  collectgarbage()
end

--- Forgets all globals that the script has made.
function xlua.clearall()
  xlua.clear(table.unpack(own_names()))
end

return xlua
