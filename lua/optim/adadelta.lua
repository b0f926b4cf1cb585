-- optim.adadelta: steps in the units of the parameters, from moving averages of squared gradients and
-- squared steps (Zeiler, 2012).
local step = require "optim.step"

local WHAT = "optim.adadelta"

--- optim.adadelta(feval, x [, config [, state]]): config: rho (0.9), eps (1e-6), weightDecay (0),
-- weightDecays, learningRate (1, a factor of the whole step), learningRates. Returns x and { value
-- before the step }.
return function(feval, x, config, state)
  config = config or {}
  state = state or config
  local rho, eps = config.rho or 0.9, config.eps or 1e-6
  local memory = step.memory(WHAT, x)
  local value, gradient = step.evaluate(WHAT, feval, x)
  step.decay(WHAT, config, memory, gradient)
  local variance = step.buffer(state, "paramVariance", memory)
  local taken = step.buffer(state, "accDelta", memory)
  variance:mul(rho):addcmul(1 - rho, gradient, gradient)
  local std = step.buffer(state, "paramStd", memory):copy(variance):add(eps):sqrt()
  local delta = step.buffer(state, "delta", memory):copy(taken):add(eps):sqrt()
  delta:cdiv(std):cmul(gradient)
  taken:mul(rho):addcmul(1 - rho, delta, delta)
  step.move(WHAT, config, memory, config.learningRate or 1, delta)
  state.evalCounter = (state.evalCounter or 0) + 1
  return x, { value }
end
