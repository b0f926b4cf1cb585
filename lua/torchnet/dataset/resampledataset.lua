-- tnt.ResampleDataset: samples of a dataset as a function chooses them.
require "torchnet.dataset"

local checked = require "torchnet.dataset.index"
local method = require "torchnet.method"
local tnt = require "torchnet.env"

local torch = require "torch"

local ResampleDataset = torch.class("tnt.ResampleDataset", "tnt.Dataset", tnt)

--- tnt.ResampleDataset(dataset [, sampler] [, size]): the i-th sample is the dataset's sample
-- number sampler(dataset, i); without a size there are as many as in the dataset.
ResampleDataset.__init = method("tnt.ResampleDataset", "tnt.ResampleDataset", {
  { name = "dataset", type = "tnt.Dataset" },
  { name = "sampler", type = "function", opt = true },
  { name = "size", type = "number", opt = true },
}, function(self, dataset, sampler, size)
  self.__dataset, self.__sampler, self.__size = dataset, sampler, size
end)

--- The number of samples.
ResampleDataset.size = method("tnt.ResampleDataset:size", "tnt.ResampleDataset", {}, function(self)
  if self.__size and self.__size > 0 then return self.__size end
  return self.__dataset:size()
end)

--- The number that the i-th sample has in the dataset inside.
function ResampleDataset:place(idx)
  return self.__sampler and self.__sampler(self.__dataset, idx) or idx
end

--- The i-th sample.
ResampleDataset.get = method("tnt.ResampleDataset:get", "tnt.ResampleDataset", {
  { name = "idx", type = "number" },
}, function(self, idx)
  local place = self:place(checked(torch.type(self), idx, self:size()))
  return self.__dataset:get(checked(torch.type(self) .. " (sampler)", place,
    self.__dataset:size()))
end)
