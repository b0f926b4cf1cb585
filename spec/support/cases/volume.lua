--- Cases of core/op/conv3d.c and pooling3d.c, one product and one comparison at a time.
local array = require "spec.support.array"
local windows = require "spec.support.windows"

local count, volumes = windows.count, windows.weighted

local AXES = { 1, 2, 3 }

local function triple(value, default)
  if value == nil then return default end
  if type(value) == "number" then return { value, value, value } end
  return value
end

local function read(kernel, options, stride)
  options = options or {}
  return {
    kernel = triple(kernel), stride = triple(options.stride, stride or { 1, 1, 1 }),
    pad = triple(options.pad, { 0, 0, 0 }), dilation = triple(options.dilation, { 1, 1, 1 }),
    adj = triple(options.adj, { 0, 0, 0 }), groups = options.groups or 1, ceil = options.ceil,
    include = options.countIncludePad ~= false, divide = options.divide ~= false,
  }
end

-- Volumes with their batch, and the way back.
local function with_batch(x)
  if #x.size == 5 then return x, function(y) return y end end
  return array.reshaped(x, { 1, table.unpack(x.size) }), function(y)
    return array.reshaped(y, { table.unpack(y.size, 2) })
  end
end

local function counts(o, x)
  local list = {}
  for i in ipairs(AXES) do list[i] = count(o, i, x.size[i + 2]) end
  return list
end

-- Calls f(place in the kernel, place in the volume) for the window at `at`.
local function window(o, at, f)
  array.walk(o.kernel, function(k)
    local to = {}
    for i in ipairs(AXES) do
      to[i] = (at[i] - 1) * o.stride[i] - o.pad[i] + (k[i] - 1) * o.dilation[i] + 1
    end
    f(k, to)
  end)
end

local function options_of(w, ...)
  local options, bias = nil, nil
  for _, value in ipairs{ ... } do
    if value.size then bias = value else options = value end
  end
  return read({ table.unpack(w.size, 3) }, options), bias
end

local function conv3d(x, w, ...)
  local o, bias = options_of(w, ...)
  local volume, without = with_batch(x)
  local in_group, out_group = w.size[2], w.size[1] // o.groups
  local size = { volume.size[1], w.size[1], table.unpack(counts(o, volume)) }
  return without(array.build(size, function(n, c, ...)
    local total, first = bias and bias[c] or 0, (c - 1) // out_group * in_group
    window(o, { ... }, function(k, to)
      for i = 1, in_group do
        local v = array.at(volume, n, first + i, table.unpack(to))
        if v then total = total + v * array.at(w, c, i, table.unpack(k)) end
      end
    end)
    return total
  end))
end

local function conv_transpose3d(x, w, ...)
  local o, bias = options_of(w, ...)
  local input, without = with_batch(x)
  local in_group, out_group = w.size[1] // o.groups, w.size[2]
  local size = { input.size[1], out_group * o.groups }
  for i in ipairs(AXES) do
    local reach = o.dilation[i] * (o.kernel[i] - 1) + 1 + o.adj[i]
    size[i + 2] = (input.size[i + 2] - 1) * o.stride[i] - 2 * o.pad[i] + reach
  end
  local result = array.build(size, function(_, c) return bias and bias[c] or 0 end)
  array.walk(input.size, function(at, from)
    local first = (at[2] - 1) // in_group * out_group
    window(o, { table.unpack(at, 3) }, function(k, to)
      for i = 1, out_group do
        local there = { at[1], first + i, table.unpack(to) }
        if array.at(result, table.unpack(there)) then
          local place = array.place(size, there)
          result[place] = result[place] + input[from] * array.at(w, at[2], i, table.unpack(k))
        end
      end
    end)
  end)
  return without(result)
end

-- Pooling ----------------------------------------------------------------------------------------

