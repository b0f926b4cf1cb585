--- Cases of core/op/loss.c, loss_distance.c and loss_class.c.
local array = require "spec.support.array"

local EPSILON = 1e-12 -- nn.BCECriterion's
local mean, sum, none = { reduction = "mean" }, { reduction = "sum" }, { reduction = "none" }

-- "mean", "sum" or an array as it is; the options come last.
local function reduced(values, options)
  local reduction = options and options.reduction or "mean"
  if reduction == "none" then return values end
  local total = 0
  for _, v in ipairs(values) do total = total + v end
  return reduction == "sum" and total or total / #values
end

-- A loss that goes element by element, with weights or a number between target and options.
local function by_element(f)
  return function(x, z, ...)
    local rest = { ... }
    local options, weights, number
    for _, value in ipairs(rest) do
      if type(value) == "number" then number = value
      elseif value.size then weights = value
      else options = value end
    end
    local values = array.map(function(a, b, w)
      local v = f(a, b, number)
      return w and w * v or v
    end, x, z, weights)
    return reduced(values, options)
  end
end

local function pair(first, second, ...)
  local rest = { ... }
  return function(make)
    return { first(make), second(make), table.unpack(rest) }
  end
end

local function real(make) return make(3, 4) end
local function other(make) return make(3, 4) end
local function probability(make) return make.between(0.1, 0.9, 3, 4) end
local function sign(make)
  return make.tensor{ { 1, -1, 1, 1 }, { -1, -1, 1, -1 }, { 1, 1, -1, -1 } }
end
local function empty(make) return make(0, 4) end

-- Clear of where the margin is reached: x t is never 1.
local function clear(make)
  return make.tensor{ { 0.5, 2, -1.5, 3 }, { -0.25, 0.25, 1.75, -2 }, { 0.125, -3, 0.75, -0.5 } }
end

local function with_weights(first, second)
  return function(make) return { first(make), second(make), make.positive(3, 4) } end
end

local function distance(f)
  return {
    arguments = pair(real, other),
    more = { pair(real, other, sum), pair(real, other, none), pair(empty, empty, sum),
      pair(empty, empty, none) },
    whole = by_element(f), free = { "rank+", "rank+" },
    large = function(make) return { make(500, 400), make(500, 400) } end,
  }
end

local cases = {
  mse_loss = distance(function(x, t) return (x - t) ^ 2 end),
  l1_loss = distance(function(x, t) return math.abs(x - t) end),
  smooth_l1_loss = distance(function(x, t)
    local d = math.abs(x - t)
    return d < 1 and d * d / 2 or d - 0.5
  end),
  bce_loss = {
    arguments = pair(probability, probability),
    more = {
      pair(probability, probability, sum), pair(probability, probability, none),
      with_weights(probability, probability), pair(empty, empty, sum),
    },
    whole = by_element(function(x, t)
      return -(t * math.log(x + EPSILON) + (1 - t) * math.log(1 - x + EPSILON))
    end),
  },
  bce_with_logits = {
    arguments = pair(real, probability),
    more = {
      pair(real, probability, sum), pair(real, probability, none), with_weights(real, probability),
      pair(empty, empty, sum),
    },
    values = {
      function(make) return { make.tensor{ 300, -300, 300, -300 }, make.tensor{ 1, 0, 0, 1 } } end,
    },
    whole = by_element(function(x, t)
      return math.max(x, 0) - x * t + math.log(1 + math.exp(-math.abs(x)))
    end),
  },
  kl_div_loss = {
    arguments = pair(real, probability),
    more = { pair(real, probability, sum), pair(real, probability, none), pair(empty, empty, sum) },
    values = {
      function(make) return { make.tensor{ 1, 2, 3 }, make.tensor{ 0, 1, 0.5 } } end,
    },
    whole = by_element(function(x, t) return t > 0 and t * (math.log(t) - x) or 0 end),
  },
  margin_loss = {
    arguments = pair(clear, sign),
    more = { pair(clear, sign, 2.2), pair(clear, sign, sum), pair(clear, sign, none),
      pair(empty, empty, sum) },
    whole = by_element(function(x, t, margin) return math.max(0, (margin or 1) - t * x) end),
  },
  soft_margin_loss = {
    arguments = pair(real, sign),
    more = { pair(real, sign, sum), pair(real, sign, none), pair(empty, empty, sum) },
    whole = by_element(function(x, t) return math.log(1 + math.exp(-t * x)) end),
  },
  hinge_embedding_loss = {
    arguments = pair(clear, sign),
    more = { pair(clear, sign, 2.2), pair(clear, sign, sum), pair(clear, sign, none),
      pair(empty, empty, sum) },
    whole = by_element(function(x, t, margin)
      return t == 1 and x or math.max(0, (margin or 1) - x)
    end),
  },
}

for _, case in pairs(cases) do
  case.free, case.mixed = { "rank+", "rank+" }, true
  case.constants = { [2] = true, [3] = true }
