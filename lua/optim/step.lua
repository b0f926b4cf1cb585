-- What the optimisers share: asking for the gradient, weight decay, and the step itself. They work
-- on the parameters' memory without their history, so that nothing of a step is recorded.
local class = require "torch.class"
local errors = require "wick.errors"
local options = require "optim.options"
local torch = require "torch"

local step = {}

local function shaped_like(tensor, x)
  if tensor:isSameSizeAs(x) then return tensor end
  return tensor:contiguous():viewAs(x)
end

local function check_gradient(what, gradient, x)
  if not class.isTensor(gradient) then
    errors.raise("%s: the function returned %s as its gradient; it returns a value and a tensor of "
      .. "the parameters' size", what, errors.value(gradient))
  elseif gradient:nElement() ~= x:nElement() then
    errors.raise("%s: the gradient %s has %d elements, the parameters %s have %d", what,
      errors.value(gradient), gradient:nElement(), errors.value(x), x:nElement())
  end
end

--- The tensor x without its history, after a look at the options `config` when they are given;
-- `what` names the optimiser in messages.
function step.memory(what, x, config)
  if config then options.check(what, config) end
  if not class.isTensor(x) then
    errors.raise("%s: the parameters are %s, a tensor expected (see getParameters)", what,
      errors.value(x))
  end
  return x:detach()
end

--- Calls feval(x): its value as a number, and the gradient in the shape of x, without history.
function step.evaluate(what, feval, x)
  local value, gradient = feval(x)
  check_gradient(what, gradient, x)
  if class.isTensor(value) then value = value:item() end
  return value, shaped_like(gradient:detach(), x)
end

-- A tensor of one factor a parameter, such as `learningRates`, in the shape of x.
local function per_parameter(what, config, key, x)
  local tensor = config[key]
  if tensor == nil then return nil end
  if not class.isTensor(tensor) or tensor:nElement() ~= x:nElement() then
    errors.raise("%s: %s is %s; it has one element a parameter, the parameters are %s", what, key,
      errors.value(tensor), errors.value(x))
  end
  return shaped_like(tensor, x)
end

--- Whether a step can be one pass over memory (core.sgdStep, core.adamStep): no factors for single
-- parameters, everything side by side and of one type.
function step.is_plain(config, x, ...)
  if config.learningRates or (config.weightDecays and (config.weightDecay or 0) == 0) then
    return false
  end
  for _, t in ipairs{ x, ... } do
    if not t:isContiguous() or t:type() ~= x:type() or t:nElement() ~= x:nElement() then
      return false
    end
  end
  return true
end

--- Adds the weight decay to the gradient: `weightDecay`, or where that is 0 `weightDecays`.
function step.decay(what, config, x, gradient)
  local decay = config.weightDecay or 0
  if decay ~= 0 then
    gradient:add(decay, x)
  else
    local decays = per_parameter(what, config, "weightDecays", x)
    if decays then gradient:addcmul(1, decays, x) end
  end
end

--- x <- x - rate * direction, times `learningRates` where they are given.
function step.move(what, config, x, rate, direction)
  local rates = per_parameter(what, config, "learningRates", x)
  if rates then
    x:addcmul(-rate, rates, direction)
  else
    x:add(-rate, direction)
  end
end

--- x <- x - rate * numerator / denominator, times `learningRates`, which takes the tensor
-- `scratch` (the denominator unless given).
function step.move_divided(what, config, x, rate, numerator, denominator, scratch)
  local rates = per_parameter(what, config, "learningRates", x)
  if rates then
    scratch = torch.cdiv(scratch or denominator, numerator, denominator)
    x:addcmul(-rate, rates, scratch)
  else
    x:addcdiv(-rate, numerator, denominator)
  end
end

--- The learning rate of this step; `default` where config has none.
function step.rate(config, default, steps)
  return (config.learningRate or default) / (1 + steps * (config.learningRateDecay or 0))
end

--- state[key], made as a tensor like x filled with `value` (0) when it is not there yet.
function step.buffer(state, key, x, value)
  state[key] = state[key] or x:clone():fill(value or 0)
  return state[key]
end

return step
