-- nn.IndexLinear: a linear layer whose inputs are lists of keys and lists of values.
local args = require "wick.args"
local class = require "torch.class"
local errors = require "wick.errors"
local torch = require "torch"
local layer = require "nn.layer"
local tape = require "nn.tape"

local Module = torch.getmetatable("nn.Module")
local IndexLinear = torch.class("nn.IndexLinear", "nn.Module")

IndexLinear.args = args{ "nn.IndexLinear",
  { "inputSize", "integer" }, { "outputSize", "integer" }, { "doGradInput", "boolean", false },
  { "keysOffset", "integer", 0 }, { "weight", "tensor?" }, { "bias", "tensor?" },
  { "normalize", "boolean", false },
}

-- The columns of the weight in front of a normalising layer's own: the largest |value| of the
-- feature, one over it, the scale of updates, the feature's bias.
local EXTRA, LARGEST, INVERSE, SCALE, BIAS = 4, 1, 2, 3, 4

local function use(self, name, given, ...)
  self:parameter(name, ...)
  if given then
    self[name] = given
  else
    torch.noGrad(self[name].zero, self[name])
  end
end

--- nn.IndexLinear(inputSize, outputSize [, doGradInput [, keysOffset [, weight [, bias [,
-- normalize]]]]]): inputs are {keys, values}, tensors for a sample or tables of tensors for a
-- batch, or {keys, values, sizes} with a batch's samples one behind the other. The weight is
-- inputSize x outputSize. With normalize values are divided by the largest of their key so far,
-- and each key has a bias. The field weightDecay (0) is the share of themselves by which
-- updateParameters makes the rows of the keys seen since zeroGradParameters smaller.
function IndexLinear:__init(...)
  local a = layer.begin(self, IndexLinear.args, ...)
  self.keysOffset, self.weight, self.bias = nil, nil, nil
  self.normalize, self.weightDecay = a.normalize and EXTRA or 0, 0
  self.offset = a.keysOffset - 1
  if a.weight then
    self.inputSize, self.outputSize = a.weight:size(1), a.weight:size(2) - self.normalize
  end
  use(self, "weight", a.weight, self.inputSize, self.outputSize + self.normalize)
  use(self, "bias", a.bias, self.outputSize)
end

--- Draws the weight uniformly within 1 / sqrt(columns), or sqrt(3) deviations; the bias within a
-- millionth of it. What normalising has learnt is forgotten.
function IndexLinear:reset(deviation)
  layer.uniform(self, 1 / math.sqrt(self.weight:size(2)), deviation, "weight", "bias")
  torch.noGrad(function()
    self.bias:mul(1e-6)
    if self.normalize > 0 then self.weight:narrow(2, 1, self.normalize):zero() end
  end)
end

-- Reading the input ------------------------------------------------------------------------------

local function is_list(value)
  return type(value) == "table" and not class.typename(value)
end

local function refuse(input)
  errors.raise("Wrong input format: {keys, values}, tensors or tables of tensors, or {keys, "
    .. "values, sizes} expected, got %s", errors.value(input))
end

local function rows_by_sizes(sizes)
  local rows = {}
  for i, n in ipairs(sizes) do rows[i] = torch.LongTensor(n):fill(i) end
  return torch.cat(rows, 1)
end

local function sizes_of(tensors)
  local sizes = {}
  for i, t in ipairs(tensors) do sizes[i] = t:nElement() end
  return sizes
end

-- All keys and values one behind the other, and the number of elements of each sample.
local function flatten(input)
  if not is_list(input) then refuse(input) end
  local keys, values, sizes = input[1], input[2], input[3]
  if is_list(keys) and is_list(values) then
    return torch.cat(keys, 1), torch.cat(values, 1), sizes_of(keys)
  elseif not class.isTensor(keys) or not class.isTensor(values) then
    refuse(input)
  end
  if class.isTensor(sizes) then sizes = sizes:long():totable() end
  return keys, values, sizes and (is_list(sizes) and sizes or { sizes }) or { keys:nElement() }
end

local function check(keys, values, sizes)
  local total = 0
  for _, n in ipairs(sizes) do total = total + n end
  if keys:dim() > 1 or values:dim() > 1 or keys:nElement() ~= values:nElement()
    or keys:nElement() ~= total then
    errors.raise("keys and values should be 1D and of the same size, that of all samples: keys "
      .. "%s, values %s, samples of %d together", layer.shape(keys), layer.shape(values), total)
  end
end

