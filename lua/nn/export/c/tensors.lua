-- The tensors of a C file: where an operand of the evaluation is found there. A view is its
-- tensor's memory with other sizes and strides, as in Lua, and costs no code; what does not depend
-- on the input is a constant array; everything else lies in a buffer (memory.lua).
local evaluation = require "nn.export.evaluation"

local refuse, storage_of = evaluation.refuse, evaluation.storage_of

local Tensors = {}
Tensors.__index = Tensors

local function geometry(tensor)
  local sizes, strides = {}, {}
  for dim = 1, tensor:dim() do
    sizes[dim], strides[dim] = tensor:size(dim), tensor:stride(dim)
  end
  return sizes, strides
end

--- How many elements these sizes have.
function Tensors.count(sizes)
  local count = 1
  for _, size in ipairs(sizes) do count = count * size end
  return count
end

--- The strides of elements of these sizes that lie one after the other.
function Tensors.dense_strides(sizes)
  local strides, stride = {}, 1
  for dim = #sizes, 1, -1 do
    strides[dim] = stride
    stride = stride * sizes[dim]
  end
  return strides
end

--- Whether elements of these sizes and strides lie one after the other.
function Tensors.is_dense(sizes, strides)
  for dim, expected in ipairs(Tensors.dense_strides(sizes)) do
    if sizes[dim] ~= 1 and strides[dim] ~= expected then return false end
  end
  return true
end

--- The tensors of two evaluations of one sample, which differ in the input's values.
function Tensors.new(one, other, names)
  local self = setmetatable({ one = one, other = other, names = names }, Tensors)
  self.buffers, self.constants, self.by_key, self.identifiers = {}, {}, {}, {}
  self.last_reader = {}
  for i, call in ipairs(one.calls) do
    for _, key in ipairs(call.inputs) do
      if key then self.last_reader[storage_of(key)] = i end
    end
  end
  self.last_reader[storage_of(one.output)] = math.huge
  self.in_storage = { [storage_of(one.input)] = { text = "input" } }
  return self
end

--- A buffer of that many floats.
function Tensors:buffer(count)
  local buffer = { number = #self.buffers + 1, count = count }
  self.buffers[buffer.number] = buffer
  return buffer
end

-- Constants --------------------------------------------------------------------------------------

-- A name in C for the parameter "features.0.weight", which no other one has.
function Tensors:identifier(name)
  local plain = "layer_" .. name:gsub("[^%w]", "_")
  local identifier, n = plain, 1
  while self.identifiers[identifier] do
    n = n + 1
    identifier = ("%s_%d"):format(plain, n)
  end
  self.identifiers[identifier] = true
  return identifier
end

function Tensors:constant(key, other_key, word)
  if not self.by_key[key] then
    local tensor = evaluation.constant(self.one, key, self.other, other_key, word):clone()
    local name = self.names[key] or ("constant.%d"):format(#self.constants + 1)
    local constant = { text = self:identifier(name), name = name, tensor = tensor,
      type = tensor:type() }
    constant.sizes, constant.strides = geometry(tensor)
    self.constants[#self.constants + 1] = constant
    self.by_key[key] = constant
  end
  local constant = self.by_key[key]
  return { buffer = constant, offset = 0, sizes = constant.sizes, strides = constant.strides,
    type = constant.type }
end

-- Operands and results ---------------------------------------------------------------------------

--- Whether the tensor with that key follows from the input.
function Tensors:is_made(key)
  return self.in_storage[storage_of(key)] ~= nil
end

--- The operand at `key`, { buffer, offset, sizes, strides, type }; `word` reads it.
function Tensors:operand(key, other_key, word)
  local buffer = self.in_storage[storage_of(key)]
  if not buffer then return self:constant(key, other_key, word) end
  if buffer.unwritten then
    refuse("%s reads a further result of %s, which C files do not have", word, buffer.unwritten)
  end
  local tensor = self.one.tensors[key]
  local sizes, strides = geometry(tensor)
  return { buffer = buffer, offset = tensor:storageOffset() - (buffer.begin or 1), sizes = sizes,
    strides = strides, type = tensor:type() }
end

--- Gives the result at `key` that buffer, or a new one.
function Tensors:result(key, buffer, word)
  local tensor = self.one.tensors[key]
  local sizes, strides = geometry(tensor)
  if not Tensors.is_dense(sizes, strides) then
    refuse("the result of %s lies in an order that C code does not follow", word)
  end
  buffer = buffer or self:buffer(tensor:nElement())
  buffer.begin = tensor:storageOffset()
  self.in_storage[storage_of(key)] = buffer
  return { buffer = buffer, offset = 0, sizes = sizes, strides = strides,
    type = tensor:type() }
end

--- Notes that C has nothing of the result at `key`, which `word` makes beside another one.
function Tensors:leave_out(key, word)
  self.in_storage[storage_of(key)] = { unwritten = word }
end

--- Whether the result at `key` is a view of one of the tensors at `inputs`.
function Tensors:is_view(key, inputs)
  for _, input in ipairs(inputs) do
    if input and storage_of(input) == storage_of(key) then return true end
  end
  return false
end

--- Whether nobody reads the operand's buffer after the call with that number, and the operand is
-- all of it, in order: the result may take its place.
function Tensors:is_spent(operand, key, number)
  local buffer = operand.buffer
  return buffer.number and self.last_reader[storage_of(key)] == number and operand.offset == 0
    and Tensors.is_dense(operand.sizes, operand.strides)
    and Tensors.count(operand.sizes) == buffer.count
end

return Tensors
