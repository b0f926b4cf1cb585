-- nn.utils: tensors in nested tables, as layers written in Torch7's way handle them.
local class = require "torch.class"
local errors = require "wick.errors"

local utils = {}
rawset(_G.nn, "utils", utils)

--- All tensors in a value converted to a type; modules convert themselves, and what they share
-- stays shared.
function utils.recursiveType(value, name, cache)
  cache = cache or {}
  if class.isTensor(value) then return value:type(name) end
  if class.isTypeOf(value, "nn.Module") or class.isTypeOf(value, "nn.Criterion") then
    return value:type(name, cache)
  end
  if type(value) == "table" then
    for key, entry in pairs(value) do value[key] = utils.recursiveType(entry, name, cache) end
  end
  return value
end

--- Tensors resized as those of `like`, tables to its shape; returns both.
function utils.recursiveResizeAs(value, like)
  if class.isTensor(like) then
    value = class.isTensor(value) and value or like.new()
    return value:resizeAs(like), like
  elseif type(like) ~= "table" then
    errors.raise("nn.utils.recursiveResizeAs: expecting nested tensors or tables, got %s",
      errors.value(like))
  end
  if type(value) ~= "table" then value = { value } end
  for key, entry in pairs(like) do value[key] = utils.recursiveResizeAs(value[key], entry) end
  for key in pairs(value) do
    if like[key] == nil then value[key] = nil end
  end
  return value, like
end

--- Every tensor filled with a number.
function utils.recursiveFill(value, number)
  if class.isTensor(value) then return value:fill(number) end
  for _, entry in pairs(value) do utils.recursiveFill(entry, number) end
  return value
end

--- recursiveAdd(a, [factor,] b): a + factor * b, into a; returns both.
function utils.recursiveAdd(a, factor, b)
  if b == nil then factor, b = 1, factor end
  if class.isTensor(a) and class.isTensor(b) then
    a:add(factor, b)
  elseif type(a) == "table" and type(b) == "table" then
    for key, entry in pairs(b) do utils.recursiveAdd(a[key], factor, entry) end
  else
    errors.raise("nn.utils.recursiveAdd: expecting nested tensors or tables, got %s and %s",
      errors.value(a), errors.value(b))
  end
  return a, b
end

--- The values of `source` into `target`, resized; returns both.
function utils.recursiveCopy(target, source)
  if class.isTensor(source) then
    target = class.isTensor(target) and target or source.new()
    return target:resize(source:size()):copy(source), source
  elseif type(source) ~= "table" then
    errors.raise("nn.utils.recursiveCopy: expecting nested tensors or tables, got %s",
      errors.value(source))
  end
  if type(target) ~= "table" then target = { target } end
  for key, entry in pairs(source) do target[key] = utils.recursiveCopy(target[key], entry) end
  return target, source
end

--- addSingletonDimension([target,] x [, dim = 1]): a view of x with a dimension of size 1 more.
function utils.addSingletonDimension(...)
  local target, x, dim = ...
  if not class.isTensor(x) then target, x, dim = nil, ... end
  local view = x:unsqueeze(dim or 1)
  return target and target:set(view) or view
end

--- contiguousView(output, input, sizes ...): the input's elements in these sizes, copied if need
-- be.
function utils.contiguousView(output, input, ...)
  output = output or input.new()
  return output:set(input:contiguous():view(...))
end

--- Empties fields of a module: tensors lose their elements, tables their entries.
function utils.clear(module, ...)
  local names = type((...)) == "table" and (...) or { ... }
  for _, name in ipairs(names) do
    local value = rawget(module, name)
    if class.isTensor(value) then
      module[name] = value.new()
    elseif type(value) == "table" then
      module[name] = {}
    end
  end
  return module
end

return utils
