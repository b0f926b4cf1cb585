-- tnt.AUCMeter: the area under the curve of true positives over false positives, 0.5 for scores
-- that tell nothing and 1 for scores that tell everything.
require "torchnet.meter"

local errors = require "wick.errors"
local method = require "torchnet.method"
local read = require "torchnet.meter.read"
local scores = require "torchnet.meter.scores"
local tnt = require "torchnet.env"

local torch = require "torch"

local AUCMeter = torch.class("tnt.AUCMeter", "tnt.Meter", tnt)

--- tnt.AUCMeter().
AUCMeter.__init = method("tnt.AUCMeter", "tnt.AUCMeter", {}, function(self)
  self:reset()
end)

--- Forgets all examples.
function AUCMeter:reset()
  self.scores = scores.new()
end

--- meter:add(output, target): N scores; 1 for positives and 0 for negatives.
AUCMeter.add = method("tnt.AUCMeter:add", "tnt.AUCMeter", {
  { name = "output", type = "torch.*Tensor" },
  { name = "target", type = "torch.*Tensor" },
}, function(self, output, target)
  local column = read.vector("tnt.AUCMeter:add", "output (e.g., nn.Sigmoid output)", output)
  local targets = read.vector("tnt.AUCMeter:add", "targets", target)
  if column:nElement() ~= targets:nElement() then
    errors.raise("tnt.AUCMeter:add: number of outputs and targets does not match: %d and %d",
      column:nElement(), targets:nElement())
  end
  read.checkBinary("tnt.AUCMeter:add", targets)
  scores.add(self.scores, "tnt.AUCMeter:add", column:view(-1, 1), targets:view(-1, 1))
end)

-- The curve in counts, and the area under it: where scores are equal it goes straight.
local function curve(output, truth)
  local positives, negatives, area = { 0 }, { 0 }, 0
  local last_positive, last_negative = 0, 0
  for i, is_positive in ipairs(truth) do
    positives[i + 1] = positives[i] + is_positive
    negatives[i + 1] = negatives[i] + 1 - is_positive
    if output[i + 1] ~= output[i] then
      local width = negatives[i + 1] - last_negative
      area = area + width * (positives[i + 1] + last_positive) / 2
      last_positive, last_negative = positives[i + 1], negatives[i + 1]
    end
  end
  return positives, negatives, area
end

--- The area, and the curve: the rates of true and of false positives among the first 0, 1, 2 ... of
-- the ranking. 0.5 without examples.
function AUCMeter:value()
  local output, target = scores.all(self.scores)
  if not output then return 0.5 end
  local sorted, order = torch.sort(output:view(-1), 1, true)
  local truth = target:view(-1):index(1, order):totable()
  local positives, negatives, area = curve(sorted:totable(), truth)
  local all_positives, all_negatives = positives[#positives], negatives[#negatives]
  return area / (all_positives * all_negatives),
    torch.DoubleTensor(positives):div(all_positives),
    torch.DoubleTensor(negatives):div(all_negatives)
end
