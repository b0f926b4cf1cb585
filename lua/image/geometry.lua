-- image: cutting, moving, turning, flipping and warping.
local class = require "torch.class"
local core = require "wick.core"
local errors = require "wick.errors"
local pixels = require "image.pixels"
local resize = require "image.resize"
local torch = require "torch"

local geometry = {}

-- Cutting ----------------------------------------------------------------------------------------

-- The part of an image that begins at (x, y), counted from 0, as a view.
local function window(image, x, y, width, height)
  local rows, columns = pixels.size("crop", image)
  if x < 0 or y < 0 or width < 1 or height < 1 or x + width > columns or y + height > rows then
    errors.raise("image.crop: crop goes outside bounds of src: columns %d to %d of %d, rows %d to "
      .. "%d of %d", x, x + width - 1, columns, y, y + height - 1, rows)
  end
  local dims = image:dim()
  return image:narrow(dims - 1, y + 1, height):narrow(dims, x + 1, width)
end

local corners = {
  c = function(w, h) return w // 2, h // 2 end,
  tl = function() return 0, 0 end,
  tr = function(w) return w, 0 end,
  bl = function(_, h) return 0, h end,
  br = function(w, h) return w, h end,
}

-- Where a cut of that size begins, by the name of its place.
local function placed(image, place, width, height)
  local rows, columns = pixels.size("crop", image)
  if not corners[place] then
    errors.raise('crop format must be "c"|"tl"|"tr"|"bl"|"br", not %s', errors.value(place))
  end
  return corners[place](columns - width, rows - height)
end

local function position(value)
  return pixels.whole("crop", "a position", value)
end

--- image.crop([destination,] image, x1, y1, x2, y2): columns x1 to x2 - 1 and rows y1 to y2 - 1,
-- counted from 0; with a destination, scaled to its size. image.crop(destination, image, x1, y1):
-- as much as the destination takes, which gets it; nothing is returned. image.crop([destination,]
-- image, place, width, height): in the middle ("c") or at a corner ("tl", "tr", "bl", "br").
function geometry.crop(...)
  local destination, image, a, b, c, d = pixels.destination(...)
  if destination == nil and image == nil then image, a, b, c, d = select(2, ...) end
  if not class.isTensor(image) or a == nil or b == nil then
    pixels.misused("crop", "[dst,] src, x1, y1, x2, y2", "dst, src, x1, y1",
      "[dst,] src, format, width, height")
  end
  image = pixels.of("crop", image)
  local x, y, width, height
  if type(a) == "string" and not tonumber(a) then
    width, height = position(b), position(c)
    x, y = placed(image, a, width, height)
  else
    x, y = position(a), position(b)
    if c == nil and destination then
      height, width = pixels.size("crop", destination)
      destination:copy(window(image, x, y, width, height))
      return
    end
    if c == nil then height, width = pixels.size("crop", image) end
    width, height = position(c or width) - x, position(d or height) - y
  end
  local cut = window(image, x, y, width, height):clone()
  return destination and resize.scale(destination, cut) or cut
end

--- image.translate([destination,] image, x, y): moved x columns to the right and y rows down; zeros
-- come in.
function geometry.translate(...)
  local destination, image, x, y = pixels.destination(...)
  if not class.isTensor(image) or x == nil or y == nil then
    pixels.misused("translate", "[dst,] src, x, y")
  end
  image = pixels.of("translate", image)
  x, y = pixels.whole("translate", "x", x), pixels.whole("translate", "y", y)
  local height, width = pixels.size("translate", image)
  local moved = image.new():resize(image:size()):zero()
  local rows, columns = height - math.abs(y), width - math.abs(x)
  if rows > 0 and columns > 0 then
    local function part(down, right)
      local first, left = math.max(down, 0) + 1, math.max(right, 0) + 1
      local where = { { first, first + rows - 1 }, { left, left + columns - 1 } }
      if image:dim() == 3 then table.insert(where, 1, {}) end
      return where
    end
    moved[part(y, x)] = image[part(-y, -x)]
  end
  return pixels.give("translate", destination, moved)
end

-- Turning ----------------------------------------------------------------------------------------

local function check_mode(name, mode, default, ...)
  mode = mode == nil and default or mode
  for _, known in ipairs{ ... } do
    if mode == known then return mode end
  end
  pixels.refuse(name, "mode must be one of: %s, not %s", table.concat({ ... }, " | "),
    errors.value(mode))
end

--- image.rotate([destination,] image, angle [, mode = "simple"]): turned counter-clockwise about
-- its centre by radians, of the same size; outside is 0. mode: "simple" or "bilinear".
function geometry.rotate(...)
  local destination, image, angle, mode = pixels.destination(...)
  if not class.isTensor(image) or not tonumber(angle) then
    pixels.misused("rotate", "[dst,] src, theta [, mode]")
  end
  mode = check_mode("rotate", mode, "simple", "simple", "bilinear")
  local turned = core.image.rotate(pixels.of("rotate", image), tonumber(angle), mode)
  return pixels.give("rotate", destination, turned)
end

local function polar(name, logarithmic, ...)
  local destination, image, filter, extent = pixels.destination(...)
  if not class.isTensor(image) then
    pixels.misused(name, "[dst,] src [, interpolation [, mode]]")
  end
  image = pixels.of(name, image)
  filter = check_mode(name, filter, "simple", "simple", "bilinear")
  extent = check_mode(name, extent, "valid", "valid", "full")
  local height, width = pixels.size(name, image)
  local side = math.max(height, width)
  height, width = side, side
  if destination and destination:nElement() > 0 then
    height, width = pixels.size(name, destination)
  end
  local turned = core.image.polar(image, height, width, logarithmic, extent == "full", filter)
  return pixels.give(name, destination, turned)
