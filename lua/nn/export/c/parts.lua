-- Joining, padding, repeating and turning round in C: copies from one region to another.
local Tensors = require "nn.export.c.tensors"
local loops = require "nn.export.c.loops"

local writers = {}

-- The part of an operand from `start`, from 0, along a dimension, `length` long.
local function part(operand, dim, start, length)
  local sizes = table.move(operand.sizes, 1, #operand.sizes, 1, {})
  sizes[dim] = length
  return { buffer = operand.buffer, offset = operand.offset + start * operand.strides[dim],
    sizes = sizes, strides = operand.strides, type = operand.type }
end

local function check_types(step)
  for _, operand in pairs(step.inputs) do
    if operand.type ~= "torch.FloatTensor" then step:refuse(" of a %s", operand.type) end
  end
end

function writers.cat(step)
  check_types(step)
  local result, start = step:result(), 0
  local dim = step:dim(1, #result.sizes)
  for _, operand in ipairs(step.inputs) do
    if #operand.sizes > 0 then
      local length = operand.sizes[dim]
      step:copy(part(result, dim, start, length), operand)
      start = start + length
    end
  end
end

function writers.pad(step)
  check_types(step)
  local x, result = step.inputs[1], step:result()
  local dim, before, after, value = step:dim(1), table.unpack(step.values, 2)
  if value ~= 0 or before > 0 or after > 0 then
    loops.write(step, { Tensors.count(result.sizes) }, ("y = %s;"):format(step.float(value)),
      { { name = "y", pointer = step:pointer(result), strides = { 1 } } })
  end
  local first, last = math.max(-before, 0), x.sizes[dim] + math.min(after, 0)
  step:copy(part(result, dim, math.max(before, 0), last - first), part(x, dim, first, last - first))
end

function writers.flip(step)
  check_types(step)
  local x, dim = step.inputs[1], step:dim(1)
  local last = part(x, dim, x.sizes[dim] - 1, x.sizes[dim])
  last.strides = table.move(x.strides, 1, #x.strides, 1, {})
  last.strides[dim] = -x.strides[dim]
  step:copy(step:result(), last)
end

-- Each dimension becomes two: how often, and the dimension itself, along which the repeats differ.
function writers.repeat_tensor(step)
  check_types(step)
  local x, result = step.inputs[1], step:result()
  local missing = #result.sizes - #x.sizes
  local sizes, to, from = {}, {}, {}
  for dim, size in ipairs(result.sizes) do
    local own = dim > missing and x.sizes[dim - missing] or 1
    local stride = dim > missing and x.strides[dim - missing] or 0
    table.move({ size // own, own }, 1, 2, #sizes + 1, sizes)
    table.move({ result.strides[dim] * own, result.strides[dim] }, 1, 2, #to + 1, to)
    table.move({ 0, stride }, 1, 2, #from + 1, from)
  end
  step:copy({ buffer = result.buffer, offset = 0, sizes = sizes, strides = to },
    { buffer = x.buffer, offset = x.offset, sizes = sizes, strides = from })
end

-- In evaluation dropout copies.
local function dropout(step)
  if step.values[2] == 1 then step:refuse(" while training") end
  check_types(step)
  step:copy(step:result(), step.inputs[1])
end
writers.dropout, writers.feature_dropout = dropout, dropout

return writers
