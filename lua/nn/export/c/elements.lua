-- What works element by element, in C: an expression of the elements x, z and u of the inputs and
-- the numbers a and b. The same as the loops of core/kernel/pointwise*.inc.
local loops = require "nn.export.c.loops"

local NAMES = { "x", "z", "u" }

local expressions = {
  -- one input
  neg = "-x", abs = "fabsf(x)", sign = "(float)((x > 0) - (x < 0))", square = "x * x",
  sqrt = "sqrtf(x)", rsqrt = "1 / sqrtf(x)", cinv = "1 / x", exp = "expf(x)", log = "logf(x)",
  log1p = "log1pf(x)", sin = "sinf(x)", cos = "cosf(x)", tan = "tanf(x)", asin = "asinf(x)",
  acos = "acosf(x)", atan = "atanf(x)", sinh = "sinhf(x)", cosh = "coshf(x)", tanh = "tanhf(x)",
  sigmoid = "1 / (1 + expf(-x))", erf = "erff(x)", floor = "floorf(x)", ceil = "ceilf(x)",
  round = "roundf(x)", trunc = "truncf(x)", frac = "x - truncf(x)", clone = "x", reshape = "x",
  -- one input and numbers
  add_number = "x + a", subtract_number = "x - a", subtract_from = "a - x", mul = "x * a",
  div = "x / a", divide_number = "a / x", fmod = "fmodf(x, a)",
  remainder = "x - a * floorf(x / a)", pow = "powf(x, a)", pow_of = "powf(a, x)",
  max_number = "x < a ? a : x", min_number = "x > a ? a : x",
  -- activations
  relu = "x < 0 ? 0 : x", threshold = "x > a || x != x ? x : b",
  clamp = "x < a ? a : x > b ? b : x", leaky_relu = "x > 0 ? x : x * a",
  elu = "x > 0 ? x : a * expm1f(x)", softplus = "a * x > 20 ? x : log1pf(expf(a * x)) / a",
  log_sigmoid = "x < 0 ? x - log1pf(expf(x)) : -log1pf(expf(-x))",
  hard_shrink = "x > a || x < -a || x != x ? x : 0",
  soft_shrink = "x > a ? x - a : x < -a ? x + a : x != x ? x : 0",
  -- several inputs
  add = "x + a * z", csub = "x - a * z", cmul = "x * z", cdiv = "x / z", cpow = "powf(x, z)",
  cfmod = "fmodf(x, z)", cremainder = "x - z * floorf(x / z)", cmax = "z > x || z != z ? z : x",
  cmin = "z < x || z != z ? z : x", atan2 = "atan2f(x, z)", addcmul = "x + a * z * u",
  addcdiv = "x + a * z / u", lerp = "x + a * (z - x)",
  -- masks: 0 and 1, as floats
  lt = "(float)(x < z)", le = "(float)(x <= z)", gt = "(float)(x > z)", ge = "(float)(x >= z)",
  eq = "(float)(x == z)", ne = "(float)(x != z)", lt_number = "(float)(x < a)",
  le_number = "(float)(x <= a)", gt_number = "(float)(x > a)", ge_number = "(float)(x >= a)",
  eq_number = "(float)(x == a)", ne_number = "(float)(x != a)",
  where = "x != 0 ? z : u", masked_fill = "z != 0 ? a : x", convert = "x",
}

local MASK = "^%(float%)%(x " -- what a comparison makes

-- The place of the inputs that may be masks.
local masks = { where = 1, masked_fill = 2, convert = 1 }

-- 1 a factor is not worth writing.
local function simple(expression, values)
  return values[1] == 1 and expression:gsub("%f[%w]a %* ", "") or expression
end

local function with_numbers(expression, values, float)
  for i, letter in ipairs{ "a", "b" } do
    if type(values[i]) == "number" then
      expression = expression:gsub("%f[%w]" .. letter .. "%f[%W]", float(values[i]))
    end
  end
  return expression
end

local function check_types(step)
  for i, operand in ipairs(step.inputs) do
    local is_mask = operand.type == "torch.ByteTensor" and masks[step.word] == i
    if operand.type ~= "torch.FloatTensor" and not is_mask then
      step:refuse(" of a %s", operand.type)
    end
  end
end

local function is_same(sizes, others)
  if #sizes ~= #others then return false end
  for dim, size in ipairs(sizes) do
    if size ~= others[dim] then return false end
  end
  return true
end

-- How many inputs lie in that buffer.
local function readers(step, buffer)
  local count = 0
  for _, operand in ipairs(step.inputs) do
    if operand.buffer == buffer then count = count + 1 end
  end
  return count
end

-- The result, in the place of an input of its shape that nobody reads any more where there is one;
-- not where another input reads the same buffer in another order.
local function result_of(step, sizes)
  for i, operand in ipairs(step.inputs) do
    if is_same(operand.sizes, sizes) and readers(step, operand.buffer) == 1 and step:is_spent(i)
    then
      return step:result(operand.buffer)
    end
  end
  return step:result()
end

local function write(step)
  check_types(step)
  local sizes = step:sizes()
  local result = result_of(step, sizes)
  if result.type ~= "torch.FloatTensor" and not expressions[step.word]:find(MASK) then
    step:refuse(" to a %s", result.type)
  end
  local operands = { { name = "y", pointer = step:pointer(result), strides = result.strides } }
  for i, operand in ipairs(step.inputs) do
    operands[i + 1] = { name = NAMES[i], read = true, pointer = step:pointer(operand),
      strides = loops.spread(operand.sizes, operand.strides, sizes) }
  end
  local expression = simple(expressions[step.word], step.values)
  loops.write(step, sizes, "y = " .. with_numbers(expression, step.values, step.float) .. ";",
    operands)
end

local writers = {}
for word in pairs(expressions) do writers[word] = write end

-- A copy in another shape.
function writers.reshape(step)
  local from = step:dense(1)
  local count = 1
  for _, size in ipairs(from.sizes) do count = count * size end
  loops.write(step, { count }, "y = x;", {
    { name = "y", pointer = step:output(), strides = { 1 } },
    { name = "x", pointer = step:pointer(from), strides = { 1 }, read = true },
  })
end

return writers
