-- nn.Bilinear and nn.PartialLinear: relatives of the linear layer.
local args = require "wick.args"
local class = require "torch.class"
local errors = require "wick.errors"
local torch = require "torch"
local layer = require "nn.layer"
local nn = _G.nn

-- Bilinear ---------------------------------------------------------------------------------------

local Bilinear = torch.class("nn.Bilinear", "nn.Module")

Bilinear.args = args{ "nn.Bilinear",
  { "inputSize1", "integer" }, { "inputSize2", "integer" }, { "outputSize", "integer" },
  { "bias", "boolean", true },
}

--- nn.Bilinear(inputSize1, inputSize2, outputSize [, bias = true]): of {a, b}, N x inputSize1 and
-- N x inputSize2, the forms a' W_k b + bias_k; weight is outputSize x inputSize1 x inputSize2.
function Bilinear:__init(...)
  local a = layer.begin(self, Bilinear.args, ...)
  self.inputSize1, self.inputSize2, self.outputSize = nil, nil, nil
  self:parameter("weight", a.outputSize, a.inputSize1, a.inputSize2)
  if a.bias then self:parameter("bias", a.outputSize) end
  self:reset()
end

--- Draws the parameters uniformly within 1 / sqrt(inputSize1), or sqrt(3) deviations.
function Bilinear:reset(deviation)
  layer.uniform(self, 1 / math.sqrt(self.weight:size(2)), deviation, "weight", "bias")
  return self
end

local function check(self, input)
  local a, b = table.unpack(type(input) == "table" and input or {})
  if not class.isTensor(a) or not class.isTensor(b) then
    errors.raise("input should be a table containing two data Tensors, got %s",
      errors.value(input))
  end
  if a:dim() ~= 2 or b:dim() ~= 2 or a:size(1) ~= b:size(1) or a:size(2) ~= self.weight:size(2)
    or b:size(2) ~= self.weight:size(3) then
    errors.raise("inputs of %s and %s for a weight of %s; N x %d and N x %d expected",
      layer.shape(a), layer.shape(b), layer.shape(self.weight), self.weight:size(2),
      self.weight:size(3))
  end
  return a, b
end

function Bilinear:updateOutput(input)
  local a, b = check(self, input)
  layer.same_type(a, self.weight)
  local n, outputs, width = a:size(1), self.weight:size(1), self.weight:size(3)
  local weight = self.weight:transpose(1, 2):contiguous():view(-1, outputs * width)
  local half = torch.mm(a, weight):view(n, outputs, width)
  local forms = torch.cmul(half, b:contiguous():view(n, 1, width):expandAs(half))
  local output = torch.sum(forms, 3):view(n, outputs)
  if not self.bias then return output end
  return torch.add(output, self.bias:view(1, outputs):expandAs(output))
end

--- Multiply-adds for an output, a tensor.
function Bilinear:multiplyAdds(_, output)
  return output:nElement() * self.weight:size(3) * (self.weight:size(2) + 1)
end

function Bilinear:__tostring__()
  return ("%s(%dx%d -> %d) %s"):format(torch.typename(self), self.weight:size(2),
    self.weight:size(3), self.weight:size(1), self.bias and "" or " without bias")
end

-- PartialLinear ----------------------------------------------------------------------------------

local PartialLinear = torch.class("nn.PartialLinear", "nn.Module")

PartialLinear.args = args{ "nn.PartialLinear",
  { "inputsize", "integer" }, { "outputsize", "integer" }, { "bias", "boolean", true },
}

--- nn.PartialLinear(inputSize, outputSize [, bias = true]): a linear layer of which the outputs
-- named by setPartition alone are computed. The weight stands in the nn.LookupTable of `network`.
function PartialLinear:__init(...)
  local a = layer.begin(self, PartialLinear.args, ...)
  local parts = nn.ParallelTable():add(nn.Identity())
    :add(nn.LookupTable(a.outputsize, a.inputsize))
  self.network = nn.Sequential():add(parts):add(nn.MM(false, true))
  self.modules = { self.network }
  if a.bias then
    self:parameter("bias", 1, a.outputsize)
    torch.noGrad(self.bias.zero, self.bias)
  end
  self.allcolumns = torch.range(1, a.outputsize)
  self:resetPartition()
end

--- Computes the outputs of these numbers, a tensor, from now on.
function PartialLinear:setPartition(indices)
  self.partition = indices:type(self.allcolumns:type())
end

--- Computes all outputs again.
function PartialLinear:resetPartition()
  self.partition = self.allcolumns
end

--- The weight and the bias, whole; when frozen only with `all`.
function PartialLinear:parameters(all)
  if self.frozen and not all then return nil end
  local weights, grads = self.network:parameters(true)
  self:bind()
  if self.bias then
    weights[#weights + 1], grads[#grads + 1] = self.bias, self.gradBias
  end
  return weights, grads
end

--- Initialises the parameters anew: the weight from a normal distribution, the bias 0.
function PartialLinear:reset(deviation)
  self.network:reset(deviation)
  if self.bias then torch.noGrad(self.bias.zero, self.bias) end
end

function PartialLinear:updateOutput(input)
  local output = self.network:forward{ input, self.partition }
  if not self.bias then return output end
  local bias = torch.index(self.bias, 2, self.partition:long())
  return torch.add(output, bias:expandAs(output))
end

function PartialLinear:__tostring__()
  return ("%s(%d -> %d)%s"):format(torch.typename(self), self.inputsize, self.outputsize,
    self.bias and "" or " without bias")
end
