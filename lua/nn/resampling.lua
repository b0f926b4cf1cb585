-- Images and volumes made larger: by repeating pixels, between pixels, from channels.
local errors = require "wick.errors"
local torch = require "torch"
local layer = require "nn.layer"

local function check_image(input)
  if input:dim() ~= 3 and input:dim() ~= 4 then
    errors.raise("input must be 3 or 4-dimensional, got %s", layer.shape(input))
  end
end

-- A scale as an integer of at least 1.
local function check_scale(self, given)
  local scale = math.tointeger(tonumber(given))
  if not scale then
    errors.raise("%s: scale_factor must be integer, got %s", torch.typename(self),
      errors.value(given))
  elseif scale < 1 then
    errors.raise("%s: scale_factor must be greater than 1, got %d", torch.typename(self), scale)
  end
  return scale
end

-- The sizes of the last `count` dimensions.
local function sides_of(input, count)
  return { table.unpack(input:size():totable(), input:dim() - count + 1) }
end

local function scaled(sides, scale)
  local result = {}
  for i, side in ipairs(sides) do result[i] = side * scale end
  return result
end

-- Each pixel of the last `count` dimensions scale times along each of them, the last one first:
-- then most of what is copied lies together.
local function repeated(input, count, scale)
  local size, inner = input:size():totable(), 1
  for dim = #size, #size - count + 1, -1 do
    local outer, side = 1, size[dim]
    for d = 1, dim - 1 do outer = outer * size[d] end
    input = input:contiguous():view(outer, side, 1, inner):expand(outer, side, scale, inner)
    inner = inner * side * scale
    size[dim] = side * scale
  end
  return input:contiguous():view(table.unpack(size))
end

-- The matrix, size x to, that takes a row of pixels to one of `to`, corners to corners.
local function interpolation(like, size, to)
  local places, shares = {}, {}
  local step = to > 1 and (size - 1) / (to - 1) or 0
  for i = 1, to do
    local at = (i - 1) * step
    local below = math.min(math.floor(at), size - 1)
    places[i] = { below + 1, math.min(below + 2, size) }
    shares[i] = { 1 - (at - below), at - below }
  end
  local none = torch.zeros(to, size):typeAs(like)
  return torch.scatterAdd(none, 2, torch.LongTensor(places), like.new(shares)):t()
end

-- Every row of pixels times the matrix.
local function rows_times(x, matrix)
  local sizes = x:size():totable()
  sizes[#sizes] = matrix:size(2)
  return torch.mm(x:contiguous():view(-1, matrix:size(1)), matrix):view(table.unpack(sizes))
end

-- The last dimensions brought to those sizes, one after the other.
local function interpolated(input, sides)
  local last = input:dim()
  for i = #sides, 1, -1 do
    local dim = last - #sides + i
    local rows = torch.transpose(input, dim, last)
    rows = rows_times(rows, interpolation(input, input:size(dim), sides[i]))
    input = torch.transpose(rows, dim, last)
  end
  return input:contiguous()
end

-- Images -----------------------------------------------------------------------------------------

local Nearest = layer.define("nn.SpatialUpSamplingNearest", "nn.Module",
  {
    doc = "Each pixel scale x scale times.",
    { "scale_factor", "number" },
  }, function(self, input)
    check_image(input)
    return repeated(input, 2, self.scale_factor)
  end)

local read_nearest = Nearest.__init

function Nearest:__init(...)
  read_nearest(self, ...)
  self.scale_factor = check_scale(self, self.scale_factor)
end

local Bilinear = torch.class("nn.SpatialUpSamplingBilinear", "nn.Module")

--- nn.SpatialUpSamplingBilinear(scale), or of {oheight =, owidth =}: corners stay corners.
function Bilinear:__init(size)
  torch.getmetatable("nn.Module").__init(self)
  if type(size) == "table" then
    self.oheight, self.owidth, self.name = size.oheight, size.owidth, size.name
  end
  if not (self.oheight and self.owidth) then self.scale_factor = check_scale(self, size) end
end

--- Sets the size of the output: {oheight =, owidth =}.
function Bilinear:setSize(size)
  self.oheight, self.owidth, self.scale_factor = size.oheight, size.owidth, nil
end

function Bilinear:updateOutput(input)
  check_image(input)
  local sides = { self.oheight, self.owidth }
  if self.scale_factor then sides = scaled(sides_of(input, 2), self.scale_factor) end
  return interpolated(input, sides)
end

function Bilinear:__tostring__()
  local size = self.scale_factor or ("%d, %d"):format(self.oheight, self.owidth)
  return ("%s(%s)"):format(torch.typename(self), size)
end

-- Images and volumes -----------------------------------------------------------------------------

local LINEAR = { linear = true, bilinear = true, trilinear = true }

-- The sizes of an output by name.
local function set_output(self, size)
  if self.mode == "nearest" then
    errors.raise("nn.UpSampling: Nearest neighbour upsampling requires a scale_factor")
  elseif not (size.oheight and size.owidth) then
    errors.raise("nn.UpSampling: Output height and width parameters are required")
  end
  self.odepth, self.oheight, self.owidth = size.odepth, size.oheight, size.owidth
end

local UpSampling = torch.class("nn.UpSampling", "nn.Module")

--- nn.UpSampling(scale [, mode = "nearest"]) of batches of images or volumes, or with mode "linear"
-- (also "bilinear", "trilinear") of {odepth =, oheight =, owidth =}: corners stay corners.
function UpSampling:__init(size, mode)
  torch.getmetatable("nn.Module").__init(self)
  local is_table = type(size) == "table"
  self.mode = LINEAR[mode or is_table and size.mode] and "linear" or "nearest"
  if is_table and not size.scale then
    set_output(self, size)
  else
    self.scale_factor = check_scale(self, is_table and size.scale or size)
  end
  if is_table then self.name = size.name end
end

-- The sides of the output for an input with `count` of them.
local function sides_for(self, input, count)
  if self.scale_factor then return scaled(sides_of(input, count), self.scale_factor) end
  if count == 2 then return { self.oheight, self.owidth } end
  if not self.odepth then
    errors.raise("No output depth dimension was supplied for volumetric upsampling")
  end
  return { self.odepth, self.oheight, self.owidth }
end

function UpSampling:updateOutput(input)
  if input:dim() ~= 4 and input:dim() ~= 5 then
    errors.raise("UpSampling only supports 4D or 5D tensors, got %s", layer.shape(input))
  end
  local count = input:dim() - 2
  if self.mode == "nearest" then return repeated(input, count, self.scale_factor) end
  return interpolated(input, sides_for(self, input, count))
end

function UpSampling:__tostring__()
  local size = self.scale_factor and ("%dx"):format(self.scale_factor)
  if not size then
    size = ("%dx%d"):format(self.oheight, self.owidth)
    if self.odepth then size = ("%dx%s"):format(self.odepth, size) end
  end
  return ("%s(%s, %s)"):format(torch.typename(self), size, self.mode)
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
