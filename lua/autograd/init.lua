-- The functional face of gradients, after torch-autograd: `local grad = require "autograd"`,
-- `local df = grad(f)`, `local grads, loss = df(params, ...)`.
local core = require "wick.core"
local class = require "torch.class"
local errors = require "wick.errors"
local torch = require "torch"
local tape = require "nn.tape"

local autograd = {}

local options_known = {
  gradArg = true, optimize = true, protected = true, reduceFootprint = true, withForward = true,
  withGradients = true, showCode = true, dotFile = true, partialGrad = true,
  stableGradients = true, profile = true, profileReportFrequency = true, debugHook = true,
}

local function check_options(options)
  for name in pairs(options) do
    if not options_known[name] then
      errors.raise("autograd: there is no option %s%s", errors.value(name),
        errors.suggestion(errors.nearest(name, options_known)))
    end
  end
end

-- Leaves for the parameter, in a structure like its own. Inside another derivative the parameter
-- is recorded already; it then keeps its history, so that gradients of gradients work.
local function leaves_of(parameter)
  if type(parameter) == "number" then
    return torch.DoubleTensor{ parameter }:requiresGrad()
  end
  return tape.map(parameter, function(x)
    if x:isRecorded() then return x:view(x:size()) end
    return x:detach():requiresGrad()
  end)
end

local function differentiate(loss, leaves, nested)
  local list = tape.tensors(leaves)
  local found = class.isTensor(loss) and loss:isRecorded()
    and core.grad(loss, list, nil, { record = nested }) or {}
  local i = 0
  return tape.map(leaves, function(x)
    i = i + 1
    return found[i] or x:detach():clone():zero()
  end)
end

local function check_loss(loss)
  if class.isTensor(loss) and loss:nElement() == 1 or type(loss) == "number" then return end
  errors.raise("autograd: the function returned %s first; a derivative is of one number, the loss",
    errors.value(loss))
end

local function number_of(loss)
  return class.isTensor(loss) and not loss:isRecorded() and loss:item() or loss
end

--- autograd(f [, { gradArg = 1 }]): the derivative of f, whose first result is the loss, with
-- respect to its argument number gradArg: a tensor, a number or nested tables of tensors. The
-- derivative takes f's arguments and returns the gradients, in the same structure, the loss as a
-- number, and f's further results. Derivatives nest. Options of torch-autograd that steer its
-- code generator are accepted and do nothing here.
function autograd.differentiate(f, options)
  options = options or {}
  check_options(options)
  local place = options.gradArg or 1
  return function(...)
    local arguments = table.pack(...)
    local parameter = arguments[place]
    local nested = tape.is_recorded(parameter)
    local leaves = leaves_of(parameter)
    arguments[place] = leaves
    local results = table.pack(torch.withGrad(f, table.unpack(arguments, 1, arguments.n)))
    check_loss(results[1])
    local grads = differentiate(results[1], leaves, nested)
    if type(parameter) == "number" then grads = grads:item() end
    for i = 1, results.n do
      if not nested and class.isTensor(results[i]) then results[i] = results[i]:detach() end
    end
    results[1] = number_of(results[1])
    return grads, table.unpack(results, 1, results.n)
  end
end

--- Whether a derivative agrees with differences: see `torch.gradcheck`.
autograd.gradcheck = torch.gradcheck

return setmetatable(autograd, {
  __call = function(_, f, options)
    return autograd.differentiate(f, options)
  end,
})
