--- Cases of core/op/histogram.c.
local array = require "spec.support.array"

local nan = 0 / 0

-- The least and the largest, NaN left aside.
local function range_of(x, low, high)
  low, high = low or 0, high or 0
  if low == high then
    local least, most
    for _, v in ipairs(x) do
      if v == v then least, most = math.min(least or v, v), math.max(most or v, v) end
    end
    low, high = least or low, most or high
  end
  if low == high then return low - 1, high + 1 end
  return low, high
end

local function counted(rows)
  return function(x, bins, low, high)
    bins = bins or 100
    low, high = range_of(x, low, high)
    local height = rows and x.size[1] or 1
    local result = { size = rows and { height, bins } or { bins } }
    for place = 1, height * bins do result[place] = 0 end
    local width = height > 0 and array.count(x.size) // height or 0
    for place, v in ipairs(x) do
      if v >= low and v <= high then
        local bin = math.min(math.floor((v - low) / (high - low) * bins), bins - 1)
        local at = (rows and (place - 1) // width or 0) * bins + bin + 1
        result[at] = result[at] + 1
      end
    end
    return result
  end
end

local function case(rows)
  return {
    arguments = function(make) return { make(3, 4), 8, -4, 4 } end,
    more = {
      function(make) return { make(3, 4), 4 } end,
      function(make) return { make(3, 4) } end,
      function(make) return { make(0, 4), 5 } end,
      function(make) return { make(3, 4), 3, 0.5, 1 } end,
    },
    values = {
      function(make)
        return { make.tensor{ { 1, nan, 1, 3 }, { 0, 4, nan, 5 } }, 4, 0, 4 }
      end,
      function(make) return { make.tensor{ { 2, 2 }, { 2, 2 } }, 4 } end,
    },
    whole = counted(rows), exact = true,
    free = { rows and "size1 size2" or "rank+ rank- size1 size2" },
  }
end

return { histc = case(false), bhistc = case(true) }
