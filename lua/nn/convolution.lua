-- Convolution of images, C x H x W or N x C x H x W, and of volumes, C x T x H x W or
-- N x C x T x H x W; kernels are not flipped.
local args = require "wick.args"
local errors = require "wick.errors"
local torch = require "torch"
local axes = require "nn.axes"
local layer = require "nn.layer"
local same_padding = require "nn.same_padding"

local whole = layer.whole

-- What every convolution takes, and further rows by position.
local function declaration(along, name, pad_kind, further)
  return along:declaration(name, {
    { { "nInputPlane", "integer" }, { "nOutputPlane", "integer" } },
    along:rows("k", "integer"), along:rows("d", "integer", 1, 1),
    along:rows("pad", pad_kind, 0), further or {},
  }, {
    kernel = "k", stride = "d", pad = "pad", dilation = "dilation", bias = true, groups = 1,
  })
end

local function check(self)
  layer.check_positive(self, "nInputPlane", "nOutputPlane")
  layer.check_positive(self, table.unpack(self.axes:fields "k"))
  layer.check_positive(self, table.unpack(self.axes:fields "d"))
  for _, name in ipairs{ "nInputPlane", "nOutputPlane" } do
    if self[name] % self.groups ~= 0 then
      errors.raise("%s: %d groups do not divide %s, %d", torch.typename(self), self.groups, name,
        self[name])
    end
  end
end

-- Fields, parameters and their values; `flat`: the weight as a matrix.
local function build(self, a, flat)
  local along = self.axes
  self.groups = whole(self.groups)
  for _, name in ipairs(along:fields "dilation") do self[name] = whole(self[name] or 1) end
  check(self)
  same_padding.read(self, whole)
  local kernel, fan_in = along:values(self, "k"), self.nInputPlane // self.groups
  if flat then
    for _, side in ipairs(kernel) do fan_in = fan_in * side end
    kernel = {}
  end
  self:parameter("weight", self.nOutputPlane, fan_in, table.unpack(kernel))
  if a.bias then self:parameter("bias", self.nOutputPlane) end
  self:reset()
end

-- Running ----------------------------------------------------------------------------------------

local function weight_of(self)
  local weight = self.weight
  if weight:dim() ~= 2 then return weight end
  return weight:view(self.nOutputPlane, self.nInputPlane // (self.groups or 1),
    table.unpack(self.axes:values(self, "k")))
end

local function update(self, input)
  local along = self.axes
  local padded, pad = same_padding.apply(self, input)
  return self.convolve(padded, weight_of(self), self.bias, {
    stride = along:values(self, "d"), pad = pad, dilation = along:values(self, "dilation", 1),
    groups = self.groups or 1,
  })
end

--- Draws the parameters uniformly within 1 / sqrt(inputs of an output), or sqrt(3) deviations.
local function reset(self, deviation)
  local fan_in = self.weight:nElement() // self.weight:size(1)
  layer.uniform(self, 1 / math.sqrt(fan_in), deviation, "weight", "bias")
end

-- Text -------------------------------------------------------------------------------------------

local function options_text(self)
  local along, text = self.axes, ""
  if not along:all(self, "dilation", 1) then
    text = ", " .. along:text(self, "dilation", ",")
  end
  if (self.groups or 1) ~= 1 then text = ("%s, groups %d"):format(text, self.groups) end
  return text
end

local function text(self)
  local along = self.axes
  return ("%s(%d -> %d, %s%s%s)%s"):format(torch.typename(self), self.nInputPlane,
    self.nOutputPlane, along:text(self, "k", "x"), along:steps_text(self), options_text(self),
    self.bias and "" or " without bias")
end

-- Classes ----------------------------------------------------------------------------------------

local function define(name, along, convolve)
  local Convolution = torch.class(name, "nn.Module")
  local declared = declaration(along, name, same_padding.KIND)
  for _, field in ipairs(along:fields "dilation") do declared[field] = 1 end
  Convolution.args = args(declared)
  Convolution.axes, Convolution.convolve = along, convolve
  Convolution.updateOutput, Convolution.reset = update, reset
  Convolution.noBias, Convolution.__tostring__ = layer.noBias, text
  return Convolution
end

local Convolution = define("nn.SpatialConvolution", axes.spatial, torch.conv2d)

--- nn.SpatialConvolution(nIn, nOut, kW, kH [, dW, dH [, padW, padH]]), or a table with names:
-- nn.SpatialConvolution{3, 64, kernel = 3, stride = 2, pad = "same", dilation = 2, groups = 1,
-- bias = false}. Pairs are {width, height}.
function Convolution:__init(...)
  build(self, layer.begin(self, Convolution.args, ...))
end

--- Multiply-adds for an output, a tensor.
function Convolution:multiplyAdds(_, output)
  return output:nElement() * (self.weight:nElement() // self.weight:size(1))
end

--- The input pixels an output sees, {height, width}, and the step from one to the next.
function Convolution:window()
  local h, w = self.dilationH or 1, self.dilationW or 1
  return { h * (self.kH - 1) + 1, w * (self.kW - 1) + 1 }, { self.dH, self.dW }
end

local ConvolutionMM = torch.class("nn.SpatialConvolutionMM", "nn.SpatialConvolution")

--- The same with the weight as a matrix, nOut x (nIn kH kW).
function ConvolutionMM:__init(...)
  build(self, layer.begin(self, Convolution.args, ...), true)
end

local Volumetric = define("nn.VolumetricConvolution", axes.volumetric, torch.conv3d)

--- nn.VolumetricConvolution(nIn, nOut, kT, kW, kH [, dT, dW, dH [, padT, padW, padH]]), or a table
-- with the names of nn.SpatialConvolution. Triples are {depth, width, height}.
function Volumetric:__init(...)
  build(self, layer.begin(self, Volumetric.args, ...))
end

Volumetric.multiplyAdds = Convolution.multiplyAdds

-- The dilation by position as well.
local function define_dilated(name, parent, along)
  local Dilated = torch.class(name, parent)
  Dilated.args = args(declaration(along, name, "number", along:rows("dilation", "integer", 1, 1)))
  function Dilated:__init(...)
    build(self, layer.begin(self, Dilated.args, ...))
  end
end

--- nn.SpatialDilatedConvolution(nIn, nOut, kW, kH [, dW, dH, padW, padH, dilationW, dilationH]).
define_dilated("nn.SpatialDilatedConvolution", "nn.SpatialConvolution", axes.spatial)

--- nn.VolumetricDilatedConvolution(nIn, nOut, kT, kW, kH [, dT, dW, dH, padT, padW, padH,
-- dilationT, dilationW, dilationH]).
define_dilated("nn.VolumetricDilatedConvolution", "nn.VolumetricConvolution", axes.volumetric)
