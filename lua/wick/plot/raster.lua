-- Pictures of pixels: lines, areas, discs, text and images drawn with smooth edges. Coordinates are
-- points from the left top corner, `scale` pixels each.
--
-- A line's share of a pixel follows from the pixel's distance to it; the pieces of one line take
-- the largest share, so that joints do not show. An area's share is counted along four lines a
-- pixel.
local colors = require "wick.plot.colors"
local font = require "wick.plot.font"
local torch = require "torch"

local raster = {}
raster.__index = raster

local floor, ceil, sqrt, min, max = math.floor, math.ceil, math.sqrt, math.min, math.max
local SUBLINES = 4
local WEIGHT = 0.098 -- of text strokes, for text of size 1
local BEYOND = 1e6 -- pixels, where corners of areas are taken to be at most

--- A white picture of width x height points.
function raster.new(width, height, scale)
  local self = setmetatable({
    width = width, height = height, scale = scale or 1,
    columns = floor(width * (scale or 1) + 0.5), rows = floor(height * (scale or 1) + 0.5),
  }, raster)
  local pixels = {}
  for i = 1, self.columns * self.rows do pixels[i] = 0xffffff end
  self.pixels = pixels
  self:clip()
  return self
end

--- Keeps what is drawn from now on inside a rectangle; without one, inside the picture.
function raster:clip(x, y, width, height)
  local s = self.scale
  self.left, self.top = x and floor(x * s + 0.5) or 0, y and floor(y * s + 0.5) or 0
  self.right = x and floor((x + width) * s + 0.5) or self.columns
  self.bottom = y and floor((y + height) * s + 0.5) or self.rows
end

-- Mixes a colour into the pixel at `i` by its share.
local function mix(pixels, i, r, g, b, share)
  local p = pixels[i]
  local pr, pg, pb = p >> 16, (p >> 8) & 255, p & 255
  pixels[i] = floor(pr + (r - pr) * share + 0.5) << 16 | floor(pg + (g - pg) * share + 0.5) << 8
    | floor(pb + (b - pb) * share + 0.5)
end

local function mix_all(self, shares, color, opacity)
  local r, g, b = colors.parts(color or "#000000")
  local pixels = self.pixels
  opacity = opacity or 1
  for i, share in pairs(shares) do mix(pixels, i, r, g, b, share * opacity) end
end

-- Lines ------------------------------------------------------------------------------------------

-- Where, in the row at height `y`, points may be nearer than `reach` to the segment.
local function row_range(x0, y0, x1, y1, reach, y)
  local low, high = min(x0, x1), max(x0, x1)
  if y1 ~= y0 then
    local slope = (x1 - x0) / (y1 - y0)
    local middle = x0 + (y - y0) * slope
    local spread = reach * sqrt(1 + slope * slope)
    return max(low - reach, middle - spread), min(high + reach, middle + spread)
  end
  return low - reach, high + reach
end

-- The shares of a segment of half the width `half`; all in pixels.
local function add_segment(self, shares, x0, y0, x1, y1, half)
  local dx, dy = x1 - x0, y1 - y0
  local square, reach = dx * dx + dy * dy, half + 0.5
  local columns = self.columns
  local first = max(self.top, floor(min(y0, y1) - reach))
  for row = first, min(self.bottom - 1, ceil(max(y0, y1) + reach)) do
    local y = row + 0.5
    local from, to = row_range(x0, y0, x1, y1, reach, y)
    for column = max(self.left, floor(from)), min(self.right - 1, ceil(to)) do
      local x = column + 0.5
      local t = square > 0 and ((x - x0) * dx + (y - y0) * dy) / square or 0
      t = t < 0 and 0 or t > 1 and 1 or t
      local ox, oy = x - x0 - t * dx, y - y0 - t * dy
      local share = reach - sqrt(ox * ox + oy * oy)
      if share > 0 then
        if share > 1 then share = 1 end
        local i = row * columns + column + 1
        local old = shares[i]
        if not old or share > old then shares[i] = share end
      end
    end
  end
end

