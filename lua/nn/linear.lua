-- nn.Linear: y = W x + b, of a vector or of the rows of a matrix.
local args = require "wick.args"
local torch = require "torch"
local layer = require "nn.layer"

local Linear = torch.class("nn.Linear", "nn.Module")

Linear.args = args{ "nn.Linear",
  { "inputSize", "integer" }, { "outputSize", "integer" }, { "bias", "boolean", true },
}

--- nn.Linear(inputSize, outputSize [, bias = true]): weight is outputSize x inputSize.
function Linear:__init(...)
  local a = layer.begin(self, Linear.args, ...)
  self:parameter("weight", a.outputSize, a.inputSize)
  if a.bias then self:parameter("bias", a.outputSize) end
  self:reset()
end

Linear.noBias = layer.noBias

--- Draws the parameters uniformly within 1 / sqrt(inputSize), or sqrt(3) deviations. Returns the
-- layer.
function Linear:reset(deviation)
  layer.uniform(self, 1 / math.sqrt(self.weight:size(2)), deviation, "weight", "bias")
  return self
end

function Linear:updateOutput(input)
  return torch.linear(input, self.weight, self.bias)
end

--- Multiply-adds for an output, a tensor.
function Linear:multiplyAdds(_, output)
  return output:nElement() * self.weight:size(2)
end

function Linear:__tostring__()
  return ("%s(%d -> %d)%s"):format(torch.typename(self), self.weight:size(2), self.weight:size(1),
    self.bias and "" or " without bias")
end
