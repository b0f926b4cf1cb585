--- Cases of core/op/linear_algebra.c.
local array = require "spec.support.array"

local function distances(x, z, gain)
  gain = gain or 1
  local width = 1
  for d = 2, #x.size do width = width * x.size[d] end
  return array.build({ x.size[1], z.size[1] }, function(i, j)
    local total = 0
    for k = 1, width do
      total = total + (x[(i - 1) * width + k] - z[(j - 1) * width + k]) ^ 2
    end
    return gain * total
  end)
end

-- The elements of every slice along a dimension.
local function slices(x, dim)
  local list = {}
  for i = 1, x.size[dim] do list[i] = {} end
  array.walk(x.size, function(at, place) table.insert(list[at[dim]], x[place]) end)
  return list
end

local function limited(x, p, dim, limit)
  if dim < 0 then dim = dim + #x.size + 1 end
  local factors = {}
  for i, values in ipairs(slices(x, dim)) do
    local total = 0
    for _, v in ipairs(values) do total = total + math.abs(v) ^ p end
    local norm = total ^ (1 / p)
    factors[i] = norm > limit and limit / (norm + 1e-7) or 1
  end
  local result = { size = x.size }
  array.walk(x.size, function(at, place) result[place] = x[place] * factors[at[dim]] end)
  return result
end

local function cross(a, b, dim)
  for d = #a.size, 1, -1 do
    if not dim and a.size[d] == 3 and a.size[d - 1] ~= 3 then dim = d end
  end
  if dim < 0 then dim = dim + #a.size + 1 end
  local result = { size = a.size }
  array.walk(a.size, function(at, place)
    local i = at[dim]
    local function element(x, by)
      at[dim] = (i - 1 + by) % 3 + 1
      local v = x[array.place(x.size, at)]
      at[dim] = i
      return v
    end
    result[place] = element(a, 1) * element(b, 2) - element(a, 2) * element(b, 1)
  end)
  return result
end

return {
  cross = {
    arguments = function(make) return { make(2, 3), make(2, 3) } end,
    more = {
      function(make) return { make(3, 4), make(3, 4), 1 } end,
      function(make) return { make(2, 3, 2), make(2, 3, 2), -2 } end,
      function(make) return { make(3), make(3) } end,
      function(make) return { make(0, 3), make(0, 3) } end,
    },
    whole = cross, types = "all",
    large = function(make) return { make(3, 30000), make(3, 30000) } end,
  },
  match = {
    arguments = function(make) return { make(3, 4), make(2, 4) } end,
    more = {
      function(make) return { make(3, 2, 2), make(2, 4), 0.5 } end,
      function(make) return { make(0, 4), make(2, 4) } end,
      function(make) return { make(3, 0), make(2, 0) } end,
    },
    values = { function(make) return { make(3, 4), make(2, 4), -2 } end },
    whole = distances, types = "all", free = { "size1", "size1" },
    large = function(make) return { make(300, 20), make(200, 20) } end,
  },
  renorm = {
    arguments = function(make) return { make(3, 4), 2, 1, 3 } end,
    more = {
      function(make) return { make(3, 4), 1, 2, 4 } end,
      function(make) return { make.away_from(0, 2, 3, 4), 3, -1, 2.5 } end,
      function(make) return { make(0, 4), 2, 1, 3 } end,
      function(make) return { make(3, 0), 2, 1, 3 } end,
    },
    values = { function(make) return { make.tensor{ { 0, 0 }, { 3, 4 } }, 2, 1, 1 } end },
    whole = limited, free = { "rank+ size1 size2" },
    large = function(make) return { make(400, 300), 2, 2, 10 } end,
  },
}
