-- tnt.CoroutineBatchDataset: batches of samples that arrive together. The `get` of the dataset
-- inside may note what it is asked for and yield; it is resumed when all samples of the batch were
-- asked for.
require "torchnet.dataset.batchdataset"

local errors = require "wick.errors"
local method = require "torchnet.method"
local tnt = require "torchnet.env"

local torch = require "torch"

--- tnt.CoroutineBatchDataset(...): arguments as tnt.BatchDataset's.
local CoroutineBatchDataset =
  torch.class("tnt.CoroutineBatchDataset", "tnt.BatchDataset", tnt)

local function resume(thread, ...)
  local ok, sample = coroutine.resume(thread, ...)
  if not ok then
    errors.raise("tnt.CoroutineBatchDataset: dataset threw error: %s", tostring(sample))
  end
  return sample
end

--- The i-th batch.
CoroutineBatchDataset.get = method("tnt.CoroutineBatchDataset:get", "tnt.CoroutineBatchDataset", {
  { name = "idx", type = "number" },
}, function(self, idx)
  local threads, samples = self:indices(idx), {}
  for n, index in ipairs(threads) do
    threads[n] = coroutine.create(self.dataset.get)
    samples[n] = resume(threads[n], self.dataset, index)
  end
  for n, thread in ipairs(threads) do
    if coroutine.status(thread) == "suspended" then samples[n] = resume(thread) end
    if coroutine.status(thread) ~= "dead" then
      errors.raise("tnt.CoroutineBatchDataset: the dataset yields more than once a sample")
    end
  end
  return self:collate(samples)
end)
