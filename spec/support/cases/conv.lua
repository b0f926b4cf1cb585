--- Cases of core/op/conv.c and im2col.c, against six loops.
local array = require "spec.support.array"
local windows = require "spec.support.windows"

local images = windows.weighted

local function pair_of(value, default)
  if value == nil then return default, default end
  if type(value) == "number" then return value, value end
  return value[1], value[2]
end

local function options_of(...)
  local options, bias = {}, nil
  for _, value in ipairs{ ... } do
    if value.size then bias = value else options = value end
  end
  local s, p, d = { pair_of(options.stride, 1) }, { pair_of(options.pad, 0) },
    { pair_of(options.dilation, 1) }
  return { stride = s, pad = p, dilation = d, adj = { pair_of(options.adj, 0) },
    groups = options.groups or 1 }, bias
end

-- An image with its batch, and the way back.
local function with_batch(x)
  if #x.size == 4 then return x, function(y) return y end end
  return array.reshaped(x, { 1, table.unpack(x.size) }), function(y)
    return array.reshaped(y, { table.unpack(y.size, 2) })
  end
end

local function places(o, kernel, size)
  local out = {}
  for i = 1, 2 do
    out[i] = (size[i] + 2 * o.pad[i] - o.dilation[i] * (kernel[i] - 1) - 1) // o.stride[i] + 1
  end
  return out
end

-- Calls f(kernel row, kernel column, image row, image column) for the window at (y, x).
local function window(o, kernel, y, x, f)
  for i = 1, kernel[1] do
    for j = 1, kernel[2] do
      f(i, j, (y - 1) * o.stride[1] - o.pad[1] + (i - 1) * o.dilation[1] + 1,
        (x - 1) * o.stride[2] - o.pad[2] + (j - 1) * o.dilation[2] + 1)
    end
  end
end

local function conv2d(x, w, ...)
  local o, bias = options_of(...)
  local image, without = with_batch(x)
  local kernel = { w.size[3], w.size[4] }
  local out = places(o, kernel, { image.size[3], image.size[4] })
  local in_group, out_group = w.size[2], w.size[1] // o.groups
  return without(array.build({ image.size[1], w.size[1], out[1], out[2] }, function(n, c, y, at)
    local total, first = bias and bias[c] or 0, (c - 1) // out_group * in_group
    window(o, kernel, y, at, function(i, j, row, column)
      for k = 1, in_group do
        total = total + (array.at(image, n, first + k, row, column) or 0) * array.at(w, c, k, i, j)
      end
    end)
    return total
  end))
end

local function conv_transpose2d(x, w, ...)
  local o, bias = options_of(...)
  local input, without = with_batch(x)
  local kernel, in_group, out_group = { w.size[3], w.size[4] }, w.size[1] // o.groups, w.size[2]
  local size = {}
  for i = 1, 2 do
    local reach = o.dilation[i] * (kernel[i] - 1) + 1 + o.adj[i]
    size[i] = (input.size[i + 2] - 1) * o.stride[i] - 2 * o.pad[i] + reach
  end
  local result = array.build({ input.size[1], out_group * o.groups, size[1], size[2] },
    function(_, c)
    return bias and bias[c] or 0
  end)
  array.walk(input.size, function(at, place)
    local n, c, y, column_at = table.unpack(at)
    local first = (c - 1) // in_group * out_group
    window(o, kernel, y, column_at, function(i, j, row, column)
      if row < 1 or row > size[1] or column < 1 or column > size[2] then return end
      for k = 1, out_group do
        local to = array.place(result.size, { n, first + k, row, column })
        result[to] = result[to] + input[place] * array.at(w, c, k, i, j)
      end
    end)
  end)
  return without(result)
end

-- The columns of an image with its batch: f(column element, image row ..) for each.
local function im2col(x, kernel_given, given)
  local o = options_of(given or {})
  local image = with_batch(x)
  local kernel = { pair_of(kernel_given) }
  local out = places(o, kernel, { image.size[3], image.size[4] })
  local channels = image.size[2]
  local size = { image.size[1], channels * kernel[1] * kernel[2], out[1] * out[2] }
  local y = array.build(size, function() return 0 end)
  for n = 1, image.size[1] do
    for place = 1, out[1] * out[2] do
      window(o, kernel, (place - 1) // out[2] + 1, (place - 1) % out[2] + 1,
        function(i, j, row, column)
        for c = 1, channels do
          local to = ((c - 1) * kernel[1] + i - 1) * kernel[2] + j
          y[array.place(y.size, { n, to, place })] = array.at(image, n, c, row, column) or 0
        end
      end)
    end
  end
  if #x.size == 4 then return y end
  return array.reshaped(y, { y.size[2], y.size[3] })
