-- optim.asgd: stochastic gradient descent whose parameters are averaged beside it.
local step = require "optim.step"
local torch = require "torch"

local WHAT = "optim.asgd"

local function fill_in(config, state)
  config.eta0 = config.eta0 or 1e-4
  config.lambda = config.lambda or 1e-4
  config.alpha = config.alpha or 0.75
  config.t0 = config.t0 or 1e6
  state.eta_t = state.eta_t or config.eta0
  state.mu_t = state.mu_t or 1
  state.t = state.t or 0
end

-- The average follows x until step t0, then takes the mean of what comes.
local function average(state, x)
  if state.mu_t == 1 or not state.ax then
    step.buffer(state, "ax", x):copy(x)
  else
    local difference = torch.csub(step.buffer(state, "tmp", x), x, state.ax)
    state.ax:add(state.mu_t, difference)
  end
end

--- optim.asgd(feval, x [, config [, state]]): config: eta0 (1e-4), lambda (1e-4), alpha (0.75), t0
-- (1e6), written back where they are missing; weightDecays, learningRates. Returns x, { value }
-- and the averaged parameters.
return function(feval, x, config, state)
  config = config or {}
  state = state or config
  fill_in(config, state)
  local memory = step.memory(WHAT, x, config)
  local value, gradient = step.evaluate(WHAT, feval, x)
  state.t = state.t + 1
  memory:mul(1 - config.lambda * state.eta_t)
  step.move(WHAT, config, memory, state.eta_t, gradient)
  average(state, memory)
  state.eta_t = config.eta0 / (1 + config.lambda * config.eta0 * state.t) ^ config.alpha
  state.mu_t = 1 / math.max(1, state.t - config.t0)
  return x, { value }, state.ax
end
