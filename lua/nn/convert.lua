-- nn.Convert: tensors whose dimensions are named by letters, in another order or flattened.
local args = require "wick.args"
local class = require "torch.class"
local errors = require "wick.errors"
local torch = require "torch"
local layer = require "nn.layer"
local nn = _G.nn

local Convert, Container = torch.class("nn.Convert", "nn.Container")

Convert.args = args{ "nn.Convert", { "inputShape", "string?" }, { "outputShape", "string?" } }

-- The shape with the batch's dimension named.
local function with_batch(shape)
  return shape:find("b", 1, true) and shape or "b" .. shape
end

-- Whether both shapes have the same letters.
local function is_reordered(from, to)
  if #from ~= #to then return false end
  for letter in from:gmatch(".") do
    if not to:find(letter, 1, true) then return false end
  end
  return true
end

--- nn.Convert([inputShape [, outputShape]]): shapes are letters, one a dimension: b batch, c
-- channel, h height, w width, t time, f feature; "bchw" to "chwb" reorders, to "bf" flattens. The
-- batch may be missing in the input. Also converts to the module's type, which is all that
-- nn.Convert() does.
function Convert:__init(...)
  local a = Convert.args:read(...)
  Container.__init(self)
  self.name = a.name
  if a.outputShape and not a.inputShape then
    errors.raise("nn.Convert: an output shape is given, but no input shape")
  end
  local from = with_batch(a.inputShape or "b*")
  local to = with_batch(a.outputShape or from)
  if (from == "b*") ~= (to == "b*") then
    errors.raise("nn.Convert: Both or neither shapes must be b*, got %s and %s", from, to)
  end
  self.inputShape, self.outputShape = from, to
  self.inputBatchDim, self.outputBatchDim = from:find("b", 1, true), to:find("b", 1, true)
  local any = from == "b*"
  self.nInputDim, self.nOutputDim = any and -1 or #from, any and -1 or #to
  self.transposition = any or is_reordered(from, to)
end

--- The place of an axis in a shape, that of the input unless another is given.
function Convert:findAxis(axis, shape, silent)
  shape = shape or self.inputShape
  local place = shape:find(axis, 1, true)
  if not place and not silent then
    errors.raise("nn.Convert: Provided shape '%s' has no axis '%s'", shape, axis)
  end
  return place
end

local function refuse(self)
  errors.raise("nn.Convert: Unrecognized conversion of shape %s to %s", self.inputShape,
    self.outputShape)
end

-- Converters, by output shape --------------------------------------------------------------------

--- The module that makes samples of features.
function Convert:bf(input)
  local dims, batch = #self.inputShape, self:findAxis("b")
  if self.inputShape == "bt" then refuse(self) end
  if dims == 1 then return nn.Reshape(1) end
  local first = batch ~= 1 and nn.Transpose({ 1, batch }) or nil
  if dims == 2 then return first or nn.Identity() end
  local flat = nn.Reshape(input:nElement() // math.max(input:size(batch), 1))
  return first and nn.Sequential():add(first):add(flat) or flat
end

--- The module that makes scalar samples.
function Convert:b(input)
  local shape = self.inputShape
  local time, feature = self:findAxis("t", shape, true), self:findAxis("f", shape, true)
  if #shape ~= 2 or not (time or feature) then refuse(self) end
  if feature and input:size(feature) > 1 then
    errors.raise("nn.Convert: Cannot convert shape %s to b when feature > 1: the input is %s",
      shape, layer.shape(input))
  end
  return nn.Select(time or feature, 1)
end

--- The module that makes targets of one class a sample.
function Convert:bt()
  if self.inputShape ~= "b" then refuse(self) end
  return nn.Reshape(1)
end

--- The module that changes nothing.
function Convert.default()
  return nn.Identity()
end

--- The module that brings the dimensions into the order of `shape`.
function Convert:transpose(shape)
  local letters, swaps = {}, {}
  for i = 1, #self.inputShape do letters[i] = self.inputShape:sub(i, i) end
  for i = 1, #shape do
    local j = i
    while letters[j] ~= shape:sub(i, i) do j = j + 1 end
    if i ~= j then
      letters[i], letters[j] = letters[j], letters[i]
      swaps[#swaps + 1] = { j, i }
    end
  end
  return #swaps > 0 and nn.Transpose(table.unpack(swaps)) or nn.Identity()
end

local converters = { bf = Convert.bf, b = Convert.b, bt = Convert.bt }

--- Makes the module that converts, for inputs like this one; done at the first forward.
function Convert:buildConverter(input)
  local make = converters[self.outputShape]
  if self.transposition then
    self.converter = self:transpose(self.outputShape)
  elseif make then
    self.converter = make(self, input)
  else
    refuse(self)
  end
  self.modules[1] = self.converter:type(self._type)
end

-- Running ----------------------------------------------------------------------------------------

-- A tensor with dimension `dim` of size 1 put in.
local function with_dimension(x, dim)
  return x:contiguous():unsqueeze(dim)
end

function Convert:updateOutput(input)
  if not class.isTensor(input) then
    errors.raise("nn.Convert: expecting Tensor, got %s", errors.value(input))
  end
  if input:type() ~= self._type then input = input:type(self._type) end
  self.batchMode = input:dim() >= self.nInputDim
  if not self.batchMode then input = with_dimension(input, self.inputBatchDim) end
  if not self.converter then self:buildConverter(input) end
  local output = self.converter:forward(input)
  return self.batchMode and output or layer.drop(output:contiguous(), self.outputBatchDim)
end
