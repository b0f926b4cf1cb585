-- optim.adagrad: steps divided by the root of all squared gradients so far (Duchi and others,
-- 2011).
local step = require "optim.step"
local torch = require "torch"

local WHAT = "optim.adagrad"

--- optim.adagrad(feval, x [, config [, state]]): config: learningRate (1e-3), learningRateDecay
-- (0), weightDecay (0), weightDecays, learningRates. Returns x and { value before the step }.
return function(feval, x, config, state)
  config = config or {}
  state = state or config
  local memory = step.memory(WHAT, x, config)
  local value, gradient = step.evaluate(WHAT, feval, x)
  step.decay(WHAT, config, memory, gradient)
  state.evalCounter = state.evalCounter or 0
  local rate = step.rate(config, 1e-3, state.evalCounter)
  local variance = step.buffer(state, "paramVariance", memory):addcmul(1, gradient, gradient)
  local std = torch.sqrt(step.buffer(state, "paramStd", memory), variance):add(1e-10)
  step.move_divided(WHAT, config, memory, rate, gradient, std)
  state.evalCounter = state.evalCounter + 1
  return x, { value }
end
