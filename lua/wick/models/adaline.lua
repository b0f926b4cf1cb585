-- Adaline and Madaline: Widrow and Hoff, "Adaptive switching circuits", 1960; the rule for many
-- Adalines is Ridgway's of 1962. Units are linear while they learn and decide by their sign.
local args = require "wick.args"
local errors = require "wick.errors"
local torch = require "torch"
local layer = require "nn.layer"

local adaline = {}

-- Linear units -----------------------------------------------------------------------------------

local function prepare(self, inputs, outputs)
  self:parameter("weight", outputs, inputs)
  self:parameter("bias", outputs)
  self:reset()
end

-- Small random weights, so that units differ.
local function reset(self)
  layer.uniform(self, 1 / math.sqrt(self.inputs), nil, "weight", "bias")
end

local function rows(self, x)
  return x:contiguous():view(-1, self.inputs)
end

local function multiply_adds(self, _, output)
  return output:size(1) * self.weight:nElement()
end

-- 1 or -1, never 0.
local function sign(x)
  return torch.add(torch.mul(x:ge(0):typeAs(x), 2), -1)
end

-- Samples as rows with desired outputs of 1 and -1 beside them.
local function pairs_of(self, x, d, outputs)
  x = rows(self, x)
  d = d:contiguous():view(-1, outputs):typeAs(x)
  if d:size(1) == x:size(1) then return x, d end
  errors.raise("%s: learn: %d samples, %d desired outputs", torch.typename(self), x:size(1),
    d:size(1))
end

-- Adaline ----------------------------------------------------------------------------------------

local Adaline = torch.class("wick.models.Adaline", "nn.Module", adaline)

Adaline.args = args{
  "wick.models.adaline", { "inputs", "integer", 16 }, { "outputs", "integer", 1 },
}

--- wick.models.adaline{inputs = 16, outputs = 1}: linear units with `learn(x, d [, rate = 0.01])`
-- and `decide(x)`; the first told patterns of 4 x 4 switches apart.
function Adaline:__init(...)
  local a = layer.begin(self, Adaline.args, ...)
  prepare(self, a.inputs, a.outputs)
end

Adaline.reset, Adaline.multiplyAdds = reset, multiply_adds

--- w x + b: N x outputs.
function Adaline:updateOutput(input)
  return torch.linear(input:contiguous():view(-1, self.inputs), self.weight, self.bias)
end

--- The decisions, 1 or -1: N x outputs.
function Adaline:decide(x)
  return sign(torch.linear(rows(self, x), self.weight:detach(), self.bias:detach()))
end

--- Goes through the samples once, one after the other, by the delta rule: w += rate * (d - w x) x,
-- with the desired outputs d (N x outputs, 1 or -1). Returns the mean of (d - w x)^2.
function Adaline:learn(x, d, rate)
  x, d = pairs_of(self, x, d, self.outputs)
  rate = rate or 0.01
  local weight, bias, total = self.weight:detach(), self.bias:detach(), 0
  for i = 1, x:size(1) do
    local difference = d[i] - torch.linear(x[i], weight, bias)
    weight:addr(rate, difference, x[i])
    bias:add(rate, difference)
    total = total + torch.dot(difference, difference)
  end
  return total / d:nElement()
end

function Adaline:__tostring__()
  return ("%s(%d -> %d)"):format(torch.typename(self), self.inputs, self.outputs)
end

-- Madaline ---------------------------------------------------------------------------------------

local Madaline = torch.class("wick.models.Madaline", "nn.Module", adaline)

Madaline.args = args{
  "wick.models.madaline", { "inputs", "integer", 16 }, { "units", "integer", 3 },
}

--- wick.models.madaline{inputs = 16, units = 3}: Adalines that vote, with
-- `learn(x, d [, rate = 1])`.
function Madaline:__init(...)
  local a = layer.begin(self, Madaline.args, ...)
  if a.units % 2 == 0 then
    errors.raise("wick.models.madaline: %d units have no majority; an odd number expected", a.units)
  end
  prepare(self, a.inputs, a.units)
end

Madaline.reset, Madaline.multiplyAdds = reset, multiply_adds

local function sums_of(self, x)
  return torch.linear(x, self.weight:detach(), self.bias:detach())
end

--- The majority of the units' decisions, 1 or -1: N x 1.
function Madaline:updateOutput(input)
  return sign(sign(sums_of(self, rows(self, input:detach()))):sum(2))
end

-- The units that vote against `desired`, those nearest to changing their mind first.
local function opponents(sums, desired)
  local list = {}
  for unit, sum in ipairs(sums) do
    if (sum >= 0 and 1 or -1) ~= desired then
      list[#list + 1] = { unit = unit, distance = math.abs(sum) }
    end
  end
  table.sort(list, function(a, b) return a.distance < b.distance end)
  return list
end

--- Goes through the samples once. Where the majority is wrong, as many units as it lacks, those
-- nearest to zero, learn by w += rate * (d - w x) x / |x|^2: least is disturbed. `d`: N desired
-- outputs, 1 or -1. Returns how many samples were wrong when their turn came.
function Madaline:learn(x, d, rate)
  x, d = pairs_of(self, x, d, 1)
  local weight, bias, wrong = self.weight:detach(), self.bias:detach(), 0
  for i = 1, x:size(1) do
    local desired = d[i][1]
    local sums = sums_of(self, x[i]):totable()
    local against = opponents(sums, desired)
    local lacking = #against - self.units // 2
    if lacking > 0 then wrong = wrong + 1 end
    for j = 1, lacking do
      local unit = against[j].unit
      local change = (rate or 1) * (desired - sums[unit]) / (torch.dot(x[i], x[i]) + 1)
      weight[unit]:add(change, x[i])
      bias[unit] = bias[unit] + change
    end
  end
  return wrong
end

function Madaline:__tostring__()
  return ("%s(%d -> %d -> majority)"):format(torch.typename(self), self.inputs, self.units)
end

-- What wick.models offers.
adaline.adaline = adaline.Adaline
adaline.madaline = adaline.Madaline

return adaline
