--- Cases of core/op/extreme.c, scan.c and sort.c: what depends on order along a dimension.
local array = require "spec.support.array"

local anything = "rank+ rank- size1 size2 size3"
local nan = 0 / 0
local indexed = { 1, "torch.LongTensor" }

local function extreme(better)
  return function(list)
    local place = 1
    for i, v in ipairs(list) do
      if list[place] == list[place] and (v ~= v or better(v, list[place])) then place = i end
    end
    return list[place], place
  end
end

local function larger(a, b) return a > b end
local function smaller(a, b) return a < b end

local function any(...)
  local rest = { ... }
  return function(make) return { make(2, 3, 4), table.unpack(rest) } end
end

-- Equal values and NaN; the second row is all NaN.
local function ties(...)
  local rest = { ... }
  return function(make)
    return { make.tensor{ { 3, 1, 3, 1 }, { nan, nan, nan, nan }, { 2, nan, 1, 2 } },
      table.unpack(rest) }
  end
end

local function equals(...)
  local rest = { ... }
  return function(make)
    return { make.tensor{ { 3, 1, 3, 1, 2 }, { 2, 2, 1, 1, 2 } }, table.unpack(rest) }
  end
end

local function no_lines(...)
  local rest = { ... }
  return function(make) return { make(0, 4), table.unpack(rest) } end
end

local function no_elements(make) return { make(0, 4) } end
local function no_length(...)
  local rest = { ... }
  return function(make) return { make(3, 0), table.unpack(rest) } end
end

local function large(...)
  local rest = { ... }
  return function(make) return { make(400, 300), table.unpack(rest) } end
end

-- Values and places in order; NaN counts as the largest.
local function sorted(list, descending)
  local order = {}
  for i in ipairs(list) do order[i] = i end
  local function before(i, j)
    local a, b = list[i], list[j]
    if a ~= a or b ~= b then
      if (a ~= a) == (b ~= b) then return i < j end
      return (a ~= a) == (descending or false)
    end
    if a == b then return i < j end
    if descending then return a > b end
    return a < b
  end
  table.sort(order, before)
  local values = {}
  for i, place in ipairs(order) do values[i] = list[place] end
  return values, order
end

local function place_of(k, x, dim)
  return array.reduce(x, dim or -1, function(list)
    local values, order = sorted(list)
    return values[k(#list)], order[k(#list)]
  end, 2)
end

local function running(f)
  return function(x, dim)
    return array.lines(x, dim or 1, nil, function(list)
      local result, total = {}, nil
      for i, v in ipairs(list) do
        total = total and f(total, v) or v
        result[i] = total
      end
      return result
    end)
  end
end

-- The most frequent value, the smallest of several, and where it stands first.
local function most_frequent(list)
  local count, best = {}, nil
  for _, v in ipairs(list) do count[v] = (count[v] or 0) + 1 end
  for v, n in pairs(count) do
    if not best or n > count[best] or n == count[best] and v < best then best = v end
  end
  for i = #list, 1, -1 do
    if list[i] == best then return best, i end
  end
end

local function extreme_cases(word, better)
  local f = extreme(better)
  return {
    [word .. "_all"] = {
      arguments = any(), more = { function(make) return { make(1) } end }, values = { ties() },
      types = "all",
      whole = function(x) return (f(array.list(x))) end, free = { anything }, exact = true,
      empty = no_elements, empty_fails = "an element to choose", large = large(),
    },
    [word] = {
      arguments = any(2), more = { any(1), any(-1), no_lines(2) }, values = { ties(2) },
      types = "all",
      whole = function(x, dim) return array.reduce(x, dim, f, 2) end, results = indexed,
      free = { anything }, exact = true, empty = no_length(2), empty_fails = "3 x 0",
      large = large(1),
    },
  }
end

local cases = {
  cumsum = {
    arguments = any(2),
    more = { any(), any(3), no_lines(2), function(make) return { make(1) } end },
    whole = running(function(a, b) return a + b end), types = "all", free = { anything },
    large = large(1), tolerance32 = 1e-5,
  },
  cumprod = {
    arguments = any(2),
    more = {
      any(), no_lines(2),
      function(make) return { make.tensor{ { 2, 0, 3 }, { 4, 5, 6 } }, 2 } end,
    },
    whole = running(function(a, b) return a * b end), types = "all", free = { anything },
    large = function(make) return { make.between(0.9, 1.1, 400, 300), 1 } end,
    second = array.has_zero,
  },
  sort = {
    arguments = any(), more = { any(2), any(1, true), no_lines(2), no_length() },
    values = { ties(), ties(2, true), equals() },
    whole = function(x, dim, descending)
      return array.lines(x, dim or -1, nil, function(list) return sorted(list, descending) end, 2)
    end,
    types = "all", results = indexed, free = { anything }, exact = true, large = large(1),
  },
  topk = {
    arguments = any(2), more = { any(), any(2, 2), any(2, 3, true), any(1, 1, true, true),
      no_lines(2, 2) },
    whole = function(x, k, dim, largest)
      k = k or 1
      return array.lines(x, dim or -1, k, function(list)
        local values, order = sorted(list, largest)
        return table.move(values, 1, k, 1, {}), table.move(order, 1, k, 1, {})
      end, 2)
    end,
    types = "all", results = indexed, free = { anything }, exact = true, large = large(5, 1, true),
  },
  kthvalue = {
    arguments = any(2), more = { any(3, 2), no_lines(2, 2) }, values = { equals(2) },
    whole = function(x, k, dim) return place_of(function() return k end, x, dim) end,
    types = "all", results = indexed, free = { anything }, exact = true,
  },
  median = {
    arguments = any(),
    more = { any(2), any(1), no_lines(2), function(make) return { make(1) } end },
    whole = function(x, dim) return place_of(function(n) return (n + 1) // 2 end, x, dim) end,
    types = "all", results = indexed, free = { anything }, exact = true, large = large(2),
    empty = no_length(), empty_fails = "3 x 0",
  },
  mode = {
    arguments = any(), more = { any(2), no_lines(2) }, values = { equals(), equals(2) },
    whole = function(x, dim) return array.reduce(x, dim or -1, most_frequent, 2) end,
    types = "all", results = indexed, free = { anything }, exact = true,
    empty = no_length(), empty_fails = "3 x 0",
  },
}

for word, better in pairs{ max = larger, min = smaller } do
  for name, case in pairs(extreme_cases(word, better)) do cases[name] = case end
end

return cases
