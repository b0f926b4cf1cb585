-- Layers that bring a dimension down to one value, and the norm.
local torch = require "torch"
local layer = require "nn.layer"

for name, operation in pairs{ Max = torch.max, Min = torch.min } do
  layer.define("nn." .. name, "nn.Module", {
    doc = ("The %s along a dimension, which is dropped; nInputDims: those of a sample.")
      :format(name == "Max" and "largest" or "smallest"),
    { "dimension", "integer", 1 }, { "nInputDims", "integer?" },
  }, function(self, input)
    local dim = layer.dimension(input, self.dimension, self.nInputDims)
    return layer.drop((operation(input, dim)), dim)
  end)
end

local Sum = layer.define("nn.Sum", "nn.Module", {
  doc = "The sum (sizeAverage: mean) along a dimension, which is dropped.",
  { "dimension", "integer", 1 }, { "nInputDims", "integer?" }, { "sizeAverage", "boolean", false },
  { "squeeze", "boolean", true },
}, function(self, input)
  local dim = layer.dimension(input, self.dimension, self.nInputDims)
  local result = (self.sizeAverage and torch.mean or torch.sum)(input, dim)
  return self.squeeze ~= false and layer.drop(result, dim) or result
end)

layer.define("nn.Mean", "nn.Sum", {
  doc = "The mean along a dimension, which is dropped.",
  { "dimension", "integer", 1 }, { "nInputDims", "integer?" }, sizeAverage = true, squeeze = true,
}, Sum.updateOutput)

-- Normalize --------------------------------------------------------------------------------------

local Normalize = layer.define("nn.Normalize", "nn.Module", {
  doc = "A vector, or each row of a matrix, divided by its p-norm.",
  { "p", "number" }, { "eps", "number", 1e-10 },
}, function(self, input)
  if input:dim() > 2 or input:dim() == 0 then
    require("wick.errors").raise("only 1d layer supported: the input is %s", layer.shape(input))
  end
  local dim = input:dim()
  if self.p == math.huge then
    local largest = torch.max(torch.abs(input), dim)
    return torch.cdiv(input, torch.add(largest, self.eps))
  end
  local powers = self.p == 2 and torch.square(input) or torch.pow(torch.abs(input), self.p)
  local norm = torch.pow(torch.add(torch.sum(powers, dim), self.eps), 1 / self.p)
  return torch.cdiv(input, norm)
end)

local read = Normalize.__init

function Normalize:__init(...)
  read(self, ...)
  if self.p <= 0 then
    require("wick.errors").raise("nn.Normalize: %g-norm not supported, p has to be above 0", self.p)
  end
end

function Normalize:__tostring__()
  return ("%s(%g)"):format(torch.typename(self), self.p)
end
