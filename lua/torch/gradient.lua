-- Gradients under `torch`: switching recording off, gradients of functions, operations of one's
-- own, and the checks against differences.
local core = require "wick.core"
local class = require "torch.class"
local errors = require "wick.errors"

local torch = _G.torch

-- Recording --------------------------------------------------------------------------------------

local function finish(ok, ...)
  if ok then return ... end
  if (...) == "attempt to yield across a C-call boundary" then
    errors.raise("noGrad: a coroutine cannot yield inside it, as whoever runs next would find "
      .. "recording switched; yield outside")
  end
  error((...), 0)
end

local function with_recording(on, f, ...)
  local metatable = getmetatable(f)
  if type(f) ~= "function" and not (type(metatable) == "table" and metatable.__call) then
    errors.raise("%s: expected a function, got %s", on and "withGrad" or "noGrad", errors.value(f))
  end
  return finish(core.withRecording(on, f, ...))
end

--- torch.noGrad(f, ...): calls f while nothing is recorded and returns what it returns. Recording
-- is as before afterwards, also when f raises.
function torch.noGrad(f, ...)
  return with_recording(false, f, ...)
end

--- torch.withGrad(f, ...): calls f while operations are recorded, also inside `torch.noGrad`.
function torch.withGrad(f, ...)
  return with_recording(true, f, ...)
end

--- Whether operations are recorded at the moment.
torch.isRecording = core.recording

--- torch.grad(outputs, inputs [, gradients] [, { retain =, record = }]): the gradients of the sum
-- of the outputs (each one element, or weighted by `gradients`) with respect to the inputs: one
-- tensor for one input, else a list with nil where nothing depends. Leaves keep theirs unchanged.
-- `record` records the pass, so that the gradients can be differentiated again.
function torch.grad(outputs, inputs, ...)
  local grads = core.grad(outputs, inputs, ...)
  if class.isTensor(inputs) then return grads[1] end
  return grads
end

-- Operations in Lua ------------------------------------------------------------------------------

local function recorded(inputs)
  for i = 1, inputs.n do
    if class.isTensor(inputs[i]) and inputs[i]:isRecorded() then return true end
  end
  return false
end

local function tensors_of(values)
  local tensors, places = {}, {}
  for i = 1, values.n do
    if class.isTensor(values[i]) then
      tensors[#tensors + 1] = values[i]
      places[#places + 1] = i
    end
  end
  return tensors, places
end

-- Backward answers one gradient a parameter of forward; the tape asks for those of tensors.
local function picking(definition, context, places)
  return function(...)
    local grads = table.pack(definition.backward(context, ...))
    local picked = {}
    for i, place in ipairs(places) do picked[i] = grads[place] end
    return table.unpack(picked, 1, #places)
  end
end

--- torch.operation{ name =, forward =, backward = }: an operation with a gradient of one's own.
-- `forward(context, ...)` computes tensors from its arguments, unrecorded; what backward needs it
-- leaves in the table `context`. `backward(context, gradient, ...)` gets a gradient for each
-- result (nil: none arrived) and returns one for each argument of forward (nil: zero, or no
-- tensor). Returns a function.
function torch.operation(definition)
  local name = definition.name or "a Lua operation"
  for _, part in ipairs{ "forward", "backward" } do
    if type(definition[part]) ~= "function" then
      errors.raise("torch.operation: %s needs a function `%s`, got %s", name, part,
        errors.value(definition[part]))
    end
  end
  return function(...)
    local arguments, context = table.pack(...), {}
    local results = table.pack(torch.noGrad(definition.forward, context, ...))
    if not (core.recording() and recorded(arguments)) then
      return table.unpack(results, 1, results.n)
    end
    local inputs, places = tensors_of(arguments)
    for i = 1, results.n do
      if not class.isTensor(results[i]) then
        errors.raise("%s: forward returned %s as result %d; it has to be a tensor", name,
          errors.value(results[i]), i)
      end
      results[i] = results[i]:detach()
    end
    core.record(name, inputs, results, picking(definition, context, places))
    return table.unpack(results, 1, results.n)
  end
end

-- Checks -----------------------------------------------------------------------------------------

local function leaves_of(inputs)
  local leaves = {}
  for i, x in ipairs(inputs) do
    leaves[i] = x:detach():double():clone():requiresGrad()
  end
  return leaves
end

-- A fixed weighting turns a result of any shape into one number.
local function weighted(result, weights)
  local total = 0
  for i, y in ipairs(result) do
    if not weights[i] then
      local n = y:nElement()
      local spread = torch.range(1, math.max(n, 1)):double():mul(0.7):sin():add(1.3)
      weights[i] = spread:narrow(1, 1, n):viewAs(y)
    end
    total = torch.cmul(y, weights[i]):sum() + total
  end
  return total
end

local function evaluate(f, leaves, weights)
  local results = { f(table.unpack(leaves)) }
  for i, y in ipairs(results) do
    if type(y) == "number" then results[i] = torch.DoubleTensor{ y } end
  end
  return weighted(results, weights)
end

local function number_of(value)
  return type(value) == "number" and value or value:item()
end

-- Central differences for element i of a leaf.
local function difference(f, leaves, weights, flat, i, step)
  local x = flat[i]
  flat[i] = x + step
  local above = number_of(evaluate(f, leaves, weights))
  flat[i] = x - step
  local below = number_of(evaluate(f, leaves, weights))
  flat[i] = x
  return (above - below) / (2 * step)
end

local function compare(f, leaves, weights, grads, options)
  local step = options.step or 1e-6
  local absolute, relative = options.absolute or 1e-5, options.relative or 1e-3
  for number, leaf in ipairs(leaves) do
    local n = leaf:nElement()
    local flat = leaf:detach():view(n > 0 and n or 0)
    local grad = grads[number] and grads[number]:detach():contiguous():view(n)
    for i = 1, n do
      local expected = torch.noGrad(difference, f, leaves, weights, flat, i, step)
      local found = grad and grad[i] or 0
      local near = math.abs(found - expected) <= absolute + relative * math.abs(expected)
      if not near then
        return false, ("input %d, element %d: gradient %.8g, differences give %.8g"):format(number,
          i, found, expected)
      end
    end
  end
  return true
end

--- torch.gradcheck(f, inputs [, { step =, absolute =, relative = }]): whether the gradients of
-- f(table.unpack(inputs)) agree with central differences, in double precision. Returns true, or
-- false and the first place where they do not.
function torch.gradcheck(f, inputs, options)
  local leaves, weights = leaves_of(inputs), {}
  local total = torch.withGrad(evaluate, f, leaves, weights)
  if type(total) == "number" or not total:isRecorded() then
    return false, "the result does not depend on the inputs by recorded operations"
  end
  return compare(f, leaves, weights, torch.grad(total, leaves), options or {})
end

--- torch.gradgradcheck(f, inputs [, options]): the same for the gradients of the gradients.
function torch.gradgradcheck(f, inputs, options)
  local weights = {}
  local function first(...)
    local leaves = { ... }
    for i, leaf in ipairs(leaves) do
      if not leaf:isRecorded() then leaves[i] = leaf:detach():requiresGrad() end
    end
    local total = torch.withGrad(evaluate, f, leaves, weights)
    local grads = torch.withGrad(torch.grad, total, leaves, { record = true })
    local results = {}
    for i = 1, #leaves do results[#results + 1] = grads[i] end
    return table.unpack(results)
  end
  return torch.gradcheck(first, inputs, options)
end
