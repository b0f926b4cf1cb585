-- One operation on its way into C: what the writers of operations (elements.lua, windows.lua, ...)
-- ask for operands, numbers and room, and tell lines to. A buffer's place is not known yet while
-- lines are written: they hold @NUMBER+OFFSET@ instead.
local Tensors = require "nn.export.c.tensors"
local evaluation = require "nn.export.evaluation"

local Step = {}
Step.__index = Step

--- The step of call `number` of the evaluation; `file` collects lines and functions.
function Step.new(file, tensors, number)
  local call = tensors.one.calls[number]
  local self = setmetatable({ file = file, tensors = tensors, number = number, call = call,
    word = call.word, values = call.values }, Step)
  self.inputs = {}
  for i, key in ipairs(call.inputs) do
    self.inputs[i] = key
      and tensors:operand(key, tensors.other.calls[number].inputs[i], call.word) or nil
  end
  self.count_of_inputs = #call.inputs
  return self
end

--- Raises that the operation cannot be written, and why.
function Step:refuse(reason, ...)
  evaluation.refuse("%s%s, in C", self.word, reason:format(...))
end

--- Writes a line.
function Step:line(text, ...)
  self.file:line(select("#", ...) > 0 and text:format(...) or text)
end

--- Asks for a C function of functions.lua.
function Step:use(name)
  self.file:use(name)
end

-- Numbers ----------------------------------------------------------------------------------------

--- A float in C, in digits that give the same number back.
function Step.float(number)
  if number ~= number then return "NAN" end
  if number - number ~= 0 then return number > 0 and "INFINITY" or "-INFINITY" end
  local text = ("%.9g"):format(number)
  return text .. (text:find("[.e]") and "f" or ".0f")
end

--- The two numbers of a list that may hold one or, for the fallback, none.
function Step.pair(list, fallback)
  if #list == 0 then return fallback, fallback end
  return list[1], list[2] or list[1]
end

--- Fields of a structure in C from names and numbers by turns.
function Step.fields(...)
  local fields, list = {}, { ... }
  for i = 1, #list, 2 do fields[#fields + 1] = (".%s = %d"):format(list[i], list[i + 1]) end
  return table.concat(fields, ", ")
end

--- The dimension that argument `i` names, from 1; `fallback` when it names none.
function Step:dim(i, fallback)
  local dim = self.values[i]
  return dim and dim ~= math.mininteger and dim + 1 or fallback
end

--- How many elements lie outside, along and inside dimension `dim` of these sizes.
function Step.around(sizes, dim)
  local outer, inner = 1, 1
  for i, size in ipairs(sizes) do
    if i < dim then outer = outer * size elseif i > dim then inner = inner * size end
  end
  return outer, sizes[dim], inner
end

-- Pointers ---------------------------------------------------------------------------------------

--- A pointer to the operand's first element, or one `more` behind it.
function Step:pointer(operand, more)
  local buffer, offset = operand.buffer, operand.offset + (more or 0)
  if buffer.number then
    buffer.first = buffer.first or self.number
    buffer.last = self.number
    return ("@%d+%d@"):format(buffer.number, offset)
  end
  return offset == 0 and buffer.text or ("%s + %d"):format(buffer.text, offset)
end

--- Room for that many floats during this step: a pointer.
function Step:scratch(count)
  return self:pointer{ buffer = self.tensors:buffer(count), offset = 0 }
end

--- Input i as floats one after the other, copied where they are not: the operand.
function Step:dense(i)
  local operand = self.inputs[i]
  if not operand then self:refuse(" without its tensor %d", i) end
  if operand.type ~= "torch.FloatTensor" then self:refuse(" of a %s", operand.type) end
  if Tensors.is_dense(operand.sizes, operand.strides) then return operand end
  local copy = { buffer = self.tensors:buffer(Tensors.count(operand.sizes)), offset = 0,
    sizes = operand.sizes, strides = Tensors.dense_strides(operand.sizes), type = operand.type }
  self:copy(copy, operand)
  return copy
end

--- A pointer to the elements of input i, one after the other; NULL where it is left out.
function Step:input(i)
  return self.inputs[i] and self:pointer(self:dense(i)) or "NULL"
end

--- Whether nobody reads input i any more, so that the result may lie in its buffer.
function Step:is_spent(i)
  return self.tensors:is_spent(self.inputs[i], self.call.inputs[i], self.number)
end

--- The first result, in a buffer of its own or in that one: the operand.
function Step:result(buffer)
  return self.tensors:result(self.call.outputs[1], buffer, self.word)
end

--- A pointer to the first result.
function Step:output()
  return self:pointer(self:result())
end

--- The sizes of the first result.
function Step:sizes()
  local tensor, sizes = self.tensors.one.tensors[self.call.outputs[1]], {}
  for dim = 1, tensor:dim() do sizes[dim] = tensor:size(dim) end
  return sizes
end

-- Copies -----------------------------------------------------------------------------------------

--- Copies the elements of an operand to those of another one of the same sizes.
function Step:copy(to, from)
  require("nn.export.c.loops").write(self, to.sizes, "y = x;", {
    { name = "y", pointer = self:pointer(to), strides = to.strides },
    { name = "x", pointer = self:pointer(from), strides = from.strides, read = true },
  })
end

return Step
