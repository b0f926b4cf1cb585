-- Numbers the way Lua 5.1 took and showed them: 3.0 is written 3, and where a whole number is
-- expected a fraction is cut off. Lua's own `..` between strings and numbers stays out of reach.
local patch = require "torch7.patch"

local numbers = {}

local as_float = "%.14g"

local function is_float(value)
  return math.type(value) == "float"
end

local function truncated(value)
  if not is_float(value) then return value end
  return math.tointeger(value < 0 and math.ceil(value) or math.floor(value)) or value
end

-- Text -------------------------------------------------------------------------------------------

local plain_format, plain_tostring, select = string.format, tostring, select

--- `tostring`, with floats as Lua 5.1 showed them.
function numbers.tostring(...)
  local value = ...
  if is_float(value) then return plain_format(as_float, value) end
  return plain_tostring(...)
end

local whole = { d = true, i = true, u = true, c = true, x = true, X = true, o = true }

local function fitting(letter, value)
  if not is_float(value) then return value end
  if whole[letter] then return truncated(value) end
  if letter == "s" then return plain_format(as_float, value) end
  return value
end

local function has_float(...)
  for i = 1, select("#", ...) do
    if is_float((select(i, ...))) then return true end
  end
  return false
end

--- `string.format`, where %d and its like cut fractions off and %u exists.
function numbers.format(pattern, ...)
  if type(pattern) ~= "string" then return plain_format(pattern, ...) end
  pattern = pattern:gsub("(%%+)([%-+ #0-9.]*)u", function(percents, flags)
    if #percents % 2 == 1 then return percents .. flags .. "d" end
  end)
  if not has_float(...) then return plain_format(pattern, ...) end
  local values, i = table.pack(...), 0
  for letter in pattern:gmatch("%%[^%a%%]*([%a%%])") do
    if letter ~= "%" then
      i = i + 1
      if i <= values.n then values[i] = fitting(letter, values[i]) end
    end
  end
  return plain_format(pattern, table.unpack(values, 1, values.n))
end

local function as_texts(...)
  if not has_float(...) then return ... end
  local values = table.pack(...)
  for i = 1, values.n do
    if is_float(values[i]) then values[i] = plain_format(as_float, values[i]) end
  end
  return table.unpack(values, 1, values.n)
end

local function writing(write)
  return function(...)
    return write(as_texts(...))
  end
end

local function concatenating(concat)
  return function(list, separator, first, last)
    local texts
    for i = truncated(first or 1), truncated(last or #list) do
      if is_float(list[i]) then
        texts = texts or table.move(list, 1, #list, 1, {})
        texts[i] = plain_format(as_float, list[i])
      end
    end
    if is_float(separator) then separator = plain_format(as_float, separator) end
    return concat(texts or list, separator or "", truncated(first or 1), truncated(last or #list))
  end
end

-- Arguments --------------------------------------------------------------------------------------

-- `f` with fractions cut off in all its numbers from argument `from` on.
local function truncating(f, from)
  return function(...)
    if not has_float(...) then return f(...) end
    local values = table.pack(...)
    for i = from, values.n do values[i] = truncated(values[i]) end
    return f(table.unpack(values, 1, values.n))
  end
end

-- table.insert(list, value) takes any value; with a place between, the place is whole.
local function inserting(insert)
  return function(list, place, ...)
    if select("#", ...) == 0 then return insert(list, place) end
    return insert(list, truncated(place), ...)
  end
end

--- Puts the functions where Lua has its own.
function numbers.install()
  patch.set(_G, "tostring", numbers.tostring)
  patch.set(string, "format", numbers.format)
  patch.set(io, "write", writing(io.write))
  patch.set(table, "concat", concatenating(table.concat))
  patch.set(table, "insert", inserting(table.insert))
  patch.set(table, "remove", truncating(table.remove, 2))
  patch.set(math, "random", truncating(math.random, 1))
  patch.set(math, "randomseed", truncating(math.randomseed, 1))
  for _, name in ipairs{ "sub", "byte", "rep" } do
    patch.set(string, name, truncating(string[name], 2))
  end
  patch.set(string, "char", truncating(string.char, 1))
end

return numbers