-- Lines across and upright are laid onto whole pixels, where they are sharp.
local function snapped(value, half)
  local odd = floor(2 * half + 0.5) % 2 == 1
  return odd and floor(value) + 0.5 or floor(value + 0.5)
end

local FAR = 20000 -- pieces longer than this lead out of any picture: they are not dashed

-- Calls piece(x0, y0, x1, y1) for every part of a line that its dashes leave.
local function each_dash(points, dash, piece)
  local k, left, drawn = 1, dash[1], true
  for i = 1, #points - 3, 2 do
    local x0, y0, x1, y1 = points[i], points[i + 1], points[i + 2], points[i + 3]
    local length = sqrt((x1 - x0) ^ 2 + (y1 - y0) ^ 2)
    local at = 0
    if length > FAR then piece(x0, y0, x1, y1) end
    while length <= FAR and length - at > 1e-9 do
      local to = min(length, at + left)
      local a, b = at / length, to / length
      if drawn then
        piece(x0 + (x1 - x0) * a, y0 + (y1 - y0) * a, x0 + (x1 - x0) * b, y0 + (y1 - y0) * b)
      end
      left = left - (to - at)
      at = to
      if left <= 1e-9 then
        k = k % #dash + 1
        left, drawn = dash[k], not drawn
      end
    end
  end
end

local function finite(x)
  return x == x and x < math.huge and x > -math.huge
end

--- A line through points { x, y, x, y, ... }. style: color, width (1), dash (lengths drawn and left
-- out in turn), snap (onto whole pixels), opacity.
function raster:line(points, style)
  local s, shares = self.scale, {}
  local half = max((style.width or 1) * s, 1) / 2
  local function piece(x0, y0, x1, y1)
    if not (finite(x0) and finite(y0) and finite(x1) and finite(y1)) then return end
    x0, y0, x1, y1 = x0 * s, y0 * s, x1 * s, y1 * s
    if style.snap and x0 == x1 then x0, x1 = snapped(x0, half), snapped(x0, half) end
    if style.snap and y0 == y1 then y0, y1 = snapped(y0, half), snapped(y0, half) end
    add_segment(self, shares, x0, y0, x1, y1, half)
  end
  if style.dash then
    each_dash(points, style.dash, piece)
  else
    for i = 1, #points - 3, 2 do piece(points[i], points[i + 1], points[i + 2], points[i + 3]) end
  end
  mix_all(self, shares, style.color, style.opacity)
end

-- Areas ------------------------------------------------------------------------------------------

-- Puts into `list` where the outline crosses the height `y`, in order; returns how often.
local function crossings(points, y, list)
  local count, n = 0, #points
  local x0, y0 = points[n - 1], points[n]
  for i = 1, n, 2 do
    local x1, y1 = points[i], points[i + 1]
    if (y0 <= y) ~= (y1 <= y) then
      local x, place = x0 + (y - y0) * (x1 - x0) / (y1 - y0), count
      while place > 0 and list[place] > x do
        list[place + 1] = list[place]
        place = place - 1
      end
      list[place + 1] = x
      count = count + 1
    end
    x0, y0 = x1, y1
  end
  return count
end

local function add_span(self, shares, row, from, to)
  from, to = max(from, self.left), min(to, self.right)
  if to <= from then return end
  local start, weight = row * self.columns + 1, 1 / SUBLINES
  for column = floor(from), ceil(to) - 1 do
    local share = min(to, column + 1) - max(from, column)
    shares[start + column] = (shares[start + column] or 0) + share * weight
  end
end

--- Fills the inside of an outline { x, y, x, y, ... }. style: color, opacity.
function raster:area(points, style)
  local s, shares, scaled = self.scale, {}, {}
  local low, high = math.huge, -math.huge
  for i = 1, #points do
    if points[i] ~= points[i] then return end
    scaled[i] = max(-BEYOND, min(points[i] * s, BEYOND))
    if i % 2 == 0 then low, high = min(low, scaled[i]), max(high, scaled[i]) end
  end
  local list = {}
  for row = max(self.top, floor(low)), min(self.bottom - 1, ceil(high)) do
    for sub = 0, SUBLINES - 1 do
      local count = crossings(scaled, row + (sub + 0.5) / SUBLINES, list)
      for i = 1, count - 1, 2 do add_span(self, shares, row, list[i], list[i + 1]) end
    end
  end
  mix_all(self, shares, style.color, style.opacity)
