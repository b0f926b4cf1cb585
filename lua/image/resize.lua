-- image: scaling, by Torch7's definitions. (wick.image.resize has today's.)
local class = require "torch.class"
local core = require "wick.core"
local errors = require "wick.errors"
local pixels = require "image.pixels"

local resize = {}

local modes = { simple = true, bilinear = true, bicubic = true }

-- Each way to give a size as text: a pattern, and what it makes of an image's height and width.
local notations = {
  { "^(%d+)x(%d+)$", function(_, _, width, height) return height, width end },
  { "^%^([%d.]+)$", function(h, w, least)
    return h * least / math.min(h, w), w * least / math.min(h, w)
  end },
  { "^%*([%d.]+)/([%d.]+)$", function(h, w, times, parts)
    return h * times / parts, w * times / parts
  end },
  { "^%*([%d.eE+-]+)$", function(h, w, factor) return h * factor, w * factor end },
  { "^([%d.]+)$", function(h, w, most)
    return h * most / math.max(h, w), w * most / math.max(h, w)
  end },
}

-- Height and width from "WxH", "MAX", "^MIN", "*FACTOR", "*A/B" or a number, the longer side.
local function parse(text, h, w)
  text = type(text) == "number" and errors.number(text) or text
  for _, notation in ipairs(notations) do
    local a, b = text:match(notation[1])
    if a and tonumber(a) and (b == nil or tonumber(b)) then
      local height, width = notation[2](h, w, tonumber(a), tonumber(b))
      if height == height and height < math.huge then return height, width end
    end
  end
  pixels.refuse("scale", "could not find valid dest size in %s", errors.value(text))
end

local function scaled(image, height, width, mode)
  mode = mode or "bilinear"
  if not modes[mode] then
    pixels.refuse("scale", "mode must be one of: simple | bicubic | bilinear, not %s",
      errors.value(mode))
  end
  return core.image.scale(image, height, width, mode)
end

-- scale(destination, image [, mode]): to the destination's size.
local function scale_into(destination, image, mode)
  image = pixels.of("scale", image)
  local height, width = pixels.size("scale", destination)
  if destination:dim() ~= image:dim()
    or image:dim() == 3 and destination:size(1) ~= image:size(1) then
    pixels.refuse("scale", "src and dst depths do not match: %s and %s", errors.value(image),
      errors.value(destination))
  end
  destination:copy(scaled(image, height, width, mode))
  return destination
end

--- image.scale(image, width, height [, mode]), image.scale(image, size [, mode]),
-- image.scale(destination, image [, mode]): the image at another size, at least one pixel a side.
-- size: a number (the longer side), "WxH", "^N" (the shorter side), "*F" or "*A/B" (factors).
-- mode: "bilinear" (default; where the image shrinks, means of areas), "bicubic" or "simple".
function resize.scale(image, a, b, c)
  if class.isTensor(image) and class.isTensor(a) then return scale_into(image, a, b) end
  local is_size = type(a) == "string" or type(a) == "number"
  if not class.isTensor(image) or not is_size then
    pixels.misused("scale", "src, width, height [, mode]", "src, size [, mode]",
      "dst, src [, mode]")
  end
  image = pixels.of("scale", image)
  local height, width, mode
  if tonumber(b) then
    width, height, mode = tonumber(a), tonumber(b), c
  else
    height, width = pixels.size("scale", image)
    height, width = parse(a, height, width)
    mode = b
  end
  if not width then pixels.refuse("scale", "the width is %s", errors.value(a)) end
  return scaled(image, math.max(pixels.whole("scale", "the height", height), 1),
    math.max(pixels.whole("scale", "the width", width), 1), mode)
end

return resize
