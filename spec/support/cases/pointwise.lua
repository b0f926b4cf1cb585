--- Cases of core/op/pointwise.c: mathematics of one tensor.
local huge = math.huge

local function trunc(x)
  if x ~= x or x == huge or x == -huge then return x end
  return x < 0 and math.ceil(x) or math.floor(x)
end

-- Abramowitz and Stegun 7.1.5: the series converges fast for the small x of the samples.
local function erf(x)
  local term, sum = x, x
  for n = 1, 200 do
    term = -term * x * x / n
    sum = sum + term / (2 * n + 1)
  end
  return 2 / math.sqrt(math.pi) * sum
end

local function any(make) return { make(3, 4) } end
local function positive(make) return { make.positive(3, 4) } end
local function inside(make) return { make.between(-0.9, 0.9, 3, 4) } end
local function away(points)
  return function(make) return { make.away_from(points, 3, 4) } end
end
local wholes = { -3, -2, -1, 0, 1, 2, 3 }
local halves = { -2.5, -1.5, -0.5, 0.5, 1.5, 2.5 }

local function extremes(make)
  return { make.tensor{ huge, -huge, 0, 1e4, -1e4, 2 ^ -10 } }
end

local function log1p(x)
  local u = 1 + x
  return u == 1 and x or math.log(u) * x / (u - 1)
end

local cases = {
  neg = { arguments = any, types = "all", reference = function(x) return -x end },
  abs = { arguments = away(0), types = "all", reference = math.abs },
  sign = {
    arguments = away(0), types = "all", nan = false, values = { extremes },
    reference = function(x) return x > 0 and 1 or x < 0 and -1 or 0 end,
  },
  square = { arguments = any, types = "all", reference = function(x) return x * x end },
  sqrt = { arguments = positive, reference = math.sqrt },
  rsqrt = { arguments = positive, reference = function(x) return 1 / math.sqrt(x) end },
  cinv = { arguments = away(0), reference = function(x) return 1 / x end },
  exp = { arguments = any, reference = math.exp, values = { extremes } },
  log = { arguments = positive, reference = math.log },
  log1p = { arguments = positive, small = true, reference = log1p },
  sin = { arguments = any, small = true, reference = math.sin },
  cos = { arguments = any, reference = math.cos },
  tan = { arguments = inside, small = true, reference = math.tan },
  asin = { arguments = inside, small = true, reference = math.asin },
  acos = { arguments = inside, reference = math.acos },
  atan = { arguments = any, small = true, reference = math.atan, values = { extremes } },
  sinh = {
    arguments = any, small = true, reference = function(x)
      return (math.exp(x) - math.exp(-x)) / 2
    end,
  },
  cosh = {
    arguments = any, reference = function(x) return (math.exp(x) + math.exp(-x)) / 2 end,
  },
  tanh = {
    arguments = any, small = true, values = { extremes },
    reference = function(x)
      local e = math.exp(-2 * math.abs(x))
      return (x < 0 and -1 or 1) * (1 - e) / (1 + e)
    end,
  },
  sigmoid = {
    arguments = any, values = { extremes }, reference = function(x)
      return 1 / (1 + math.exp(-x))
    end,
  },
  erf = { arguments = any, small = true, reference = erf, tolerance = 1e-11 },
  floor = { arguments = away(wholes), reference = math.floor },
  ceil = { arguments = away(wholes), reference = math.ceil },
  round = {
    arguments = away(halves),
    values = {
      function(make) return { make.tensor{ 0.5, -0.5, 1.5, -1.5, 2.5, -2.5, 0.49999997 } } end,
    },
    reference = function(x)
      local whole = math.floor(math.abs(x))
      if math.abs(x) - whole >= 0.5 then whole = whole + 1 end
      return x < 0 and -whole or whole
    end,
  },
  trunc = { arguments = away(wholes), reference = trunc },
  frac = { arguments = away(wholes), reference = function(x) return x - trunc(x) end },
}

return cases
