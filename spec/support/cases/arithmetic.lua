--- Cases of core/op/arithmetic.c. Samples of two tensors broadcast: 3 x 4 with 4 or 3 x 1.
local function number(value)
  return function(make) return { make(3, 4), value } end
end

local function pair(make) return { make(3, 4), make.away_from(0, 3, 4) } end
local function with_row(make) return { make(3, 4), make.away_from(0, 4) } end
local function with_column(make) return { make(3, 1), make.away_from(0, 2, 1, 4) } end
local pairs_of_shapes = { with_row, with_column }

local function floored_rest(x, z)
  return x - z * math.floor(x / z)
end

-- The rest with the sign of x, as C's fmod.
local function rest(x, z)
  local r = math.fmod(math.abs(x), math.abs(z))
  return x < 0 and -r or r
end

local function quotient(x, z)
  local q = x / z
  return q < 0 and math.ceil(q) or math.floor(q)
end

local function integer_power(x, e)
  if e >= 0 then return x ^ e end
  return math.abs(x) == 1 and x ^ e or 0
end

-- Far from where x / z is whole, so that rests have derivatives.
local function clear_of_wholes(make)
  return {
    make.tensor{ { 2.25, -1.5, 0.75 }, { -2.75, 1.125, 2.625 } },
    make.tensor{ { 1, 0.875, -0.5 }, { -1.25, 2, 1.75 } },
  }
end

local function integer_pair(make)
  return { make.between(-9, 9, 3, 4), make.away_from(0, 3, 4) }
end

local function positive_base(make) return { make.positive(3, 4), make(3, 4) } end
local function small_powers(make)
  return { make.between(-3, 3, 3, 4), make.between(-2, 3, 3, 4) }
end

local function factor(f)
  return function(x, alpha, z)
    if not z then alpha, z = 1, alpha end
    return f(x, alpha, z)
  end
end

local function factor_of_two(f)
  return function(x, alpha, z, u)
    if not u then alpha, z, u = 1, alpha, z end
    return f(x, alpha, z, u)
  end
end

local function with_factor(make) return { make(3, 4), 2, make(3, 4) } end
local function triple(make) return { make(3, 4), make(3, 1), make.away_from(0, 4) } end
local function triple_with_factor(make)
  return { make(3, 4), 2, make(3, 4), make.away_from(0, 3, 4) }
end

return {
  add = {
    arguments = with_factor, more = { pair, with_row, with_column }, types = "all",
    reference = factor(function(x, alpha, z) return x + alpha * z end),
  },
  add_number = {
    arguments = number(2), types = "all", reference = function(x, a) return x + a end,
  },
  csub = {
    arguments = with_factor, more = { pair, with_row, with_column }, types = "all",
    reference = factor(function(x, alpha, z) return x - alpha * z end),
  },
  subtract_number = {
    arguments = number(2), types = "all", reference = function(x, a) return x - a end,
  },
  subtract_from = {
    arguments = number(2), types = "all", reference = function(x, a) return a - x end,
  },
  mul = {
    arguments = number(3), more = { number(-2) }, types = "all",
    reference = function(x, a) return x * a end,
  },
  div = {
    arguments = number(2), types = "all", reference = function(x, a) return x / a end,
    integer = quotient,
  },
  divide_number = {
    arguments = function(make) return { make.away_from(0, 3, 4), 2.5 } end,
    reference = function(x, a) return a / x end,
  },
  fmod = {
    arguments = function(make) return { make.away_from({ -2, -1, 0, 1, 2 }, 3, 4), 1 } end,
    more = { number(2) }, types = "all", reference = rest,
    integers = function(make) return { make.between(-9, 9, 3, 4), 4 } end,
  },
  remainder = {
    arguments = function(make) return { make.away_from({ -2, -1, 0, 1, 2 }, 3, 4), 1 } end,
    more = { number(2), number(-2) }, types = "all", reference = floored_rest,
    integers = function(make) return { make.between(-9, 9, 3, 4), 4 } end,
  },
  pow = {
    arguments = function(make) return { make.positive(3, 4), 2.5 } end,
    more = { number(2), number(3), number(1), number(0) }, types = "all",
    integers = number(3), reference = function(x, a) return x ^ a end, nan = true,
  },
  pow_of = {
    arguments = function(make) return { 2.5, make(3, 4) } end,
    reference = function(a, x) return a ^ x end, in_place = false,
  },
  cmul = {
    arguments = pair, more = pairs_of_shapes, types = "all",
    reference = function(x, z) return x * z end,
  },
  cdiv = {
    arguments = pair, more = pairs_of_shapes, types = "all",
    reference = function(x, z) return x / z end, integer = quotient, integers = integer_pair,
  },
  cpow = {
    arguments = positive_base, types = "all", integers = small_powers,
    more = {
      function(make) return { make.positive(3, 1), make(4) } end,
    },
    reference = function(x, z) return x ^ z end, integer = integer_power,
  },
  cfmod = {
    arguments = clear_of_wholes, types = "all", integers = integer_pair, reference = rest,
  },
  cremainder = {
    arguments = clear_of_wholes, types = "all", integers = integer_pair, reference = floored_rest,
  },
  cmax = {
    arguments = pair, more = pairs_of_shapes, types = "all", reference = math.max,
  },
  max_number = {
    arguments = function(make) return { make.away_from(1, 3, 4), 1 } end, types = "all",
    reference = math.max,
  },
  cmin = {
    arguments = pair, more = pairs_of_shapes, types = "all", reference = math.min,
  },
  min_number = {
    arguments = function(make) return { make.away_from(1, 3, 4), 1 } end, types = "all",
    reference = math.min,
  },
  atan2 = {
    arguments = pair, more = pairs_of_shapes, reference = function(x, z) return math.atan(x, z) end,
  },
  addcmul = {
    arguments = triple_with_factor, more = { triple }, types = "all",
    reference = factor_of_two(function(x, alpha, z, u) return x + alpha * z * u end),
  },
  addcdiv = {
    arguments = triple_with_factor, more = { triple }, types = "all",
    reference = factor_of_two(function(x, alpha, z, u) return x + alpha * z / u end),
    integer = factor_of_two(function(x, alpha, z, u) return x + quotient(alpha * z, u) end),
  },
  lerp = {
    arguments = function(make) return { make(3, 4), make(3, 4), 0.25 } end,
    more = {
      function(make) return { make(3, 4), make(3, 1), 0.75 } end,
    },
    reference = function(x, z, w) return x + w * (z - x) end,
  },
}
