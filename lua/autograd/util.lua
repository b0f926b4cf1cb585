-- autograd.util: what functions that are differentiated are made of besides torch's own.
local class = require "torch.class"
local nested = require "autograd.nested"
local torch = require "torch"

local util = {}

-- Types ------------------------------------------------------------------------------------------

local short_names = {
  float = "torch.FloatTensor", double = "torch.DoubleTensor", cuda = "torch.CudaTensor",
}

--- Nested tables with all tensors converted to a type ("float", "torch.FloatTensor").
function util.cast(value, name)
  name = short_names[name] or name
  return nested.map(value, function(x)
    return class.isTensor(x) and x:type(name) or x
  end)
end

--- a in the type of b, a itself if it has that type.
function util.typeAsIfNeeded(a, b)
  return torch.type(a) == torch.type(b) and a or a:typeAs(b)
end

-- Comparing --------------------------------------------------------------------------------------

local function number_of(x)
  return class.isTensor(x) and x:item() or x
end

for name, compare in pairs{
  lt = function(a, b) return a < b end, le = function(a, b) return a <= b end,
  gt = function(a, b) return a > b end, ge = function(a, b) return a >= b end,
  eq = function(a, b) return a == b end,
} do
  --- Compares numbers, recorded or not.
  util[name] = function(a, b)
    return compare(number_of(a), number_of(b))
  end
end

-- Making tensors ---------------------------------------------------------------------------------

--- A tensor of x's type and sizes, uninitialised.
function util.newTensorLike(x)
  return x.new(x:size())
end

--- Zeros of x's type and of `like`'s (x's) sizes.
function util.zerosLike(x, like)
  return x.new((like or x):size()):zero()
end

--- A tensor of x's type and sizes that holds a number, which may be recorded.
function util.fill(x, number)
  local result = x.new(x:size())
  if class.isTensor(number) then return torch.add(result:zero(), number:typeAs(x)) end
  return result:fill(number)
end
util.fillSameSizeAs = util.fill

--- Labels from 1 to n (the largest there is) as rows with a 1 at the label's place.
function util.oneHot(labels, n)
  n = math.tointeger(n or labels:max()) or n
  local result = labels.new(labels:size(1), n):zero()
  return result:scatter(2, labels:long():view(-1, 1), 1)
end

--- Tensors along a dimension (the last), given as two or as a list; of numbers, a tensor.
function util.cat(x, y, dim)
  if class.isTensor(x) then return torch.cat(x, y, dim or x:dim()) end
  if class.isTensor(x[1]) and x[1]:nElement() > 1 then return torch.cat(x, y or x[1]:dim()) end
  local parts = {}
  for i, number in ipairs(x) do
    parts[i] = class.isTensor(number) and number:view(1) or torch.Tensor{ number }
  end
  local like = nested.firstTensor(parts)
  for i, part in ipairs(parts) do parts[i] = part:typeAs(like) end
  return torch.cat(parts, 1)
end

-- Functions --------------------------------------------------------------------------------------

--- log(sum(exp(x))) over all elements.
function util.logSumExp(x)
  local max = torch.max(x)
  return torch.log(torch.sum(torch.exp(x - max))) + max
end

--- x - logSumExp(x), over all elements.
function util.logSoftMax(x)
  return x - util.logSumExp(x)
end

--- The logistic function.
util.sigmoid = torch.sigmoid

--- Rows of a table by their numbers, in the numbers' shape.
function util.lookup(rows, indexes)
  local sizes = indexes:size():totable()
  sizes[#sizes + 1] = rows:size(2)
  return torch.view(torch.index(rows, 1, indexes:long():view(-1)), table.unpack(sizes))
end

--- x with elements dropped with probability p (0), the others scaled up to keep the mean.
function util.dropout(x, p)
  local keep = 1 - (p or 0)
  return torch.cmul(x, util.newTensorLike(x):bernoulli(keep):div(keep))
end

--- v where a equals b, 0 elsewhere.
function util.setNotEqual(a, b, _, v)
  return torch.cmul(v, torch.eq(a, b):typeAs(v))
end

-- Putting back -----------------------------------------------------------------------------------

--- Zeros of x's sizes to which g's slices along `dim` are added at the places `index` names.
function util.indexAdd(g, x, dim, index)
  return util.zerosLike(g, x):indexAdd(dim, index, g)
end

--- Zeros of x's sizes with g, in its own shape or not, at `size` places of dimension `dim` from
-- `index` on.
function util.narrowSliceCopy(g, x, dim, index, size)
  local sizes = x:size()
  sizes[dim] = size
  local slice = torch.view(torch.contiguous(g), sizes)
  return util.indexAdd(slice, x, dim, torch.range(index, index + size - 1):long())
end

--- Zeros of x's sizes with g at place `index` of dimension `dim`.
function util.selectSliceCopy(g, x, dim, index)
  return util.narrowSliceCopy(g, x, dim, index, 1)
end

-- Tables -----------------------------------------------------------------------------------------

--- b, or `default` when b is nil.
function util.defaultBool(b, default)
  if b == nil then return default end
  return b
end

--- A copy of a table; its values stay the same objects.
function util.shallowCopy(value)
  if not nested.isTable(value) then return value end
  local copy = {}
  for key, entry in pairs(value) do copy[key] = entry end
  return copy
end

--- A copy of nested tables; tensors stay the same objects.
function util.deepCopy(value)
  if not nested.isTable(value) then return value end
  local copy = {}
  for key, entry in pairs(value) do copy[key] = util.deepCopy(entry) end
  return copy
end

--- The values of nested tables in the order of their keys, and the lists of keys that lead to them.
function util.sortedFlattenKeys(value, values, paths, path, no_recursion)
  values, paths, path = values or {}, paths or {}, path or {}
  if not nested.isTable(value) then
    values[#values + 1], paths[#paths + 1] = value, util.shallowCopy(path)
    return values, paths
  end
  for _, key in ipairs(nested.orderedKeys(value)) do
    local entry = value[key]
    path[#path + 1] = key
    if no_recursion or not nested.isTable(entry) then
      values[#values + 1], paths[#paths + 1] = entry, util.shallowCopy(path)
    else
      util.sortedFlattenKeys(entry, values, paths, path)
    end
    path[#path] = nil
  end
  return values, paths
end

--- The values of nested tables in the order of their keys.
function util.sortedFlatten(value, values, no_recursion)
  return (util.sortedFlattenKeys(value, values, nil, nil, no_recursion))
end

--- What a list of keys leads to, from its key number `first` (1) on.
function util.nestedGet(value, path, first)
  for i = first or 1, #(path or {}) do value = value[path[i]] end
  return value
end

--- Puts a value where a list of keys leads.
function util.nestedSet(value, path, new, first)
  for i = first or 1, #path - 1 do value = value[path[i]] end
  value[path[#path]] = new
end

return util
