-- tnt.MultiLabelConfusionMeter: confusion where examples have several labels. Of an example with n
-- labels the n best scores are the prediction; labels that were found count on the diagonal, and
-- each that was not is spread evenly over the classes wrongly predicted.
require "torchnet.meter"

local errors = require "wick.errors"
local method = require "torchnet.method"
local read = require "torchnet.meter.read"
local tnt = require "torchnet.env"

local torch = require "torch"

local MultiLabelConfusionMeter = torch.class("tnt.MultiLabelConfusionMeter", "tnt.Meter", tnt)

--- tnt.MultiLabelConfusionMeter(k [, normalized = true]): k classes; normalized rows add up to 1.
MultiLabelConfusionMeter.__init = method("tnt.MultiLabelConfusionMeter",
  "tnt.MultiLabelConfusionMeter", {
    { name = "k", type = "number" },
    { name = "normalized", type = "boolean", default = true },
  }, function(self, k, normalized)
    self.conf = torch.DoubleTensor(k, k):zero()
    self.normalized = normalized
  end)

--- Forgets all examples.
function MultiLabelConfusionMeter:reset()
  self.conf:zero()
end

-- Labels of an example that were found, labels that were not, and classes wrongly predicted.
local function compare(target, ranking)
  local found, missed, wrong, count = {}, {}, {}, 0
  for class = 1, #target do count = count + target[class] end
  local predicted = {}
  for place = 1, math.tointeger(count) do predicted[ranking[place]] = true end
  for class = 1, #target do
    if target[class] == 1 then
      table.insert(predicted[class] and found or missed, class)
    elseif predicted[class] then
      wrong[#wrong + 1] = class
    end
  end
  return found, missed, wrong
end

local function count(conf, target, ranking)
  local found, missed, wrong = compare(target, ranking)
  for _, class in ipairs(found) do conf[class][class] = conf[class][class] + 1 end
  for _, class in ipairs(missed) do
    for _, other in ipairs(wrong) do conf[class][other] = conf[class][other] + 1 / #wrong end
  end
end

--- meter:add(output, target): scores N x K and, of the same size, 1 for labels and 0 otherwise.
MultiLabelConfusionMeter.add = method("tnt.MultiLabelConfusionMeter:add",
  "tnt.MultiLabelConfusionMeter", {
    { name = "output", type = "torch.*Tensor" },
    { name = "target", type = "torch.*Tensor" },
  }, function(self, output, target)
    local what = "tnt.MultiLabelConfusionMeter:add"
    local scores = read.matrix(what, "output", output)
    local rows = read.matrix(what, "target", target)
    read.checkSame(what, scores, rows)
    read.checkBinary(what, rows)
    if rows:size(2) ~= self.conf:size(1) then
      errors.raise("%s: target size does not match size of confusion matrix: %s for %d classes",
        what, errors.value(target), self.conf:size(1))
    end
    local _, ranking = scores:sort(2, true)
    local targets, rankings = rows:totable(), ranking:totable()
    for i = 1, #targets do count(self.conf, targets[i], rankings[i]) end
  end)

--- The K x K matrix, rows being targets: counts, or shares of each row.
function MultiLabelConfusionMeter:value()
  local conf = self.conf:clone()
  if self.normalized then conf:cdiv(conf:sum(2):add(1e-8):expandAs(conf)) end
  return conf
end
