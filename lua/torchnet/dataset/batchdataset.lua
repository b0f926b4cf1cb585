-- tnt.BatchDataset: batches of samples as samples.
require "torchnet.dataset"

local checked = require "torchnet.dataset.index"
local errors = require "wick.errors"
local method = require "torchnet.method"
local tnt = require "torchnet.env"
local transform = require "torchnet.transform"

local torch = require "torch"

local BatchDataset = torch.class("tnt.BatchDataset", "tnt.Dataset", tnt)

-- The number of batches, by what becomes of a last one that is not full.
local policies = {
  ["include-last"] = function(samples, batch) return (samples + batch - 1) // batch end,
  ["skip-last"] = function(samples, batch) return samples // batch end,
  ["divisible-only"] = function(samples, batch)
    if samples % batch ~= 0 then
      errors.raise("tnt.BatchDataset: dataset size is not divisible by batch size: %d samples in "
        .. "batches of %d", samples, batch)
    end
    return samples // batch
  end,
}

--- tnt.BatchDataset(dataset, batchsize [, perm] [, merge] [, policy] [, filter]): the i-th sample
-- holds the samples (i - 1) * batchsize + 1 to i * batchsize, field by field: tensors stacked, all
-- else as a list. `perm(i, size)` says which sample takes the i-th place; `merge` gets the table of
-- lists and returns the batch; `filter(sample)` says whether a sample counts; `policy` is
-- "include-last", "skip-last" or "divisible-only".
BatchDataset.__init = method("tnt.BatchDataset", "tnt.BatchDataset", {
  { name = "dataset", type = "tnt.Dataset" },
  { name = "batchsize", type = "number" },
  { name = "perm", type = "function", opt = true },
  { name = "merge", type = "function", opt = true },
  { name = "policy", type = "string", default = "include-last" },
  { name = "filter", type = "function", opt = true },
}, function(self, dataset, batchsize, perm, merge, policy, filter)
  local size = math.tointeger(batchsize)
  if not size or size < 1 then
    errors.raise("tnt.BatchDataset: batchsize should be a positive integer number, not %s",
      errors.number(batchsize))
  elseif not policies[policy] then
    errors.raise('tnt.BatchDataset: invalid policy "%s" (include-last | skip-last | divisible-only '
      .. "expected)%s", policy, errors.suggestion(errors.nearest(policy, policies)))
  end
  self.dataset, self.batchsize, self.perm, self.merge = dataset, size, perm, merge
  self.policy, self.filter = policy, filter
  self:size()
end)

--- The number of batches.
BatchDataset.size = method("tnt.BatchDataset:size", "tnt.BatchDataset", {}, function(self)
  return policies[self.policy](math.tointeger(self.dataset:size()), self.batchsize)
end)

--- The indices, in the dataset inside, of the samples of a batch.
function BatchDataset:indices(idx)
  local size = self.dataset:size()
  local last = checked(torch.type(self), idx, self:size()) * self.batchsize
  local indices = {}
  for i = last - self.batchsize + 1, math.min(last, size) do
    indices[#indices + 1] = self.perm and self.perm(i, size) or i
  end
  return indices
end

--- The batch that these samples make, those that the filter refuses left out.
function BatchDataset:collate(samples)
  local kept = {}
  for _, sample in ipairs(samples) do
    if not self.filter or self.filter(sample) then kept[#kept + 1] = sample end
  end
  return transform.makebatch{ merge = self.merge }(kept)
end

--- The i-th batch.
BatchDataset.get = method("tnt.BatchDataset:get", "tnt.BatchDataset", {
  { name = "idx", type = "number" },
}, function(self, idx)
  local samples = self:indices(idx)
  for n, index in ipairs(samples) do samples[n] = self.dataset:get(index) end
  return self:collate(samples)
end)
