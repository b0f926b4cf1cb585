-- image: kernels, convolution, contrast, morphology and ranges of values.
local class = require "torch.class"
local errors = require "wick.errors"
local pixels = require "image.pixels"
local resize = require "image.resize"
local torch = require "torch"
local unpacking = require "xlua.unpack"

local filter = {}

-- Kernels ----------------------------------------------------------------------------------------

-- (i - centre) / (sigma n) for i from 1 to n, where the centre is mean n + 1/2.
local function distances(n, sigma, mean)
  return torch.range(1, n):double():add(-(mean * n + 0.5)):div(sigma * n)
end

local function check_side(name, what, value)
  local side = pixels.whole(name, what, value)
  if side < 1 then pixels.refuse(name, "%s is %d, at least 1 expected", what, side) end
  return side
end

-- The finished kernel: of sum 1 when asked for, in the tensor given or one of the default type.
local function kernel(values, normalize, tensor)
  if normalize then values:div(values:sum()) end
  if not tensor then return values:typeAs(torch.Tensor()) end
  if class.type(tensor) == "torch.ByteTensor" then values = pixels.bytes(values) end
  return tensor:copy(values)
end

local function check_tensor(tensor, name, dims)
  if tensor == nil then return end
  if not class.isTensor(tensor) or tensor:dim() ~= dims or tensor:nElement() == 0 then
    pixels.refuse(name, "expecting non-empty %dD tensor, got %s", dims, errors.value(tensor))
  end
end

local size_row = { arg = "size", type = "number", help = "kernel size (size x size)", default = 3 }
local amplitude_row = { arg = "amplitude", type = "number", help = "largest value", default = 1 }
local normalize_row = { arg = "normalize", type = "any", help = "sum 1", default = false }

local function sigma_row(default)
  return { arg = "sigma", type = "number", help = "deviation, a part of the size",
    default = default }
end

local plane_rows = {
  { arg = "width", type = "number", help = "kernel width", defaulta = "size" },
  { arg = "height", type = "number", help = "kernel height", defaulta = "size" },
  { arg = "sigma_horz", type = "number", help = "horizontal sigma", defaulta = "sigma" },
  { arg = "sigma_vert", type = "number", help = "vertical sigma", defaulta = "sigma" },
  { arg = "mean_horz", type = "number", help = "centre, a part of the width", default = 0.5 },
  { arg = "mean_vert", type = "number", help = "centre, a part of the height", default = 0.5 },
  { arg = "tensor", type = "Tensor", help = "takes the result; its size counts" },
}

-- Half the squared distances from the centre, height x width, and the arguments they came from.
local function plane(name, help, sigma, ...)
  local a = unpacking.unpack({ ... }, "image." .. name, help, size_row, sigma_row(sigma),
    amplitude_row, normalize_row, table.unpack(plane_rows))
  check_tensor(a.tensor, name, 2)
  local width = a.tensor and a.tensor:size(2) or check_side(name, "width", a.width)
  local height = a.tensor and a.tensor:size(1) or check_side(name, "height", a.height)
  local u = distances(width, a.sigma_horz, a.mean_horz):pow(2):view(1, width)
  local v = distances(height, a.sigma_vert, a.mean_vert):pow(2):view(height, 1)
  return (u:expand(height, width) + v:expand(height, width)):div(2), a
end

--- image.gaussian(size = 3, sigma = 0.25, amplitude = 1, normalize = false, width, height,
-- sigma_horz, sigma_vert, mean_horz = 0.5, mean_vert = 0.5, tensor), or a table of these: a bell of
-- height x width. Deviations and means are parts of the size.
function filter.gaussian(...)
  local q, a = plane("gaussian", "returns a 2D gaussian kernel", 0.25, ...)
  return kernel(torch.exp(-q):mul(a.amplitude), a.normalize, a.tensor)
end

--- image.laplacian: the same arguments, sigma 0.1: a bell's curvature, amplitude (1 - q) exp(-q)
-- where the bell is exp(-q).
function filter.laplacian(...)
  local q, a = plane("laplacian", "returns a 2D Laplacian kernel", 0.1, ...)
  return kernel(torch.exp(-q):cmul(1 - q):mul(a.amplitude), a.normalize, a.tensor)
end

