-- optim.adamax: adam with the largest gradient seen, fading, in place of the mean square.
local step = require "optim.step"

local WHAT = "optim.adamax"

--- optim.adamax(feval, x [, config [, state]]): config: learningRate (0.002), beta1 (0.9), beta2
-- (0.999), epsilon (1e-38), weightDecay (0), weightDecays, learningRates. Returns x and { value }.
return function(feval, x, config, state)
  config = config or {}
  state = state or config
  local beta1, beta2 = config.beta1 or 0.9, config.beta2 or 0.999
  local memory = step.memory(WHAT, x, config)
  local value, gradient = step.evaluate(WHAT, feval, x)
  step.decay(WHAT, config, memory, gradient)
  state.t = (state.t or 0) + 1
  local m, u = step.buffer(state, "m", memory), step.buffer(state, "u", memory)
  local size = step.buffer(state, "max", memory)
  m:mul(beta1):add(1 - beta1, gradient)
  size:copy(gradient):abs():add(config.epsilon or 1e-38)
  u:mul(beta2):cmax(size)
  local rate = (config.learningRate or 0.002) / (1 - beta1 ^ state.t)
  step.move_divided(WHAT, config, memory, rate, m, u, size)
  return x, { value }
end
