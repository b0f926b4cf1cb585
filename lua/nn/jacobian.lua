-- nn.Jacobian and nn.SparseJacobian: the gradients of a module against differences of its outputs.
-- Each test returns the largest absolute error; matrices are inputs x outputs. Inputs of the sparse
-- one are K x 2, indices and values.
local torch = require "torch"

local function flat(x)
  return x:contiguous():view(-1)
end

-- A row a parameter: for each output, the gradient that `collect` returns.
local function by_backward(module, input, collect)
  local n = module:forward(input):nElement()
  local jacobian
  for i = 1, n do
    local grad_output = module:forward(input):clone():zero()
    flat(grad_output)[i] = 1
    module:zeroGradParameters()
    local grad = collect(grad_output)
    jacobian = jacobian or grad.new(grad:nElement(), n)
    jacobian:select(2, i):copy(grad)
  end
  return jacobian
end

local function copies(weights)
  local list = {}
  for i, weight in ipairs(weights) do list[i] = weight:detach():clone() end
  return list
end

-- The outputs' differences when each of `values`, a view of the input or of a parameter, changes.
local function differences(module, input, values, step)
  local function output_at(i, value)
    values[i] = value
    return flat(module:forward(input)):clone()
  end
  local jacobian
  for i = 1, values:nElement() do
    local value = values[i]
    local above, below = output_at(i, value + step), output_at(i, value - step)
    values[i] = value
    jacobian = jacobian or values.new(values:nElement(), above:nElement())
    jacobian:select(1, i):copy(torch.div(torch.csub(above, below), 2 * step))
  end
  return jacobian
end

local function largest_difference(a, b)
  return torch.abs(torch.csub(a, b)):max()
end

local function shake(x, low, high)
  low, high = low or -2, high or 2
  torch.noGrad(x.copy, x, torch.rand(x:nElement()):mul(high - low):add(low):viewAs(x))
end

-- Errors of stepping ------------------------------------------------------------------------------

local function stepped(modules, input, step)
  for _, module in ipairs(modules) do
    local grad_output = module:forward(input):clone():fill(0.5)
    module:zeroGradParameters()
    module:updateGradInput(input, grad_output)
    step(module, grad_output)
  end
end

-- How far `weight` is from where `count` steps of `rate` lead, after the modules' own.
local function step_error(modules, expected, weight, input, step)
  stepped(modules, input, step)
  local err = 0
  for _, module in ipairs(modules) do
    err = math.max(err, largest_difference(module[weight]:detach(), expected))
  end
  return err
end

local function sharing(module, weight)
  local one, other = module:clone(), module:clone()
  other:share(one, weight)
  return { one, other }
end

-- Two modules that share a weight accumulate both before either steps.
local function shared_update_error(modules, expected, weight, rate, input)
  stepped(modules, input, function(module, grad_output)
    module:accGradParameters(input, grad_output)
  end)
  for _, module in ipairs(modules) do module:updateParameters(rate) end
  return largest_difference(modules[1][weight]:detach(), expected)
end

local function all_updates(module, input, weight, grad_weight)
  local rate = torch.uniform(0.1, 1)
  local before, gradient = module:clone()[weight]:detach(), nil
  local function accumulate(one, grad_output)
    one:accGradParameters(input, grad_output)
    gradient = one[grad_weight]:clone()
    one:updateParameters(rate)
  end
  local function direct(one, grad_output)
    one:accUpdateGradParameters(input, grad_output, rate)
  end
  stepped({ module:clone() }, input, accumulate)
  local function after(steps)
    return torch.csub(before, torch.mul(gradient, steps * rate))
  end
  local pair = sharing(module, weight)
  stepped(pair, input, direct)
  return {
    accGradParameters = step_error({ module:clone() }, after(1), weight, input, accumulate),
    accUpdateGradParameters = step_error({ module:clone() }, after(1), weight, input, direct),
    ["accGradParameters [shared]"] =
      shared_update_error(sharing(module, weight), after(2), weight, rate, input),
    ["accUpdateGradParameters [shared]"] =
      largest_difference(pair[1][weight]:detach(), after(2)),
  }
end

-- Diagonals of the Hessian (nn.hessian) -----------------------------------------------------------

