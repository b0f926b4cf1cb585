-- tnt.SplitDataset: one of several parts of a dataset.
require "torchnet.dataset"

local checked = require "torchnet.dataset.index"
local errors = require "wick.errors"
local method = require "torchnet.method"
local tnt = require "torchnet.env"

local torch = require "torch"

local SplitDataset = torch.class("tnt.SplitDataset", "tnt.Dataset", tnt)

local function names_of(partitions)
  local names = {}
  for name, value in pairs(partitions) do
    if type(name) ~= "string" or type(value) ~= "number" then
      errors.raise("tnt.SplitDataset: partitions are names with sizes or weights, not %s = %s",
        errors.value(name), errors.value(value))
    elseif value < 0 then
      errors.raise("tnt.SplitDataset: some partition sizes are negative: %s = %s", name,
        errors.number(value))
    end
    names[#names + 1] = name
  end
  if #names < 2 then
    errors.raise("tnt.SplitDataset: SplitDataset should have at least two partitions")
  end
  table.sort(names)
  return names
end

-- A partition's number of samples: its value, or its share of all of them.
local function count_of(value, are_weights, size)
  if are_weights then return math.floor(value * size) end
  local count = math.tointeger(value)
  if count then return count end
  errors.raise("tnt.SplitDataset: partition sizes should be integer numbers, or sum up to <= 1, "
    .. "not %s", errors.number(value))
end

--- tnt.SplitDataset(dataset, partitions [, initialpartition]): partitions are named numbers of
-- samples, or weights that add up to 1 at most. They follow each other in the order of their names;
-- `select` chooses the one that size and get are about.
SplitDataset.__init = method("tnt.SplitDataset", "tnt.SplitDataset", {
  { name = "dataset", type = "tnt.Dataset" },
  { name = "partitions", type = "table" },
  { name = "initialpartition", type = "string", opt = true },
}, function(self, dataset, partitions, initial)
  local names, sum, total, size = names_of(partitions), 0, 0, dataset:size()
  for _, name in ipairs(names) do sum = sum + partitions[name] end
  if sum == 0 then errors.raise("tnt.SplitDataset: all partitions are empty") end
  self.__dataset, self.__starts, self.__sizes = dataset, {}, {}
  for _, name in ipairs(names) do
    self.__starts[name] = total
    self.__sizes[name] = count_of(partitions[name], sum <= 1, size)
    total = total + self.__sizes[name]
  end
  if total > size then
    errors.raise("tnt.SplitDataset: split cannot involve more samples than dataset size: %s of %s",
      errors.number(total), errors.number(size))
  end
  if initial then self:select(initial) end
end)

--- Chooses a partition.
SplitDataset.select = method("tnt.SplitDataset:select", "tnt.SplitDataset", {
  { name = "partition", type = "string" },
}, function(self, partition)
  if not self.__sizes[partition] then
    errors.raise('tnt.SplitDataset: partition not found: "%s"%s', partition,
      errors.suggestion(errors.nearest(partition, self.__sizes)))
  end
  self.__partition = partition
end)

local function selected(self)
  if self.__partition then return self.__partition end
  errors.raise("tnt.SplitDataset: select a partition before accessing data")
end

--- The size of the chosen partition.
SplitDataset.size = method("tnt.SplitDataset:size", "tnt.SplitDataset", {}, function(self)
  return self.__sizes[selected(self)]
end)

--- The i-th sample of the chosen partition.
SplitDataset.get = method("tnt.SplitDataset:get", "tnt.SplitDataset", {
  { name = "idx", type = "number" },
}, function(self, idx)
  local start = self.__starts[selected(self)]
  return self.__dataset:get(start + checked("tnt.SplitDataset", idx, self:size()))
end)
