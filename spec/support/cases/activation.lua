--- Cases of core/op/activation.c.
local huge = math.huge

local function away(points, ...)
  local numbers = { ... }
  return function(make) return { make.away_from(points, 3, 4), table.unpack(numbers) } end
end

local function extremes(make)
  return { make.tensor{ huge, -huge, 1e4, -1e4, 50, -50, 0 } }
end

local function expm1(x)
  if math.abs(x) < 1e-4 then return x + x * x / 2 + x * x * x / 6 end
  return math.exp(x) - 1
end

local function log1p(x)
  local u = 1 + x
  return u == 1 and x or u == huge and huge or math.log(u) * x / (u - 1)
end

return {
  relu = {
    arguments = away(0), types = "all", values = { extremes },
    reference = function(x) return x > 0 and x or 0 end,
  },
  threshold = {
    arguments = away(1, 1, -7), more = { away(0) }, values = { extremes },
    reference = function(x, t, v) return x > (t or 1e-6) and x or v or 0 end,
  },
  clamp = {
    arguments = away({ -1, 2 }, -1, 2), types = "all",
    reference = function(x, low, high) return math.max(low, math.min(high, x)) end,
    integers = function(make) return { make.between(-9, 9, 3, 4), 1, 4 } end,
  },
  leaky_relu = {
    arguments = away(0, 0.25), more = { away(0) }, values = { extremes },
    reference = function(x, slope) return x > 0 and x or x * (slope or 0.01) end,
  },
  elu = {
    arguments = away(0, 0.5), more = { away(0) }, values = { extremes },
    reference = function(x, alpha) return x > 0 and x or (alpha or 1) * expm1(x) end,
    small = true,
  },
  softplus = {
    arguments = away({}, 2), more = { away({}) }, values = { extremes },
    reference = function(x, beta)
      beta = beta or 1
      return beta * x > 20 and x or log1p(math.exp(beta * x)) / beta
    end,
  },
  log_sigmoid = {
    arguments = away({}), values = { extremes },
    reference = function(x)
      return x < 0 and x - log1p(math.exp(x)) or -log1p(math.exp(-x))
    end,
  },
  hard_shrink = {
    arguments = away({ -1, 1 }, 1), more = { away({ -0.5, 0.5 }) }, values = { extremes },
    reference = function(x, lambda) return math.abs(x) > (lambda or 0.5) and x or 0 end,
  },
  soft_shrink = {
    arguments = away({ -1, 1 }, 1), more = { away({ -0.5, 0.5 }) }, values = { extremes },
    reference = function(x, lambda)
      lambda = lambda or 0.5
      return x > lambda and x - lambda or x < -lambda and x + lambda or 0
    end,
  },
}
