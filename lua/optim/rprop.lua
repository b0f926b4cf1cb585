-- optim.rprop: steps of each parameter's own size, which grows while the sign of its gradient
-- stays and shrinks where it changes (Riedmiller and Braun, 1993).
local class = require "torch.class"
local step = require "optim.step"
local torch = require "torch"

local WHAT = "optim.rprop"

-- The sizes live under `stepsize`, which in the config is the number they begin with.
local function sizes_of(config, state, x)
  if not class.isTensor(state.stepsize) then
    state.stepsize = x:clone():fill(config.stepsize or 0.1)
  end
  return state.stepsize
end

local function update(config, state, x, gradient)
  local previous = step.buffer(state, "delta", x)
  local sizes = sizes_of(config, state, x)
  local sign = step.buffer(state, "sign", x):copy(gradient):cmul(previous):sign()
  state.psign, state.nsign = sign:gt(0), sign:lt(0)
  sign:fill(1):maskedFill(state.psign, config.etaplus or 1.2)
  sign:maskedFill(state.nsign, config.etaminus or 0.5)
  sizes:cmul(sign):clamp(config.stepsizemin or 1e-6, config.stepsizemax or 50)
  gradient:maskedFill(state.nsign, 0)
  torch.sign(sign, gradient)
  step.move(WHAT, config, x, 1, sign:cmul(sizes))
  previous:copy(gradient)
end

--- optim.rprop(feval, x [, config [, state]]): config: stepsize (0.1), etaplus (1.2), etaminus
-- (0.5), stepsizemax (50), stepsizemin (1e-6), niter (1: evaluations a call). Returns x and the
-- list of values.
return function(feval, x, config, state)
  config = config or {}
  state = state or config
  local memory = step.memory(WHAT, x, config)
  local values = {}
  for i = 1, config.niter or 1 do
    local value, gradient = step.evaluate(WHAT, feval, x)
    update(config, state, memory, gradient)
    values[i] = value
  end
  return x, values
end
