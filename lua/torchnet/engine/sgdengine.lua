-- tnt.SGDEngine: training by plain gradient descent, and testing. Hooks get the one table `state`:
-- network, criterion, iterator, sample, epoch (those done), t (samples done), training and the
-- arguments of `train`; what a hook writes there holds from then on, so that a run goes on where
-- another ended when onStart sets epoch and t.
require "nn"
require "torchnet.engine"

local errors = require "wick.errors"
local method = require "torchnet.method"
local tnt = require "torchnet.env"

local torch = require "torch"

local SGDEngine, Engine = torch.class("tnt.SGDEngine", "tnt.Engine", tnt)

--- tnt.SGDEngine(): its hooks, in the order in which they are called, are onStart, onStartEpoch,
-- onSample, onForward, onForwardCriterion, onBackwardCriterion, onBackward, onUpdate, onEndEpoch
-- and onEnd.
SGDEngine.__init = method("tnt.SGDEngine", "tnt.SGDEngine", {}, function(self)
  Engine.__init(self, {
    "onStart", "onStartEpoch", "onSample", "onForward", "onForwardCriterion",
    "onBackwardCriterion", "onBackward", "onUpdate", "onEndEpoch", "onEnd",
  })
end)

local function forward(hooks, state)
  hooks("onSample", state)
  state.network:forward(state.sample.input)
  hooks("onForward", state)
end

local function forward_criterion(hooks, state)
  state.criterion:forward(state.network.output, state.sample.target)
  hooks("onForwardCriterion", state)
end

local function backward(hooks, state)
  local network, criterion, sample = state.network, state.criterion, state.sample
  network:zeroGradParameters()
  if criterion.zeroGradParameters then criterion:zeroGradParameters() end
  criterion:backward(network.output, sample.target)
  hooks("onBackwardCriterion", state)
  network:backward(sample.input, criterion.gradInput)
  hooks("onBackward", state)
end

--- The loop of `train`: update(state) takes the step for a sample.
function SGDEngine:loop(state, update)
  local hooks = self.hooks
  state.sample, state.epoch, state.t, state.training = {}, 0, 0, true
  hooks("onStart", state)
  while state.epoch < state.maxepoch do
    state.network:training()
    hooks("onStartEpoch", state)
    for sample in state.iterator() do
      state.sample = sample
      forward(hooks, state)
      forward_criterion(hooks, state)
      backward(hooks, state)
      update(state)
      state.t = state.t + 1
      hooks("onUpdate", state)
    end
    state.epoch = state.epoch + 1
    hooks("onEndEpoch", state)
  end
  hooks("onEnd", state)
end

local function check_rate(name, rate)
  if rate < 0 or rate ~= rate then
    errors.raise("tnt.SGDEngine:train: %s should be positive or zero, not %s", name,
      errors.number(rate))
  end
end

local function descend(state)
  check_rate("lr", state.lr)
  check_rate("lrcriterion", state.lrcriterion)
  if state.lrcriterion > 0 and state.criterion.updateParameters then
    state.criterion:updateParameters(state.lrcriterion)
  end
  if state.lr > 0 then state.network:updateParameters(state.lr) end
end

--- engine:train{ network =, criterion =, iterator =, lr =, lrcriterion = lr, maxepoch = 1000 }:
-- goes through the iterator `maxepoch` times; samples have the fields input and target.
SGDEngine.train = method("tnt.SGDEngine:train", "tnt.SGDEngine", {
  { name = "network", type = "nn.Module" },
  { name = "criterion", type = "nn.Criterion" },
  { name = "iterator", type = "tnt.DatasetIterator" },
  { name = "lr", type = "number" },
  { name = "lrcriterion", type = "number", defaulta = "lr" },
  { name = "maxepoch", type = "number", default = 1000 },
}, function(self, network, criterion, iterator, lr, lrcriterion, maxepoch)
  self:loop({
    network = network, criterion = criterion, iterator = iterator, lr = lr,
    lrcriterion = lrcriterion, maxepoch = maxepoch,
  }, descend)
end)

--- engine:test{ network =, iterator = [, criterion =] }: goes through the iterator once, in
-- evaluation mode; calls onStart, onSample, onForward, onForwardCriterion and onEnd.
SGDEngine.test = method("tnt.SGDEngine:test", "tnt.SGDEngine", {
  { name = "network", type = "nn.Module" },
  { name = "iterator", type = "tnt.DatasetIterator" },
  { name = "criterion", type = "nn.Criterion", opt = true },
}, function(self, network, iterator, criterion)
  local hooks = self.hooks
  local state = {
    network = network, iterator = iterator, criterion = criterion, sample = {}, t = 0,
    training = false,
  }
  hooks("onStart", state)
  state.network:evaluate()
  for sample in state.iterator() do
    state.sample, state.t = sample, state.t + 1
    forward(hooks, state)
    if state.criterion then forward_criterion(hooks, state) end
  end
  hooks("onEnd", state)
end)
