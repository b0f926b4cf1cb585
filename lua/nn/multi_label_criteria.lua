-- Losses of scores against several classes a sample.
local args = require "wick.args"
local class = require "torch.class"
local errors = require "wick.errors"
local torch = require "torch"
local layer = require "nn.layer"

local function check(input, target)
  if not class.isTensor(input) or not class.isTensor(target) then
    errors.raise("scores and targets have to be tensors, got %s and %s", errors.value(input),
      errors.value(target))
  end
  if not input:isSameSizeAs(target) then
    errors.raise("scores of %s, targets of %s; their sizes have to agree", layer.shape(input),
      layer.shape(target))
  end
end

-- Margin -----------------------------------------------------------------------------------------

-- From rows of class numbers that a 0 ends: the numbers with 1 behind the end, a mask of those
-- before it, and a mask of the classes that are none of them.
local function read_rows(rows, classes)
  local numbers = rows:long():contiguous()
  if numbers:min() < 0 or numbers:max() > classes then
    errors.raise("targets have to be class numbers from 1 to %d and end with 0, those given are "
      .. "%d to %d", classes, numbers:min(), numbers:max())
  end
  local counts = torch.cumprod(numbers:ne(0):long(), 2)
  local others = torch.LongTensor(numbers:size(1), classes + 1):fill(1)
  others:scatter(2, torch.cmul(numbers, counts):add(1), 0)
  local ended = torch.cmul(numbers, counts):cmax(1)
  return ended, counts, others:narrow(2, 2, classes)
end

layer.define("nn.MultiLabelMarginCriterion", "nn.Criterion", {
  doc = "max(0, 1 - x_j + x_k) / C summed over the classes j that a row of the target lists (it "
    .. "ends with 0) and the classes k that it does not; the mean over the samples.",
  sizeAverage = true,
}, function(self, input, target)
  check(input, target)
  local n, classes = input:dim() > 1 and input:size(1) or 1, input:size(input:dim())
  local scores = input:view(n, classes)
  local numbers, listed, others = read_rows(target:view(n, classes), classes)
  local wanted = torch.gather(scores, 2, numbers):view(n, classes, 1):expand(n, classes, classes)
  local found = scores:view(n, 1, classes):expand(n, classes, classes)
  local counts = torch.cmul(listed:view(n, classes, 1):expand(n, classes, classes),
    others:contiguous():view(n, 1, classes):expand(n, classes, classes))
  local hinges = torch.relu(torch.add(torch.csub(found, wanted), 1))
  local total = torch.sum(torch.cmul(hinges, counts:typeAs(input))) / classes
  return self.sizeAverage ~= false and total / n or total
end)

-- Cross-entropy ----------------------------------------------------------------------------------

local SoftMargin = torch.class("nn.MultiLabelSoftMarginCriterion", "nn.Criterion")

SoftMargin.args = args{ "nn.MultiLabelSoftMarginCriterion",
  { "weights", "tensor?" }, { "sizeAverage", "boolean", true },
}

--- nn.MultiLabelSoftMarginCriterion([weights [, sizeAverage = true]]): cross-entropy of the sigmoid
-- of the scores against targets of 0 and 1, one weight a class.
function SoftMargin:__init(...)
  local a = layer.begin(self, SoftMargin.args, ...)
  if a.weights and a.weights:dim() ~= 1 then
    errors.raise("nn.MultiLabelSoftMarginCriterion: weights input should be 1-D Tensor, got %s",
      layer.shape(a.weights))
  end
end

function SoftMargin:updateOutput(input, target)
  check(input, target)
  return torch.bceWithLogits(input, target:typeAs(input), {
    weights = self.weights, reduction = self.sizeAverage ~= false and "mean" or "sum",
  })
end
