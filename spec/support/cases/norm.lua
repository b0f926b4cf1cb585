--- Cases of core/op/norm.c: batch normalisation and local response normalisation.
local array = require "spec.support.array"

-- The elements of channel c: f(place).
local function each_of_channel(x, c, f)
  array.walk(x.size, function(at, place)
    if at[2] == c then f(place) end
  end)
end

local function read_arguments(...)
  local values, options, tensors = { ... }, { training = true, eps = 1e-5 }, {}
  for i = 1, select("#", ...) do
    local value = values[i]
    if type(value) == "table" and value.size then
      table.insert(tensors, value)
    elseif type(value) == "table" then
      for key, v in pairs(value) do options[key] = v end
    elseif type(value) == "boolean" then
      options.training = value
    end
  end
  return tensors, options
end

local function batch_norm(...)
  local tensors, options = read_arguments(...)
  local x, weight, bias, mean, variance = table.unpack(tensors)
  local y = { size = x.size }
  for c = 1, x.size[2] do
    local n, m, v = 0, 0, 0
    each_of_channel(x, c, function(i) n, m = n + 1, m + x[i] end)
    m = m / n
    each_of_channel(x, c, function(i) v = v + (x[i] - m) ^ 2 / n end)
    if not options.training then m, v = mean[c], variance[c] end
    each_of_channel(x, c, function(i)
      y[i] = (x[i] - m) / math.sqrt(v + options.eps) * (weight and weight[c] or 1) + (bias
        and bias[c] or 0)
    end)
  end
  return y
end

local function local_response_norm(x, size, options)
  local o = options or {}
  local d = #x.size - 2
  return array.build(x.size, function(...)
    local at = { ... }
    local c, total = at[d], 0
    for k = c - (size - 1) // 2, c + size // 2 do
      at[d] = k
      total = total + (array.at(x, table.unpack(at)) or 0) ^ 2
    end
    local scale = (o.k or 1) + (o.alpha or 1e-4) / size * total
    return array.at(x, ...) / scale ^ (o.beta or 0.75)
  end)
end

local function always() return true end

local function normalised(x, ...)
  local rest = { ... }
  return function(make)
    return { make(table.unpack(x)), make.positive(x[2]), make(x[2]), table.unpack(rest) }
  end
end

local function in_evaluation(...)
  local x = { ... }
  return function(make)
    return {
      make(table.unpack(x)), make.positive(x[2]), make(x[2]), make(x[2]), make.positive(x[2]),
      false,
    }
  end
end

return {
  batch_norm = {
    arguments = normalised{ 4, 3 },
    more = {
      normalised({ 2, 3, 2, 2 }, { eps = 0.1 }), in_evaluation(4, 3), in_evaluation(2, 3, 2, 2),
      in_evaluation(0, 3),
      function(make) return { make(3, 2, 4) } end,
    },
    whole = batch_norm, free = { "size1" }, constants = { [4] = true, [5] = true },
    tolerance32 = 2e-5, terms = 100,
    large = normalised{ 8, 16, 30, 30 },
  },
  local_response_norm = {
    arguments = function(make)
      return { make(2, 5, 3, 2), 3, { alpha = 0.5, beta = 0.6, k = 2 } }
    end,
    more = {
      function(make) return { make(5, 2, 2), 5 } end,
      function(make) return { make(1, 4, 2, 2), 3, { alpha = 2 } } end,
      function(make) return { make(0, 4, 2, 2), 3 } end,
    },
    whole = local_response_norm, free = { "rank- size1 size2 size3 size4" }, second = always,
    tolerance32 = 1e-5,
    large = function(make) return { make(4, 16, 24, 24), 5 } end,
  },
}
