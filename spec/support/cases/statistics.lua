--- Cases of core/op/statistics.c: products, norms, variances, log-sum-exp.
local array = require "spec.support.array"

local anything = "rank+ rank- size1 size2 size3"

local function prod(list)
  local product = 1
  for _, v in ipairs(list) do product = product * v end
  return product
end

local function norm_of(p)
  return function(list)
    local total = 0
    for _, v in ipairs(list) do
      total = total + (p == 0 and (v ~= 0 and 1 or 0) or math.abs(v) ^ p)
    end
    return p == 0 and total or total ^ (1 / p)
  end
end

local function variance_of(biased)
  return function(list)
    local mean, total = 0, 0
    for _, v in ipairs(list) do mean = mean + v / #list end
    for _, v in ipairs(list) do total = total + (v - mean) ^ 2 end
    return total / (biased and #list or #list - 1)
  end
end

local function deviation_of(biased)
  local variance = variance_of(biased)
  return function(list) return math.sqrt(variance(list)) end
end

local function log_sum_exp(list)
  local largest, total = -math.huge, 0
  for _, v in ipairs(list) do largest = math.max(largest, v) end
  if largest == -math.huge or largest == math.huge then return largest end
  for _, v in ipairs(list) do total = total + math.exp(v - largest) end
  return largest + math.log(total)
end

local function away(...)
  local rest = { ... }
  return function(make) return { make.away_from(0, 2, 3, 2), table.unpack(rest) } end
end

local function large(...)
  local rest = { ... }
  return function(make) return { make(300, 500), table.unpack(rest) } end
end

local function with_zero(...)
  local rest = { ... }
  return function(make)
    return { make.tensor{ { 2, 0, 3 }, { 0, 0, 5 }, { 1, 2, 4 } }, table.unpack(rest) }
  end
end

local function no_elements(make) return { make(0, 4) } end
local function no_lines(...)
  local rest = { ... }
  return function(make) return { make(0, 4), table.unpack(rest) } end
end

return {
  prod_all = {
    arguments = away(), more = { with_zero(), no_elements, function(make) return { make(1) } end },
    whole = function(x) return prod(array.list(x)) end, types = "all", free = { anything },
    second = array.has_zero,
  },
  prod = {
    arguments = away(2), more = { away(-1), with_zero(2), no_lines(2), no_lines(1) },
    whole = function(x, dim) return array.reduce(x, dim, prod) end, types = "all",
    free = { anything }, large = function(make) return { make.between(0.9, 1.1, 300, 500), 1 } end,
    second = array.has_zero,
  },
  norm_all = {
    arguments = away(), more = { away(1), away(3), away(2.5), away(0), no_elements },
    whole = function(x, p) return norm_of(p or 2)(array.list(x)) end, free = { anything },
    large = large(),
  },
  norm = {
    arguments = away(2, 2), more = { away(1, 3), away(3, 1), away(0, 2), no_lines(2, 2) },
    whole = function(x, p, dim) return array.reduce(x, dim, norm_of(p)) end, free = { anything },
    large = large(2, 2),
  },
  dist = {
    arguments = function(make) return { make(3, 4), make(3, 4) } end,
    more = {
      function(make) return { make(3, 4), make(3, 4), 1 } end,
      function(make) return { make(3, 4), make(3, 4), 3 } end,
      function(make) return { make(0, 4), make(0, 4) } end,
    },
    whole = function(x, z, p)
      local list = {}
      for i, v in ipairs(x) do list[i] = v - z[i] end
      return norm_of(p or 2)(list)
    end,
    free = { "rank+", "rank+" }, mixed = true,
  },
  var_all = {
    arguments = away(), more = { away(true) }, empty = no_elements,
    empty_fails = "no element in 0 x 4",
    whole = function(x, biased) return variance_of(biased)(array.list(x)) end,
    free = { anything }, large = large(),
  },
  var = {
    arguments = away(2), more = { away(1, true), away(2, false), no_lines(2) },
    whole = function(x, dim, biased) return array.reduce(x, dim, variance_of(biased)) end,
    free = { anything }, large = large(2),
  },
  std_all = {
    arguments = away(), more = { away(true) }, empty = no_elements,
    empty_fails = "no element in 0 x 4",
    whole = function(x, biased) return deviation_of(biased)(array.list(x)) end,
    free = { anything }, large = large(),
  },
  std = {
    arguments = away(2), more = { away(1, true), no_lines(2) },
    whole = function(x, dim, biased) return array.reduce(x, dim, deviation_of(biased)) end,
    free = { anything }, large = large(1),
  },
  log_sum_exp_all = {
    arguments = away(),
    more = { no_elements },
    values = { function(make) return { make.tensor{ 1000, 1000, -1000 } } end },
    whole = function(x) return log_sum_exp(array.list(x)) end, free = { anything },
  },
  log_sum_exp = {
    arguments = away(2),
    more = { away(1), no_lines(2) },
    values = {
      function(make) return { make.tensor{ { 1000, 1000 }, { -math.huge, -math.huge } }, 2 } end,
    },
    whole = function(x, dim) return array.reduce(x, dim, log_sum_exp) end, free = { anything },
    large = large(2),
  },
}
