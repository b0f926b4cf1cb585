-- tnt.TransformDataset: the samples of a dataset, changed on their way out.
require "torchnet.dataset"

local errors = require "wick.errors"
local method = require "torchnet.method"
local tables = require "torchnet.utils.table"
local tnt = require "torchnet.env"

local torch = require "torch"

local TransformDataset = torch.class("tnt.TransformDataset", "tnt.Dataset", tnt)

--- tnt.TransformDataset(dataset, transform [, key]): every sample, or its field `key`, is what
-- transform(sample or field, index) returns.
TransformDataset.__init = method("tnt.TransformDataset", "tnt.TransformDataset", {
  { name = "dataset", type = "tnt.Dataset" },
  { name = "transform", type = "function" },
  { name = "key", type = "string", opt = true },
}, function(self, dataset, transform, key)
  self.dataset = dataset
  if key then
    self.transforms = { [key] = transform }
  else
    self.whole = transform
  end
end)

--- tnt.TransformDataset(dataset, transforms): each field in the table goes through its function.
TransformDataset.__init = method("tnt.TransformDataset", "tnt.TransformDataset", {
  { name = "dataset", type = "tnt.Dataset" },
  { name = "transforms", type = "table" },
  overload = TransformDataset.__init,
}, function(self, dataset, transforms)
  for key, f in pairs(transforms) do
    if type(f) ~= "function" then
      errors.raise("tnt.TransformDataset: key/function table expected for transforms, %s is %s",
        errors.value(key), errors.value(f))
    end
  end
  self.dataset, self.transforms = dataset, tables.copy(transforms)
end)

--- The size of the dataset inside.
TransformDataset.size = method("tnt.TransformDataset:size", "tnt.TransformDataset", {},
  function(self)
    return self.dataset:size()
  end)

--- The i-th sample, transformed.
TransformDataset.get = method("tnt.TransformDataset:get", "tnt.TransformDataset", {
  { name = "idx", type = "number" },
}, function(self, idx)
  local sample = self.dataset:get(idx)
  if self.whole then return self.whole(sample, idx) end
  for key, f in pairs(self.transforms) do
    if type(sample) ~= "table" or sample[key] == nil then
      errors.raise("tnt.TransformDataset: missing key in sample %s: %s", errors.number(idx),
        errors.value(key))
    end
    sample[key] = f(sample[key], idx)
  end
  return sample
end)
