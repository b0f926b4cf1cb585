-- Layers that take a part of their input or put more at one of its ends.
local errors = require "wick.errors"
local torch = require "torch"
local layer = require "nn.layer"

layer.define("nn.Narrow", "nn.Module", {
  doc = "`length` slices along a dimension from `index` on; a negative length counts from the end, "
    .. "a negative index leaves out the last `length`.",
  { "dimension", "integer" }, { "index", "integer" }, { "length", "integer", 1 },
}, function(self, input)
  local dim = layer.dimension(input, self.dimension)
  local size, first, length = input:size(dim), self.index, self.length
  if first < 0 then
    first, length = 1, size - length
  elseif length < 0 then
    length = size - first + 2 + length
  end
  return torch.clone(input:narrow(dim, first, length))
end)

layer.define("nn.Select", "nn.Module", {
  doc = "One slice along a dimension, which is dropped; negative ones count from the end.",
  { "dimension", "integer" }, { "index", "integer" },
}, function(self, input)
  return torch.clone(layer.slice(input, layer.dimension(input, self.dimension), self.index))
end)

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
