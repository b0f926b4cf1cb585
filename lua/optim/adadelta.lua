-- optim.adadelta: steps in the units of the parameters, from moving averages of squared gradients
-- and squared steps (Zeiler, 2012).
local step = require "optim.step"
local torch = require "torch"

local WHAT = "optim.adadelta"

--- optim.adadelta(feval, x [, config [, state]]): config: rho (0.9), eps (1e-6), weightDecay (0),
-- weightDecays, learningRateMultiplier (1) and learningRates, factors of the step (there is no
-- learningRate). Returns x and { value before the step }.
return function(feval, x, config, state)
  config = config or {}
  state = state or config
  local rho, eps = config.rho or 0.9, config.eps or 1e-6
  local memory = step.memory(WHAT, x, config)
  local value, gradient = step.evaluate(WHAT, feval, x)
  step.decay(WHAT, config, memory, gradient)
  local variance = step.buffer(state, "paramVariance", memory)
  local taken = step.buffer(state, "accDelta", memory)
  variance:mul(rho):addcmul(1 - rho, gradient, gradient)
  local std = torch.add(step.buffer(state, "paramStd", memory), variance, eps):sqrt()
  local delta = torch.add(step.buffer(state, "delta", memory), taken, eps):sqrt()
  delta:cdiv(std):cmul(gradient)
  taken:mul(rho):addcmul(1 - rho, delta, delta)
  step.move(WHAT, config, memory, config.learningRateMultiplier or 1, delta)
  state.evalCounter = (state.evalCounter or 0) + 1
  return x, { value }
end
