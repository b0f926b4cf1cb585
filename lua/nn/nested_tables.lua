-- Layers that rearrange tables of tables.
local class = require "torch.class"
local errors = require "wick.errors"
local torch = require "torch"
local layer = require "nn.layer"
local tape = require "nn.tape"

local Module = torch.getmetatable("nn.Module")

local function check(value, what)
  if type(value) ~= "table" or class.typename(value) then
    errors.raise("%s must be a table, got %s", what, errors.value(value))
  end
  return value
end

-- FlattenTable -----------------------------------------------------------------------------------

-- The leaves of nested tables into `list`, and a map of the same nesting that holds their places.
local function flatten(value, list)
  if type(value) ~= "table" then
    list[#list + 1] = value
    return #list
  end
  local map = {}
  for i, entry in ipairs(value) do map[i] = flatten(entry, list) end
  return map
end

-- The entries of a list where `map` says.
local function unflatten(map, list)
  if type(map) ~= "table" then return list[map] end
  local value = {}
  for i, entry in ipairs(map) do value[i] = unflatten(entry, list) end
  return value
end

local function is_same(a, b)
  if type(a) ~= "table" or type(b) ~= "table" then return rawequal(a, b) end
  if #a ~= #b then return false end
  for i, entry in ipairs(a) do
    if not is_same(entry, b[i]) then return false end
  end
  return true
end

local FlattenTable = layer.define("nn.FlattenTable", "nn.Module", {
  doc = "All tensors in nested tables as one table.",
}, function(_, input)
  local list = {}
  flatten(check(input, "input"), list)
  return list
end)

--- Outside a recording the input's own tensors; the table stays while they do.
function FlattenTable:forward(input)
  if tape.is_inside() or tape.is_open(input) then return Module.forward(self, input) end
  local list = {}
  local map = flatten(check(input, "input"), list)
  if not is_same(list, self.output) or not is_same(map, self.input_map) then
    self.output, self.input_map = list, map
  end
  return self.output
end

--- The gradients of the output, nested as the input is.
function FlattenTable:backward(input, grad_output)
  self.gradInput = unflatten(flatten(input, {}), grad_output)
  return self.gradInput
end

-- Zips -------------------------------------------------------------------------------------------

layer.define("nn.ZipTable", "nn.Module", {
  doc = "{{a1, a2}, {b1, b2}} as {{a1, b1}, {a2, b2}}.",
}, function(_, input)
  local zipped = {}
  for i, entry in ipairs(check(input, "input")) do
    for j, x in ipairs(check(entry, "every entry of the input")) do
      zipped[j] = zipped[j] or {}
      zipped[j][i] = x
    end
  end
  return zipped
end)

-- The two parts of {x, {a, b, ...}}.
local function one_and_many(input)
  check(input, "input")
  return input[1], check(input[2], "entry 2 of the input")
end

layer.define("nn.ZipTableOneToMany", "nn.Module", {
  doc = "{x, {a, b}} as {{x, a}, {x, b}}.",
}, function(_, input)
  local one, many = one_and_many(input)
  local pairs_of = {}
  for i, x in ipairs(many) do pairs_of[i] = { one, x } end
  return pairs_of
end)

layer.define("nn.CAddTensorTable", "nn.Module", {
  doc = "{x, {a, b}} as {x + a, x + b}.",
}, function(_, input)
  local one, many = one_and_many(input)
  local sums = {}
  for i, x in ipairs(many) do sums[i] = torch.add(one, x) end
  return sums
end)

-- MixtureTable -----------------------------------------------------------------------------------

-- The experts as one tensor with a dimension for them.
local function stacked(experts, dim)
  if class.isTensor(experts) then return experts end
  local slices = {}
  for i, expert in ipairs(check(experts, "entry 2 of the input")) do
    slices[i] = expert:unsqueeze(dim)
  end
  return torch.cat(slices, dim)
end

local function refuse_gates(gater, experts, dim)
  errors.raise("gates of %s for experts of %s along dimension %d; there should be one gate an "
    .. "expert, of each sample in a batch", layer.shape(gater), layer.shape(experts), dim)
end

-- The gates in a shape that broadcasts over the experts.
local function gates_for(gater, experts, dim)
  local batched = gater:dim() > 1
  if gater:dim() > 2 or dim > experts:dim() or gater:size(gater:dim()) ~= experts:size(dim)
    or (batched and gater:size(1) ~= experts:size(1)) then
    refuse_gates(gater, experts, dim)
  end
  local sizes = {}
  for i = 1, experts:dim() do sizes[i] = 1 end
  if batched then sizes[1] = gater:size(1) end
  sizes[dim] = experts:size(dim)
  return gater:contiguous():view(sizes)
end

layer.define("nn.MixtureTable", "nn.Module", {
  doc = "{gates, experts}: the sum of the experts, a table of tensors or a tensor with a dimension "
    .. "for them, each times its gate; gates are n or, of a batch, N x n.",
  { "dim", "integer?" },
}, function(self, input)
  local gater = check(input, "input")[1]
  local dim = self.dim or (gater:dim() < 2 and 1 or 2)
  local experts = stacked(input[2], dim)
  local weighed = torch.cmul(experts, gates_for(gater, experts, dim))
  return layer.drop(torch.sum(weighed, dim), dim)
end)
