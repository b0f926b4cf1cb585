--- Cases of core/op/join.c and region.c.
local array = require "spec.support.array"

local function joined(list, dim)
  local most = 1
  for _, x in ipairs(list) do most = math.max(most, #x.size) end
  dim = dim or most
  most = math.max(most, dim)
  local parts, size = {}, nil
  for _, x in ipairs(list) do
    if array.count(x.size) > 0 then
      local padded = table.move(x.size, 1, #x.size, 1, {})
      while #padded < most do table.insert(padded, 1) end
      table.insert(parts, array.reshaped(x, padded))
      if size then
        size[dim] = size[dim] + padded[dim]
      else
        size = table.move(padded, 1, most, 1, {})
      end
    end
  end
  return array.build(size, function(...)
    local at = { ... }
    for _, x in ipairs(parts) do
      if at[dim] <= x.size[dim] then return array.at(x, table.unpack(at)) end
      at[dim] = at[dim] - x.size[dim]
    end
  end)
end

local function moved_on(list, shift)
  local result = {}
  for i = 1, #list do result[(i - 1 + shift) % #list + 1] = list[i] end
  return result
end

-- Along a dimension, or all elements as one line.
local function rolled(x, shift, dim)
  if dim then
    return (array.lines(x, dim, nil, function(list) return moved_on(list, shift) end))
  end
  local line = array.reshaped(x, { array.count(x.size) })
  local result = array.lines(line, 1, nil, function(list) return moved_on(list, shift) end)
  return array.reshaped(result, x.size)
end

local function tiled(x, ...)
  local repeats = { ... }
  local size = table.move(x.size, 1, #x.size, 1, {})
  while #size < #repeats do table.insert(size, 1, 1) end
  local old = array.reshaped(x, size)
  local larger = {}
  for d, s in ipairs(size) do larger[d] = s * repeats[d] end
  return array.build(larger, function(...)
    local at = { ... }
    for d, i in ipairs(at) do at[d] = (i - 1) % size[d] + 1 end
    return array.at(old, table.unpack(at))
  end)
end

local anything = "rank+ rank- size1 size2 size3"

local cases = {
  cat = {
    arguments = function(make) return { { make(2, 4), make(3, 4) }, 1 } end,
    more = {
      function(make) return { make(2, 3), make(2, 1), 2 } end,
      function(make) return { { make(2, 3), make(2, 1), make(2, 2) } } end,
      function(make) return { make(3), make(3), 2 } end,
      function(make) return { { make(3), make(0), make(2) }, 1 } end,
    },
    whole = function(a, b, dim)
      if a.size then return joined({ a, b }, dim) end
      return joined(a, b)
    end,
    free = { "size1" },
  },
  repeat_tensor = {
    arguments = function(make) return { make(2, 3), 3, 2 } end,
    more = {
      function(make) return { make(3), 2, 2 } end,
      function(make) return { make(2, 2), 2, 1, 3 } end,
      function(make) return { make(0, 4), 2, 2 } end,
    },
    whole = tiled, free = { "rank- size1 size2" },
    large = function(make) return { make(100, 90), 5, 6 } end,
  },
  flip = {
    arguments = function(make) return { make(3, 4), 2 } end,
    more = { function(make) return { make(3, 4), 1 } end,
      function(make) return { make(0, 4), 1 } end },
    whole = function(x, dim)
      return (array.lines(x, dim, nil, function(list)
        local result = {}
        for i = 1, #list do result[i] = list[#list - i + 1] end
        return result
      end))
    end,
    free = { "rank+ size1 size2" },
  },
  roll = {
    arguments = function(make) return { make(3, 4), 1, 2 } end,
    more = {
      function(make) return { make(3, 4), -2, 1 } end,
      function(make) return { make(3, 4), 7, 2 } end,
      function(make) return { make(3, 4), 0, 2 } end,
      function(make) return { make(3, 4), 5 } end,
      function(make) return { make(0, 4), 1, 1 } end,
      function(make) return { make(2, 3, 2), -1, 2 } end,
    },
    whole = rolled, free = { "rank+ size1 size2" },
  },
  pad = {
    arguments = function(make) return { make(3, 4), 2, 2, 1 } end,
    more = {
      function(make) return { make(3, 4), 1, 1, 0, 7 } end,
      function(make) return { make(3, 4), 2, -1, 2 } end,
      function(make) return { make(0, 4), 2, 1, 1 } end,
    },
    whole = function(x, dim, before, after, value)
      return (array.lines(x, dim, x.size[dim] + before + after, function(list)
        local result = {}
        for i = 1, #list + before + after do result[i] = list[i - before] or value or 0 end
        return result
      end))
    end,
    free = { "rank+ size1 size2" },
  },
}

for _, case in pairs(cases) do case.types, case.half, case.exact = "all", true, true end
cases.flip.free = { anything:gsub("rank%-", "") }
cases.roll.free = cases.flip.free

return cases
