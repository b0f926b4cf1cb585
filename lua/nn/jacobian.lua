-- nn.Jacobian: the gradients of a module against differences of its outputs. Each test returns the
-- largest absolute error; matrices are inputs x outputs.
local torch = require "torch"

local Jacobian = {}
rawset(_G.nn, "Jacobian", Jacobian)

local function flat(x)
  return x:contiguous():view(-1)
end

-- A row a parameter: for each output, the gradient that `collect` leaves in `row`.
local function by_backward(module, input, row, collect)
  local output = module:forward(input)
  local n = output:nElement()
  local jacobian = torch.Tensor(row:nElement(), n):type(row:type()):zero()
  for i = 1, n do
    local grad_output = module:forward(input):clone():zero()
    flat(grad_output)[i] = 1
    module:zeroGradParameters()
    local grad = collect(grad_output) or row
    jacobian:select(2, i):copy(flat(grad))
  end
  return jacobian
end

--- The Jacobian by backward: of the input, or of `param` whose gradient is `dparam`.
function Jacobian.backward(module, input, param, dparam)
  return by_backward(module, input, param or input, function(grad_output)
    local grad_input = module:updateGradInput(input, grad_output)
    module:accGradParameters(input, grad_output)
    return param and dparam or grad_input
  end)
end

local function copies(weights)
  local list = {}
  for i, weight in ipairs(weights) do list[i] = weight:detach():clone() end
  return list
end

--- The same for `param` by the step that accUpdateGradParameters takes.
function Jacobian.backwardUpdate(module, input, param)
  local weights = module:parameters()
  local before, own = copies(weights), param:detach():clone()
  return by_backward(module, input, param, function(grad_output)
    module:updateGradInput(input, grad_output)
    module:accUpdateGradParameters(input, grad_output, 1)
    local step = torch.csub(own, param:detach())
    for i, weight in ipairs(weights) do weight:copy(before[i]) end
    return step
  end)
end

local function differences(module, input, param, step)
  local values = flat(param:detach())
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

--- The Jacobian by central differences: of the input, or of `param`.
function Jacobian.forward(module, input, param, step)
  return differences(module, input, param or input, step or 1e-6)
end

Jacobian.forwardUpdate = Jacobian.forward

local function largest_difference(a, b)
  return torch.abs(torch.csub(a, b)):max()
end

local function shake(x, low, high)
  low, high = low or -2, high or 2
  torch.noGrad(x.copy, x, torch.rand(x:nElement()):mul(high - low):add(low))
end

--- Input gradients at a random input within [low, high] (-2, 2).
function Jacobian.testJacobian(module, input, low, high, step)
  shake(input, low, high)
  return largest_difference(Jacobian.forward(module, input, input, step),
    Jacobian.backward(module, input))
end

--- The gradient `dparam` of `param` at random values of both.
function Jacobian.testJacobianParameters(module, input, param, dparam, low, high, step)
  shake(input, low, high)
  shake(param, low, high)
  return largest_difference(Jacobian.forward(module, input, param, step),
    Jacobian.backward(module, input, param, dparam))
end

--- The step of accUpdateGradParameters on `param`.
function Jacobian.testJacobianUpdateParameters(module, input, param, low, high, step)
  shake(input, low, high)
  shake(param, low, high)
  return largest_difference(Jacobian.forward(module, input, param, step),
    Jacobian.backwardUpdate(module, input, param))
end

--- Forward and backward of the module and of what serialisation brings back of it; two errors.
function Jacobian.testIO(module, input, low, high)
  shake(input, low, high)
  local output = module:forward(input):clone()
  local grad_output = output:clone():uniform(-1, 1)
  local grad_input = module:updateGradInput(input, grad_output):clone()
  local other = torch.deserialize(torch.serialize(module))
  local forward_error = largest_difference(other:forward(input), output)
  return forward_error, largest_difference(other:updateGradInput(input, grad_output), grad_input)
end

--- Whether each way of stepping, together and apart, changes `weight` alike; errors by name.
function Jacobian.testAllUpdate(module, input, weight, grad_weight)
  local rate = torch.uniform(0.1, 1)
  local function stepped(step)
    local copy = module:clone()
    local output = copy:forward(input)
    local grad_output = output:clone():fill(0.5)
    copy:zeroGradParameters()
    copy:updateGradInput(input, grad_output)
    step(copy, grad_output)
    return copy
  end
  local reference = stepped(function(copy, grad_output)
    copy:accGradParameters(input, grad_output)
  end)
  local expected = torch.csub(reference[weight]:detach(), torch.mul(reference[grad_weight], rate))
  local by_update = stepped(function(copy, grad_output)
    copy:accGradParameters(input, grad_output)
    copy:updateParameters(rate)
  end)
  local direct = stepped(function(copy, grad_output)
    copy:accUpdateGradParameters(input, grad_output, rate)
  end)
  return {
    ["accGradParameters [repeat]"] = largest_difference(by_update[weight]:detach(), expected),
    accUpdateGradParameters = largest_difference(direct[weight]:detach(), expected),
  }
end

return Jacobian
