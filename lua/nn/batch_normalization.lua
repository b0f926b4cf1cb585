-- Batch normalisation (Ioffe, Szegedy 2015) of N x C, of images and of volumes.
local args = require "wick.args"
local errors = require "wick.errors"
local mode = require "wick.mode"
local torch = require "torch"
local layer = require "nn.layer"

local BN = torch.class("nn.BatchNormalization", "nn.Module")

BN.args = args{ "nn.BatchNormalization",
  { "nFeature", "integer" }, { "eps", "number", 1e-5 }, { "momentum", "number?", 0.1 },
  { "affine", "boolean", true },
}
BN.nDim = 2

--- nn.BatchNormalization(n [, eps = 1e-5 [, momentum = 0.1 [, affine = true]]]): each of n
-- features to mean 0 and variance 1 over the batch, times a weight, plus a bias. Evaluation uses
-- running_mean and running_var, which training moves towards the batch's by `momentum`; frozen it
-- always uses them.
function BN:__init(...)
  local a = layer.begin(self, BN.args, ...)
  if a.nFeature == 0 then
    errors.raise("%s: to set affine=false call %s(n, eps, momentum, false)", torch.typename(self),
      torch.typename(self))
  end
  self.nFeature = nil
  self.running_mean = torch.zeros(a.nFeature)
  self.running_var = torch.ones(a.nFeature)
  if a.affine then
    self:parameter("weight", a.nFeature)
    self:parameter("bias", a.nFeature)
  end
  self:reset()
end

--- State that belongs to the model: the running statistics.
function BN:buffers()
  return { "running_mean", "running_var" }
end

--- Weights drawn from (0, 1), biases 0, running statistics as at the start.
function BN:reset()
  torch.noGrad(function()
    if self.weight and not layer.fill(self, "weight") then self.weight:uniform() end
    if self.bias and not layer.fill(self, "bias") then self.bias:zero() end
    self.running_mean:zero()
    self.running_var:fill(1)
  end)
end

-- The input as a batch.
local function as_batch(self, input)
  local dims, features = input:dim(), self.running_mean:nElement()
  if dims ~= self.nDim and not (self.train == false and dims == self.nDim - 1) then
    errors.raise("only mini-batch supported (%dD tensor), got %dD tensor instead: %s", self.nDim,
      dims, layer.shape(input))
  end
  local found = input:size(dims == self.nDim and 2 or 1)
  if found ~= features then
    errors.raise("got %d-feature tensor, expected %d: the input is %s", found, features,
      layer.shape(input))
  end
  return dims == self.nDim and input or input:view(1, table.unpack(input:size():totable()))
end

local function normalise(self, batch)
  return torch.batchNorm(batch, {
    weight = self.weight, bias = self.bias, runningMean = self.running_mean,
    runningVar = self.running_var, training = self.train ~= false and not self.frozen,
    momentum = self.momentum, eps = self.eps,
  })
end

-- Under Torch7's mode one value a feature has the variance 0, as two of it have; else the operation
-- refuses it.
local function is_single(self, batch)
  return mode.torch7 and self.train ~= false
    and batch:nElement() == self.running_mean:nElement()
end

function BN:updateOutput(input)
  local batch = as_batch(self, input)
  if is_single(self, batch) then
    return normalise(self, torch.cat(batch, batch, 1)):narrow(1, 1, 1):viewAs(input)
  end
  local output = normalise(self, batch)
  return rawequal(batch, input) and output or output:viewAs(input)
end

--- Multiply-adds for an output, a tensor.
function BN:multiplyAdds(_, output)
  return output:nElement()
end

function BN:__tostring__()
  return ("%s (%dD) (%d)"):format(torch.typename(self), self.nDim, self.running_mean:nElement())
end

local Spatial = torch.class("nn.SpatialBatchNormalization", "nn.BatchNormalization")
Spatial.nDim = 4
Spatial.doc = "nn.BatchNormalization of the planes of N x C x H x W."

local Volumetric = torch.class("nn.VolumetricBatchNormalization", "nn.BatchNormalization")
Volumetric.nDim = 5
Volumetric.doc = "nn.BatchNormalization of the planes of N x C x T x H x W."