--- image.gaussian1D(size = 3, sigma = 0.25, amplitude = 1, normalize = false, mean = 0.5, tensor),
-- or a table of these: a bell of one dimension.
function filter.gaussian1D(...)
  local a = unpacking.unpack({ ... }, "image.gaussian1D", "returns a 1D gaussian kernel",
    size_row, sigma_row(0.25), amplitude_row, normalize_row,
    { arg = "mean", type = "number", help = "centre, a part of the size", default = 0.5 },
    { arg = "tensor", type = "Tensor", help = "takes the result; its size counts" })
  check_tensor(a.tensor, "gaussian1D", 1)
  local size = a.tensor and a.tensor:size(1) or check_side("gaussian1D", "size", a.size)
  local q = distances(size, a.sigma, a.mean):pow(2):div(2)
  return kernel(torch.exp(-q):mul(a.amplitude), a.normalize, a.tensor)
end

-- Convolution ------------------------------------------------------------------------------------

-- The part of a full convolution that lies over the image.
local function middle(full, image, weights)
  local dims = full:dim()
  for dim = dims - 1, dims do
    local first = (weights:size(weights:dim() - dims + dim) + 1) // 2
    full = full:narrow(dim, first, image:size(dim))
  end
  return full
end

local function convolved(image, weights, mode)
  if weights:dim() == 2 and image:dim() == 3 then
    weights = weights:view(1, weights:size(1), weights:size(2))
      :expand(image:size(1), weights:size(1), weights:size(2))
  end
  local is_byte = class.type(image) == "torch.ByteTensor"
  local values = is_byte and image:float() or image
  local result = torch.conv2(values, weights:typeAs(values):contiguous(),
    mode == "valid" and "V" or "F")
  if mode == "same" then result = middle(result, image, weights) end
  return is_byte and pixels.bytes(result) or result
end

local extents = { valid = true, full = true, same = true }

--- image.convolve([destination,] image, kernel [, "valid" | "full" | "same"]): the convolution; a
-- kernel of two dimensions is applied to every channel. Bytes are rounded and clamped.
function filter.convolve(...)
  local destination, image, weights, mode
  if class.isTensor((select(3, ...))) then
    destination, image, weights, mode = ...
  else
    image, weights, mode = ...
  end
  if not class.isTensor(image) or not class.isTensor(weights) then
    pixels.misused("convolve", "[dst,] src, kernel [, mode]")
  end
  mode = mode == nil and "valid" or mode
  if not extents[mode] then
    pixels.refuse("convolve", "mode has to be one of: full | valid | same, not %s",
      errors.value(mode))
  end
  return pixels.give("convolve", destination,
    convolved(pixels.of("convolve", image), weights, mode))
end

-- The sizes that an image gets in a pyramid, which are those of its list of results.
local function level(image, factor, result)
  local height, width = pixels.size("gaussianpyramid", image)
  height, width = math.floor(height * factor), math.floor(width * factor)
  if height < 1 or width < 1 then
    pixels.refuse("gaussianpyramid", "scaled by %s the image has no pixel", errors.number(factor))
  end
  result = result or image.new()
  if image:dim() == 2 then return result:resize(height, width) end
  return result:resize(image:size(1), height, width)
end

--- image.gaussianpyramid([list,] image, scales): the image scaled by each factor, smoothed by a
-- gaussian of 3 x 3 between one and the next.
function filter.gaussianpyramid(list, image, scales)
  if scales == nil then list, image, scales = {}, list, image end
  if type(list) ~= "table" or not class.isTensor(image) or type(scales) ~= "table" then
    pixels.misused("gaussianpyramid", "[list,] src, scales")
  end
  image = pixels.of("gaussianpyramid", image)
  local bell = filter.gaussian{ width = 3, normalize = true }
  local smooth = image
  for i, factor in ipairs(scales) do
    list[i] = level(image, factor, list[i])
    if list[i]:isSameSizeAs(smooth) then
      list[i]:copy(smooth)
    else
      resize.scale(list[i], smooth, "simple")
    end
    smooth = convolved(list[i], bell, "same")
  end
  return list
end

-- Contrast ---------------------------------------------------------------------------------------

