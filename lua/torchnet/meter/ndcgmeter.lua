-- tnt.NDCGMeter: the gain of a ranking, each place counting less than the one before, as a share of
-- what the best order would gain.
require "torchnet.meter"

local errors = require "wick.errors"
local method = require "torchnet.method"
local read = require "torchnet.meter.read"
local tnt = require "torchnet.env"

local torch = require "torch"

local NDCGMeter = torch.class("tnt.NDCGMeter", "tnt.Meter", tnt)

--- tnt.NDCGMeter{ K = { 1 } }: of the first K places, for every K in the list.
NDCGMeter.__init = method("tnt.NDCGMeter", "tnt.NDCGMeter", {
  { name = "K", type = "table", default = { 1 } },
  noordered = true,
}, function(self, K)
  self.K = read.numbers("tnt.NDCGMeter", "K", K)
  self:reset()
end)

--- Forgets all examples.
function NDCGMeter:reset()
  self.ndcg, self.n = {}, 0
  for _, k in ipairs(self.K) do self.ndcg[k] = 0 end
end

-- The first place counts whole, place i as much as 1 / log2(i).
local function gain(relevances, k)
  local sum = relevances[1]
  for i = 2, k do sum = sum + relevances[i] / math.log(i, 2) end
  return sum
end

-- Nothing can be gained where nothing is relevant: that counts as 0.
local function share(ranked, best, k)
  local most = gain(best, k)
  return most == 0 and 0 or gain(ranked, k) / most
end

--- meter:add(output, relevance): scores N x R, or R of one query, and how relevant each result is,
-- 0 being not at all.
NDCGMeter.add = method("tnt.NDCGMeter:add", "tnt.NDCGMeter", {
  { name = "output", type = "torch.*Tensor" },
  { name = "relevance", type = "torch.*Tensor" },
}, function(self, output, relevance)
  local scores = read.matrix("tnt.NDCGMeter:add", "output", output)
  local truth = read.matrix("tnt.NDCGMeter:add", "relevance", relevance)
  read.checkSame("tnt.NDCGMeter:add", scores, truth)
  if truth:size(2) < self.K[#self.K] then
    errors.raise("tnt.NDCGMeter:add: too few results for value of K: %s for K = %d",
      errors.value(relevance), self.K[#self.K])
  elseif truth:min() < 0 then
    errors.raise("tnt.NDCGMeter:add: a relevance is negative: %s", errors.number(truth:min()))
  end
  local _, order = torch.sort(scores, 2, true)
  local ranked, best = truth:gather(2, order):totable(), torch.sort(truth, 2, true):totable()
  for i = 1, #ranked do
    for _, k in ipairs(self.K) do self.ndcg[k] = self.ndcg[k] + share(ranked[i], best[i], k) end
  end
  self.n = self.n + #ranked
end)

--- meter:value([K]): the mean for K, or a table of all.
NDCGMeter.value = method("tnt.NDCGMeter:value", "tnt.NDCGMeter", {
  { name = "K", type = "number", opt = true },
}, function(self, K)
  return read.values("tnt.NDCGMeter:value", self.K, function(k)
    return self.ndcg[k] / self.n
  end, K)
end)
