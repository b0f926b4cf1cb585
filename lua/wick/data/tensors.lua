-- wick.data.tensors: a data set of tensors in memory.
local class = require "torch.class"
local dataset = require "wick.data.dataset"
local errors = require "wick.errors"

local WHAT = "wick.data.tensors"
-- The names of the fields, and those under which readers such as wick.data.mnist give them.
local fields = { input = "data", target = "label", mask = "mask", boxes = "boxes" }

-- The tensors or lists of a set by the fields of samples, and how many entries they have.
local function columns_of(set)
  local columns, size = {}, nil
  for name, also in pairs(fields) do
    local column = set[name] or set[also]
    if column then
      local count = class.isTensor(column) and column:size(1) or #column
      if size and count ~= size then
        errors.raise("%s: the tensors of the set have %d and %d entries", WHAT, size, count)
      end
      columns[name], size = column, count
    end
  end
  if not class.isTensor(columns.input) then
    errors.raise("%s: expected tensors such as { input = images, target = labels }, got %s", WHAT,
      errors.value(set))
  end
  return columns, size
end

--- wick.data.tensors{ input =, target =, mask =, boxes = }: sample i is what stands at i in each;
-- `boxes` is a list of tensors. What wick.data.mnist, cifar10 and their like return (`data` and
-- `label`) is such a table, too. Images of height x width get a channel. The tensors are not
-- copied.
return function(set)
  if type(set) ~= "table" then
    errors.raise("%s: expected a table of tensors, got %s", WHAT, errors.value(set))
  end
  local columns, size = columns_of(set)
  local input = columns.input
  if input:dim() == 3 then
    columns.input = input:view(size, 1, input:size(2), input:size(3))
  end

  local function get(self, i)
    i = dataset.check_place(self, i)
    local sample = {}
    for name, column in pairs(columns) do sample[name] = column[i] end
    return sample
  end

  return dataset.make(WHAT, {
    classes = set.classes, steady = true, size = function() return size end, get = get,
  })
end
