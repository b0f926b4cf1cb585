-- tnt.ShuffleDataset: the samples of a dataset in an order drawn at random.
require "torchnet.dataset.resampledataset"

local errors = require "wick.errors"
local method = require "torchnet.method"
local tnt = require "torchnet.env"

local torch = require "torch"

local ShuffleDataset, ResampleDataset =
  torch.class("tnt.ShuffleDataset", "tnt.ResampleDataset", tnt)

--- tnt.ShuffleDataset(dataset [, size] [, replacement]): `size` samples (all of them by default) in
-- random order; with replacement each is drawn anew from all. The order stays until `resample`.
ShuffleDataset.__init = method("tnt.ShuffleDataset", "tnt.ShuffleDataset", {
  { name = "dataset", type = "tnt.Dataset" },
  { name = "size", type = "number", opt = true },
  { name = "replacement", type = "boolean", default = false },
}, function(self, dataset, size, replacement)
  if size and not replacement and size > dataset:size() then
    errors.raise("tnt.ShuffleDataset: size cannot be larger than underlying dataset size when "
      .. "sampling without replacement: %s samples of %s", errors.number(size),
      errors.number(dataset:size()))
  end
  ResampleDataset.__init(self, { dataset = dataset, size = size })
  self.__replacement = replacement
  self:resample()
end)

--- Draws another order.
ShuffleDataset.resample = method("tnt.ShuffleDataset:resample", "tnt.ShuffleDataset", {},
  function(self)
    local all, size = self.__dataset:size(), self:size()
    if self.__replacement then
      self.__perm = torch.LongTensor(size):random(1, all)
    else
      self.__perm = torch.randperm(all):long():narrow(1, 1, size):clone()
    end
  end)

--- The number that the i-th sample has in the dataset inside.
function ShuffleDataset:place(idx)
  return self.__perm[idx]
end
