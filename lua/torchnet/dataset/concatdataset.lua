-- tnt.ConcatDataset: datasets one behind the other.
require "torchnet.dataset"

local checked = require "torchnet.dataset.index"
local errors = require "wick.errors"
local method = require "torchnet.method"
local tnt = require "torchnet.env"

local torch = require "torch"

local ConcatDataset = torch.class("tnt.ConcatDataset", "tnt.Dataset", tnt)

local function check(datasets)
  if #datasets == 0 then
    errors.raise("tnt.ConcatDataset: datasets should not be an empty table")
  end
  for i, dataset in ipairs(datasets) do
    if not torch.isTypeOf(dataset, "tnt.Dataset") then
      errors.raise("tnt.ConcatDataset: each member of datasets table should be a tnt.Dataset, "
        .. "number %d is %s", i, errors.value(dataset))
    end
  end
end

--- tnt.ConcatDataset{ datasets = list }: the samples of the first, then those of the second, and so
-- on.
ConcatDataset.__init = method("tnt.ConcatDataset", "tnt.ConcatDataset", {
  { name = "datasets", type = "table" },
  noordered = true,
}, function(self, datasets)
  check(datasets)
  self.__datasets, self.__ends, self.__size = datasets, {}, 0
  for i, dataset in ipairs(datasets) do
    self.__size = self.__size + dataset:size()
    self.__ends[i] = self.__size
  end
end)

--- The sum of the sizes.
ConcatDataset.size = method("tnt.ConcatDataset:size", "tnt.ConcatDataset", {}, function(self)
  return self.__size
end)

-- The place of the first dataset that ends at the index or behind it.
local function place_of(ends, index)
  local first, last = 1, #ends
  while first < last do
    local middle = (first + last) // 2
    if ends[middle] < index then first = middle + 1 else last = middle end
  end
  return first
end

--- The i-th sample of all.
ConcatDataset.get = method("tnt.ConcatDataset:get", "tnt.ConcatDataset", {
  { name = "idx", type = "number" },
}, function(self, idx)
  local index = checked("tnt.ConcatDataset", idx, self.__size)
  local place = place_of(self.__ends, index)
  return self.__datasets[place]:get(index - (self.__ends[place - 1] or 0))
end)
