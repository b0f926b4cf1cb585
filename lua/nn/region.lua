-- Layers that take a part of their input or put a border around it.
local errors = require "wick.errors"
local torch = require "torch"
local layer = require "nn.layer"

layer.define("nn.Narrow", "nn.Module", {
  doc = "`length` slices along a dimension from `index` on; negative ones count from the end.",
  { "dimension", "integer" }, { "index", "integer" }, { "length", "integer", 1 },
}, function(self, input)
  local dim = layer.dimension(input, self.dimension)
  local size, first, length = input:size(dim), self.index, self.length
  if first < 0 then first = size + first + 1 end
  if length < 0 then length = size - first + 2 + length end
  return torch.clone(input:narrow(dim, first, length))
end)

layer.define("nn.Select", "nn.Module", {
  doc = "One slice along a dimension, which is dropped; negative ones count from the end.",
  { "dimension", "integer" }, { "index", "integer" },
}, function(self, input)
  return torch.clone(layer.slice(input, layer.dimension(input, self.dimension), self.index))
end)

-- Padding ----------------------------------------------------------------------------------------

-- `count` entries of a value after the first `at` entries along a dimension.
local function insert(input, dim, at, count, value)
  local size = input:size(dim)
  if at == 0 then return torch.pad(input, dim, count, 0, value) end
  if at == size then return torch.pad(input, dim, 0, count, value) end
  if at < 0 or at > size then
    errors.raise("dimension %d of %s has no place %d", dim, layer.shape(input), at + 1)
  end
  local front = torch.pad(input:narrow(dim, 1, at), dim, 0, count, value)
  return torch.cat({ front, input:narrow(dim, at + 1, size - at) }, dim)
end

layer.define("nn.Padding", "nn.Module", {
  doc = "|pad| entries of a value behind (or before, where pad is negative) position `index` "
    .. "from that end.",
  { "dim", "integer" }, { "pad", "integer" }, { "nInputDim", "integer?" },
  { "value", "number", 0 }, { "index", "integer", 1 },
}, function(self, input)
  local dim = layer.dimension(input, self.dim)
  if self.nInputDim and input:dim() ~= self.nInputDim then dim = dim + 1 end
  local at = self.index - 1
  if self.pad > 0 then at = input:size(dim) - at end
  return insert(input, dim, at, math.abs(self.pad), self.value)
end)

local function left(a)
  return a.pad_l
end

local ZeroPadding = layer.define("nn.SpatialZeroPadding", "nn.Module", {
  doc = "Rows and columns of zeros around images, or less of them where a number is negative.",
  { "pad_l", "integer" }, { "pad_r", "integer", left }, { "pad_t", "integer", left },
  { "pad_b", "integer", left },
}, function(self, input)
  local dims = input:dim()
  if dims ~= 3 and dims ~= 4 then
    errors.raise("input must be 3 or 4-dimensional, got %s", layer.shape(input))
  end
  local height = input:size(dims - 1) + self.pad_t + self.pad_b
  local width = input:size(dims) + self.pad_l + self.pad_r
  if height < 1 or width < 1 then errors.raise("input is too small: %s", layer.shape(input)) end
  local rows = torch.pad(input, dims - 1, self.pad_t, self.pad_b)
  return torch.pad(rows, dims, self.pad_l, self.pad_r)
end)

function ZeroPadding:__tostring__()
  return ("%s(l=%d, r=%d, t=%d, b=%d)"):format(torch.typename(self), self.pad_l, self.pad_r,
    self.pad_t, self.pad_b)
end

-- The positions along a padded dimension of `size`, by the rule `source(i, size)`, from 1.
local function positions(size, before, after, source)
  local list = {}
  for i = 1 - before, size + after do list[#list + 1] = source(i, size) end
  return torch.LongTensor(list)
end

local function define_padding(name, doc, source, check)
  local metatable = layer.define(name, "nn.Module", {
    doc = doc,
    { "pad_l", "integer" }, { "pad_r", "integer", left }, { "pad_t", "integer", left },
    { "pad_b", "integer", left },
  }, function(self, input)
    local dims = input:dim()
    if dims ~= 3 and dims ~= 4 then
      errors.raise("input must be 3 or 4-dimensional, got %s", layer.shape(input))
    end
    check(self, input, dims)
    local rows = positions(input:size(dims - 1), self.pad_t, self.pad_b, source)
    local columns = positions(input:size(dims), self.pad_l, self.pad_r, source)
    return torch.index(torch.index(input, dims - 1, rows), dims, columns)
  end)
  metatable.__tostring__ = ZeroPadding.__tostring__
end

define_padding("nn.SpatialReplicationPadding", "The pixels at the border of images, repeated.",
function(i, size)
  return math.min(math.max(i, 1), size)
end, function() end)

define_padding("nn.SpatialReflectionPadding", "Images mirrored at their border pixels.",
function(i, size)
  if i < 1 then return 2 - i end
  return i > size and 2 * size - i or i
end, function(self, input, dims)
  local rows, columns = input:size(dims - 1), input:size(dims)
  if math.max(self.pad_t, self.pad_b) >= rows or math.max(self.pad_l, self.pad_r) >= columns then
    errors.raise("a border of l=%d, r=%d, t=%d, b=%d cannot be reflected in %s: each has to be "
      .. "smaller than the image", self.pad_l, self.pad_r, self.pad_t, self.pad_b,
      layer.shape(input))
  end
end)
