-- The package `tds`: hashes and vectors whose content does not weigh on Lua's collector and which
-- threads share (see threads.sharedserialize), and a counter. They hold numbers, strings, booleans,
-- tensors, storages, hashes and vectors; tables become hashes and vectors. A single read or write
-- is safe from any thread.
local core = require "wick.core"
local class = require "torch.class"
local errors = require "wick.errors"
local lock = require "threads.lock"
local show = require "tds.show"

require "torch"

local stores = core.tds
local tds = {}

--- tds.AtomicCounter([value]): a counter that starts at the value, or at 0; see
-- threads.AtomicCounter.
function tds.AtomicCounter(value)
  local counter = lock.AtomicCounter()
  if value ~= nil then counter:set(value) end
  return counter
end

local convert

local function fill(container, values)
  for key, value in pairs(values) do container[key] = convert(value) end
  return container
end

local function has_only_numbers(values)
  for key in pairs(values) do
    if type(key) ~= "number" then return false end
  end
  return true
end

-- Tables as hashes and vectors, all else as it is.
function convert(value)
  if type(value) ~= "table" or class.typename(value) then return value end
  return fill(has_only_numbers(value) and stores.vec() or stores.hash(), value)
end

--- tds.Hash([table]): an empty hash, or one with the table's pairs. `hash[key]`, `#hash`, the
-- number of pairs, and `pairs(hash)` work; nil removes.
local function new_hash(values)
  if values ~= nil and type(values) ~= "table" then
    errors.raise("tds.Hash: expected a table, got %s", errors.value(values))
  end
  return fill(stores.hash(), values or {})
end

--- tds.Vec([table]) or tds.Vec(...): a vector of the table's or these elements.
local function new_vec(...)
  local first = ...
  if select("#", ...) == 1 and type(first) == "table" and not class.typename(first) then
    return fill(stores.vec(), first)
  end
  local vec = stores.vec()
  for i = 1, select("#", ...) do vec[i] = convert((select(i, ...))) end
  return vec
end

local Hash, Vec = stores.Hash, stores.Vec

-- Tables assigned to elements are converted, too; the C functions take the rest.
local set_in_hash, set_in_vec, insert = Hash.__newindex, Vec.__newindex, Vec.insert

function Hash:__newindex(key, value)
  set_in_hash(self, key, convert(value))
end

function Vec:__newindex(index, value)
  set_in_vec(self, index, convert(value))
end

--- vec:insert([index,] value): puts the value before what stands there, or at the end.
function Vec:insert(...)
  if select("#", ...) > 1 then return insert(self, (...), convert((select(2, ...)))) end
  return insert(self, convert((...)))
end

function Hash:__pairs()
  local place = 0
  return function()
    local key, value
    place, key, value = stores.next(self, place)
    return key, value
  end
end

function Vec:__pairs()
  local i = 0
  return function()
    i = i + 1
    if i <= #self then return i, self[i] end
  end
end

--- vec:unpack(): all elements.
function Vec:unpack()
  local values = {}
  for i = 1, #self do values[i] = self[i] end
  return table.unpack(values, 1, #self)
end

--- vec:sort([less]): sorts in place; `less(a, b)` says whether a comes first, as in table.sort.
function Vec:sort(less)
  local values = {}
  for i = 1, #self do
    values[i] = self[i]
    if values[i] == nil then errors.raise("tds.Vec: element %d is nil and cannot be sorted", i) end
  end
  table.sort(values, less)
  for i, value in ipairs(values) do self[i] = value end
end

--- vec:concat([separator [, first [, last]]]): the elements as one string.
function Vec:concat(separator, first, last)
  local texts = {}
  for i = first or 1, last or #self do texts[#texts + 1] = tostring(self[i]) end
  return table.concat(texts, separator or "")
end

--- The same as a CharStorage.
function Vec:concatstorage(separator, first, last)
  return _G.torch.CharStorage():string(self:concat(separator, first, last))
end

Hash.__tostring, Vec.__tostring = show, show

-- In files: the number of elements and then they, keys before values.

function Hash:write(file)
  file:writeLong(#self)
  for key, value in pairs(self) do
    file:writeObject(key)
    file:writeObject(value)
  end
end

function Hash:read(file)
  for _ = 1, file:readLong() do
    local key = file:readObject()
    self[key] = file:readObject()
  end
end

function Vec:write(file)
  file:writeLong(#self)
  for i = 1, #self do file:writeObject(self[i]) end
end

function Vec:read(file)
  local size = file:readLong()
  for i = 1, size do self[i] = file:readObject() end
end

Hash.__factory, Vec.__factory = stores.hash, stores.vec
class.adopt(Hash, nil, new_hash, tds)
class.adopt(Vec, nil, new_vec, tds)
tds.hash, tds.vec = tds.Hash, tds.Vec

return tds
