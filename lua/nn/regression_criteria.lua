-- Losses of numbers against numbers of the same shape.
local args = require "wick.args"
local class = require "torch.class"
local errors = require "wick.errors"
local torch = require "torch"
local layer = require "nn.layer"

local AVERAGE = { "sizeAverage", "boolean", true }

local function reduction(self)
  return self.sizeAverage ~= false and "mean" or "sum"
end

-- The target as a tensor of the input's type.
local function as_target(input, target)
  if not class.isTensor(input) then
    errors.raise("the input has to be a tensor, got %s", errors.value(input))
  end
  if type(target) == "number" then return input.new{ target } end
  if not class.isTensor(target) then
    errors.raise("the target has to be a tensor, got %s", errors.value(target))
  end
  return target:type() == input:type() and target or target:type(input:type())
end

-- A loss of one operation on input and target; `option` names a field that it takes too.
local function define(name, operation, declaration, option)
  return layer.define(name, "nn.Criterion", declaration, function(self, input, target)
    local options = { reduction = reduction(self) }
    if option then options[option] = self[option] end
    return operation(input, as_target(input, target), options)
  end)
end

define("nn.MSECriterion", torch.mseLoss, { doc = "The mean (or sum) of (x - t)^2.", AVERAGE })
define("nn.AbsCriterion", torch.l1Loss, { doc = "The mean (or sum) of |x - t|.", AVERAGE })
define("nn.SmoothL1Criterion", torch.smoothL1Loss, {
  doc = "The mean (or sum) of d^2 / 2 where d = |x - t| is below 1, else d - 1/2.", AVERAGE,
})
define("nn.DistKLDivCriterion", torch.klDivLoss, {
  doc = "The mean of t (log t - x) where t > 0, of log-probabilities x.", sizeAverage = true,
})
define("nn.MarginCriterion", torch.marginLoss, {
  doc = "The mean of max(0, margin - t x), with targets of -1 and 1.",
  { "margin", "number", 1 }, sizeAverage = true,
}, "margin")
define("nn.SoftMarginCriterion", torch.softMarginLoss, {
  doc = "The mean of log(1 + exp(-t x)), with targets of -1 and 1.", sizeAverage = true,
})
define("nn.HingeEmbeddingCriterion", torch.hingeEmbeddingLoss, {
  doc = "The mean of x where the target is 1, of max(0, margin - x) where it is -1.",
  { "margin", "number", 1 }, sizeAverage = true,
}, "margin")

-- BCE --------------------------------------------------------------------------------------------

local BCE = torch.class("nn.BCECriterion", "nn.Criterion")

BCE.args = args{ "nn.BCECriterion", { "weights", "tensor?" }, AVERAGE }

--- nn.BCECriterion([weights [, sizeAverage = true]]): cross-entropy of probabilities against
-- targets from 0 to 1.
function BCE:__init(...)
  layer.begin(self, BCE.args, ...)
end

local function like(weights, input)
  return weights and weights:nElement() == input:nElement() and weights:viewAs(input) or weights
end

function BCE:updateOutput(input, target)
  target = as_target(input, target)
  if input:nElement() ~= target:nElement() then
    errors.raise("input and target size mismatch: %s and %s", layer.shape(input),
      layer.shape(target))
  end
  return torch.bceLoss(input, target, { weights = like(self.weights, input),
    reduction = reduction(self) })
end

-- Without a target -------------------------------------------------------------------------------

layer.define("nn.L1Cost", "nn.Criterion", {
  doc = "The sum of |x|; takes no target.",
}, function(_, input)
  return torch.sum(torch.abs(input))
end)

-- Weighted ---------------------------------------------------------------------------------------

local WeightedMSE = torch.class("nn.WeightedMSECriterion", "nn.MSECriterion")

--- nn.WeightedMSECriterion(weight): MSECriterion against weight * target.
function WeightedMSE:__init(weight)
  torch.getmetatable("nn.MSECriterion").__init(self)
  self.weight = weight
end

function WeightedMSE:updateOutput(input, target)
  target = as_target(input, target)
  local weight = self.weight:type(input:type())
  local rows = target:contiguous():view(-1, weight:nElement())
  local weighted = torch.cmul(rows, weight:contiguous():view(1, -1)):viewAs(target)
  return torch.mseLoss(input, weighted, { reduction = reduction(self) })
end

-- Cropped ----------------------------------------------------------------------------------------

-- The middle of the target, of the input's height and width.
local function cropped(target, input)
  for dim = input:dim() - 1, input:dim() do
    local missing = target:size(dim) - input:size(dim)
    if missing < 0 then
      errors.raise("Spatial resolution of input should be less than or equal to the spatial "
        .. "resolution of the target: %s and %s", layer.shape(input), layer.shape(target))
    end
    target = target:narrow(dim, missing // 2 + 1, input:size(dim))
  end
  return target
end

layer.define("nn.SpatialAutoCropMSECriterion", "nn.MSECriterion", {
  doc = "MSECriterion of images against the middle of larger targets.", AVERAGE,
}, function(self, input, target)
  target = as_target(input, target)
  if input:dim() ~= target:dim() or input:dim() < 3 or input:dim() > 4 then
    errors.raise("input and target must have 3 or 4 dimensions, both the same: %s and %s",
      layer.shape(input), layer.shape(target))
  end
  for dim = 1, input:dim() - 2 do
    if input:size(dim) ~= target:size(dim) then
      errors.raise("input and target must have the same number of samples and planes: %s and %s",
        layer.shape(input), layer.shape(target))
    end
  end
  return torch.mseLoss(input, cropped(target, input), { reduction = reduction(self) })
end)
