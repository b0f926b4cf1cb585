-- image.byte, image.float and image.double, also `tensor.image`: what lay under Torch7's functions,
-- as some scripts call it. Sources come before destinations here, and modes are part of the names.
local core = require "wick.core"
local pixels = require "image.pixels"
local torch = require "torch"

-- The package's functions, looked up when they are called.
local image = setmetatable({}, {
  __index = function(_, name) return require("image")[name] end,
})

local layer = {}

for name, mode in pairs{
  scaleSimple = "simple", scaleBilinear = "bilinear", scaleBicubic = "bicubic",
} do
  layer[name] = function(source, target) image.scale(target, source, mode) end
end

for name, mode in pairs{ rotate = "simple", rotateBilinear = "bilinear" } do
  layer[name] = function(source, target, angle) image.rotate(target, source, angle, mode) end
end

for name, how in pairs{
  polar = { "polar", "simple" }, polarBilinear = { "polar", "bilinear" },
  logPolar = { "logpolar", "simple" }, logPolarBilinear = { "logpolar", "bilinear" },
} do
  layer[name] = function(source, target, full)
    image[how[1]](target, source, how[2], full == 1 and "full" or "valid")
  end
end

for _, name in ipairs{ "rgb2hsv", "rgb2hsl", "hsv2rgb", "hsl2rgb", "rgb2lab", "lab2rgb" } do
  layer[name] = function(source, target) image[name](target, source) end
end

--- The luminance of 3 x height x width, into height x width.
function layer.rgb2y(source, target)
  target:copy(image.rgb2y(source)[1])
end

--- Where no pixels come in, the target stays as it is.
function layer.translate(source, target, x, y)
  local there = torch.ByteTensor(source:size()):fill(1)
  there = image.translate(there, x, y)
  target:maskedCopy(there, image.translate(source, x, y):maskedSelect(there))
end

function layer.cropNoScale(source, target, x, y)
  image.crop(target, source, x, y)
end

local filters = { [0] = "simple", "bilinear", "bicubic", "lanczos" }

--- Here the target comes first; `mode` is 0 to 3 and `clamp` 1 where `value` is outside.
function layer.warp(target, source, field, mode, offset, clamp, value)
  local filter = filters[mode] or pixels.refuse("warp", "the mode goes from 0 to 3")
  if clamp == 1 then
    image.warp(target, source, field, filter, offset, "pad", value)
  else
    image.warp(target, source, field, filter, offset)
  end
end

function layer.saturate(tensor)
  return image.saturate(tensor)
end

function layer.gaussian(target, amplitude, normalize, across, down, x, y)
  image.gaussian{ tensor = target, amplitude = amplitude, normalize = normalize,
    sigma_horz = across, sigma_vert = down, mean_horz = x, mean_vert = y }
end

for _, name in ipairs{ "hflip", "vflip", "flip" } do
  layer[name] = function(target, source, ...) image[name](target, source, ...) end
end

--- A picture of the rows of `map` that a plane of whole numbers, from 0, picks.
function layer.colorize(target, plane, map)
  local height, width = plane:size(1), plane:size(2)
  local index = plane:long():contiguous():view(-1) + 1
  local colours = map:index(1, index):t():contiguous()
  target:resize(map:size(2), height, width):copy(colours)
end

function layer.text(picture, text, x, y, size, r, g, b, back_r, back_g, back_b, wrap)
  image.drawText(picture, text, x, y, { color = { r, g, b }, bg = { back_r, back_g, back_b },
    size = size, wrap = wrap == 1, inplace = true })
end

function layer.drawRect(picture, x1, y1, x2, y2, width, r, g, b)
  image.drawRect(picture, x1, y1, x2, y2, { color = { r, g, b }, lineWidth = width,
    inplace = true })
end

for _, name in ipairs{ "Byte", "Float", "Double" } do
  core.classes[("torch.%sTensor"):format(name)].image = layer
end

return { byte = layer, float = layer, double = layer }
