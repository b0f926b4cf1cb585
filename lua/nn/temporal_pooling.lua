-- Pooling of sequences of frames, T x F or N x T x F: pooling of images with time as height.
local args = require "wick.args"
local errors = require "wick.errors"
local torch = require "torch"
local layer = require "nn.layer"
local tape = require "nn.tape"

local function check_frames(self, input)
  if input:dim() ~= 2 and input:dim() ~= 3 then
    errors.raise("2D or 3D (batch mode) tensor expected for input, but got: [%s]",
      layer.shape(input))
  elseif input:size(input:dim() - 1) < self.kW then
    errors.raise("input sequence smaller than kernel size. Got: %d, Expected: %d",
      input:size(input:dim() - 1), self.kW)
  end
end

-- Sequences as planes, N x T x F, pooled; what comes back has the input's dimensions.
local function pooled(self, input, pool, options)
  local frames = input:contiguous():view(-1, input:size(input:dim() - 1), input:size(input:dim()))
  options.stride = { self.dW, 1 }
  local output, indices = pool(frames, { self.kW, 1 }, options)
  if input:dim() == 3 then return output, indices end
  return output:view(output:size(2), output:size(3)), indices
end

local Max = torch.class("nn.TemporalMaxPooling", "nn.Module")

Max.args = args{ "nn.TemporalMaxPooling",
  { "kW", "integer" }, { "dW", "integer", function(a) return a.kW end },
  kernel = { "kW" }, stride = { "dW" },
}

--- nn.TemporalMaxPooling(kW [, dW = kW]): the largest of every feature in every kW frames.
-- `indices` says which frame it stood in, from 1.
function Max:__init(...)
  layer.begin(self, Max.args, ...)
  layer.check_positive(self, "kW", "dW")
end

Max.cleared = { "indices" }

--- Lets go of what the last forward left; returns the layer.
function Max:empty()
  return self:clearState()
end

function Max:updateOutput(input)
  check_frames(self, input)
  local output, places = pooled(self, input, torch.maxPool2d, {})
  local frames = torch.add(torch.div(torch.add(places, -1), input:size(input:dim())), 1)
  self.indices = tape.point(self.indices, frames:viewAs(output))
  return output
end

local SubSampling = torch.class("nn.TemporalSubSampling", "nn.Module")

SubSampling.args = args{ "nn.TemporalSubSampling",
  { "inputFrameSize", "integer" }, { "kW", "integer" }, { "dW", "integer", 1 },
  kernel = { "kW" }, stride = { "dW" },
}

--- nn.TemporalSubSampling(inputFrameSize, kW [, dW = 1]): a weight times the sum of every kW frames
-- plus a bias, one of each a feature.
function SubSampling:__init(...)
  local a = layer.begin(self, SubSampling.args, ...)
  layer.check_positive(self, "inputFrameSize", "kW", "dW")
  self:parameter("weight", a.inputFrameSize)
  self:parameter("bias", a.inputFrameSize)
  self:reset()
end

--- Draws the parameters uniformly within 1 / sqrt(kW), or sqrt(3) deviations.
function SubSampling:reset(deviation)
  layer.uniform(self, 1 / math.sqrt(self.kW), deviation, "weight", "bias")
end

function SubSampling:updateOutput(input)
  check_frames(self, input)
  if input:size(input:dim()) ~= self.inputFrameSize then
    errors.raise("invalid input frame size.  Got: %d, Expected: %d", input:size(input:dim()),
      self.inputFrameSize)
  end
  local sums = pooled(self, input, torch.avgPool2d, { divide = false })
  return torch.add(torch.cmul(sums, self.weight), self.bias)
end

--- Multiply-adds for an output, a tensor.
function SubSampling:multiplyAdds(_, output)
  return output:nElement()
end

layer.define("nn.TemporalDynamicKMaxPooling", "nn.Module", {
  doc = "The k largest of every feature in the order of frames, where k is `factor` of all frames, "
    .. "rounded up, but at least minK.",
  { "minK", "integer" }, { "factor", "number", 0 },
}, function(self, input)
  local time = input:dim() - 1
  if input:dim() ~= 2 and input:dim() ~= 3 then
    errors.raise("Only 2D or 3D(batch mode) accepted, got %s", layer.shape(input))
  end
  local k = math.max(self.minK, math.ceil(self.factor * input:size(time)))
  if input:size(time) < k then
    errors.raise("Input sequence length (%d) too small for desired k value (%d)",
      input:size(time), k)
  end
  local _, largest = torch.topk(input:detach(), k, time, true)
  local indices = torch.sort(largest, time)
  self.indices = tape.point(self.indices, indices)
  return torch.gather(input, time, indices)
end).cleared = { "indices" }
