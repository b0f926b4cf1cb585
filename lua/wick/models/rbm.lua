-- A restricted Boltzmann machine and contrastive divergence: Hinton, "Training products of experts
-- by minimizing contrastive divergence", 2002.
local args = require "wick.args"
local torch = require "torch"
local layer = require "nn.layer"

local rbm = {}

local RBM = torch.class("wick.models.RBM", "nn.Module", rbm)

RBM.args = args{
  "wick.models.rbm", { "visible", "integer" }, { "hidden", "integer" }, linear = false,
}

--- wick.models.rbm{visible, hidden, linear = false}: a module whose output are the probabilities of
-- its hidden units, with `learn` and `reconstruct`; `linear`: hidden units are Gaussian.
function RBM:__init(...)
  local a = layer.begin(self, RBM.args, ...)
  self:parameter("weight", a.hidden, a.visible)
  self:parameter("bias", a.hidden)
  self:parameter("visibleBias", a.visible)
  self:reset()
end

--- Weights of deviation 0.1, biases 0, no momentum.
function RBM:reset()
  self.weight:detach():normal(0, 0.1)
  self.bias:detach():zero()
  self.visibleBias:detach():zero()
  self.steps = nil
end

local function up(self, v)
  local sums = torch.linear(v, self.weight, self.bias)
  return self.linear and sums or torch.sigmoid(sums)
end

--- The hidden units' probabilities (or their means, where they are linear), N x hidden.
function RBM:updateOutput(input)
  return up(self, input:contiguous():view(-1, self.visible))
end

--- What the visible units would be: probabilities, N x visible.
function RBM:reconstruct(hidden)
  return torch.sigmoid(torch.linear(hidden, self.weight:t(), self.visibleBias))
end

--- Multiply-adds for an output, a tensor.
function RBM:multiplyAdds(_, output)
  return output:nElement() * self.visible
end

-- Hidden states drawn from their probabilities; linear ones get noise of variance 1.
local function sample(self, hidden)
  if self.linear then return hidden + torch.randn(hidden:size()):typeAs(hidden) end
  return torch.lt(torch.rand(hidden:size()):typeAs(hidden), hidden):typeAs(hidden)
end

-- Products of what is on together, and the sums of each.
local function statistics(visible, hidden)
  return { torch.mm(hidden:t(), visible), hidden:sum(1):view(-1), visible:sum(1):view(-1) }
end

-- Moves the parameters towards the first statistics and away from the second.
local function move(self, data, model, count, o)
  self.steps = self.steps or {}
  for i, name in ipairs{ "weight", "bias", "visibleBias" } do
    local parameter = self[name]:detach()
    local step = self.steps[i] or torch.zeros(parameter:size()):typeAs(parameter)
    step:mul(o.momentum):add(o.rate / count, data[i] - model[i])
    if name == "weight" then step:add(-o.rate * o.decay, parameter) end
    parameter:add(step)
    self.steps[i] = step
  end
end

local LEARN = args{ "wick.models.rbm: learn",
  { "rate", "number", 0.1 }, momentum = 0.5, decay = 2e-4,
}

--- learn(v, {rate = 0.1, momentum = 0.5, decay = 2e-4}): one step of contrastive divergence on a
-- batch (N x visible, from 0 to 1): hidden states are drawn, the visible units reconstructed from
-- them, and the parameters move by <v h> of the data minus <v h> of the reconstruction. Returns the
-- mean squared error of the reconstruction, summed over a sample.
function RBM:learn(v, options)
  local o = LEARN:read(options or {})
  return torch.noGrad(function()
    local data = v:contiguous():view(-1, self.visible)
    local hidden = up(self, data)
    local again = self:reconstruct(sample(self, hidden))
    move(self, statistics(data, hidden), statistics(again, up(self, again)), data:size(1), o)
    return torch.dist(data, again) ^ 2 / data:size(1)
  end)
end

function RBM:__tostring__()
  return ("%s(%d <-> %d%s)"):format(torch.typename(self), self.visible, self.hidden,
    self.linear and " linear" or "")
end

-- What wick.models offers.
rbm.rbm = rbm.RBM

return rbm