end

local function col2im(columns, height, width, kernel_given, given)
  local o = options_of(given or {})
  local kernel = { pair_of(kernel_given) }
  local batch = #columns.size == 3 and columns.size[1] or 1
  local channels = columns.size[#columns.size - 1] // (kernel[1] * kernel[2])
  local out = places(o, kernel, { height, width })
  local image = array.build({ batch, channels, height, width }, function() return 0 end)
  local flat = array.reshaped(columns, { batch, channels * kernel[1] * kernel[2], out[1] * out[2] })
  array.walk(flat.size, function(at, from)
    local n, element, place = table.unpack(at)
    local c = (element - 1) // (kernel[1] * kernel[2])
    local tap = (element - 1) % (kernel[1] * kernel[2])
    window(o, kernel, (place - 1) // out[2] + 1, (place - 1) % out[2] + 1,
      function(i, j, row, column)
      if (i - 1) * kernel[2] + j - 1 ~= tap then return end
      if row < 1 or row > height or column < 1 or column > width then return end
      local to = array.place(image.size, { n, c + 1, row, column })
      image[to] = image[to] + flat[from]
    end)
  end)
  if #columns.size == 3 then return image end
  return array.reshaped(image, { channels, height, width })
end

local three = images(3, 2, 3, 3)

return {
  conv2d = {
    arguments = three({ 2, 2, 5, 6 }, 3, { stride = 2, pad = 1 }),
    more = {
      three({ 2, 5, 4 }, 3), three({ 1, 2, 7, 7 }, nil, { dilation = 2, pad = { 2, 0 } }),
      images(4, 1, 2, 3)({ 2, 2, 4, 5 }, 4, { groups = 2, stride = { 1, 2 } }),
      images(3, 2, 1, 1)({ 1, 2, 3, 3 }, 3), images(1, 1, 3, 3)({ 1, 1, 3, 3 }),
      three({ 0, 2, 5, 5 }, 3, { pad = 1 }), images(2, 2, 5, 5)({ 1, 2, 6, 6 }, nil, { pad = 2 }),
    },
    whole = conv2d, free = { "rank- size1 size3 size4", "size3 size4" }, terms = 100,
    tolerance32 = 1e-5,
    large = function(make)
      return { make(4, 16, 24, 24), make(16, 16, 3, 3), make(16), { pad = 1 } }
    end,
  },
  conv_transpose2d = {
    arguments = images(3, 2, 3, 3)({ 2, 3, 3, 4 }, 2, { stride = 2, pad = 1, adj = 1 }),
    more = {
      images(3, 2, 2, 2)({ 3, 3, 3 }, 2, { stride = 2 }),
      images(3, 2, 3, 3)({ 1, 3, 3, 3 }, nil, { dilation = 2 }),
      images(4, 1, 2, 2)({ 1, 4, 2, 3 }, 2, { groups = 2 }), images(1, 1, 1, 1)({ 1, 1, 1, 1 }, 1),
      images(3, 2, 3, 3)({ 0, 3, 3, 3 }, 2),
    },
    whole = conv_transpose2d, free = { "rank- size1 size3 size4", "size3 size4" }, terms = 100,
    tolerance32 = 1e-5,
    large = function(make)
      return { make(4, 16, 12, 12), make(16, 12, 4, 4), make(12), { stride = 2, pad = 1 } }
    end,
  },
  im2col = {
    arguments = function(make) return { make(2, 4, 5), 3 } end,
    more = {
      function(make) return { make(2, 2, 5, 5), 3, { stride = 2, pad = 1 } } end,
      function(make) return { make(1, 6, 6), { 2, 3 }, { dilation = 2 } } end,
      function(make) return { make(0, 2, 5, 5), 3 } end,
    },
    whole = im2col, exact = true, free = { "rank+ size1 size2 size3" },
    large = function(make) return { make(4, 8, 24, 24), 3, { pad = 1 } } end,
  },
  col2im = {
    arguments = function(make) return { make(18, 6), 4, 5, 3 } end,
    more = {
      function(make) return { make(2, 18, 9), 5, 5, 3, { stride = 2, pad = 1 } } end,
      function(make) return { make(0, 18, 9), 5, 5, 3 } end,
    },
    whole = col2im, free = { "rank+" },
    large = function(make) return { make(4, 72, 576), 24, 24, 3, { pad = 1 } } end,
  },
}
