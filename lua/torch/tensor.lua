-- Methods of tensors that are made of others, and how tensors print.
local core = require "wick.core"
local class = require "torch.class"
local errors = require "wick.errors"
local format = require "torch.print"

local torch = _G.torch
local methods, half = {}, {}

-- Sizes given as numbers, a table or a LongStorage, as a list.
local function list_of(first, ...)
  if type(first) == "number" then return { first, ... } end
  if class.isStorage(first) then return first:totable() end
  return first or {}
end

local function check_tensor(what, position, x)
  if not class.isTensor(x) then
    errors.raise("%s: expected a tensor as argument %d, got %s", what, position, errors.value(x))
  end
end

-- A method that gives one tensor the sizes of another by `view` or `expand`. A destination may
-- stand in front, and becomes the view.
local function like(name, operation)
  return function(...)
    local count = select("#", ...)
    for i = 1, math.max(2, math.min(count, 3)) do check_tensor(name, i, (select(i, ...))) end
    local x, other, third = ...
    if third then return x[operation](x, other, third:size()) end
    return x[operation](x, other:size())
  end
end

--- x:viewAs(other): x with the sizes of `other`; y:viewAs(x, other) makes y that view.
methods.viewAs = like("viewAs", "view")

--- x:expandAs(other): x expanded to the sizes of `other`; y:expandAs(x, other) makes y that view.
methods.expandAs = like("expandAs", "expand")

--- x with the type of `other`.
function methods.typeAs(x, other)
  check_tensor("typeAs", 1, x)
  check_tensor("typeAs", 2, other)
  return x:type(other:type())
end

--- x in the default type.
function methods.real(x)
  return x:type(torch.getdefaulttensortype())
end

--- x:sub(first, last [, first, last ...]): a range a dimension, inclusive, negative from the end.
function methods.sub(x, ...)
  local bounds = { ... }
  check_tensor("sub", 1, x)
  for i = 1, select("#", ...) do
    if type(bounds[i]) ~= "number" then
      errors.raise("sub: expected first and last as numbers, got %s", errors.value(bounds[i]))
    end
  end
  for dim = 1, #bounds // 2 do
    local size = x:size(dim)
    local first, last = bounds[2 * dim - 1], bounds[2 * dim]
    if first < 0 then first = first + size + 1 end
    if last < 0 then last = last + size + 1 end
    x = x:narrow(dim, first, last - first + 1)
  end
  return x
end

--- Pieces of `size` along a dimension (the last may be smaller), as a table; a table given first is
-- emptied and filled.
function methods.split(...)
  local result, x, size, dim = ...
  if type(result) ~= "table" then result, x, size, dim = {}, ... end
  dim = dim or 1
  check_tensor("split", 1, x)
  if not (type(size) == "number" and size >= 1) then
    errors.raise("split: pieces have at least one entry, got %s", errors.value(size))
  end
  for key in pairs(result) do result[key] = nil end
  local total = x:size(dim)
  for start = 1, total, math.tointeger(size) or size // 1 | 0 do
    result[#result + 1] = x:narrow(dim, start, math.min(size, total - start + 1))
  end
  return result
end

--- At most n pieces of equal size along a dimension; a table given first is emptied and filled.
function methods.chunk(...)
  local result, x, n, dim = ...
  if type(result) ~= "table" then result, x, n, dim = {}, ... end
  check_tensor("chunk", 1, x)
  if not (type(n) == "number" and n >= 1) then
    errors.raise("chunk: expected a number of pieces from 1 on, got %s", errors.value(n))
  end
  local total = x:size(dim or 1)
  return methods.split(result, x, (total + n - 1) // n, dim or 1)
end

--- Whether the object is a tensor: always true for this method.
function methods.isTensor()
  return true
end

-- Halves are storage only; these two go through floats.
function half.fill(x, value)
  return x:copy(torch.FloatTensor(x:size()):fill(value))
end

function half.zero(x)
  return half.fill(x, 0)
end

-- Printing ---------------------------------------------------------------------------------------

local function accessor(x)
  local flat = x:detach():double():contiguous()
  local n = flat:nElement()
  local values = n > 0 and flat:view(n):totable() or {}
  return function(i)
    return values[i]
  end
end

local function tensor_text(x)
  if x:isRecorded() and x:nElement() == 1 and not x:isLeaf() then
    return errors.number(x:item())
  end
  return format.tensor(x:type(), x:size():totable(), accessor(x))
end

local function storage_text(s)
  local values = s:totable()
  return format.storage(class.typename(s), #values, function(i)
    return values[i]
  end)
end

-- Recorded one-element tensors join texts as the number they hold.
local function concat(a, b)
  local function text(value)
    if class.isTensor(value) and value:nElement() == 1 then return errors.number(value:item()) end
    if class.isTensor(value) then return tostring(value) end
    return value
  end
  return text(a) .. text(b)
end

for name, metatable in pairs(core.classes) do
  if name:find("Tensor$") then
    for key, method in pairs(methods) do metatable[key] = method end
    if name == "torch.HalfTensor" then
      for key, method in pairs(half) do metatable[key] = method end
    end
    metatable.__tostring, metatable.__concat = tensor_text, concat
  else
    metatable.__tostring = storage_text
  end
end

-- Functions --------------------------------------------------------------------------------------

for _, name in ipairs{ "expandAs", "viewAs", "split", "chunk", "typeAs" } do
  torch[name] = methods[name]
end

--- torch.totable(x): nested tables of a tensor's or storage's elements.
function torch.totable(x)
  if not class.isTensor(x) and not class.isStorage(x) then
    errors.raise("totable: expected a tensor or a storage, got %s", errors.value(x))
  end
  return x:totable()
end

--- torch.numel(x): the number of elements.
function torch.numel(x)
  check_tensor("numel", 1, x)
  return x:nElement()
end

--- torch.equal(a, b): whether shapes and all values are the same.
function torch.equal(a, b)
  check_tensor("equal", 1, a)
  check_tensor("equal", 2, b)
  if not a:isSize(b:size()) then return false end
  return a:nElement() == 0 or a:ne(b):sum() == 0
end

-- all and any answer in booleans.
for _, name in ipairs{ "all", "any" } do
  local operation = torch[name]
  torch[name] = function(x)
    return operation(x) ~= 0
  end
end

for _, metatable in pairs(core.classes) do
  if metatable.__typename:find("Tensor$") then
    metatable.equal, metatable.all, metatable.any = torch.equal, torch.all, torch.any
  end
end

torch.mod, torch.cmod = torch.fmod, torch.cfmod
for name, metatable in pairs(core.classes) do
  if name:find("Tensor$") then
    metatable.mod, metatable.cmod, metatable.torch = metatable.fmod, metatable.cfmod, torch
  end
end

return { list_of = list_of }
