--- Cases of core/op/softmax.c.
local array = require "spec.support.array"

local function default_dim(x)
  return ({ 1, 2, 1, 2 })[#x.size]
end

local function along(f)
  return function(x, dim) return array.lines(x, dim or default_dim(x), nil, f) end
end

local function exponentials(list, sign)
  local largest, total, e = -math.huge, 0, {}
  for _, v in ipairs(list) do
    if v ~= v then largest = v end
    if largest == largest then largest = math.max(largest, sign * v) end
  end
  for i, v in ipairs(list) do
    e[i] = math.exp(sign * v - largest)
    total = total + e[i]
  end
  return e, total, largest
end

local function soft_max(sign)
  return along(function(list)
    local e, total = exponentials(list, sign)
    for i, v in ipairs(e) do e[i] = v / total end
    return e
  end)
end

local log_soft_max = along(function(list)
  local e, total, largest = exponentials(list, 1)
  for i, v in ipairs(list) do e[i] = v - largest - math.log(total) end
  return e
end)

local function any(...)
  local sizes = { ... }
  return function(make) return { make(table.unpack(sizes)) } end
end

local function case_of(whole)
  return {
    arguments = any(3, 4),
    more = {
      any(4), any(3, 2, 2), any(2, 3, 2, 2), any(1), any(0, 4),
      function(make) return { make(2, 3, 2), 3 } end,
    },
    -- Large scores; one NaN spoils its line.
    values = {
      function(make) return { make.tensor{ { 1000, 0, -1000 }, { -1e4, -1e4, -1e4 } } } end,
      function(make) return { make.tensor{ { 1, 0 / 0, 2 }, { 1, 2, 3 } } } end,
    },
    whole = whole, free = { "rank+ rank- size1 size2" },
    large = function(make) return { make(300, 400) } end,
  }
end

return {
  soft_max = case_of(soft_max(1)),
  log_soft_max = case_of(log_soft_max),
  soft_min = case_of(soft_max(-1)),
}
