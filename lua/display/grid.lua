-- Images for looking at: values stretched to 0..1, and several packed into a grid.
local class = require "torch.class"
local errors = require "wick.errors"
local torch = require "torch"

local grid = {}

-- Planes of floats from 0 to 1 of height x width or channels x height x width; bytes are 0 to 255.
-- Others are stretched from `low` to `high`, their smallest and largest unless given.
function grid.normal(what, image, low, high)
  if not class.isTensor(image) or image:dim() < 2 or image:dim() > 3 or image:nElement() == 0 then
    errors.raise("%s: an image is a tensor of height x width or channels x height x width, got %s",
      what, errors.value(image))
  end
  local planes = image:detach()
  if planes:dim() == 2 then planes = planes:view(1, planes:size(1), planes:size(2)) end
  local channels = planes:size(1)
  if channels > 4 then
    errors.raise("%s: the image has %d channels, 1 to 4 expected; display.images shows planes side "
      .. "by side", what, channels)
  end
  local samples = planes:float()
  if class.typename(image) == "torch.ByteTensor" then return samples / 255 end
  if not low and not high then
    low, high = samples:min(), samples:max()
    if low >= 0 and high <= 1 and high > 0 then return samples end
  end
  low, high = low or samples:min(), high or samples:max()
  return ((samples - low) / math.max(high - low, 1e-30)):clamp(0, 1)
end

-- A list of images: itself, the images of N x C x H x W, or the planes of N x H x W.
local function list_of(what, images)
  if not class.isTensor(images) then return images end
  local list = {}
  if images:dim() < 3 then
    errors.raise("%s: a list of images, or N x height x width or N x channels x height x width "
      .. "expected, got %s", what, errors.value(images))
  end
  for i = 1, images:size(1) do list[i] = images:select(1, i) end
  return list
end

local function as_colors(planes)
  if planes:size(1) == 3 then return planes end
  if planes:size(1) == 4 then return planes:narrow(1, 1, 3) end
  return planes:narrow(1, 1, 1):expand(3, planes:size(2), planes:size(3))
end

--- Packs images (a list, or N x C x H x W, or N x H x W) `per_row` to a row (as square as can be
-- unless given), `padding` pixels apart: 3 x height x width from 0 to 1. options: min, max (of all
-- images; each one's own unless given).
function grid.pack(what, images, per_row, padding, options)
  local list, height, width = {}, 0, 0
  for i, image in ipairs(list_of(what, images)) do
    list[i] = as_colors(grid.normal(what, image, options.min, options.max))
    height, width = math.max(height, list[i]:size(2)), math.max(width, list[i]:size(3))
  end
  if #list == 0 then errors.raise("%s: there are no images", what) end
  per_row = math.min(per_row or math.ceil(math.sqrt(#list)), #list)
  padding = padding or 2
  local rows = math.ceil(#list / per_row)
  local sheet = torch.FloatTensor(3, rows * (height + padding) - padding,
    per_row * (width + padding) - padding):fill(1)
  for i, planes in ipairs(list) do
    local row, column = (i - 1) // per_row, (i - 1) % per_row
    sheet:narrow(2, row * (height + padding) + 1, planes:size(2))
      :narrow(3, column * (width + padding) + 1, planes:size(3)):copy(planes)
  end
  return sheet
end

return grid
