-- tnt.ClassErrorMeter: how often the target is not among the k best scores, in percent.
require "torchnet.meter"

local errors = require "wick.errors"
local method = require "torchnet.method"
local read = require "torchnet.meter.read"
local tnt = require "torchnet.env"

local torch = require "torch"

local ClassErrorMeter = torch.class("tnt.ClassErrorMeter", "tnt.Meter", tnt)

--- tnt.ClassErrorMeter{ topk = { 1 }, accuracy = false }: with `accuracy` how often it is among
-- them.
ClassErrorMeter.__init = method("tnt.ClassErrorMeter", "tnt.ClassErrorMeter", {
  { name = "topk", type = "table", default = { 1 } },
  { name = "accuracy", type = "boolean", default = false },
  noordered = true,
}, function(self, topk, accuracy)
  self.topk = read.numbers("tnt.ClassErrorMeter", "topk", topk)
  self.accuracy = accuracy
  self:reset()
end)

--- Forgets all examples.
function ClassErrorMeter:reset()
  self.sum, self.n = {}, 0
  for _, k in ipairs(self.topk) do self.sum[k] = 0 end
end

--- meter:add(output, target): scores N x K and N labels, or K scores and one label.
ClassErrorMeter.add = method("tnt.ClassErrorMeter:add", "tnt.ClassErrorMeter", {
  { name = "output", type = "torch.*Tensor" },
  { name = "target", type = "torch.*Tensor" },
}, function(self, output, target)
  local scores = read.matrix("tnt.ClassErrorMeter:add", "output", output)
  local labels = read.vector("tnt.ClassErrorMeter:add", "target", target)
  local count, most = scores:size(1), self.topk[#self.topk]
  if labels:nElement() ~= count then
    errors.raise("tnt.ClassErrorMeter:add: target and output do not match: %s and %s",
      errors.value(target), errors.value(output))
  elseif most > scores:size(2) then
    errors.raise("tnt.ClassErrorMeter:add: top %d of %d classes cannot be counted", most,
      scores:size(2))
  end
  local _, best = scores:topk(most, 2, true, true)
  local correct = best:double():eq(labels:view(-1, 1):expandAs(best))
  for _, k in ipairs(self.topk) do
    self.sum[k] = self.sum[k] + count - correct:narrow(2, 1, k):sum()
  end
  self.n = self.n + count
end)

--- meter:value([k]): the percentage for k, or a table of all.
ClassErrorMeter.value = method("tnt.ClassErrorMeter:value", "tnt.ClassErrorMeter", {
  { name = "k", type = "number", opt = true },
}, function(self, k)
  return read.values("tnt.ClassErrorMeter:value", self.topk, function(each)
    local share = self.sum[each] / self.n
    return 100 * (self.accuracy and 1 - share or share)
  end, k)
end)
