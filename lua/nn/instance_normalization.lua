-- Instance normalisation (Ulyanov, Vedaldi, Lempitsky 2016): each image by itself, in training and
-- in use alike.
local errors = require "wick.errors"
local torch = require "torch"
local layer = require "nn.layer"

local DECLARATION = {
  { "nFeature", "integer" }, { "eps", "number", 1e-5 }, { "affine", "boolean", true },
}

local function check(input, features)
  local dims = input:dim()
  local found = dims >= 3 and dims <= 4 and input:size(dims - 2)
  if found ~= features then
    errors.raise("input must be %d x H x W or N x %d x H x W, got %s", features, features,
      layer.shape(input))
  end
end

-- To the batch normalisation each plane of each image is a channel of its own.
local Instance = layer.define("nn.InstanceNormalization", "nn.Module", DECLARATION,
  function(self, input)
    check(input, self.nFeature)
    local height, width = input:size(input:dim() - 1), input:size(input:dim())
    local planes = input:contiguous():view(1, -1, height, width)
    local images = planes:size(2) // self.nFeature
    return torch.batchNorm(planes, {
      weight = self.weight and torch.repeatTensor(self.weight, images),
      bias = self.bias and torch.repeatTensor(self.bias, images), eps = self.eps,
    }):viewAs(input)
  end)

--- nn.InstanceNormalization(n [, eps = 1e-5 [, affine = true]]): each of the n planes of an image
-- to mean 0 and variance 1, times a weight, plus a bias. What contrast an image had is gone.
function Instance:__init(...)
  local a = layer.begin(self, Instance.args, ...)
  layer.check_positive(self, "nFeature")
  if a.affine then
    self:parameter("weight", a.nFeature)
    self:parameter("bias", a.nFeature)
  end
  self:reset()
end

--- Weights of 1 and biases of 0.
function Instance:reset()
  torch.noGrad(function()
    if self.weight and not layer.fill(self, "weight") then self.weight:fill(1) end
    if self.bias and not layer.fill(self, "bias") then self.bias:zero() end
  end)
end

--- Multiply-adds for an output, a tensor.
function Instance.multiplyAdds(_, _, output)
  return output:nElement()
end

function Instance:__tostring__()
  return ("nn.InstanceNormalization(%d)"):format(self.nFeature)
end