end

--- image.polar([destination,] image [, filter = "simple" [, mode = "valid"]]): rows are angles,
-- columns distances from the centre up to the nearer edge ("valid") or the corner ("full"). As
-- large as the destination, or a square of the longer side. filter: "simple" or "bilinear".
function geometry.polar(...)
  return polar("polar", false, ...)
end

--- image.logpolar: the same with distances that grow by an even factor.
function geometry.logpolar(...)
  return polar("logpolar", true, ...)
end

-- Warping ----------------------------------------------------------------------------------------

-- Filter, whether positions are outside, and the value there.
local function edges(name, mode, clamp, value)
  mode = check_mode(name, mode, "bilinear", "lanczos", "bicubic", "bilinear", "simple")
  clamp = clamp == nil and "clamp" or clamp
  if clamp ~= "clamp" and clamp ~= "pad" then
    pixels.refuse(name, "clamp_mode is %s; clamp | pad expected", errors.value(clamp))
  end
  if value ~= nil and clamp ~= "pad" then
    pixels.refuse(name, 'pad_value can only be specified if clamp_mode = "pad"')
  end
  return mode, clamp == "pad", tonumber(value) or 0
end

--- image.warp([destination,] image, field [, mode = "bilinear" [, offset = true [, clamp = "clamp"
-- [, pad = 0]]]]): each pixel of the result is found where the field, 2 x height x width, says:
-- rows first, then columns, as a distance from the pixel (offset) or counted from 0. mode:
-- "simple", "bilinear", "bicubic" or "lanczos". Outside is the nearest pixel of the edge ("clamp")
-- or the value `pad` ("pad").
function geometry.warp(...)
  local destination, image, field, mode, offset, clamp, value
  if class.isTensor((select(3, ...))) then
    destination, image, field, mode, offset, clamp, value = ...
  else
    image, field, mode, offset, clamp, value = ...
  end
  if not class.isTensor(image) or not class.isTensor(field) then
    pixels.misused("warp", "[dst,] src, field [, mode [, offset [, clamp [, pad]]]]")
  end
  local filter, pad, number = edges("warp", mode, clamp, value)
  local warped = core.image.warp(pixels.of("warp", image), pixels.of("warp", field), filter,
    offset ~= false, pad, number)
  return pixels.give("warp", destination, warped)
end

-- How far from each pixel its value is found: (matrix - 1) times its place as seen from the centre,
-- less the translation.
local function affine_field(height, width, matrix, translation)
  local field = torch.DoubleTensor(2, height, width)
  local down = torch.range(0, height - 1):double():add(-(height - 1) / 2):view(height, 1)
    :expand(height, width)
  local right = torch.range(0, width - 1):double():add(-(width - 1) / 2):view(1, width)
    :expand(height, width)
  field[1]:copy(down):mul(matrix[1][1] - 1):add(matrix[1][2], right):add(-translation[1])
  field[2]:copy(right):mul(matrix[2][2] - 1):add(matrix[2][1], down):add(-translation[2])
  return field
end

--- image.affinetransform([destination,] image, matrix [, mode [, translation = {0, 0} [, clamp [,
-- pad]]]]): each pixel is found at matrix (2 x 2, for row and column) times its place as seen from
-- the centre, less the translation. The rest as for image.warp.
function geometry.affinetransform(...)
  local destination, image, matrix, mode, translation, clamp, value
  if class.isTensor((select(3, ...))) then
    destination, image, matrix, mode, translation, clamp, value = ...
  else
    image, matrix, mode, translation, clamp, value = ...
  end
  if not class.isTensor(image) or not class.isTensor(matrix) or matrix:dim() ~= 2
    or matrix:size(1) ~= 2 or matrix:size(2) ~= 2 then
    pixels.misused("affinetransform",
      "[dst,] src, matrix2x2 [, mode [, translation [, clamp [, pad]]]]")
  end
  image = pixels.of("affinetransform", image)
  local height, width = pixels.size("affinetransform", image)
  local filter, pad, number = edges("affinetransform", mode, clamp, value)
  local field = affine_field(height, width, matrix:detach():double():totable(),
    translation or { 0, 0 })
  return pixels.give("affinetransform", destination,
    core.image.warp(image, field, filter, true, pad, number))
end

-- Flipping ---------------------------------------------------------------------------------------

local function flipped(name, destination, image, dim)
  image = pixels.of(name, image)
  if dim < 1 or dim > image:dim() then
    pixels.refuse(name, "Bad flip dimension %d of %s", dim, errors.value(image))
  end
  return pixels.give(name, destination, torch.flip(image, dim))
end

--- image.hflip([destination,] image): left and right change places.
function geometry.hflip(...)
  local destination, image = pixels.destination(...)
  if not class.isTensor(image) then pixels.misused("hflip", "[dst,] src") end
  return flipped("hflip", destination, image, image:dim())
end

--- image.vflip([destination,] image): top and bottom change places.
function geometry.vflip(...)
  local destination, image = pixels.destination(...)
  if not class.isTensor(image) then pixels.misused("vflip", "[dst,] src") end
  return flipped("vflip", destination, image, image:dim() - 1)
end

--- image.flip([destination,] image, dimension): the order along a dimension is turned around.
function geometry.flip(...)
  local destination, image, dim = pixels.destination(...)
  if not class.isTensor(image) or not tonumber(dim) then
    pixels.misused("flip", "[dst,] src, dimension")
  end
  return flipped("flip", destination, image, pixels.whole("flip", "the dimension", dim))
end

return geometry