-- f(list of { value, place in its volume }, how many lie in the padded volume) for every window:
-- as many arrays as f gives values.
local function pooled(x, o, f, values)
  local volume, without = with_batch(x)
  local results, size = {}, { volume.size[1], volume.size[2], table.unpack(counts(o, volume)) }
  for i = 1, values do results[i] = { size = size } end
  array.walk(size, function(at, place)
    local list, padded = {}, 0
    window(o, { table.unpack(at, 3) }, function(_, to)
      local inside = true
      for i in ipairs(AXES) do inside = inside and to[i] <= volume.size[i + 2] + o.pad[i] end
      padded = inside and padded + 1 or padded
      local v = array.at(volume, at[1], at[2], table.unpack(to))
      if v then
        table.insert(list, { v, array.place({ table.unpack(volume.size, 3) }, to) })
      end
    end)
    for i, v in ipairs{ f(list, padded) } do results[i][place] = v end
  end)
  for i, result in ipairs(results) do results[i] = without(result) end
  return table.unpack(results)
end

local function largest(list)
  local best = list[1]
  for _, p in ipairs(list) do
    if best[1] == best[1] and (p[1] > best[1] or p[1] ~= p[1]) then best = p end
  end
  return best[1], best[2]
end

local function max_pool3d(x, kernel, options)
  return pooled(x, read(kernel, options, triple(kernel)), largest, 2)
end

