-- optim.rmsprop: steps divided by the root of a moving average of squared gradients.
local step = require "optim.step"
local torch = require "torch"

local WHAT = "optim.rmsprop"

--- optim.rmsprop(feval, x [, config [, state]]): config: learningRate (1e-2), alpha (0.99),
-- epsilon (1e-8), weightDecay (0), weightDecays, initialMean (0), learningRates. Returns x and {
-- value }.
return function(feval, x, config, state)
  config = config or {}
  state = state or config
  local alpha = config.alpha or 0.99
  local memory = step.memory(WHAT, x, config)
  local value, gradient = step.evaluate(WHAT, feval, x)
  step.decay(WHAT, config, memory, gradient)
  local mean = step.buffer(state, "m", memory, config.initialMean)
  mean:mul(alpha):addcmul(1 - alpha, gradient, gradient)
  local root = torch.sqrt(step.buffer(state, "tmp", memory), mean):add(config.epsilon or 1e-8)
  step.move_divided(WHAT, config, memory, config.learningRate or 1e-2, gradient, root)
  return x, { value }
end
