-- Convolution of each plane of images by itself.
local args = require "wick.args"
local torch = require "torch"
local axes = require "nn.axes"
local layer = require "nn.layer"

local spatial = axes.spatial

local DepthWise = torch.class("nn.SpatialDepthWiseConvolution", "nn.Module")

DepthWise.args = args(spatial:declaration("nn.SpatialDepthWiseConvolution", {
  { { "nInputPlane", "integer" }, { "nOutputPlane", "integer" } },
  spatial:rows("k", "integer"), spatial:rows("d", "integer", 1, 1),
  spatial:rows("pad", "number", 0),
}, { kernel = "k", stride = "d", pad = "pad", bias = true }))

--- nn.SpatialDepthWiseConvolution(nIn, nMultiplier, kW, kH [, dW, dH [, padW, padH]]): nMultiplier
-- output planes of each input plane, nIn nMultiplier in all, those of one beside each other. Weight
-- nMultiplier x (nIn kH kW), bias nMultiplier x nIn.
function DepthWise:__init(...)
  local a = layer.begin(self, DepthWise.args, ...)
  for _, name in ipairs(spatial:fields "pad") do self[name] = layer.whole(a[name]) end
  self:parameter("weight", a.nOutputPlane, a.nInputPlane * a.kH * a.kW)
  if a.bias then self:parameter("bias", a.nOutputPlane, a.nInputPlane) end
  self:reset()
end

DepthWise.noBias = layer.noBias

--- Draws the parameters uniformly within 1 / sqrt(kW kH nIn), or sqrt(3) deviations.
function DepthWise:reset(deviation)
  layer.uniform(self, 1 / math.sqrt(self.kW * self.kH * self.nInputPlane), deviation, "weight",
    "bias")
end

-- A convolution in as many groups as there are planes.
function DepthWise:updateOutput(input)
  local planes, each, kernel = self.nInputPlane, self.nOutputPlane, self.kH * self.kW
  local weight = self.weight:view(each, planes, kernel):transpose(1, 2):contiguous()
  local bias = self.bias and self.bias:t():contiguous():view(planes * each)
  return torch.conv2d(input, weight:view(planes * each, 1, self.kH, self.kW), bias, {
    stride = { self.dH, self.dW }, pad = { self.padH, self.padW }, groups = planes,
  })
end

--- Multiply-adds for an output, a tensor.
function DepthWise:multiplyAdds(_, output)
  return output:nElement() * self.kH * self.kW
end

function DepthWise:window()
  return { self.kH, self.kW }, { self.dH, self.dW }
end

function DepthWise:__tostring__()
  return ("%s(%d -> %d, %s%s)%s"):format(torch.typename(self), self.nInputPlane, self.nOutputPlane,
    spatial:text(self, "k", "x"), spatial:steps_text(self), self.bias and "" or " without bias")
end