end

--- Fills a rectangle, laid onto whole pixels. style: color, opacity.
function raster:box(x, y, width, height, style)
  local s, pixels = self.scale, self.pixels
  local r, g, b = colors.parts(style.color)
  local color, opacity = r << 16 | g << 8 | b, style.opacity or 1
  local from, to = max(self.left, floor(x * s + 0.5)), min(self.right, floor((x + width) * s + 0.5))
  local last = min(self.bottom, floor((y + height) * s + 0.5)) - 1
  for row = max(self.top, floor(y * s + 0.5)), last do
    local start = row * self.columns
    for i = start + from + 1, start + to do
      if opacity >= 1 then
        pixels[i] = color
      else
        mix(pixels, i, r, g, b, opacity)
      end
    end
  end
end

--- Fills a circle. style: color, opacity.
function raster:disc(x, y, radius, style)
  local s, shares = self.scale, {}
  add_segment(self, shares, x * s, y * s, x * s, y * s, radius * s)
  mix_all(self, shares, style.color, style.opacity)
end

-- Text and images --------------------------------------------------------------------------------

--- Writes text whose base line begins, has its middle or ends (style.align: "left", "center",
-- "right") at (x, y). style: size (11), color, bold, upright (read from below).
function raster:text(x, y, text, style)
  local size = style.size or 11
  local width, s, shares = font.width(text, size), self.scale, {}
  local shift = style.align == "center" and width / 2 or style.align == "right" and width or 0
  local half = max(size * WEIGHT * s * (style.bold and 1.45 or 1), 1) / 2
  local x0, y0 = x * s, y * s
  local function place(px, py)
    px = px - shift
    if style.upright then return x0 - py * s, y0 - px * s end
    return x0 + px * s, y0 - py * s
  end
  for _, stroke in ipairs(font.strokes(text, size)) do
    for i = 1, #stroke - 3, 2 do
      local ax, ay = place(stroke[i], stroke[i + 1])
      local bx, by = place(stroke[i + 2], stroke[i + 3])
      add_segment(self, shares, ax, ay, bx, by, half)
    end
  end
  mix_all(self, shares, style.color)
end

--- Stretches rows of colours, rows[i][j] = { r, g, b }, over a rectangle.
function raster:image(x, y, width, height, rows)
  local s, pixels, count = self.scale, self.pixels, #rows
  local left, top = floor(x * s + 0.5), floor(y * s + 0.5)
  local right, bottom = floor((x + width) * s + 0.5), floor((y + height) * s + 0.5)
  for row = max(self.top, top), min(self.bottom, bottom) - 1 do
    local line = rows[min(count, floor((row - top) * count / (bottom - top)) + 1)]
    local columns = #line
    for column = max(self.left, left), min(self.right, right) - 1 do
      local c = line[min(columns, floor((column - left) * columns / (right - left)) + 1)]
      pixels[row * self.columns + column + 1] = c[1] << 16 | c[2] << 8 | c[3]
    end
  end
end

-- The result -------------------------------------------------------------------------------------

local bytes_of = setmetatable({}, {
  __mode = "k",
  __index = function(cache, color)
    local bytes = string.char(color >> 16, (color >> 8) & 255, color & 255)
    cache[color] = bytes
    return bytes
  end,
})

--- The picture as a ByteTensor 3 x rows x columns.
function raster:tensor()
  local parts, pixels = {}, self.pixels
  for i = 1, #pixels do parts[i] = bytes_of[pixels[i]] end
  local flat = torch.ByteTensor(torch.ByteStorage():string(table.concat(parts)))
  return flat:view(self.rows, self.columns, 3):permute(3, 1, 2):contiguous()
end

--- Writes the picture as a PNG file.
function raster:save(path)
  require("wick.image").savePNG(path, self:tensor())
end

return raster