--- image.lcn(image [, kernel]): local contrast normalisation of a gray image, which becomes a
-- DoubleTensor where the kernel (9 x 9 gaussian) lies inside: less its local mean, divided by its
-- local deviation where that is larger than the whole image's.
function filter.lcn(image, weights)
  local values = pixels.of("lcn", image):double()
  if values:dim() == 3 and values:size(1) == 1 then values = values[1] end
  if values:dim() ~= 2 then
    pixels.refuse("lcn", "grayscale image expected, got %s", errors.value(image))
  end
  weights = weights or filter.gaussian{ size = 9, sigma = 1.591 / 9, normalize = true }
  weights = weights:double()
  values = (values - values:mean()) / values:std()
  local mean = torch.conv2(values, weights)
  local variance = torch.conv2(torch.cmul(values, values), weights) - torch.cmul(mean, mean)
  local deviation = torch.sqrt(variance:clamp(0, math.huge)):clamp(1, math.huge)
  local inside = values:narrow(1, weights:size(1) // 2 + 1, mean:size(1))
    :narrow(2, weights:size(2) // 2 + 1, mean:size(2))
  return torch.cdiv(inside - mean, deviation)
end

-- Morphology -------------------------------------------------------------------------------------

-- How many pixels set under the kernel there are around each one; `pad` stands outside.
local function counted(name, image, weights, pad)
  image = pixels.of(name, image)
  if image:dim() ~= 2 or weights:dim() ~= 2 or weights:size(1) % 2 ~= 1
    or weights:size(2) % 2 ~= 1 then
    pixels.refuse(name, "the image is %s and the kernel %s; height x width and odd sides expected",
      errors.value(image), errors.value(weights))
  end
  local down, right = weights:size(1) // 2, weights:size(2) // 2
  local height, width = image:size(1), image:size(2)
  local padded = torch.DoubleTensor(height + 2 * down, width + 2 * right):fill(pad)
  padded:narrow(1, down + 1, height):narrow(2, right + 1, width):copy(image)
  return torch.conv2(padded, weights)
end

local function weights_of(name, image, weights)
  if not class.isTensor(image) then pixels.misused(name, "im [, kern [, pad]]") end
  return weights and weights:double() or torch.ones(3, 3):double()
end

--- image.erode(image [, kernel = 3 x 3 of ones [, pad = 1]]): of 0 and 1, pixels stay set where all
-- under the kernel are.
function filter.erode(image, weights, pad)
  weights = weights_of("erode", image, weights)
  return counted("erode", image, weights, pad or 1):eq(weights:sum()):typeAs(image)
end

--- image.dilate(image [, kernel = 3 x 3 of ones [, pad = 0]]): pixels are set where one under the
-- kernel is.
function filter.dilate(image, weights, pad)
  weights = weights_of("dilate", image, weights)
  weights = torch.flip(torch.flip(weights, 1), 2)
  return counted("dilate", image, weights, pad or 0):gt(0):typeAs(image)
end

-- Ranges -----------------------------------------------------------------------------------------

local minmax_options = {
  tensor = true, min = true, max = true, symm = true, inplace = true, saturate = true,
  tensorOut = true,
}

local function check_options(options)
  if type(options) ~= "table" or not class.isTensor(options.tensor) then
    pixels.misused("minmax", "{ tensor =, min =, max =, symm =, inplace =, saturate =, "
      .. "tensorOut = }")
  end
  for name in pairs(options) do
    if not minmax_options[name] then
      local nearest = errors.nearest(tostring(name), minmax_options)
      pixels.refuse("minmax", "there is no option %s%s", errors.value(name),
        errors.suggestion(nearest))
    end
  end
end

-- What is taken away from all values, and what the rest is divided by.
local function range_of(values, options)
  local low, high = options.min, options.max
  local reach = options.symm and not (low and high)
    and math.max(math.abs(values:min()), math.abs(values:max()))
  low = low or reach and -reach or values:min()
  local span = high and high - low or reach and 2 * reach or values:max() - low
  return low, span
end

--- image.minmax{ tensor =, min =, max =, symm = false, inplace = false, saturate = false, tensorOut
-- = }: (x - min) / (max - min); bounds not given are the data's, with `symm` the same to both sides
-- of 0. `saturate` cuts what bounds that were given leave outside 0 to 1. The result is of the
-- default type unless it goes in place or to tensorOut.
function filter.minmax(options)
  check_options(options)
  local values = pixels.of("minmax", options.tensor):detach()
  local out = options.tensorOut and options.tensorOut:resize(values:size()):copy(values)
    or options.inplace and values or torch.Tensor(values:size()):copy(values)
  if out:nElement() == 0 then return out end
  local low, span = range_of(out, options)
  if low ~= 0 then out:add(-low) end
  if span ~= 0 then out:div(span) end
  if options.saturate and (options.min or options.max) then filter.saturate(out) end
  return options.tensorOut or options.inplace and options.tensor or out
end

--- image.saturate(tensor): clamped to 0 to 1 in place; bytes are left alone.
function filter.saturate(tensor)
  if class.type(tensor) ~= "torch.ByteTensor" then tensor:clamp(0, 1) end
  return tensor
end

return filter
