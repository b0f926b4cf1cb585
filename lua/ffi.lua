-- The part of LuaJIT's ffi that data sets are written with: arrays and typed pointers into tensors,
-- copy, fill, string, cast, sizeof. Pointers know where their memory ends and refuse to leave it.
-- Declarations and calls of C functions are not there.
--
--   local ffi = require "ffi"
--   local p = tensor:data()           -- or torch.data(tensor), storage:data()
--   p[0] = 3; print(p[1])
--   ffi.copy(chars:data(), "a path")  -- with the NUL behind it
--   print(ffi.string(chars:data()))
local core = require "wick.core"
local errors = require "wick.errors"

local memory = core.ffi
local ffi = {}

-- Declarations -----------------------------------------------------------------------------------

local aliases = {
  int = "int32_t", short = "int16_t", long = "int64_t", ["long long"] = "int64_t",
  unsigned = "uint32_t", ["unsigned int"] = "uint32_t", ["unsigned short"] = "uint16_t",
  ["unsigned long"] = "uint64_t", ["unsigned long long"] = "uint64_t",
  ["unsigned char"] = "uint8_t", ["signed char"] = "int8_t", ["long int"] = "int64_t",
  ["short int"] = "int16_t", ["signed int"] = "int32_t", signed = "int32_t",
  size_t = "uint64_t", ssize_t = "int64_t", intptr_t = "int64_t", uintptr_t = "uint64_t",
  ptrdiff_t = "int64_t", _Bool = "bool", THHalf = "half",
}

local function refuse(name)
  errors.raise("ffi: the type %s is not known; there are numbers of C, arrays of them like "
    .. '"float[10]" and "char[?]", and pointers like "int64_t*"', errors.value(name))
end

-- What a declaration says: { element =, is_pointer =, is_array =, count = }.
local function parse(name)
  if type(name) ~= "string" then refuse(name) end
  local text = name:gsub("%f[%w_]const%f[^%w_]", " ")
  local element, rest = text:match("^%s*([%w_ ]-)%s*([%[%*&][^%w_]*.*)$")
  element = (element or text):match("^%s*(.-)%s*$"):gsub("%s+", " ")
  element = aliases[element] or element
  if not memory.typeSize(element) then refuse(name) end
  rest = (rest or ""):gsub("%s", "")
  if rest == "" then return { element = element } end
  if rest == "*" then return { element = element, is_pointer = true } end
  local count = rest:match("^%[(%d+)%]$") or rest:match("^%[(%?)%]$")
  if not count then refuse(name) end
  return { element = element, is_array = true, count = math.tointeger(tonumber(count)) }
end

local parsed = {}

-- A declaration, as a string or from ffi.typeof.
local function type_of(declaration)
  if type(declaration) == "table" and parsed[declaration] then return parsed[declaration] end
  local found = parsed[declaration] or parse(declaration)
  parsed[declaration] = found
  return found
end

-- Making -----------------------------------------------------------------------------------------

local function number_of(element, value)
  local one = memory.memory(element, 1)
  if value ~= nil then one[0] = value end
  return one[0]
end

