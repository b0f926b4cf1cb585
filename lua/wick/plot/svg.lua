-- Pictures as SVG: the drawing functions of wick.plot.raster, written as elements.
local image = require "wick.image"
local torch = require "torch"

local svg = {}
svg.__index = svg

--- A white picture of width x height points.
function svg.new(width, height)
  local self = setmetatable({ width = width, height = height, clips = 0, clipping = "" }, svg)
  self.parts = {
    ('<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d">')
      :format(width, height, width, height),
    ('<rect width="%d" height="%d" fill="#ffffff"/>'):format(width, height),
  }
  return self
end

local function put(self, text, ...)
  self.parts[#self.parts + 1] = text:format(...)
end

local function number(value)
  return (("%.2f"):format(value):gsub("0+$", ""):gsub("%.$", ""))
end

local escapes = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;" }

local function opacity(name, style)
  return style.opacity and (' %s="%s"'):format(name, number(style.opacity)) or ""
end

--- Keeps what is drawn from now on inside a rectangle; without one, inside the picture.
function svg:clip(x, y, width, height)
  self.clipping = ""
  if not x then return end
  self.clips = self.clips + 1
  put(self, '<clipPath id="c%d"><rect x="%s" y="%s" width="%s" height="%s"/></clipPath>',
    self.clips, number(x), number(y), number(width), number(height))
  self.clipping = (' clip-path="url(#c%d)"'):format(self.clips)
end

-- Points that are no numbers break a line in two.
local function path_of(points)
  local words, pen_up = {}, true
  for i = 1, #points - 1, 2 do
    local x, y = points[i], points[i + 1]
    if x - x == 0 and y - y == 0 then
      words[#words + 1] = ("%s%s %s"):format(pen_up and "M" or "L", number(x), number(y))
      pen_up = false
    else
      pen_up = true
    end
  end
  return table.concat(words)
end

--- A line through points { x, y, x, y, ... }. style: color, width, dash, opacity.
function svg:line(points, style)
  local dash = style.dash and (' stroke-dasharray="%s"'):format(table.concat(style.dash, " ")) or ""
  put(self, '<path d="%s" fill="none" stroke="%s" stroke-width="%s" stroke-linejoin="round" '
    .. 'stroke-linecap="%s"%s%s%s/>', path_of(points), style.color or "#000000",
    number(style.width or 1), style.dash and "butt" or "round", dash,
    opacity("stroke-opacity", style), self.clipping)
end

--- Fills the inside of an outline. style: color, opacity.
function svg:area(points, style)
  put(self, '<path d="%sZ" fill="%s"%s%s/>', path_of(points), style.color,
    opacity("fill-opacity", style), self.clipping)
end

--- Fills a rectangle. style: color, opacity.
function svg:box(x, y, width, height, style)
  put(self, '<rect x="%s" y="%s" width="%s" height="%s" fill="%s"%s%s/>', number(x), number(y),
    number(width), number(height), style.color, opacity("fill-opacity", style), self.clipping)
end

--- Fills a circle. style: color, opacity.
function svg:disc(x, y, radius, style)
  put(self, '<circle cx="%s" cy="%s" r="%s" fill="%s"%s%s/>', number(x), number(y), number(radius),
    style.color, opacity("fill-opacity", style), self.clipping)
end

local anchors = { left = "start", center = "middle", right = "end" }

--- Writes text; see wick.plot.raster.
function svg:text(x, y, text, style)
  local turn = ""
  if style.upright then
    turn = (' transform="rotate(-90 %s %s)"'):format(number(x), number(y))
  end
  put(self, '<text x="%s" y="%s" font-family="Helvetica, Arial, sans-serif" font-size="%s" '
    .. 'fill="%s" text-anchor="%s"%s%s%s>%s</text>', number(x), number(y), number(style.size or 11),
    style.color or "#000000", anchors[style.align or "left"],
    style.bold and ' font-weight="bold"' or "", turn, self.clipping, (text:gsub("[&<>]", escapes)))
end

--- Begins a group; with a title, which shows when the pointer rests on it.
function svg:open(title)
  self.parts[#self.parts + 1] = title
    and ("<g><title>%s</title>"):format((tostring(title):gsub("[&<>]", escapes))) or "<g>"
end

--- Ends the group.
function svg:close()
  self.parts[#self.parts + 1] = "</g>"
end

local digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

local function base64(bytes)
  local words = {}
  for i = 1, #bytes, 3 do
    local a, b, c = bytes:byte(i, i + 2)
    local bits = a << 16 | (b or 0) << 8 | (c or 0)
    for k = 0, 3 do
      local place = ((bits >> (18 - 6 * k)) & 63) + 1
      local is_there = k < 2 or k == 2 and b or k == 3 and c
      words[#words + 1] = is_there and digits:sub(place, place) or "="
    end
  end
  return table.concat(words)
end

--- Stretches rows of colours over a rectangle; see wick.plot.raster.
function svg:image(x, y, width, height, rows)
  local pixels = torch.ByteTensor(rows):permute(3, 1, 2):contiguous()
  local png = image.compressPNG(pixels)
  put(self, '<image x="%s" y="%s" width="%s" height="%s" preserveAspectRatio="none" '
    .. 'style="image-rendering:pixelated"%s href="data:image/png;base64,%s"/>', number(x),
    number(y), number(width), number(height), self.clipping, base64(png:storage():string()))
end

--- The picture as text.
function svg:document()
  return table.concat(self.parts, "\n") .. "\n</svg>\n"
end

--- Writes the picture as an SVG file.
function svg:save(path)
  require("wick.core").io.writeFile(path, self:document())
end

return svg
