-- tnt.ConfusionMeter: how often each class was taken for which. Rows are targets, columns what was
-- predicted.
require "torchnet.meter"

local errors = require "wick.errors"
local method = require "torchnet.method"
local read = require "torchnet.meter.read"
local tnt = require "torchnet.env"

local torch = require "torch"

local ConfusionMeter = torch.class("tnt.ConfusionMeter", "tnt.Meter", tnt)

--- tnt.ConfusionMeter(k [, normalized]): k classes; normalized rows add up to 1.
ConfusionMeter.__init = method("tnt.ConfusionMeter", "tnt.ConfusionMeter", {
  { name = "k", type = "number" },
  { name = "normalized", type = "boolean", default = false },
}, function(self, k, normalized)
  self.conf = torch.LongTensor(k, k):zero()
  self.normalized = normalized
end)

--- Forgets all examples.
function ConfusionMeter:reset()
  self.conf:zero()
end

-- The labels of rows of which one entry is 1 and all others 0.
local function labels_of_rows(target)
  read.checkBinary("tnt.ConfusionMeter:add", target)
  local sums = target:sum(2)
  if sums:min() ~= 1 or sums:max() ~= 1 then
    errors.raise("tnt.ConfusionMeter:add: multi-label setting is not supported; "
      .. "tnt.MultiLabelConfusionMeter counts it")
  end
  local _, labels = target:max(2)
  return labels:view(-1)
end

local function labels_of(target, scores)
  if target:nElement() == scores:size(1) then
    return read.vector("tnt.ConfusionMeter:add", "target", target)
  end
  local rows = read.matrix("tnt.ConfusionMeter:add", "target", target)
  if not rows:isSameSizeAs(scores) then
    errors.raise("tnt.ConfusionMeter:add: target should be 1D Tensor or have size of output "
      .. "(one-hot): %s for %s", errors.value(target), errors.value(scores))
  end
  return labels_of_rows(rows)
end

--- meter:add(output, target): scores N x K and N labels, or rows with a 1 in the label's place.
ConfusionMeter.add = method("tnt.ConfusionMeter:add", "tnt.ConfusionMeter", {
  { name = "output", type = "torch.*Tensor" },
  { name = "target", type = "torch.*Tensor" },
}, function(self, output, target)
  local scores = read.matrix("tnt.ConfusionMeter:add", "output", output)
  local k = self.conf:size(1)
  if scores:size(2) ~= k then
    errors.raise("tnt.ConfusionMeter:add: number of outputs does not match size of confusion "
      .. "matrix: %s for %d classes", errors.value(output), k)
  end
  local labels = labels_of(target, scores):totable()
  local _, predicted = scores:max(2)
  for i, class in ipairs(predicted:view(-1):totable()) do
    local row = math.tointeger(labels[i])
    if not row or row < 1 or row > k then
      errors.raise("tnt.ConfusionMeter:add: label %s of example %d is none of 1 to %d",
        errors.number(labels[i]), i, k)
    end
    self.conf[row][class] = self.conf[row][class] + 1
  end
end)

local STEP = 2.0 ^ -44 -- fine enough for shares, coarse enough that any sum of them is exact

-- The shares of a row's counts in whole steps; the largest takes what rounding left over, so that
-- they add up to 1 in whatever order.
local function fill_shares(row, counts)
  local total, largest, left = 0, 1, 1
  for i, count in ipairs(counts) do
    total = total + count
    if count > counts[largest] then largest = i end
  end
  if total == 0 then return row:zero() end
  for i, count in ipairs(counts) do
    local share = math.floor(count / total / STEP + 0.5) * STEP
    row[i], left = share, left - share
  end
  row[largest] = row[largest] + left
end

--- The K x K matrix: counts, or the shares of each row.
function ConfusionMeter:value()
  if not self.normalized then return self.conf end
  local shares = torch.DoubleTensor(self.conf:size())
  for i, counts in ipairs(self.conf:totable()) do fill_shares(shares[i], counts) end
  return shares
end
