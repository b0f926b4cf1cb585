-- Convolution of images with kernels of its own in every place.
local args = require "wick.args"
local errors = require "wick.errors"
local torch = require "torch"
local axes = require "nn.axes"
local layer = require "nn.layer"

local spatial = axes.spatial

local Local = torch.class("nn.SpatialConvolutionLocal", "nn.Module")

Local.args = args(spatial:declaration("nn.SpatialConvolutionLocal", {
  { { "nInputPlane", "integer" }, { "nOutputPlane", "integer" } },
  spatial:rows("i", "integer"), spatial:rows("k", "integer"), spatial:rows("d", "integer", 1, 1),
  spatial:rows("pad", "number", 0),
}, { size = "i", kernel = "k", stride = "d", pad = "pad" }))

--- nn.SpatialConvolutionLocal(nIn, nOut, iW, iH, kW, kH [, dW, dH [, padW, padH]]), for images of
-- iH x iW: weight oH x oW x nOut x nIn x kH x kW, bias nOut x oH x oW.
function Local:__init(...)
  local a = layer.begin(self, Local.args, ...)
  for _, name in ipairs(spatial:fields "pad") do self[name] = layer.whole(a[name]) end
  self.oW = (2 * self.padW + a.iW - a.kW) // a.dW + 1
  self.oH = (2 * self.padH + a.iH - a.kH) // a.dH + 1
  if self.oW < 1 or self.oH < 1 then
    errors.raise("%s: illegal configuration: output width or height less than 1: they are %d and "
      .. "%d", torch.typename(self), self.oW, self.oH)
  end
  self:parameter("weight", self.oH, self.oW, a.nOutputPlane, a.nInputPlane, a.kH, a.kW)
  self:parameter("bias", a.nOutputPlane, self.oH, self.oW)
  self:reset()
end

--- Draws the parameters uniformly within 1 / sqrt(kW kH nIn), or sqrt(3) deviations.
function Local:reset(deviation)
  layer.uniform(self, 1 / math.sqrt(self.kW * self.kH * self.nInputPlane), deviation, "weight",
    "bias")
end

local function check_input(self, input)
  local dims = input:dim()
  if not spatial:fits(input) then
    errors.raise("3D or 4D(batch mode) tensor expected, got %s", layer.shape(input))
  end
  local sides = spatial:sides(input)
  if input:size(dims - 2) ~= self.nInputPlane or sides[1] ~= self.iH or sides[2] ~= self.iW then
    errors.raise("Given input size: (%s) inconsistent with expected input size: (%s%dx%dx%d).",
      table.concat(input:size():totable(), "x"), dims == 4 and "batchsize x" or "",
      self.nInputPlane, self.iH, self.iW)
  end
end

-- In every place a product of matrices: outputs x kernel by kernel x batch.
function Local:updateOutput(input)
  check_input(self, input)
  local columns = torch.im2col(input, { self.kH, self.kW }, {
    stride = { self.dH, self.dW }, pad = { self.padH, self.padW },
  })
  local batch = input:dim() == 4 and input:size(1) or 1
  local places, outs = self.oH * self.oW, self.nOutputPlane
  local kernel = self.nInputPlane * self.kH * self.kW
  columns = torch.permute(columns:view(batch, kernel, places), 3, 2, 1)
  local output = torch.bmm(self.weight:view(places, outs, kernel), columns)
  output = torch.permute(output, 3, 2, 1):contiguous():view(batch, outs, self.oH, self.oW)
  output = torch.add(output, self.bias:view(1, outs, self.oH, self.oW))
  return input:dim() == 4 and output or output:view(outs, self.oH, self.oW)
end

--- Multiply-adds for an output: one for each weight and sample.
function Local:multiplyAdds(_, output)
  return output:nElement() * self.nInputPlane * self.kH * self.kW
end

function Local:window()
  return { self.kH, self.kW }, { self.dH, self.dW }
end

function Local:__tostring__()
  return ("%s(%d -> %d, %s, %s%s)"):format(torch.typename(self), self.nInputPlane,
    self.nOutputPlane, spatial:text(self, "i", "x"), spatial:text(self, "k", "x"),
    spatial:steps_text(self))
end
