-- The perceptron: Rosenblatt, "The perceptron: a perceiving and recognizing automaton", 1957. Step
-- units on 20 x 20 photocells that told letters apart, and a rule of its own: there is no gradient.
local args = require "wick.args"
local errors = require "wick.errors"
local torch = require "torch"
local layer = require "nn.layer"

local perceptron = {}

local Perceptron = torch.class("wick.models.Perceptron", "nn.Module", perceptron)

Perceptron.args = args{
  "wick.models.perceptron", { "inputs", "integer", 400 }, { "outputs", "integer", 26 },
}

--- wick.models.perceptron{inputs = 400, outputs = 26}: a layer of step units with
-- `learn(x, d [, rate = 1])`, for images of 20 x 20 and the letters.
function Perceptron:__init(...)
  local a = layer.begin(self, Perceptron.args, ...)
  self:parameter("weight", a.outputs, a.inputs)
  self:parameter("bias", a.outputs)
  self:reset()
end

--- Weights and biases begin at 0.
function Perceptron:reset()
  torch.noGrad(function()
    self.weight:zero()
    self.bias:zero()
  end)
end

-- Samples as rows.
local function rows(self, x)
  return x:contiguous():view(-1, self.inputs)
end

local function step(self, x)
  return torch.linear(x, self.weight:detach(), self.bias:detach()):ge(0):typeAs(x)
end

--- 1 where w x + b is not negative, else 0: N x outputs.
function Perceptron:updateOutput(input)
  return step(self, rows(self, input:detach()))
end

--- Multiply-adds for an output, a tensor.
function Perceptron:multiplyAdds(_, output)
  return output:nElement() * self.inputs
end

--- Goes through the samples once, one after the other: w += rate * (d - y) x, with the desired
-- outputs d (N x outputs, 0 or 1). Returns how many samples had a wrong output when their turn
-- came; 0 means that all are told apart.
function Perceptron:learn(x, d, rate)
  x = rows(self, x)
  d = d:contiguous():view(-1, self.outputs):typeAs(x)
  if d:size(1) ~= x:size(1) then
    errors.raise("wick.models.perceptron: learn: %d samples, %d desired outputs", x:size(1),
      d:size(1))
  end
  local weight, bias, wrong = self.weight:detach(), self.bias:detach(), 0
  for i = 1, x:size(1) do
    local difference = d[i] - step(self, x:narrow(1, i, 1))[1]
    if torch.abs(difference):max() > 0 then
      wrong = wrong + 1
      weight:addr(rate or 1, difference, x[i])
      bias:add(rate or 1, difference)
    end
  end
  return wrong
end

function Perceptron:__tostring__()
  return ("%s(%d -> %d)"):format(torch.typename(self), self.inputs, self.outputs)
end

-- What wick.models offers.
perceptron.perceptron = perceptron.Perceptron

return perceptron
