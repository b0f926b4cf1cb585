-- Images made larger: by repeating pixels, between pixels, from channels.
local errors = require "wick.errors"
local torch = require "torch"
local layer = require "nn.layer"

local function check_image(input)
  if input:dim() ~= 3 and input:dim() ~= 4 then
    errors.raise("input must be 3 or 4-dimensional, got %s", layer.shape(input))
  end
end

-- C x H x W in front of other sizes: all sizes but the last two, and these.
local function with_pixels(input, height, width)
  local sizes = input:size():totable()
  sizes[#sizes - 1], sizes[#sizes] = height, width
  return sizes
end

-- Nearest ----------------------------------------------------------------------------------------

local Nearest = layer.define("nn.SpatialUpSamplingNearest", "nn.Module",
  {
    doc = "Each pixel scale x scale times.",
    { "scale_factor", "number" },
  }, function(self, input)
    check_image(input)
    local scale, dims = self.scale_factor, input:dim()
    local height, width = input:size(dims - 1), input:size(dims)
    local planes = height * width == 0 and 0 or input:nElement() // (height * width)
    local spread = input:contiguous():view(planes, height, 1, width, 1)
      :expand(planes, height, scale, width, scale):contiguous()
    return spread:view(with_pixels(input, height * scale, width * scale))
  end)

local read_nearest = Nearest.__init

function Nearest:__init(...)
  read_nearest(self, ...)
  local scale = math.tointeger(self.scale_factor)
  if not scale then
    errors.raise("nn.SpatialUpSamplingNearest: scale_factor must be integer, got %g",
      self.scale_factor)
  elseif scale < 1 then
    errors.raise("nn.SpatialUpSamplingNearest: scale_factor must be greater than 1, got %d", scale)
  end
  self.scale_factor = scale
end

-- Bilinear ---------------------------------------------------------------------------------------

-- The matrix, size x to, that takes a row of pixels to one of `to`, corners to corners.
local function interpolation(like, size, to)
  local matrix = like.new(size, to):zero()
  local step = to > 1 and (size - 1) / (to - 1) or 0
  for i = 1, to do
    local at = (i - 1) * step
    local below = math.min(math.floor(at), size - 1)
    local share = at - below
    matrix[below + 1][i] = 1 - share
    if below + 2 <= size then matrix[below + 2][i] = share end
  end
  return matrix
end

-- Every row of pixels times the matrix.
local function rows_times(x, matrix)
  local sizes = x:size():totable()
  sizes[#sizes] = matrix:size(2)
  return torch.mm(x:contiguous():view(-1, matrix:size(1)), matrix):view(sizes)
end

local function swapped(x)
  return torch.transpose(x, x:dim() - 1, x:dim())
end

local Bilinear = torch.class("nn.SpatialUpSamplingBilinear", "nn.Module")

--- nn.SpatialUpSamplingBilinear(scale), or of {oheight =, owidth =}: corners stay corners.
function Bilinear:__init(size)
  torch.getmetatable("nn.Module").__init(self)
  if type(size) == "table" then
    self.oheight, self.owidth, self.name = size.oheight, size.owidth, size.name
  else
    self.scale_factor = math.tointeger(size)
  end
  if not self.scale_factor and not (self.oheight and self.owidth) then
    errors.raise("nn.SpatialUpSamplingBilinear: scale_factor must be integer, got %s",
      errors.value(size))
  end
end

--- Sets the size of the output: {oheight =, owidth =}.
function Bilinear:setSize(size)
  self.oheight, self.owidth, self.scale_factor = size.oheight, size.owidth, nil
end

function Bilinear:updateOutput(input)
  check_image(input)
  local height, width = input:size(input:dim() - 1), input:size(input:dim())
  local scale = self.scale_factor
  local rows = interpolation(input, height, scale and height * scale or self.oheight)
  local columns = interpolation(input, width, scale and width * scale or self.owidth)
  return swapped(rows_times(swapped(rows_times(input, columns)), rows)):contiguous()
end

function Bilinear:__tostring__()
  local size = self.scale_factor or ("%d, %d"):format(self.oheight, self.owidth)
  return ("%s(%s)"):format(torch.typename(self), size)
end

-- From channels ----------------------------------------------------------------------------------

local PixelShuffle = layer.define("nn.PixelShuffle", "nn.Module",
  {
    doc = "C r^2 channels as C of r times the height and width (Shi et al. 2016).",
    { "upscaleFactor", "integer" },
  }, function(self, input)
    check_image(input)
    local r, sizes = self.upscaleFactor, input:size():totable()
    local batch = #sizes == 4 and table.remove(sizes, 1) or nil
    local planes, height, width = table.unpack(sizes)
    if planes % (r * r) ~= 0 then
      errors.raise("%d channels are not a multiple of %d x %d", planes, r, r)
    end
    local split = input:contiguous():view(batch or 1, planes // (r * r), r, r, height, width)
    local shuffled = torch.permute(split, 1, 2, 5, 3, 6, 4):contiguous()
    local result = { planes // (r * r), height * r, width * r }
    if batch then table.insert(result, 1, batch) end
    return shuffled:view(result)
  end)

function PixelShuffle:__tostring__()
  return ("%s(%d)"):format(torch.typename(self), self.upscaleFactor)
end