local function avg_pool3d(x, kernel, options)
  local o = read(kernel, options, triple(kernel))
  return pooled(x, o, function(list, padded)
    local total = 0
    for _, p in ipairs(list) do total = total + p[1] end
    if not o.divide then return total end
    return total / (o.include and padded or #list)
  end, 1)
end

local function max_unpool3d(x, indices, ...)
  local input, without = with_batch(x)
  local sides = { ... }
  local result = array.build({ input.size[1], input.size[2], ... }, function() return 0 end)
  local volume = sides[1] * sides[2] * sides[3]
  local places = input.size[3] * input.size[4] * input.size[5]
  for i, value in ipairs(input) do
    local to = (i - 1) // places * volume + indices[i]
    result[to] = result[to] + value
  end
  return without(result)
end

-- Cases ------------------------------------------------------------------------------------------

local function pool(x, ...)
  local rest = { ... }
  return function(make) return { make(table.unpack(x)), table.unpack(rest) } end
end

local three = volumes(3, 2, 3, 3, 3)
local indexed = { 1, "torch.LongTensor" }

return {
  conv3d = {
    arguments = volumes(3, 2, 2, 3, 2)({ 2, 2, 3, 4, 3 }, 3, { stride = { 1, 2, 1 }, pad = 1 }),
    more = {
      three({ 2, 3, 3, 4 }, 3), three({ 1, 2, 5, 5, 3 }, nil, { dilation = { 2, 2, 1 } }),
      volumes(4, 1, 2, 1, 2)({ 2, 2, 4, 2, 3 }, 4, { groups = 2, stride = { 2, 1, 1 } }),
      volumes(3, 2, 1, 1, 1)({ 2, 2, 2, 2, 3 }, 3), volumes(2, 2, 1, 1, 2)({ 2, 2, 2, 3 }, 2),
      volumes(2, 1, 2, 2, 2)({ 1, 1, 2, 3, 3 }, 2), volumes(1, 1, 4, 1, 1)({ 1, 2, 1, 1 }, nil,
        { pad = { 3, 0, 0 } }),
      three({ 0, 2, 3, 3, 3 }, 3, { pad = 1 }),
    },
    whole = conv3d, free = { "rank- size1 size3 size4 size5", "size3 size4 size5" }, terms = 100,
    tolerance32 = 1e-5,
    large = function(make)
      return { make(2, 8, 6, 16, 16), make(16, 8, 3, 3, 3), make(16), { pad = 1 } }
    end,
  },
  conv_transpose3d = {
    arguments = volumes(3, 2, 2, 3, 2)({ 2, 3, 2, 2, 3 }, 2, { stride = 2, pad = { 0, 1, 1 },
      adj = { 1, 0, 1 } }),
    more = {
      volumes(3, 2, 2, 2, 2)({ 3, 2, 2, 3 }, 2, { stride = 2 }),
      volumes(3, 2, 3, 2, 1)({ 1, 3, 2, 2, 2 }, nil, { dilation = 2, pad = { 1, 0, 0 } }),
      volumes(4, 1, 2, 2, 2)({ 1, 4, 2, 2, 1 }, 2, { groups = 2 }),
      volumes(1, 1, 1, 1, 1)({ 1, 1, 1, 1, 1 }, 1), volumes(3, 2, 1, 1, 3)({ 2, 3, 2, 2, 2 }, 2),
      volumes(3, 2, 3, 3, 3)({ 0, 3, 2, 2, 2 }, 2),
    },
    whole = conv_transpose3d, free = { "rank- size1 size3 size4 size5", "size3 size4 size5" },
    terms = 100, tolerance32 = 1e-5,
    large = function(make)
      return { make(2, 8, 4, 8, 8), make(8, 12, 3, 4, 4), make(12), { stride = 2, pad = 1 } }
    end,
  },
  max_pool3d = {
    arguments = pool({ 2, 2, 4, 5, 4 }, 2),
    more = {
      pool({ 2, 4, 5, 4 }, 3, { stride = { 1, 2, 1 }, pad = 1 }),
      pool({ 1, 2, 3, 5, 4 }, { 2, 3, 2 }, { stride = { 2, 2, 3 }, ceil = true }),
      pool({ 2, 5, 3, 5 }, 2, { stride = 1, dilation = 2 }), pool({ 0, 3, 4, 4, 4 }, 2),
      pool({ 1, 1, 1, 1 }, 1),
    },
    values = {
      function(make)
        local nan = 0 / 0
        return { make.tensor{ { { { 1, nan }, { 2, 3 } }, { { nan, 4 }, { 9, 9 } } },
          { { { 5, 5 }, { 5, 5 } }, { { 5, 5 }, { 5, 5 } } } }, 2 }
      end,
    },
    whole = max_pool3d, results = indexed, exact = true,
    free = { "rank- size1 size2 size3 size4 size5" },
    large = pool({ 2, 16, 6, 20, 20 }, 3, { stride = 2 }),
  },
  avg_pool3d = {
    arguments = pool({ 2, 2, 4, 5, 4 }, 2),
    more = {
      pool({ 2, 4, 5, 4 }, 3, { stride = { 1, 2, 1 }, pad = 1 }),
      pool({ 1, 1, 4, 5, 4 }, 3, { stride = 2, pad = 1, countIncludePad = false }),
      pool({ 1, 4, 4, 3 }, { 3, 3, 2 }, { stride = 2, ceil = true, pad = 1 }),
      pool({ 2, 2, 2, 4 }, 2, { divide = false }), pool({ 0, 3, 4, 4, 4 }, 2),
      pool({ 1, 1, 1, 1 }, 1),
    },
    whole = avg_pool3d, free = { "rank- size1 size2 size3 size4 size5" },
    large = pool({ 2, 16, 6, 20, 20 }, 3, { stride = 2 }),
  },
  max_unpool3d = {
    arguments = function(make)
      return { make(2, 2, 1, 2), make.long{ { { { 1, 4 } }, { { 9, 12 } } },
        { { { 2, 2 } }, { { 16, 16 } } } }, 4, 2, 2 }
    end,
    more = {
      function(make)
        return { make(1, 1, 1, 1, 2), make.long{ { { { { 12, 1 } } } } }, 2, 2, 3 }
      end,
      function(make)
        return { make(0, 1, 1, 2), make.long{ { { { 1, 1 } } } }:narrow(1, 1, 0), 4, 2, 2 }
      end,
    },
    whole = max_unpool3d,
  },
}
