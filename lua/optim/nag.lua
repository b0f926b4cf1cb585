-- optim.nag: Nesterov's accelerated gradient, taken where the momentum leads.
local errors = require "wick.errors"
local step = require "optim.step"

local WHAT = "optim.nag"

--- optim.nag(feval, x [, config [, state]]): moves x by its momentum, asks for the gradient there
-- and follows it. config: learningRate (1e-3), learningRateDecay (0), weightDecay (0),
-- weightDecays, momentum (0.9), learningRates. Returns x and { value }.
return function(feval, x, config, state)
  config = config or {}
  state = state or config
  local momentum = config.momentum or 0.9
  if momentum <= 0 then
    errors.raise("%s: the momentum is %s; it has to be greater than 0 (optim.sgd needs none)", WHAT,
      errors.value(momentum))
  end
  local memory = step.memory(WHAT, x, config)
  if state.dfdx then memory:add(momentum, state.dfdx) end
  local value, gradient = step.evaluate(WHAT, feval, x)
  step.decay(WHAT, config, memory, gradient)
  state.evalCounter = state.evalCounter or 0
  local rate = step.rate(config, 1e-3, state.evalCounter)
  local velocity = step.buffer(state, "dfdx", memory):mul(momentum)
  step.move(WHAT, config, velocity, rate, gradient)
  step.move(WHAT, config, memory, rate, gradient)
  state.evalCounter = state.evalCounter + 1
  return x, { value }
end
