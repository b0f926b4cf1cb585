-- Reads the messages that threads.pack writes. They come from another Lua state of this process and
-- are trusted.
local core = require "wick.core"
local class = require "torch.class"
local errors = require "wick.errors"
local globals = require "wick.globals"

local shared = core.threads

local get -- reads any value

local function read(work, format)
  local a, b, c, d = format:unpack(work.text, work.at)
  work.at = d or c or b
  if d then return a, b, c elseif c then return a, b end
  return a
end

local function remember(work, object)
  work.numbers = work.numbers + 1
  work.known[work.numbers] = object
  return object
end

-- The number that the next object has, which is complete only after its parts.
local function reserve(work)
  work.numbers = work.numbers + 1
  return work.numbers
end

local function get_fields(work, subject)
  while true do
    local key = get(work)
    if key == nil then return subject end
    rawset(subject, key, (get(work)))
  end
end

-- The packages whose classes are found without being required.
local function load_package(name)
  local first = name:match("^(%w+)%.")
  if first and (first == "tds" or globals.is_package(first)) then require(first) end
end

local function known_class(name, what)
  local found = what(name)
  if not found then
    load_package(name)
    found = what(name)
  end
  if not found then
    errors.raise("threads: the class %s is not known in this thread; require what makes it in the "
      .. "first function that Threads is given", name)
  end
  return found
end

local letters = {
  n = function() return nil end,
  e = function() return nil end, -- the end of fields: no key is nil
  t = function() return true end,
  f = function() return false end,
  i = function(work) return read(work, "<i8") end,
  d = function(work) return read(work, "<d") end,
  s = function(work) return read(work, "<s8") end,
  G = function() return _G end,
  T = function(work) return get_fields(work, remember(work, {})) end,
  r = function(work) return work.known[read(work, "<i8")] end,
  S = function(work) return remember(work, work.objects[read(work, "<i8")]) end,
  M = function(work) return require(read(work, "<s8")) end,
  k = function(work) return known_class(read(work, "<s8"), class.getconstructortable) end,
  m = function(work) return known_class(read(work, "<s8"), class.getmetatable) end,
}

function letters.X(work)
  local number = reserve(work)
  local name, geometry = read(work, "<s8s8")
  local tensor = shared.tensorOn(get(work), geometry, name)
  work.known[number] = tensor
  return tensor
end

function letters.O(work)
  local object = remember(work, work.objects[read(work, "<i8")])
  load_package(class.typename(object))
  return object
end

function letters.C(work)
  local factory = known_class(read(work, "<s8"), class.factory)
  return get_fields(work, remember(work, factory()))
end

function letters.W(work)
  local name, version, bytes = read(work, "<s8i8s8")
  local object = remember(work, known_class(name, class.factory)())
  local metatable = class.getmetatable(name)
  local file = _G.torch.MemoryFile(_G.torch.CharStorage():string(bytes .. "\0"), "r"):binary()
  file:allowFunctions()
  local read_itself = metatable.__read or metatable.read or metatable.__read__
  read_itself(object, file, version)
  file:close()
  return object
end

function letters.N(work)
  local name, key = read(work, "<s8s8")
  return require(name)[key]
end

local function get_upvalue(work, f, i)
  local letter = work.text:sub(work.at, work.at)
  work.at = work.at + 1
  local number = read(work, "<i8")
  if letter == "U" then
    work.upvalues[number] = { f, i }
    debug.setupvalue(f, i, (get(work)))
  else
    debug.upvaluejoin(f, i, work.upvalues[number][1], work.upvalues[number][2])
  end
end

function letters.F(work)
  local code, count = read(work, "<s8i8")
  local f = remember(work, assert(load(code, "=job", "b")))
  for i = 1, count do get_upvalue(work, f, i) end
  return f
end

function get(work)
  local letter = work.text:sub(work.at, work.at)
  work.at = work.at + 1
  return letters[letter](work)
end

--- The values of a message: its string and its objects, as a queue's `take` gives them.
return function(text, objects)
  local work = { text = text, objects = objects, at = 1, known = {}, numbers = 0, upvalues = {} }
  local n = read(work, "<i8")
  local values = {}
  for i = 1, n do values[i] = get(work) end
  return table.unpack(values, 1, n)
end
