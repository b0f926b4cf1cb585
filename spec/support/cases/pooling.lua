--- Cases of core/op/pooling.c and its neighbours.
local array = require "spec.support.array"
local count = require("spec.support.windows").count

local function pair_of(value, default)
  if value == nil then return default end
  if type(value) == "number" then return { value, value } end
  return value
end

local function read(kernel, options)
  options = options or {}
  local k = pair_of(kernel)
  return {
    kernel = k, stride = pair_of(options.stride, k), pad = pair_of(options.pad, { 0, 0 }),
    dilation = pair_of(options.dilation, { 1, 1 }), ceil = options.ceil,
    include = options.countIncludePad ~= false, divide = options.divide ~= false,
  }
end

local function sizes_of(x, h, w)
  local size = table.move(x.size, 1, #x.size, 1, {})
  size[#size - 1], size[#size] = h, w
  return size
end

-- The pixels (value, place in the plane) of a window.
local function pixels(x, at, rows, columns)
  local d = #x.size
  local from = table.move(at, 1, d, 1, {})
  local list = {}
  for _, row in ipairs(rows) do
    for _, column in ipairs(columns) do
      from[d - 1], from[d] = row, column
      local v = array.at(x, table.unpack(from))
      if v then table.insert(list, { v, (row - 1) * x.size[d] + column }) end
    end
  end
  return list
end

local function line(o, i, place)
  local list = {}
  for k = 1, o.kernel[i] do
    list[k] = (place - 1) * o.stride[i] - o.pad[i] + (k - 1) * o.dilation[i] + 1
  end
  return list
end

local function adaptive_line(place, out, size)
  local list = {}
  for v = (place - 1) * size // out, -(-place * size // out) - 1 do table.insert(list, v + 1) end
  return list
end

local function largest(list)
  local best = list[1]
  for _, p in ipairs(list) do
    if best[1] == best[1] and (p[1] > best[1] or p[1] ~= p[1]) then best = p end
  end
  return best[1], best[2]
end

-- f(pixels, at) for every window: as many arrays as f gives values.
local function pooled(x, h, w, lines, f, values)
  local size = sizes_of(x, h, w)
  local results = {}
  for i = 1, values do results[i] = { size = size } end
  array.walk(size, function(at, place)
    local rows, columns = lines(at[#at - 1], at[#at])
    for i, v in ipairs{ f(pixels(x, at, rows, columns), rows, columns) } do
      results[i][place] = v
    end
  end)
  return table.unpack(results)
end

local function windows(x, o)
  local d = #x.size
  local h, w = count(o, 1, x.size[d - 1]), count(o, 2, x.size[d])
  return h, w, function(y, at) return line(o, 1, y), line(o, 2, at) end
end

local function max_pool2d(x, kernel, options)
  local h, w, lines = windows(x, read(kernel, options))
  return pooled(x, h, w, lines, largest, 2)
end

-- Those of a window that lie within the padded image.
local function within(list, size, pad)
  local n = 0
  for _, v in ipairs(list) do
    if v <= size + pad then n = n + 1 end
  end
  return n
end

local function avg_pool2d(x, kernel, options)
  local o, d = read(kernel, options), #x.size
  local h, w, lines = windows(x, o)
  return pooled(x, h, w, lines, function(list, rows, columns)
    local total = 0
    for _, p in ipairs(list) do total = total + p[1] end
    if not o.divide then return total end
    local padded = within(rows, x.size[d - 1], o.pad[1]) * within(columns, x.size[d], o.pad[2])
    return total / (o.include and padded or #list)
  end, 1)
end

local function adaptive(f, values)
  return function(x, size)
    local out, d = pair_of(size), #x.size
    return pooled(x, out[1], out[2], function(y, at)
      return adaptive_line(y, out[1], x.size[d - 1]), adaptive_line(at, out[2], x.size[d])
    end, f, values)
  end
end

local function mean(list)
  local total = 0
  for _, p in ipairs(list) do total = total + p[1] end
  return total / #list
end

local function max_unpool2d(x, indices, h, w)
  local result = array.build(sizes_of(x, h, w), function() return 0 end)
  local d = #x.size
  array.walk(x.size, function(at, place)
    local index = indices[place] - 1
    at = table.move(at, 1, d, 1, {})
    at[d - 1], at[d] = index // w + 1, index % w + 1
    local to = array.place(result.size, at)
    result[to] = result[to] + x[place]
  end)
  return result
end

local function pool(x, ...)
  local rest = { ... }
  return function(make) return { make(table.unpack(x)), table.unpack(rest) } end
end

local function with_nan(make)
  return { make.tensor{ { { 1, 2, 0 / 0, 4 }, { 5, 6, 7, 8 }, { 9, 8, 7, 6 }, { 3, 3, 1, 0 } } },
    2 }
end

local indexed = { 1, "torch.LongTensor" }
local free = { "rank- size1 size2 size3 size4" }
local image = { 2, 3, 6, 7 }

local cases = {
  max_pool2d = {
    arguments = pool(image, 2),
    more = {
      pool(image, 3, { stride = 2, pad = 1 }),
      pool(image, { 3, 2 }, { stride = { 2, 3 }, ceil = true }),
      pool({ 2, 7, 7 }, 2, { stride = 1, dilation = 2 }), pool({ 0, 3, 4, 4 }, 2),
      pool({ 1, 1, 1 }, 1),
      pool({ 1, 7, 7 }, 3, { stride = 2, ceil = true, pad = 1 }),
    },
    values = { with_nan },
    whole = max_pool2d, results = indexed, exact = true,
    large = pool({ 4, 16, 40, 40 }, 3, { stride = 2 }),
  },
  avg_pool2d = {
    arguments = pool(image, 2),
    more = {
      pool(image, 3, { stride = 2, pad = 1 }),
      pool(image, 3, { stride = 2, pad = 1, countIncludePad = false }),
      pool({ 2, 7, 7 }, 3, { stride = 2, ceil = true, pad = 1 }),
      pool(image, 2, { divide = false }),
      pool({ 0, 3, 4, 4 }, 2), pool({ 1, 1, 1 }, 1),
      pool({ 1, 8, 8 }, 3, { stride = 2, ceil = true }),
    },
    whole = avg_pool2d, large = pool({ 4, 16, 40, 40 }, 3, { stride = 2 }),
  },
  adaptive_max_pool2d = {
    arguments = pool(image, { 4, 3 }), more = { pool({ 2, 5, 5 }, 1), pool({ 2, 5, 5 }, 5),
      pool({ 0, 2, 4, 4 }, 2) },
    whole = adaptive(largest, 2), results = indexed, exact = true,
  },
  adaptive_avg_pool2d = {
    arguments = pool(image, { 4, 3 }), more = { pool({ 2, 5, 5 }, 1), pool({ 2, 5, 5 }, 5),
      pool({ 0, 2, 4, 4 }, 2) },
    whole = adaptive(mean, 1),
  },
}
for _, case in pairs(cases) do case.free = free end

cases.max_unpool2d = {
  arguments = function(make)
    return { make(2, 2, 2), make.long{ { { 1, 4 }, { 9, 12 } }, { { 2, 2 }, { 16, 16 } } }, 4, 4 }
  end,
  more = {
    function(make) return { make(1, 1, 1, 2), make.long{ { { { 3, 1 } } } }, 2, 3 } end,
    function(make)
      return { make(0, 2, 2), make.long{ { { 1, 1 }, { 1, 1 } } }:narrow(1, 1, 0), 4, 4 }
    end,
  },
  whole = max_unpool2d,
}

return cases
