-- totem.nn: checks of modules, each with a torch.Tester that counts them. Inputs and outputs are
-- tensors or tables of them, however nested.
require "nn"

local class = require "torch.class"

local torch = require "torch"

local checks = {}

-- f(x, ...) for the tensors of a nested table, with those in the same places of other tables.
local function each(f, value, ...)
  if value == nil or value == false then return end
  if class.isTensor(value) or type(value) == "number" then return f(value, ...) end
  local others = table.pack(...)
  for key, entry in pairs(value) do
    local beside = {}
    for i = 1, others.n do beside[i] = others[i] and others[i][key] end
    each(f, entry, table.unpack(beside, 1, others.n))
  end
end

local function copy(f, value)
  if type(value) ~= "table" or class.typename(value) then return f(value) end
  local result = {}
  for key, entry in pairs(value) do result[key] = copy(f, entry) end
  return result
end

local function clone(value)
  return copy(function(x) return class.isTensor(x) and x:clone() or x end, value)
end

local function random_like(value)
  return copy(function(x)
    if not class.isTensor(x) then return torch.normal(0, 1) end
    return torch.randn(x:size()):typeAs(x)
  end, value)
end

-- The product of output and gradOutput: a loss whose gradient the latter is.
local function loss_of(output, grad_output)
  local loss = 0
  each(function(y, grad)
    loss = loss + (class.isTensor(y) and torch.cmul(y, grad):sum() or y * grad)
  end, output, grad_output)
  return loss
end

-- Sets the generator back to where it was, for modules that draw from it.
local function checkpoint()
  local state = torch.getRNGState()
  return function() torch.setRNGState(state) end
end

local function is_double(x)
  return x:type() == "torch.DoubleTensor"
end

-- Differences of the loss at both sides of every element.
local function numeric_gradient(loss, x)
  local step = is_double(x) and 1e-6 or 1e-3
  local gradient, flat = x:clone(), x:view(-1)
  local slopes = gradient:view(-1)
  for i = 1, flat:size(1) do
    local before = flat[i]
    flat[i] = before - step
    local low = loss()
    flat[i] = before + step
    slopes[i] = (loss() - low) / (2 * step)
    flat[i] = before
  end
  return gradient
end

local function compare(tester, what, loss, x, gradient, precision)
  precision = precision or (is_double(x) and 1e-4 or 1e-2)
  tester:eq(gradient, numeric_gradient(loss, x), "wrong grad w.r.t. " .. what, precision)
end

--- checkGradients(tester, module, input [, precision]): the gradients of input and parameters
-- against differences of the output. Those of parameters are added to what is there.
function checks.checkGradients(tester, module, input, precision)
  input = copy(function(x) return x:clone() end, input)
  local revert = checkpoint()
  local grad_output = random_like(clone(module:forward(input)))
  local function loss()
    revert()
    return loss_of(module:forward(input), grad_output)
  end
  local params, grads
  if module:parameters() then params, grads = module:getParameters() end
  local before = grads and grads:uniform():clone()
  loss()
  local grad_input = clone(module:backward(input, grad_output))
  local grad_params = grads and grads - before
  each(function(x, gradient)
    if not gradient then return end
    tester:eq(x:size(), gradient:size(), "wrong gradInput size")
    compare(tester, "input", loss, x, gradient, precision)
  end, input, grad_input)
  if params then compare(tester, "params", loss, params, grad_params, precision) end
end

--- checkMinibatch(tester, module, input [, precision]): outputs and input gradients of a batch
-- against those of its rows, one by one.
function checks.checkMinibatch(tester, module, input, precision)
  precision = precision or 1e-14
  local output = clone(module:forward(input))
  local grad_output = random_like(output)
  local grad_input = clone(module:updateGradInput(input, grad_output))
  local rows
  each(function(x) rows = rows or x:size(1) end, input)
  for i = 1, rows do
    local function row(value)
      return copy(function(x) return x[i]:clone() end, value)
    end
    local one = row(input)
    tester:eq(module:forward(one), row(output), "wrong minibatch output", precision)
    tester:eq(module:updateGradInput(one, row(grad_output)), row(grad_input),
      "wrong minibatch gradInput", precision)
  end
end

local function type_of(value)
  local name
  each(function(x) name = name or x:type() end, value)
  return name
end

-- Output and input gradient of one run, and how to come by the same numbers.
local function run(module, input, grad_output)
  local output = clone(module:forward(input))
  grad_output = grad_output or random_like(output)
  return output, clone(module:backward(input, grad_output)), grad_output
end

--- checkTypeCastable(tester, module, input [, toType = "torch.FloatTensor" [, precision = 1e-6]]):
-- the module computes the same in the other type and, brought back, in its own.
function checks.checkTypeCastable(tester, module, input, to_type, precision)
  precision, to_type = precision or 1e-6, to_type or "torch.FloatTensor"
  local own = type_of(input)
  local function cast(value, name)
    return copy(function(x) return class.isTensor(x) and x:type(name) or x end, value)
  end
  local revert = checkpoint()
  local output, grad_input, grad_output = run(module, input)
  module:type(to_type)
  revert()
  local cast_output, cast_grad = run(module, cast(input, to_type), cast(grad_output, to_type))
  tester:eq(cast(cast_output, own), output, "wrong output after a cast", precision)
  tester:eq(cast(cast_grad, own), grad_input, "wrong gradInput after a cast", precision)
  module:type(own)
  revert()
  local again, grad_again = run(module, input, grad_output)
  tester:eq(again, output, "wrong output after the cast back", precision)
  tester:eq(grad_again, grad_input, "wrong gradInput after the cast back", precision)
end

--- checkTypePreservesSharing(tester, module [, toType]): parameters that a copy shares are shared
-- after both were converted.
function checks.checkTypePreservesSharing(tester, module, to_type)
  local twin = module:clone()
  for i, x in ipairs(module:parameters() or {}) do twin:parameters()[i]:set(x) end
  _G.nn.Sequential():add(module):add(twin):type(to_type or "torch.FloatTensor")
  for i, x in ipairs(module:parameters() or {}) do
    tester:assert(twin:parameters()[i]:isSetTo(x),
      ("sharing is broken for parameter #%d"):format(i))
  end
end

--- checkSerializable(tester, module, input [, precision = 1e-6]): a copy through a file computes
-- the same.
function checks.checkSerializable(tester, module, input, precision)
  local revert = checkpoint()
  local output, grad_input, grad_output = run(module, input)
  local twin = torch.deserialize(torch.serialize(module), { functions = true })
  revert()
  local same, same_grad = run(twin, input, grad_output)
  tester:eq(same, output, "wrong output after a file", precision or 1e-6)
  tester:eq(same_grad, grad_input, "wrong gradInput after a file", precision or 1e-6)
end

return checks
