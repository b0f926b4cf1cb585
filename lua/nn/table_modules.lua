-- Layers on tables of tensors: element-wise folds, joining, splitting, choosing entries.
local class = require "torch.class"
local errors = require "wick.errors"
local torch = require "torch"
local layer = require "nn.layer"

local function check_table(input)
  if type(input) ~= "table" or class.typename(input) or input[1] == nil then
    errors.raise("input must be a table of tensors, got %s", errors.value(input))
  end
end

-- Folds ------------------------------------------------------------------------------------------

local function fold(operation, most)
  return function(_, input)
    check_table(input)
    if #input > most then
      errors.raise("input must be a table of at most %d tensors, got %d", most, #input)
    end
    local result = input[1]
    for i = 2, #input do
      if not result:isSameSizeAs(input[i]) then
        errors.raise("entry 1 is %s, entry %d is %s; all have to have equal sizes",
          layer.shape(result), i, layer.shape(input[i]))
      end
      result = operation(result, input[i])
    end
    return #input == 1 and torch.clone(result) or result
  end
end

for name, row in pairs{
  CAddTable = { torch.add, math.huge, "The sum" },
  CSubTable = { torch.csub, 2, "The difference of the two" },
  CMulTable = { torch.cmul, math.huge, "The product" },
  CDivTable = { torch.cdiv, 2, "The quotient of the two" },
  CMaxTable = { torch.cmax, math.huge, "The largest" },
  CMinTable = { torch.cmin, math.huge, "The smallest" },
} do
  layer.define("nn." .. name, "nn.Module", {
    doc = row[3] .. " of the tensors in a table, element by element.",
    { "inplace", "boolean", false },
  }, fold(row[1], row[2]))
end

-- Joining and splitting --------------------------------------------------------------------------

local DIMENSION = { "dimension", "integer" }
local SAMPLE = { "nInputDims", "integer?" }

layer.define("nn.JoinTable", "nn.Module", {
  doc = "The entries of a table joined along a dimension; nInputDims: those of a sample.",
  DIMENSION, SAMPLE,
}, function(self, input)
  check_table(input)
  return torch.cat(input, layer.dimension(input[1], self.dimension, self.nInputDims))
end)

layer.define("nn.SplitTable", "nn.Module", {
  doc = "The slices along a dimension as a table; nInputDims: the dimensions of a sample.",
  DIMENSION, SAMPLE,
}, function(self, input)
  local dim = layer.dimension(input, self.dimension, self.nInputDims)
  local slices = {}
  for i = 1, input:size(dim) do slices[i] = layer.slice(input, dim, i) end
  return slices
end)

-- Entries ----------------------------------------------------------------------------------------

local SelectTable = layer.define("nn.SelectTable", "nn.Module", {
  doc = "One entry of a table: a number, negative from the end, or a key.",
  { "index", "integer|string" },
},
  function(self, input)
    local index = self.index
    if type(index) == "number" and index < 0 then index = #input + index + 1 end
    local entry = type(input) == "table" and input[index]
    if not entry then
      errors.raise("there is no entry %s in an input of %s entries", errors.value(self.index),
        type(input) == "table" and #input or errors.value(input))
    end
    return entry
  end)

function SelectTable:__tostring__()
  return ("%s(%s)"):format(torch.typename(self), tostring(self.index))
end

layer.define("nn.NarrowTable", "nn.Module", {
  doc = "`length` entries of a table from `offset` on.",
  { "offset", "integer" }, { "length", "integer", 1 },
}, function(self, input)
  check_table(input)
  if self.offset < 1 or self.offset + self.length - 1 > #input then
    errors.raise("a table of %d entries has no entries %d to %d", #input, self.offset,
      self.offset + self.length - 1)
  end
  return table.move(input, self.offset, self.offset + self.length - 1, 1, {})
end)