-- The diagonal of |outputs|^2 / 2 by nn.hessian, and for modules linear in everything the sum of
-- the squared gradients of the outputs, which is the same.
local function diagonal_error(module, input, gradient, diagonal)
  module:initDiagHessianParameters()
  local output = module:forward(input)
  for _, name in ipairs{ "diagHessianWeight", "diagHessianBias" } do
    if module[name] then module[name]:zero() end
  end
  local ones = output:clone():fill(1)
  module:updateDiagHessianInput(input, ones)
  module:accDiagHessianParameters(input, ones)
  local squares = by_backward(module, input, function(grad_output)
    module:updateGradInput(input, grad_output)
    module:accGradParameters(input, grad_output)
    return flat(module[gradient])
  end):pow(2):sum(2)
  return largest_difference(flat(module[diagonal]), flat(squares))
end

-- The two checkers --------------------------------------------------------------------------------

-- A checker of inputs whose values, and whose gradients' values, `values_of` views as a vector.
local function define(name, values_of)
  local checker = {}
  rawset(_G.nn, name, checker)

  --- The Jacobian by backward: of the input, or of `param` whose gradient is `dparam`.
  function checker.backward(module, input, param, dparam)
    return by_backward(module, input, function(grad_output)
      local grad_input = module:updateGradInput(input, grad_output)
      module:accGradParameters(input, grad_output)
      return param and flat(dparam) or values_of(grad_input)
    end)
  end

  --- The same for `param` by the step that accUpdateGradParameters takes.
  function checker.backwardUpdate(module, input, param)
    local weights = module:parameters()
    local before, own = copies(weights), param:detach():clone()
    return by_backward(module, input, function(grad_output)
      module:updateGradInput(input, grad_output)
      module:accUpdateGradParameters(input, grad_output, 1)
      local step = torch.csub(own, param:detach())
      for i, weight in ipairs(weights) do weight:copy(before[i]) end
      return flat(step)
    end)
  end

  --- The Jacobian by central differences: of the input, or of `param`.
  function checker.forward(module, input, param, step)
    local is_input = not param or rawequal(param, input)
    local values = is_input and values_of(input:detach()) or flat(param:detach())
    return differences(module, input, values, step or 1e-6)
  end

  checker.forwardUpdate = checker.forward

  --- Input gradients at a random input within [low, high] (-2, 2).
  function checker.testJacobian(module, input, low, high, step)
    shake(values_of(input:detach()), low, high)
    return largest_difference(checker.forward(module, input, nil, step),
      checker.backward(module, input))
  end

  --- The gradient `dparam` of `param` at random values of both.
  function checker.testJacobianParameters(module, input, param, dparam, low, high, step)
    shake(values_of(input:detach()), low, high)
    shake(param, low, high)
    return largest_difference(checker.forward(module, input, param, step),
      checker.backward(module, input, param, dparam))
  end

  --- The step of accUpdateGradParameters on `param`.
  function checker.testJacobianUpdateParameters(module, input, param, low, high, step)
    shake(values_of(input:detach()), low, high)
    shake(param, low, high)
    return largest_difference(checker.forwardUpdate(module, input, param, step),
      checker.backwardUpdate(module, input, param))
  end

  --- Forward and backward of the module and of what serialisation brings back of it, once it is
  -- cleared; two errors.
  function checker.testIO(module, input, low, high)
    shake(values_of(input:detach()), low, high)
    local output = module:forward(input):clone()
    local grad_output = output:clone():uniform(-1, 1)
    local grad_input = values_of(module:updateGradInput(input, grad_output)):clone()
    local other = torch.deserialize(torch.serialize(module:clearState()))
    local forward_error = largest_difference(other:forward(input), output)
    local again = values_of(other:updateGradInput(input, grad_output))
    if grad_input:nElement() == 0 then return forward_error, 0 end
    return forward_error, largest_difference(again, grad_input)
  end

  --- Whether each way of stepping, apart and shared by two modules, changes `weight` alike; errors
  -- by name.
  checker.testAllUpdate = all_updates
  return checker
end

local Jacobian = define("Jacobian", flat)

--- Of modules linear in everything, once nn.hessian.enable() was called: the diagonal Hessian of
-- the input.
function Jacobian.testDiagHessianInput(module, input, low, high)
  shake(input, low, high)
  return diagonal_error(module, input, "gradInput", "diagHessianInput")
end

--- The same of the weight.
function Jacobian.testDiagHessianWeight(module, input, low, high)
  shake(input, low, high)
  return diagonal_error(module, input, "gradWeight", "diagHessianWeight")
end

--- The same of the bias.
function Jacobian.testDiagHessianBias(module, input, low, high)
  shake(input, low, high)
  return diagonal_error(module, input, "gradBias", "diagHessianBias")
end

define("SparseJacobian", function(x)
  return x:select(2, 2)
end)
