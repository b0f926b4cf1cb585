-- optim.sgd: gradient descent with momentum, Nesterov's momentum and weight decay.
local core = require "wick.core"
local errors = require "wick.errors"
local step = require "optim.step"

local WHAT = "optim.sgd"

-- The averaged gradient, which begins as the first one.
local function with_momentum(state, gradient, momentum, dampening, nesterov)
  if state.dfdx then
    state.dfdx:mul(momentum):add(1 - dampening, gradient)
  else
    state.dfdx = gradient:clone()
  end
  if nesterov then return gradient:add(momentum, state.dfdx) end
  return state.dfdx
end

--- optim.sgd(feval, x [, config [, state]]): a step of x against the gradient that feval(x)
-- returns after its value. config: learningRate (1e-3), learningRateDecay (0), weightDecay (0) or
-- weightDecays (a tensor like x), momentum (0), dampening (as momentum), nesterov (false),
-- learningRates (factors, a tensor like x). Returns x and { value before the step }.
return function(feval, x, config, state)
  config = config or {}
  state = state or config
  local momentum = config.momentum or 0
  local dampening = config.dampening or momentum
  if config.nesterov and (momentum <= 0 or dampening ~= 0) then
    errors.raise("%s: Nesterov momentum requires a momentum and zero dampening; they are %s and %s",
      WHAT, errors.value(momentum), errors.value(dampening))
  end
  local memory = step.memory(WHAT, x, config)
  local value, gradient = step.evaluate(WHAT, feval, x)
  state.evalCounter = state.evalCounter or 0
  local rate = step.rate(config, 1e-3, state.evalCounter)
  if momentum ~= 0 and state.dfdx and step.is_plain(config, memory, gradient, state.dfdx) then
    core.sgdStep(memory, gradient, state.dfdx, {
      rate = rate, momentum = momentum, dampening = dampening, decay = config.weightDecay,
      nesterov = config.nesterov,
    })
  else
    step.decay(WHAT, config, memory, gradient)
    if momentum ~= 0 then
      gradient = with_momentum(state, gradient, momentum, dampening, config.nesterov)
    end
    step.move(WHAT, config, memory, rate, gradient)
  end
  state.evalCounter = state.evalCounter + 1
  return x, { value }
end
