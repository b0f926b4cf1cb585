-- tnt.DatasetIterator: the samples of a dataset, one after the other, for loops and engines.
require "torchnet.dataset"

local errors = require "wick.errors"
local method = require "torchnet.method"
local tnt = require "torchnet.env"

local torch = require "torch"

local DatasetIterator = torch.class("tnt.DatasetIterator", tnt)

--- tnt.DatasetIterator(dataset [, perm] [, filter] [, transform]): `perm(i)` says which sample
-- comes in the i-th place, `transform(sample)` changes it, and `filter(sample)` then says whether
-- it comes at all.
DatasetIterator.__init = method("tnt.DatasetIterator", "tnt.DatasetIterator", {
  { name = "dataset", type = "tnt.Dataset" },
  { name = "perm", type = "function", opt = true },
  { name = "filter", type = "function", opt = true },
  { name = "transform", type = "function", opt = true },
}, function(self, dataset, perm, filter, transform)
  self.dataset, self.perm = dataset, perm
  self.__filter, self.__transform = filter, transform
end)

--- tnt.DatasetIterator(iterator [, filter] [, transform]): what another iterator gives.
DatasetIterator.__init = method("tnt.DatasetIterator", "tnt.DatasetIterator", {
  { name = "iterator", type = "tnt.DatasetIterator" },
  { name = "filter", type = "function", opt = true },
  { name = "transform", type = "function", opt = true },
  overload = DatasetIterator.__init,
}, function(self, iterator, filter, transform)
  self.iterator, self.__filter, self.__transform = iterator, filter, transform
end)

-- The samples before they are transformed and filtered.
local function source(self)
  if self.iterator then return self.iterator:run() end
  local dataset, perm, size, i = self.dataset, self.perm, self.dataset:size(), 0
  return function()
    if i >= size then return nil end
    i = i + 1
    return dataset:get(perm and perm(i) or i)
  end
end

--- The samples of `next_sample`, transformed, without those that the filter refuses.
function DatasetIterator:sifted(next_sample)
  local filter, transform = self.__filter, self.__transform
  return function()
    for sample in next_sample do
      if transform then sample = transform(sample) end
      if not filter or filter(sample) then return sample end
    end
  end
end

--- for sample in iterator:run() do: every sample once. `iterator()` is the same.
function DatasetIterator:run()
  return self:sifted(source(self))
end

function DatasetIterator:__call__()
  return self:run()
end

--- iterator:exec(name, ...): calls the method of the iterator or, if it has none, of its dataset.
function DatasetIterator:exec(name, ...)
  if type(self[name]) == "function" then return self[name](self, ...) end
  local inner = self.dataset or self.iterator
  if inner then return inner:exec(name, ...) end
  errors.raise("unknown function <%s>: %s has it not", tostring(name), torch.type(self))
end

--- iterator:filter(f): an iterator of the samples for which f(sample) is true.
function DatasetIterator:filter(f)
  return tnt.DatasetIterator{ iterator = self, filter = f }
end

--- iterator:transform(f): an iterator of what f(sample) returns.
function DatasetIterator:transform(f)
  return tnt.DatasetIterator{ iterator = self, transform = f }
end
