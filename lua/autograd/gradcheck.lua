-- autograd.gradcheck: whether derivatives agree with differences, as torch-autograd asks it:
-- `require "autograd.gradcheck"{ randomizeInput = true }` gives a function of (f, params, ...).
local class = require "torch.class"
local autograd = require "autograd"
local util = require "autograd.util"

local STEP, BOUND = 1e-6, 1e-5

-- Two derivatives of the same have to be equal.
local function gradient_of(f, arguments, path)
  local df = autograd(f)
  local gradient = util.nestedGet((df(table.unpack(arguments))), path)
  local again = util.nestedGet((df(table.unpack(arguments))), path)
  local same = class.isTensor(gradient) and gradient:equal(again) or gradient == again
  if not same then error("autograd gradient not deterministic") end
  return class.isTensor(gradient) and gradient:contiguous():view(-1) or gradient
end

-- The function's values a step below and above the present one, over the step.
local function difference(f, arguments, set, value)
  set(value - STEP / 2)
  local below = f(table.unpack(arguments))
  set(value + STEP / 2)
  local above = f(table.unpack(arguments))
  set(value)
  return (above - below) / STEP
end

local function error_of_tensor(f, arguments, path)
  local flat = util.nestedGet(arguments[1], path):view(-1)
  local gradient, worst = gradient_of(f, arguments, path), 0
  for i = 1, flat:size(1) do
    local slope = difference(f, arguments, function(value) flat[i] = value end, flat[i])
    worst = math.max(worst, math.abs(slope - gradient[i]))
  end
  return worst
end

local function error_of_number(f, arguments, path)
  local function set(value) util.nestedSet(arguments[1], path, value) end
  local slope = difference(f, arguments, set, util.nestedGet(arguments[1], path))
  return math.abs(slope - gradient_of(f, arguments, path))
end

-- Fills a parameter anew, uniformly in (-1, 1).
local function randomize(arguments, path)
  local value = util.nestedGet(arguments[1], path)
  if class.isTensor(value) then
    value:uniform(-1, 1)
  else
    util.nestedSet(arguments[1], path, 2 * math.random() - 1)
  end
end

--- A function check(f, params, ...) that tells whether the gradients of f(params, ...) agree with
-- differences for every parameter, and prints the largest deviation. With `randomizeInput` (true)
-- the parameters are filled anew before.
return function(options)
  local random = util.defaultBool((options or {}).randomizeInput, true)
  return function(f, ...)
    local arguments, worst = { ... }, 0
    local values, paths = util.sortedFlattenKeys(arguments[1])
    for i, path in ipairs(paths) do
      if random then randomize(arguments, path) end
      local of = class.isTensor(values[i]) and error_of_tensor or error_of_number
      worst = math.max(worst, of(f, arguments, path))
    end
    print(("[gradcheck2] maximum error = %g"):format(worst))
    return worst < BOUND
  end
end