-- Running ----------------------------------------------------------------------------------------

-- Raises the largest values of the keys where these are larger. Of equal keys the last one written
-- holds, so they are written in ascending order.
local function learn_largest(self, keys, sizes)
  local order = select(2, torch.sort(sizes))
  local ordered = keys:index(1, order)
  local weight = self.weight:detach()
  local largest = weight:select(2, LARGEST)
  largest:indexCopy(1, ordered, torch.cmax(sizes:index(1, order), largest:index(1, ordered)))
  local touched = largest:index(1, keys)
  weight:select(2, INVERSE):indexCopy(1, keys, touched:eq(0):typeAs(touched):add(touched):cinv())
  weight:select(2, SCALE):indexFill(1, keys, 1)
end

local function normalised(self, keys, values)
  local sizes = torch.abs(values:detach())
  if self.train ~= false then torch.noGrad(learn_largest, self, keys, sizes) end
  local rows = torch.index(self.weight, 1, keys)
  local plain = rows:detach()
  local scaled = torch.cmul(values, plain:select(2, INVERSE))
  local beyond = sizes:gt(plain:select(2, LARGEST))
  local clipped = torch.where(beyond, torch.sign(values:detach()), scaled)
  return torch.add(clipped, rows:select(2, BIAS))
end

-- Decay -----------------------------------------------------------------------------------------

local function decays(self)
  return (self.weightDecay or 0) ~= 0
end

-- Rows decay that were used, so those are noted.
local function note_keys(self, keys)
  if self.train == false or not decays(self) then return end
  self._used = self._used or torch.ByteTensor(self.inputSize):zero()
  torch.noGrad(self._used.indexFill, self._used, 1, keys, 1)
end

-- Of a normalising layer each row by its own scale.
local function decay(self)
  local weight = self.weight:detach()
  local shares = self._used:typeAs(weight):mul(self.weightDecay)
  if self.normalize > 0 then shares:cmul(weight:select(2, SCALE)) end
  local rows = weight:narrow(2, self.normalize + 1, self.outputSize)
  rows:cmul((1 - shares):view(-1, 1):expandAs(rows))
end

--- As every module's; before it the rows that were used decay.
function IndexLinear:updateParameters(rate)
  if decays(self) and self._used then torch.noGrad(decay, self) end
  Module.updateParameters(self, rate)
end

--- As every module's, and no row counts as used any more.
function IndexLinear:zeroGradParameters()
  Module.zeroGradParameters(self)
  self._used = nil
end

-- Output -----------------------------------------------------------------------------------------

function IndexLinear:updateOutput(input)
  local keys, values, sizes = flatten(input)
  check(keys, values, sizes)
  keys = torch.add(keys:detach():long(), self.offset + 1)
  note_keys(self, keys)
  layer.same_type(values, self.weight)
  local weight = self.weight
  if self.normalize > 0 then
    values = normalised(self, keys, values)
    weight = weight:narrow(2, EXTRA + 1, self.outputSize)
  end
  local output = torch.sparseMM(values:contiguous(), rows_by_sizes(sizes), keys, weight, #sizes)
  output = torch.add(output, self.bias:view(1, -1):expandAs(output))
  return (is_list(input[1]) or input[3]) and output or output:view(-1)
end

-- The keys and the gradients of all inputs, in the form of the input.
local function dense_gradients(self, input, grad_output)
  local weight = self.weight:detach()
  local values = torch.mm(grad_output:view(-1, self.outputSize), weight:t())
  local keys = torch.range(1, weight:size(1)):long()
  if input[3] then return { torch.repeatTensor(keys, values:size(1), 1), values } end
  if not is_list(input[1]) then return { keys, values:view(-1) } end
  local lists = { {}, {} }
  for i = 1, values:size(1) do lists[1][i], lists[2][i] = keys:clone(), values[i] end
  return lists
end

--- As every module's, but that with doGradInput the gradients of all inputs are returned, not those
-- of the values given.
function IndexLinear:backward(input, grad_output, scale)
  Module.backward(self, input, grad_output, scale)
  if not self.doGradInput then return self.gradInput end
  if self.normalize > 0 then
    errors.raise("%s: the gradient of the input is not implemented in max-normalize mode", self)
  end
  self.gradInput = torch.noGrad(dense_gradients, self, input, tape.detach(grad_output))
  return self.gradInput
end

function IndexLinear:__tostring__()
  return ("%s(%d -> %d)"):format(torch.typename(self), self.inputSize, self.outputSize)
end
