-- tnt.PrecisionAtKMeter: how many percent of the k best scores are of targets.
require "torchnet.meter"

local errors = require "wick.errors"
local method = require "torchnet.method"
local read = require "torchnet.meter.read"
local tnt = require "torchnet.env"

local torch = require "torch"

local PrecisionAtKMeter = torch.class("tnt.PrecisionAtKMeter", "tnt.Meter", tnt)

--- tnt.PrecisionAtKMeter{ topk = { 10 }, dim = 2, online = false }: the best along dimension `dim`
-- of each tensor or, with `online`, of all tensors together, each being more candidates along
-- `dim`.
PrecisionAtKMeter.__init = method("tnt.PrecisionAtKMeter", "tnt.PrecisionAtKMeter", {
  { name = "topk", type = "table", default = { 10 } },
  { name = "dim", type = "number", default = 2 },
  { name = "online", type = "boolean", default = false },
  noordered = true,
}, function(self, topk, dim, online)
  if dim ~= 1 and dim ~= 2 then
    errors.raise("tnt.PrecisionAtKMeter: value of dimension should be 1 or 2, not %s",
      errors.number(dim))
  end
  self.topk, self.dim = read.numbers("tnt.PrecisionAtKMeter", "topk", topk), math.tointeger(dim)
  self.maxk, self.online = self.topk[#self.topk], online
  self:reset()
end)

--- Forgets all examples.
function PrecisionAtKMeter:reset()
  self.tp, self.n = {}, 0
  for _, k in ipairs(self.topk) do self.tp[k] = 0 end
  self.best, self.targets = nil, nil
end

-- The best scores, in falling order, and the targets in their places.
local function best_of(self, output, target)
  local count = output:size(self.dim)
  if count < self.maxk then
    errors.raise("tnt.PrecisionAtKMeter:add: %d candidates in %s, the best %d are asked for", count,
      errors.value(output), self.maxk)
  end
  local best, places = torch.topk(output, self.maxk, self.dim, true, true)
  return best, target:gather(self.dim, places)
end

local function check_others(self, output)
  local other = 3 - self.dim
  if self.best and self.best:size(other) ~= output:size(other) then
    errors.raise("tnt.PrecisionAtKMeter:add: incorrect size of dimension %d of output: %d, before "
      .. "%d", other, output:size(other), self.best:size(other))
  end
end

local function add_online(self, output, target)
  check_others(self, output)
  if self.best then
    output = torch.cat(self.best, output, self.dim)
    target = torch.cat(self.targets, target, self.dim)
  end
  self.best, self.targets = best_of(self, output, target)
  for _, k in ipairs(self.topk) do self.tp[k] = self.targets:narrow(self.dim, 1, k):sum() end
  self.n = output:size(3 - self.dim)
end

--- meter:add(output, target): scores N x K; of the same size, 1 for targets and 0 otherwise.
PrecisionAtKMeter.add = method("tnt.PrecisionAtKMeter:add", "tnt.PrecisionAtKMeter", {
  { name = "output", type = "torch.*Tensor" },
  { name = "target", type = "torch.*Tensor" },
}, function(self, output, target)
  local rows = read.matrix("tnt.PrecisionAtKMeter:add", "output", output)
  local truth = read.matrix("tnt.PrecisionAtKMeter:add", "target", target)
  read.checkSame("tnt.PrecisionAtKMeter:add", rows, truth)
  if self.online then return add_online(self, rows, truth) end
  local _, targets = best_of(self, rows, truth)
  for _, k in ipairs(self.topk) do
    self.tp[k] = self.tp[k] + targets:narrow(self.dim, 1, k):sum()
  end
  self.n = self.n + truth:size(3 - self.dim)
end)

--- meter:value([k]): the percentage for k, or a table of all.
PrecisionAtKMeter.value = method("tnt.PrecisionAtKMeter:value", "tnt.PrecisionAtKMeter", {
  { name = "k", type = "number", opt = true },
}, function(self, k)
  return read.values("tnt.PrecisionAtKMeter:value", self.topk, function(each)
    return 100 * self.tp[each] / (self.n * each)
  end, k)
end)
