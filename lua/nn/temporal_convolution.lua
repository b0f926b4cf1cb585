-- Convolution of sequences of frames, T x F or N x T x F: convolution of images one pixel high,
-- with features as channels.
local args = require "wick.args"
local errors = require "wick.errors"
local torch = require "torch"
local layer = require "nn.layer"

-- Refuses what is no sequence of frames with so many features, or is too short for a window.
local function check_frames(self, input, time, feature)
  if input:dim() ~= 2 and input:dim() ~= 3 then
    errors.raise("2D or 3D (batch mode) tensor expected for input, but got: [%s]",
      layer.shape(input))
  elseif input:size(feature) ~= self.inputFrameSize then
    errors.raise("invalid input frame size. Got: %d, Expected: %d", input:size(feature),
      self.inputFrameSize)
  elseif input:size(time) < self.kW then
    errors.raise("input sequence smaller than kernel size. Got: %d, Expected: %d",
      input:size(time), self.kW)
  end
end

-- Sequences with their features first, F x T or N x F x T, convolved.
local function convolve(self, features, weight, groups)
  local size = features:size():totable()
  local places = size[#size]
  size[#size], size[#size + 1] = 1, places
  local output = torch.conv2d(features:contiguous():view(table.unpack(size)), weight, self.bias, {
    stride = { 1, self.dW }, groups = groups,
  })
  local shape = output:size():totable()
  table.remove(shape, #shape - 1)
  return output:view(table.unpack(shape))
end

local function swapped(x)
  return torch.transpose(x, x:dim() - 1, x:dim())
end

local Convolution = torch.class("nn.TemporalConvolution", "nn.Module")

Convolution.args = args{ "nn.TemporalConvolution",
  { "inputFrameSize", "integer" }, { "outputFrameSize", "integer" }, { "kW", "integer" },
  { "dW", "integer", 1 }, kernel = { "kW" }, stride = { "dW" },
}

--- nn.TemporalConvolution(inputFrameSize, outputFrameSize, kW [, dW = 1]): frames of
-- outputFrameSize from every kW frames, dW apart; weight outputFrameSize x (kW inputFrameSize).
function Convolution:__init(...)
  local a = layer.begin(self, Convolution.args, ...)
  layer.check_positive(self, "inputFrameSize", "outputFrameSize", "kW", "dW")
  self:parameter("weight", a.outputFrameSize, a.inputFrameSize * a.kW)
  self:parameter("bias", a.outputFrameSize)
  self:reset()
end

--- Draws the parameters uniformly within 1 / sqrt(kW inputFrameSize), or sqrt(3) deviations.
function Convolution:reset(deviation)
  layer.uniform(self, 1 / math.sqrt(self.kW * self.inputFrameSize), deviation, "weight", "bias")
end

function Convolution:updateOutput(input)
  check_frames(self, input, input:dim() - 1, input:dim())
  local weight = self.weight:view(self.outputFrameSize, self.kW, self.inputFrameSize)
  weight = weight:transpose(2, 3):contiguous()
  weight = weight:view(self.outputFrameSize, self.inputFrameSize, 1, self.kW)
  return swapped(convolve(self, swapped(input), weight, 1)):contiguous()
end

--- Multiply-adds for an output, a tensor.
function Convolution:multiplyAdds(_, output)
  return output:nElement() * self.inputFrameSize * self.kW
end

local Row = torch.class("nn.TemporalRowConvolution", "nn.Module")

Row.args = args{ "nn.TemporalRowConvolution",
  { "inputFrameSize", "integer" }, { "kW", "integer" }, { "dW", "integer", 1 },
  { "featFirst", "boolean", false }, kernel = { "kW" }, stride = { "dW" }, bias = true,
}

--- nn.TemporalRowConvolution(inputFrameSize, kW [, dW = 1 [, featFirst = false]]): every feature
-- convolved by itself; weight inputFrameSize x 1 x kW. With featFirst sequences are F x T.
function Row:__init(...)
  local a = layer.begin(self, Row.args, ...)
  layer.check_positive(self, "inputFrameSize", "kW", "dW")
  self:parameter("weight", a.inputFrameSize, 1, a.kW)
  if a.bias then self:parameter("bias", a.inputFrameSize) end
  self:reset()
end

Row.noBias = layer.noBias
Row.reset = Convolution.reset

function Row:updateOutput(input)
  local dims, weight = input:dim(), self.weight:view(self.inputFrameSize, 1, 1, self.kW)
  if self.featFirst then
    check_frames(self, input, dims, dims - 1)
    return convolve(self, input, weight, self.inputFrameSize)
  end
  check_frames(self, input, dims - 1, dims)
  return swapped(convolve(self, swapped(input), weight, self.inputFrameSize)):contiguous()
end

--- Multiply-adds for an output, a tensor.
function Row:multiplyAdds(_, output)
  return output:nElement() * self.kW
end

function Row:__tostring__()
  return ("%s(%d, %d%s)%s"):format(torch.typename(self), self.inputFrameSize, self.kW,
    self.dW ~= 1 and (", %d"):format(self.dW) or "", self.bias and "" or " without bias")
end
