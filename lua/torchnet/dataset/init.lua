-- tnt.Dataset: what has a size and gives samples by index. A sample is a table with fields such as
-- `input` and `target`, or any other value.
local errors = require "wick.errors"
local method = require "torchnet.method"
local tnt = require "torchnet.env"

local torch = require "torch"

local Dataset = torch.class("tnt.Dataset", tnt)

--- tnt.Dataset(): the parent of all datasets; a class of your own defines `size` and `get`.
function Dataset:__init() end

local function unfinished(name)
  return function(self)
    errors.raise("%s not implemented for class <%s>", name, torch.type(self))
  end
end

--- dataset:size(): the number of samples.
Dataset.size = unfinished("size")

--- dataset:get(i): the i-th sample, i from 1 to size().
Dataset.get = unfinished("get")

--- dataset:exec(name, ...): calls the method on this dataset or on the nearest one inside that has
-- it.
function Dataset:exec(name, ...)
  local inner = self.dataset or self.__dataset
  if type(self[name]) == "function" then return self[name](self, ...) end
  if inner then return inner:exec(name, ...) end
  errors.raise("unknown function <%s>: neither %s nor a dataset inside it has it", tostring(name),
    torch.type(self))
end

-- What wraps a dataset, and the names of its arguments.
local wrappers = {
  batch = { "BatchDataset", "batchsize perm merge policy filter" },
  sample = { "ResampleDataset", "sampler size" },
  shuffle = { "ShuffleDataset", "size replacement" },
  split = { "SplitDataset", "partitions initialpartition" },
  transform = { "TransformDataset", "transform key transforms" },
  iterator = { "DatasetIterator", "perm filter transform" },
}

-- Whether these arguments are one table of names.
local function is_named(names, arguments, ...)
  if select("#", ...) > 0 or type(arguments) ~= "table" or torch.typename(arguments) then
    return false
  end
  for key in pairs(arguments) do
    if not names[key] then return false end
  end
  return true
end

local function wrapper(class_name, list)
  local names = {}
  for name in list:gmatch("%S+") do names[name] = true end
  return function(self, ...)
    if not is_named(names, ...) then return tnt[class_name](self, ...) end
    local named = { dataset = self }
    for name, value in pairs((...)) do named[name] = value end
    return tnt[class_name](named)
  end
end

-- dataset:batch(...), :sample(...), :shuffle(...), :split(...), :transform(...) and :iterator(...):
-- the dataset in one of these, with the rest of its arguments by position or by name.
for name, row in pairs(wrappers) do Dataset[name] = wrapper(row[1], row[2]) end

local function identity(value)
  return value
end

--- dataset:parallel{ nthread =, init =, perm =, filter =, transform =, ordered = }: an iterator
-- that gets samples from copies of the dataset in `nthread` threads.
Dataset.parallel = method("tnt.Dataset:parallel", "tnt.Dataset", {
  { name = "init", type = "function", opt = true },
  { name = "nthread", type = "number" },
  { name = "perm", type = "function", default = identity },
  { name = "filter", type = "function", opt = true },
  { name = "transform", type = "function", default = identity },
  { name = "ordered", type = "boolean", default = false },
}, function(self, init, nthread, perm, filter, transform, ordered)
  return tnt.ParallelDatasetIterator{
    init = init, nthread = nthread, perm = perm, filter = filter, transform = transform,
    ordered = ordered, closure = function() return self end,
  }
end)
