-- Windows copied out as the columns of a matrix, in C: im2col, and by it the convolutions of
-- volumes, which are products of matrices here. Images and volumes are channels x axes.
local Tensors = require "nn.export.c.tensors"
local loops = require "nn.export.c.loops"

local writers = {}

-- Operands ---------------------------------------------------------------------------------------

-- Elements of an operand from `offset` on, one after the other unless there are strides.
local function part(operand, offset, sizes, strides)
  return { buffer = operand.buffer, offset = operand.offset + offset, sizes = sizes,
    strides = strides or Tensors.dense_strides(sizes), type = operand.type }
end

local function scratch(step, sizes)
  return part({ buffer = step.tensors:buffer(Tensors.count(sizes)), offset = 0 }, 0, sizes)
end

local function clear(step, operand)
  loops.write(step, { Tensors.count(operand.sizes) }, "y = 0;",
    { { name = "y", pointer = step:pointer(operand), strides = { 1 } } })
end

-- Calls f for every sample of operands of `axes` axes: what each has of it.
local function each_sample(axes, x, y, f)
  local samples = #x.sizes == axes + 2 and x.sizes[1] or 1
  local function sample_of(operand, i)
    local sizes = { table.unpack(operand.sizes, #operand.sizes == axes + 2 and 2 or 1) }
    return part(operand, i * (Tensors.count(operand.sizes) // samples), sizes)
  end
  for i = 0, samples - 1 do f(sample_of(x, i), sample_of(y, i)) end
end

-- Windows ----------------------------------------------------------------------------------------

-- A number for each axis from a list that may hold one for all or none.
local function each(list, axes, fallback)
  local numbers = {}
  for axis = 1, axes do numbers[axis] = list[axis] or list[1] or fallback end
  return numbers
end

local function window(kernel, stride, pad, dilation)
  local axes = #kernel
  return { kernel = kernel, stride = each(stride, axes, 1), pad = each(pad, axes, 0),
    dilation = each(dilation, axes, 1) }
end

-- Room for an image of `sizes` and the padding around it: all of it, and the image inside.
local function room(step, sizes, pad)
  local around, offset = { sizes[1] }, 0
  for axis, count in ipairs(pad) do around[axis + 1] = sizes[axis + 1] + 2 * count end
  local whole = scratch(step, around)
  for axis, count in ipairs(pad) do offset = offset + count * whole.strides[axis + 1] end
  return whole, part(whole, offset, sizes, whole.strides)
end

-- The image with zeros around it.
local function padded(step, image, pad)
  if math.max(table.unpack(pad)) == 0 then return image end
  local whole, inside = room(step, image.sizes, pad)
  clear(step, whole)
  step:copy(inside, image)
  return whole
end

-- All windows of a padded image as a view of it: channels x kernel x places.
local function windows(image, w, places)
  local sizes, strides, axes = { image.sizes[1] }, { image.strides[1] }, #places
  for axis, place in ipairs(places) do
    local stride = image.strides[axis + 1]
    sizes[axis + 1], strides[axis + 1] = w.kernel[axis], w.dilation[axis] * stride
    sizes[axes + axis + 1], strides[axes + axis + 1] = place, w.stride[axis] * stride
  end
  return part(image, 0, sizes, strides)
end

local function places_of(image, w)
  local places = {}
  for axis, kernel in ipairs(w.kernel) do
    local free = image.sizes[axis + 1] + 2 * w.pad[axis] - (kernel - 1) * w.dilation[axis] - 1
    places[axis] = free // w.stride[axis] + 1
  end
  return places
end

function writers.im2col(step)
  local w = window(each(step.values[1], 2), table.unpack(step.values, 2))
  local x, result = step:dense(1), step:result()
  local samples = #x.sizes == 4 and x.sizes[1] or 1
  local count = Tensors.count(result.sizes) // samples
  each_sample(2, x, part(result, 0, { samples, count, 1, 1 }), function(image, columns)
    local from = windows(padded(step, image, w.pad), w, places_of(image, w))
    step:copy(part(columns, 0, from.sizes), from)
  end)
end

-- Volumes ----------------------------------------------------------------------------------------

-- What the convolutions share: image, weight, result and bias as operands, window and groups. The
-- weight is channels of x or of the result x channels of a group of the others x kernel.
local function read(step)
  local x, weight, result = step:dense(1), step:dense(2), step:result()
  local kernel = { table.unpack(weight.sizes, 3) }
  return x, weight, result, window(kernel, table.unpack(step.values, 1, 3)), step.values[4]
end

local function add_bias(step, y)
  if not step.inputs[3] then return end
  local sizes = { y.sizes[1], Tensors.count(y.sizes) // y.sizes[1] }
  loops.write(step, sizes, "y += b;", {
    { name = "y", pointer = step:pointer(y), strides = { sizes[2], 1 } },
    { name = "b", pointer = step:input(3), strides = { 1, 0 }, read = true },
  })
end

local function product(step, a, b, y, ...)
  step:use("product")
  step:line("    product(%s, %s, %s, %d, %d, %d, %d);", step:pointer(a), step:pointer(b),
    step:pointer(y), ...)
end

function writers.conv3d(step)
  local x, weight, result, w, groups = read(step)
  local depth = Tensors.count(weight.sizes) // weight.sizes[1]
  each_sample(3, x, result, function(image, y)
    local places = { table.unpack(y.sizes, 2) }
    local from = windows(padded(step, image, w.pad), w, places)
    local columns = scratch(step, from.sizes)
    step:copy(columns, from)
    product(step, weight, columns, y, groups, y.sizes[1] // groups, depth, Tensors.count(places))
    add_bias(step, y)
  end)
end

-- The weight's matrix of each group turned round: rows for the filters' elements.
local function turned(step, weight, groups)
  local channels, depth = weight.sizes[1] // groups, Tensors.count(weight.sizes) // weight.sizes[1]
  local sizes = { groups, depth, channels }
  local copy = scratch(step, sizes)
  step:copy(copy, part(weight, 0, sizes, { channels * depth, 1, depth }))
  return copy
end

-- Columns are made and added up where their windows lie.
function writers.conv_transpose3d(step)
  local x, weight, result, w, groups = read(step)
  local matrix = turned(step, weight, groups)
  each_sample(3, x, result, function(image, y)
    local whole, inside = room(step, y.sizes, w.pad)
    local to = windows(whole, w, { table.unpack(image.sizes, 2) })
    local columns = scratch(step, to.sizes)
    product(step, matrix, image, columns, groups, matrix.sizes[2], matrix.sizes[3],
      Tensors.count(image.sizes) // image.sizes[1])
    clear(step, whole)
    loops.write(step, to.sizes, "y += x;", {
      { name = "y", pointer = step:pointer(whole), strides = to.strides },
      { name = "x", pointer = step:pointer(columns), strides = columns.strides, read = true },
    })
    step:copy(y, inside)
    add_bias(step, y)
  end)
end

return writers
