-- What Lua 5.1 had and 5.4 has not, or has under another name.
local environments = require "torch7.environments"
local numbers = require "torch7.numbers"
local patch = require "torch7.patch"

local lua51 = {}

local function loadstring(text, name)
  if type(text) ~= "string" then
    error(("bad argument #1 to 'loadstring' (string expected, got %s)"):format(type(text)), 2)
  end
  return load(text, name)
end

local function gcinfo()
  return math.floor(collectgarbage("count"))
end

-- The largest positive number among the keys.
local function maxn(list)
  local largest = 0
  for key in pairs(list) do
    if type(key) == "number" and key > largest then largest = key end
  end
  return largest
end

local function foreach(list, f)
  for key, value in pairs(list) do
    local result = f(key, value)
    if result ~= nil then return result end
  end
end

local function foreachi(list, f)
  for i = 1, #list do
    local result = f(i, list[i])
    if result ~= nil then return result end
  end
end

-- The status as the system gives it: 0, or 256 times the exit code.
local function executing(execute)
  return function(command)
    if command == nil then return execute() and 1 or 0 end
    local _, how, code = execute(command)
    return how == "exit" and code * 256 or code
  end
end

local functions = {
  [_G] = { unpack = table.unpack, loadstring = loadstring, gcinfo = gcinfo },
  [table] = {
    getn = function(list) return #list end, maxn = maxn, foreach = foreach, foreachi = foreachi,
  },
  [string] = { gfind = string.gmatch },
  [math] = {
    mod = math.fmod, pow = function(x, y) return x ^ y end,
    log10 = function(x) return math.log(x, 10) end,
    ldexp = function(x, exponent) return x * 2.0 ^ exponent end,
    cosh = function(x) return (math.exp(x) + math.exp(-x)) / 2 end,
    sinh = function(x) return (math.exp(x) - math.exp(-x)) / 2 end,
  },
}

functions[math].tanh = function(x)
  local y = math.exp(-2 * math.abs(x))
  return (x < 0 and -1 or 1) * (1 - y) / (1 + y)
end

functions[math].frexp = function(x)
  if x == 0 or x ~= x or math.abs(x) == math.huge then return x, 0 end
  local exponent = math.floor(math.log(math.abs(x), 2)) + 1
  local fraction = x / 2.0 ^ exponent
  if math.abs(fraction) >= 1 then return fraction / 2, exponent + 1 end
  if math.abs(fraction) < 0.5 then return fraction * 2, exponent - 1 end
  return fraction, exponent
end

-- '%d of %d' % {1, 2}: Penlight's operator, which th switched on. A number stands for itself.
local function format_operator(pattern, values)
  if type(values) ~= "table" or getmetatable(values) then return string.format(pattern, values) end
  return string.format(pattern, table.unpack(values))
end

-- Strings have arithmetic of their own in Lua 5.4: "10" % 3 goes on computing.
local function modulo(plain)
  return function(a, b)
    if type(a) == "string" and (type(b) == "table" or not tonumber(a)) then
      return format_operator(a, b)
    end
    return plain(a, b)
  end
end

--- Puts it all in place.
function lua51.install()
  for place, members in pairs(functions) do
    for name, f in pairs(members) do patch.add(place, name, f) end
  end
  patch.set(os, "execute", executing(os.execute))
  patch.add(package, "loaders", package.searchers)
  patch.add(package.preload, "bit", function() return require "torch7.bit" end)
  patch.add(_G, "bit", require "torch7.bit")
  local strings = getmetatable("")
  patch.set(strings, "__mod", modulo(strings.__mod))
  environments.install()
  numbers.install()
end

return lua51
