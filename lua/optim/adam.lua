-- optim.adam: steps scaled by moving averages of the gradient and its square (Kingma and Ba,
-- 2015).
local core = require "wick.core"
local step = require "optim.step"
local torch = require "torch"

local WHAT = "optim.adam"

--- optim.adam(feval, x [, config [, state]]): config: learningRate (1e-3), learningRateDecay (0),
-- beta1 (0.9), beta2 (0.999), epsilon (1e-8), weightDecay (0), weightDecays, learningRates.
-- Returns x and { value before the step }.
return function(feval, x, config, state)
  config = config or {}
  state = state or config
  local beta1, beta2 = config.beta1 or 0.9, config.beta2 or 0.999
  local memory = step.memory(WHAT, x, config)
  local value, gradient = step.evaluate(WHAT, feval, x)
  state.t = (state.t or 0) + 1
  local rate = step.rate(config, 0.001, state.t - 1) * math.sqrt(1 - beta2 ^ state.t)
    / (1 - beta1 ^ state.t)
  local m, v = step.buffer(state, "m", memory), step.buffer(state, "v", memory)
  local epsilon = config.epsilon or 1e-8
  if step.is_plain(config, memory, gradient, m, v) then
    core.adamStep(memory, gradient, m, v, {
      rate = rate, beta1 = beta1, beta2 = beta2, epsilon = epsilon, decay = config.weightDecay,
    })
    return x, { value }
  end
  step.decay(WHAT, config, memory, gradient)
  m:mul(beta1):add(1 - beta1, gradient)
  v:mul(beta2):addcmul(1 - beta2, gradient, gradient)
  local denom = torch.sqrt(step.buffer(state, "denom", memory), v):add(epsilon)
  step.move_divided(WHAT, config, memory, rate, m, denom)
  return x, { value }
end