end
for _, name in ipairs{ "mse_loss", "l1_loss", "smooth_l1_loss" } do cases[name].constants = nil end

-- Classes -----------------------------------------------------------------------------------------

local function read_options(...)
  local options, weights = {}, nil
  for _, value in ipairs{ ... } do
    if value.size then weights = value else options = value end
  end
  return options, weights
end

-- x as N x C x inner.
local function as_batch(x)
  local n = #x.size == 1 and 1 or x.size[1]
  local c = #x.size == 1 and x.size[1] or x.size[2]
  local inner = 1
  for d = 3, #x.size do inner = inner * x.size[d] end
  return array.reshaped(x, { n, c, inner })
end

local function log_soft_max(x)
  return (array.lines(x, 2, nil, function(list)
    local largest, total, result = -math.huge, 0, {}
    for _, v in ipairs(list) do largest = math.max(largest, v) end
    for _, v in ipairs(list) do total = total + math.exp(v - largest) end
    for i, v in ipairs(list) do result[i] = v - largest - math.log(total) end
    return result
  end))
end

local function negative_log_likelihood(prepare)
  return function(x, target, ...)
    local options, weights = read_options(...)
    local scores = prepare(as_batch(x))
    local losses, total, weight_sum = { size = target.size }, 0, 0
    for place, class in ipairs(target) do
      local n, i = (place - 1) // scores.size[3] + 1, (place - 1) % scores.size[3] + 1
      local ignored = class == (options.ignoreIndex or -100)
      local w = ignored and 0 or weights and weights[class] or 1
      losses[place] = ignored and 0 or -w * array.at(scores, n, class, i)
      total, weight_sum = total + losses[place], weight_sum + w
    end
    if options.reduction == "none" then return losses end
    if options.reduction == "sum" or weight_sum == 0 then return total end
    return total / weight_sum
  end
end

local function multi_margin(x, target, ...)
  local options, weights = read_options(...)
  local scores = as_batch(x)
  local classes = scores.size[2]
  local values = { size = target.size }
  for n, class in ipairs(target) do
    local total = 0
    for j = 1, classes do
      local hinge = math.max(0, (options.margin or 1) - array.at(scores, n, class,
        1) + array.at(scores, n, j, 1))
      if j ~= class then
        total = total + hinge ^ (options.p or 1) * (weights and weights[class] or 1)
      end
    end
    values[n] = total / classes
  end
  return reduced(values, options)
end

local function class_cases(whole)
  return {
    arguments = function(make) return { make(3, 4), make.long{ 2, 4, 1 } } end,
    more = {
      function(make) return { make(4), make.long{ 3 } } end,
      function(make) return { make(3, 4), make.long{ 2, 4, 1 }, make.positive(4) } end,
      function(make) return { make(3, 4), make.long{ 2, 4, 1 }, make.positive(4), sum } end,
      function(make) return { make(3, 4), make.long{ 2, 4, 1 }, none } end,
      function(make) return { make(3, 4), make.long{ 2, 4, 1 }, { ignoreIndex = 4 } } end,
      function(make)
        return { make(2, 3, 2, 2), make.long{ { { 1, 2 }, { 3, 1 } }, { { 2, 2 }, { 1, 3 } } } }
      end,
      function(make) return { make(0, 4), make.long{ 1 }:narrow(1, 1, 0), sum } end,
    },
    values = {
      function(make) return { make(2, 4), make.tensor{ 2, 4 } } end,
      function(make) return { make(2, 4), make.long{ 2, 2 }, { ignoreIndex = 2 } } end,
    },
    constants = { [2] = true, [3] = true }, whole = whole, free = { "size2", "rank+" },
    large = function(make)
      local targets = {}
      for i = 1, 3000 do targets[i] = i * 7 % 40 + 1 end
      return { make(3000, 40), make.long(targets) }
    end,
  }
end

cases.nll_loss = class_cases(negative_log_likelihood(function(x) return x end))
cases.cross_entropy = class_cases(negative_log_likelihood(log_soft_max))
cases.multi_margin_loss = {
  arguments = function(make) return { make.between(-2.6, 3, 3, 4), make.long{ 2, 4, 1 } } end,
  more = {
    function(make) return { make(4), make.long{ 3 } } end,
    function(make)
      return { make.between(-2.6, 3, 3, 4), make.long{ 2, 4, 1 }, { p = 2, margin = 1.5 } }
    end,
    function(make)
      return { make.between(-2.6, 3, 3, 4), make.long{ 2, 4, 1 }, make.positive(4),
        { p = 2, reduction = "none" } }
    end,
    function(make) return { make(0, 4), make.long{ 1 }:narrow(1, 1, 0), sum } end,
  },
  constants = { [2] = true, [3] = true }, whole = multi_margin, free = { "size2", "rank+" },
}

cases.mse_loss.more[1] = pair(real, other, mean)
table.insert(cases.mse_loss.more, pair(real, other, sum))

return cases
