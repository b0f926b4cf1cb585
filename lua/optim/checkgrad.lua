-- optim.checkgrad: a function's gradient against central differences.
local step = require "optim.step"

local function value_at(feval, x, flat, i, shifted)
  local before = flat[i]
  flat[i] = shifted
  local value = step.evaluate("optim.checkgrad", feval, x)
  flat[i] = before
  return value
end

--- optim.checkgrad(feval, x [, eps]): the distance of the gradient that feval(x) returns to
-- central differences with step `eps` (1e-7, which wants a DoubleTensor), relative to their sum,
-- then both gradients.
return function(feval, x, eps)
  eps = eps or 1e-7
  local memory = step.memory("optim.checkgrad", x)
  local flat = memory:view(memory:nElement()) -- writes have to reach x, so a copy will not do
  local _, gradient = step.evaluate("optim.checkgrad", feval, x)
  gradient = gradient:clone()
  local estimate = gradient:clone()
  local entries = estimate:view(estimate:nElement())
  for i = 1, flat:size(1) do
    local middle = flat[i]
    local above = value_at(feval, x, flat, i, middle + eps)
    local below = value_at(feval, x, flat, i, middle - eps)
    entries[i] = (above - below) / (2 * eps)
  end
  return (gradient - estimate):norm() / (gradient + estimate):norm(), gradient, estimate
end
