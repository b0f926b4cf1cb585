-- tnt.APMeter: the average precision of a ranking, class by class.
require "torchnet.meter"

local errors = require "wick.errors"
local method = require "torchnet.method"
local read = require "torchnet.meter.read"
local scores = require "torchnet.meter.scores"
local tnt = require "torchnet.env"

local torch = require "torch"

local APMeter = torch.class("tnt.APMeter", "tnt.Meter", tnt)

--- tnt.APMeter().
APMeter.__init = method("tnt.APMeter", "tnt.APMeter", {}, function(self)
  self:reset()
end)

--- Forgets all examples.
function APMeter:reset()
  self.scores = scores.new()
end

local function check_weight(weight, target)
  weight = read.vector("tnt.APMeter:add", "weight", weight)
  if weight:nElement() ~= target:size(1) then
    errors.raise("tnt.APMeter:add: Weight dimension 1 should be the same as that of target: %d "
      .. "weights for %s", weight:nElement(), errors.value(target))
  elseif weight:min() < 0 then
    errors.raise("tnt.APMeter:add: Weight should be non-negative only")
  end
  return weight
end

--- meter:add(output, target [, weight]): scores N x K, or N of one class; of the same size, 1 for
-- what should come first and 0 otherwise; N weights.
APMeter.add = method("tnt.APMeter:add", "tnt.APMeter", {
  { name = "output", type = "torch.*Tensor" },
  { name = "target", type = "torch.*Tensor" },
  { name = "weight", type = "torch.*Tensor", opt = true },
}, function(self, output, target, weight)
  local rows = read.matrix("tnt.APMeter:add", "output", output, true)
  local targets = read.matrix("tnt.APMeter:add", "target", target, true)
  read.checkSame("tnt.APMeter:add", rows, targets)
  read.checkBinary("tnt.APMeter:add", targets)
  if weight then weight = check_weight(weight, targets) end
  scores.add(self.scores, "tnt.APMeter:add", rows, targets, weight)
end)

-- The mean, over the positives, of the precision among all that rank as high.
local function average_precision(output, target, weight)
  local _, order = torch.sort(output, 1, true)
  local truth = target:index(1, order):totable()
  local weights = weight and weight:index(1, order):totable()
  local found, seen, sum, positives = 0, 0, 0, 0
  for place, is_positive in ipairs(truth) do
    local one = weights and weights[place] or 1
    seen = seen + one
    if is_positive == 1 then
      found, positives = found + one, positives + 1
      if seen > 0 then sum = sum + found / seen end
    end
  end
  return sum / math.max(positives, 1)
end

--- A DoubleTensor with the average precision of every class; 0 without examples.
function APMeter:value()
  local output, target, weight = scores.all(self.scores)
  if not output then return 0 end
  local values = torch.DoubleTensor(output:size(2))
  for k = 1, output:size(2) do
    values[k] = average_precision(output:select(2, k), target:select(2, k), weight)
  end
  return values
end
