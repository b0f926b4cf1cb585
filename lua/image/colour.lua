-- image: spaces of colours and colour maps.
local class = require "torch.class"
local core = require "wick.core"
local errors = require "wick.errors"
local pixels = require "image.pixels"
local torch = require "torch"

local colour = {}

-- Linear conversions -----------------------------------------------------------------------------

local RGB_TO_YUV = {
  { 0.299, 0.587, 0.114 }, { -0.14713, -0.28886, 0.436 }, { 0.615, -0.51499, -0.10001 },
}
local YUV_TO_RGB = { { 1, 0, 1.13983 }, { 1, -0.39465, -0.58060 }, { 1, 2.03211, 0 } }

local function linear(name, matrix, ...)
  local destination, image = pixels.destination(...)
  if not class.isTensor(image) then pixels.misused(name, "[dst,] src") end
  image = pixels.colours(name, image)
  if class.type(image) == "torch.ByteTensor" then
    pixels.refuse(name, "not supported for torch.ByteTensor, U and V may be negative; convert "
      .. "with :float():div(255) first")
  end
  local weights = torch.DoubleTensor(matrix):typeAs(image)
  local size = image:size()
  return pixels.give(name, destination, torch.mm(weights, image:reshape(3, size[2] * size[3]))
    :view(3, size[2], size[3]))
end

--- image.rgb2yuv([destination,] image): luminance and two differences of colour.
function colour.rgb2yuv(...)
  return linear("rgb2yuv", RGB_TO_YUV, ...)
end

--- image.yuv2rgb([destination,] image): back from them.
function colour.yuv2rgb(...)
  return linear("yuv2rgb", YUV_TO_RGB, ...)
end

--- image.rgb2nrgb([destination,] image): each channel's share of the sum of the three.
function colour.rgb2nrgb(...)
  local destination, image = pixels.destination(...)
  if not class.isTensor(image) then pixels.misused("rgb2nrgb", "[dst,] src") end
  image = pixels.colours("rgb2nrgb", image)
  local is_byte = class.type(image) == "torch.ByteTensor"
  local values = is_byte and image:float() / 255 or image
  local shares = torch.cdiv(values, (torch.sum(values, 1) + 1e-6):expandAs(values))
  return pixels.give("rgb2nrgb", destination, is_byte and pixels.bytes(shares * 255) or shares)
end

-- Conversions pixel by pixel ---------------------------------------------------------------------

local function conversion(name)
  return function(...)
    local destination, image = pixels.destination(...)
    if not class.isTensor(image) then pixels.misused(name, "[dst,] src") end
    image = pixels.colours(name, image)
    return pixels.give(name, destination, core.image.colours(image, name))
  end
end

--- Conversions ([destination,] image) of 3 x height x width. All channels of HSL and HSV go from 0
-- to 1 (bytes: 255), gray has hue 0; Lab is of sRGB under D65, L from 0 to 100. rgb2y gives the
-- luminance, 1 x height x width.
for _, name in ipairs{
  "rgb2hsl", "hsl2rgb", "rgb2hsv", "hsv2rgb", "rgb2lab", "lab2rgb", "rgb2y",
} do
  colour[name] = conversion(name)
end

-- Colour maps ------------------------------------------------------------------------------------

local function check_count(name, count)
  count = pixels.whole(name, "the number of colours", count)
  if count < 1 then pixels.refuse(name, "%d colours, at least one expected", count) end
  return count
end

--- image.jetColormap(n): n x 3 colours from 0 to 1, dark blue over green and yellow to dark red.
function colour.jetColormap(n)
  n = check_count("jetColormap", n)
  local map = torch.DoubleTensor(n, 3)
  local place = torch.range(1, n):double():mul(4 / n)
  for channel, centre in ipairs{ 3, 2, 1 } do
    map:select(2, channel):copy(torch.abs(place - centre):mul(-1):add(1.5):clamp(0, 1))
  end
  return map:typeAs(torch.Tensor())
end

-- HSL to RGB with lightness one half.
local function vivid(degrees, saturation)
  local sixth, chroma = degrees / 60, saturation
  local second, low = chroma * (1 - math.abs(sixth % 2 - 1)), 0.5 - chroma / 2
  local of = {
    { chroma, second, 0 }, { second, chroma, 0 }, { 0, chroma, second }, { 0, second, chroma },
    { second, 0, chroma }, { chroma, 0, second },
  }
  local rgb = of[math.min(math.floor(sixth), 5) + 1]
  return { rgb[1] + low, rgb[2] + low, rgb[3] + low }
end

--- image.colormap(n): n x 3 colours from 0 to 1 that are easy to tell apart.
function colour.colormap(n)
  local rows = {}
  for i = 1, check_count("colormap", n) do
    rows[i] = vivid((i - 1) * 39 % 360, (i - 1) / 9 % 0.7 + 0.3)
  end
  return torch.DoubleTensor(rows):typeAs(torch.Tensor())
end

local function check_levels(levels, highest)
  local least = levels:min()
  if least >= 1 and levels:max() <= highest then return end
  pixels.refuse("y2jet", "levels go from 1; there is one of %s", errors.value(least))
end

--- image.y2jet([destination,] levels): a picture, 3 x height x width, of levels from 1 to the
-- largest in jet's colours. Takes height x width, 1 x height x width, or one row.
function colour.y2jet(...)
  local destination, levels = pixels.destination(...)
  if not class.isTensor(levels) or levels:nElement() == 0 then
    pixels.misused("y2jet", "[dst,] src")
  end
  levels = pixels.of("y2jet", levels):detach()
  if levels:dim() == 3 and levels:size(1) == 1 then levels = levels[1] end
  if levels:dim() == 1 then levels = levels:view(1, levels:size(1)) end
  local height, width = pixels.size("y2jet", levels)
  local index = levels:long():contiguous():view(-1)
  local highest = math.floor(levels:max())
  check_levels(index, highest)
  local map = colour.jetColormap(highest):double()
  if class.type(levels) == "torch.ByteTensor" then map = torch.round(map * 255) end
  local picture = map:index(1, index):t():contiguous():view(3, height, width):typeAs(levels)
  return pixels.give("y2jet", destination, picture)
end

return colour
