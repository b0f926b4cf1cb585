-- Means of windows of images, C x H x W or N x C x H x W, and of volumes; largest ones of windows
-- that share an image out.
local args = require "wick.args"
local errors = require "wick.errors"
local torch = require "torch"
local axes = require "nn.axes"
local layer = require "nn.layer"
local pooling = require "nn.pooling"
local same_padding = require "nn.same_padding"
local tape = require "nn.tape"

-- How many entries of the input each window has: sums over ones.
local function counts(self, input, options)
  local padded = same_padding.apply(self, input:detach():clone():fill(1))
  return self.pool(padded, self.axes:values(self, "k"), options)
end

local function update(self, input)
  local along = self.axes
  local padded, pad = same_padding.apply(self, input)
  local options = {
    stride = along:values(self, "d"), pad = pad, ceil = self.ceil_mode or false,
    countIncludePad = self.count_include_pad ~= false, divide = self.divide ~= false,
  }
  if rawequal(padded, input) or options.countIncludePad or not options.divide then
    return self.pool(padded, along:values(self, "k"), options)
  end
  options.divide = false
  local sums = self.pool(padded, along:values(self, "k"), options)
  return torch.cdiv(sums, torch.noGrad(counts, self, input, options))
end

--- Padding counts in the mean, as it does from the start; returns the layer.
local function count_include_pad(self)
  self.count_include_pad = true
  return self
end

--- Padding does not count in the mean; returns the layer.
local function count_exclude_pad(self)
  self.count_include_pad = false
  return self
end

local function define(name, along, stride, pool)
  local Average = torch.class(name, "nn.Module")
  Average.args = args(pooling.declaration(along, name, stride))
  Average.axes, Average.pool, Average.updateOutput = along, pool, update
  Average.setCountIncludePad, Average.setCountExcludePad = count_include_pad, count_exclude_pad
  pooling.equip(Average)
  return Average
end

local function build(self, declared, ...)
  pooling.build(self, declared, ...)
  self.count_include_pad, self.divide = not self.axes:all(self, "pad", "same"), true
end

local Spatial = define("nn.SpatialAveragePooling", axes.spatial,
  axes.spatial:rows("d", "integer", 1, 1), torch.avgPool2d)
Spatial.window = pooling.window

--- nn.SpatialAveragePooling(kW, kH [, dW = 1, dH = 1 [, padW, padH]]), or a table with names:
-- kernel, stride, pad, ceil. Padding "same" does not count in the mean.
function Spatial:__init(...)
  build(self, Spatial.args, ...)
end

local Volumetric = define("nn.VolumetricAveragePooling", axes.volumetric,
  axes.volumetric:rows_like("d", "integer", "k"), torch.avgPool3d)

--- nn.VolumetricAveragePooling(kT, kW, kH [, dT = kT, dW = kW, dH = kH [, padT, padW, padH]]), or a
-- table with the names of nn.SpatialAveragePooling.
function Volumetric:__init(...)
  build(self, Volumetric.args, ...)
end

-- Lets go of what the last forward left; returns the layer.
local function empty(self)
  return self:clearState()
end

Volumetric.empty = empty

-- Adaptive ---------------------------------------------------------------------------------------

local function define_adaptive(name, which, operation)
  local metatable = layer.define(name, "nn.Module", {
    doc = ("The %s of windows that share an image out over W x H places."):format(which),
    { "W", "integer" }, { "H", "integer", function(a) return a.W end },
  }, function(self, input)
    local output, indices = operation(input, { self.H, self.W })
    self.indices = indices and tape.point(self.indices, indices)
    return output
  end)
  metatable.cleared, metatable.empty = { "indices" }, empty
end

define_adaptive("nn.SpatialAdaptiveMaxPooling", "largest", torch.adaptiveMaxPool2d)
define_adaptive("nn.SpatialAdaptiveAveragePooling", "means", torch.adaptiveAvgPool2d)

-- Weighted sums ----------------------------------------------------------------------------------

local SubSampling = torch.class("nn.SpatialSubSampling", "nn.Module")

SubSampling.args = args(axes.spatial:declaration("nn.SpatialSubSampling", {
  { { "nInputPlane", "integer" } }, axes.spatial:rows("k", "integer"),
  axes.spatial:rows("d", "integer", 1, 1),
}, { kernel = "k", stride = "d" }))

--- nn.SpatialSubSampling(nPlanes, kW, kH [, dW = 1, dH = 1]): a weight times the sum of every
-- window plus a bias, one of each a plane.
function SubSampling:__init(...)
  local a = layer.begin(self, SubSampling.args, ...)
  self:parameter("weight", a.nInputPlane)
  self:parameter("bias", a.nInputPlane)
  self:reset()
end

--- Draws the parameters uniformly within 1 / sqrt(kW kH), or sqrt(3) deviations.
function SubSampling:reset(deviation)
  layer.uniform(self, 1 / math.sqrt(self.kW * self.kH), deviation, "weight", "bias")
end

SubSampling.window = pooling.window

function SubSampling:updateOutput(input)
  local planes = self.weight:size(1)
  if input:dim() >= 3 and input:size(input:dim() - 2) ~= planes then
    errors.raise("invalid number of input planes: %s has %d, the layer %d", layer.shape(input),
      input:size(input:dim() - 2), planes)
  end
  local sums = torch.avgPool2d(input, { self.kH, self.kW }, {
    stride = { self.dH, self.dW }, divide = false,
  })
  return torch.add(torch.cmul(sums, self.weight:view(planes, 1, 1)), self.bias:view(planes, 1, 1))
end

--- Multiply-adds for an output, a tensor.
function SubSampling:multiplyAdds(_, output)
  return output:nElement()
end