-- Fills an array as LuaJIT does: from a table, a string, or values of which a single one is for
-- all.
local function initialise(array, element, count, ...)
  local n, first = select("#", ...), (...)
  if n == 0 then return array end
  if type(first) == "string" then
    memory.copy(array, first, math.min(#first + 1, count * memory.typeSize(element)))
    return array
  end
  local values = type(first) == "table" and first or { ... }
  local given = #values
  if given > count then
    errors.raise("ffi.new: %d values for an array of %d", given, count)
  end
  for i = 1, given == 1 and count or given do
    array[i - 1] = values[given == 1 and 1 or i]
  end
  return array
end

--- ffi.new(type [, count] [, values ...]): an array of zeros or of these values, counted from 0.
-- "int[?]" takes the count. Of a type that is a plain number it is the Lua number.
function ffi.new(declaration, ...)
  local t = type_of(declaration)
  if t.is_pointer then
    errors.raise("ffi.new: pointers come from ffi.cast, tensor:data() and arrays")
  elseif not t.is_array then
    return number_of(t.element, (...))
  elseif t.count then
    return initialise(memory.memory(t.element, t.count), t.element, t.count, ...)
  end
  local count = math.tointeger((...))
  if not count then
    errors.raise("ffi.new: the number of elements is missing: ffi.new(%s, n)",
      errors.value(declaration))
  end
  return initialise(memory.memory(t.element, count), t.element, count, select(2, ...))
end

--- ffi.cast(type, value): a pointer as a pointer of another type, a string as a pointer that reads
-- it, a number as another number, or a pointer as the number of its address.
function ffi.cast(declaration, value)
  local t = type_of(declaration)
  local is_pointer = memory.typeOf(value) ~= nil
  if t.is_array then
    errors.raise("ffi.cast: to an array; a pointer does: %s", errors.value(t.element .. "*"))
  elseif not t.is_pointer then
    return number_of(t.element, is_pointer and memory.address(value) or value)
  elseif is_pointer then
    return memory.cast(t.element, value)
  elseif type(value) == "string" then
    return memory.text(t.element, value)
  end
  errors.raise("ffi.cast: %s cannot become a pointer: pointers without a known end are refused",
    errors.value(value))
end

--- ffi.typeof(declaration): the type, which makes values when it is called.
function ffi.typeof(declaration)
  local t = type_of(declaration)
  local maker = setmetatable({}, {
    __call = function(self, ...) return ffi.new(self, ...) end,
    __tostring = function() return ("ctype<%s>"):format(declaration) end,
  })
  parsed[maker] = t
  return maker
end

-- Asking -----------------------------------------------------------------------------------------

--- ffi.sizeof(type or value [, count]): bytes.
function ffi.sizeof(declaration, count)
  if memory.typeOf(declaration) then return memory.size(declaration) end
  local t = type_of(declaration)
  if t.is_pointer then return 8 end
  local n = t.is_array and (t.count or count) or 1
  if not n then errors.raise("ffi.sizeof: the number of elements is missing") end
  return memory.typeSize(t.element) * n
end

--- ffi.istype(type, value): whether the value is a pointer or an array of that type.
function ffi.istype(declaration, value)
  local t = type_of(declaration)
  local element, is_array = memory.typeOf(value)
  if not element then return false end
  return element == t.element and is_array == (t.is_array or false)
end

--- ffi.string(pointer [, length]): the bytes there as a string; up to a NUL without a length.
function ffi.string(pointer, length)
  if type(pointer) == "string" then return length and pointer:sub(1, length) or pointer end
  return memory.string(pointer, length)
end

--- ffi.copy(to, from, length) or ffi.copy(to, string): copies bytes; a string with its NUL.
ffi.copy = memory.copy
--- ffi.fill(to, length [, byte]): sets bytes, to 0 unless told otherwise.
ffi.fill = memory.fill

--- ffi.abi(what): whether the machine is so.
function ffi.abi(what)
  return what == "64bit" or what == "le" or what == "fpu" or what == "hardfp"
end

ffi.os, ffi.arch = "Linux", "x64"

-- What is not there ------------------------------------------------------------------------------

for _, name in ipairs{
  "cdef", "load", "metatype", "gc", "offsetof", "alignof", "addressof", "errno",
} do
  ffi[name] = function()
    errors.raise("ffi.%s: C declarations and calls are LuaJIT's; here ffi has arrays and pointers. "
      .. "C code reaches Lua through modules written with lua.h", name)
  end
end

ffi.C = setmetatable({}, {
  __index = function(_, name)
    errors.raise("ffi.C.%s: C functions cannot be called through ffi here", tostring(name))
  end,
})

return ffi
