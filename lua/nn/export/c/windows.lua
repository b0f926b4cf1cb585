-- Convolution and pooling in C: calls of the functions in functions.lua.
local Step = require "nn.export.c.step"
local Tensors = require "nn.export.c.tensors"

local PIXELS = 32 -- as in functions.lua

local writers = {}

-- Samples, channels, height and width of an image or of several.
local function image(sizes)
  local missing = 4 - #sizes
  return missing == 1 and 1 or sizes[1], sizes[2 - missing], sizes[3 - missing], sizes[4 - missing]
end

-- Calls f(sample) for every image; most networks get one.
local function each_sample(samples, f)
  for sample = 0, samples - 1 do f(sample) end
end

-- Convolution ------------------------------------------------------------------------------------

local function options(step)
  local stride_y, stride_x = Step.pair(step.values[1], 1)
  local pad_y, pad_x = Step.pair(step.values[2], 0)
  local dilation_y, dilation_x = Step.pair(step.values[3], 1)
  return Step.fields("stride_y", stride_y, "stride_x", stride_x, "pad_y", pad_y, "pad_x", pad_x,
    "dilation_y", dilation_y, "dilation_x", dilation_x)
end

-- The structure `convolution` for an image, a weight and what comes out. The weight is
-- outputs x channels of a group x height x width.
local function shape_text(step, from, weight, to)
  local _, channels, height, width = image(from)
  local _, outputs, out_height, out_width = image(to)
  return ("(convolution){%s,\n            %s,\n            %s}"):format(
    Step.fields("groups", step.values[4], "channels", channels, "height", height, "width", width,
      "outputs", outputs),
    Step.fields("out_height", out_height, "out_width", out_width, "kernel_height", weight[3],
      "kernel_width", weight[4]),
    options(step))
end

-- Whether the kernel covers the whole image, once: a product of a matrix and the image.
local function is_linear(step, from, weight, to)
  local _, channels, height, width = image(from)
  local _, _, out_height, out_width = image(to)
  local pad_y, pad_x = Step.pair(step.values[2], 0)
  return out_height * out_width == 1 and pad_y == 0 and pad_x == 0 and step.values[4] == 1
    and weight[3] == height and weight[4] == width and weight[2] == channels
end

function writers.conv2d(step)
  local x, weight = step:dense(1), step:dense(2)
  local bias, sizes = step:input(3), step:sizes()
  local y, samples = step:result(), image(x.sizes)
  local size = Tensors.count(weight.sizes) // weight.sizes[1]
  if is_linear(step, x.sizes, weight.sizes, sizes) then
    step:use("linear")
    step:line("    linear(%s, %s, %s, %s, %d, %d, %d);", step:pointer(x), step:pointer(weight),
      bias, step:pointer(y), samples, size, weight.sizes[1])
    return
  end
  step:use("conv2d")
  local panel = step:scratch(size * PIXELS)
  local shape = shape_text(step, x.sizes, weight.sizes, sizes)
  each_sample(samples, function(sample)
    step:line("    conv2d(%s, %s, %s, %s, %s,\n        %s);",
      step:pointer(x, sample * Tensors.count(x.sizes) // samples), step:pointer(weight), bias,
      step:pointer(y, sample * Tensors.count(sizes) // samples), panel, shape)
  end)
end

-- The roles of image and result are exchanged: the structure is that of the convolution whose
-- input has the result's shape.
function writers.conv_transpose2d(step)
  local x, weight = step:dense(1), step:dense(2)
  local bias, sizes = step:input(3), step:sizes()
  local y, samples = step:result(), image(x.sizes)
  step:use("conv_transpose2d")
  local shape = shape_text(step, sizes, weight.sizes, x.sizes)
  each_sample(samples, function(sample)
    step:line("    conv_transpose2d(%s, %s, %s, %s,\n        %s);",
      step:pointer(x, sample * Tensors.count(x.sizes) // samples), step:pointer(weight), bias,
      step:pointer(y, sample * Tensors.count(sizes) // samples), shape)
  end)
end

-- Pooling ----------------------------------------------------------------------------------------

local function planes_text(from, to)
  local samples, channels, height, width = image(from)
  local _, _, out_height, out_width = image(to)
  return Step.fields("planes", samples * channels, "height", height, "width", width, "out_height",
    out_height, "out_width", out_width)
end

local function call_pooling(step, name, more)
  local x = step:dense(1)
  step:use(name)
  step:line("    %s(%s, %s,\n        (pooling){%s%s});", name, step:pointer(x), step:output(),
    planes_text(x.sizes, step:sizes()), more and ",\n            " .. more or "")
end

local function window_text(step, ...)
  local kernel_y, kernel_x = Step.pair(step.values[1])
  local stride_y, stride_x = Step.pair(step.values[2], nil)
  local pad_y, pad_x = Step.pair(step.values[3], 0)
  return Step.fields("kernel_y", kernel_y, "kernel_x", kernel_x, "stride_y", stride_y or kernel_y,
    "stride_x", stride_x or kernel_x, "pad_y", pad_y, "pad_x", pad_x, ...)
end

function writers.max_pool2d(step)
  local dilation_y, dilation_x = Step.pair(step.values[4], 1)
  call_pooling(step, "max_pool2d",
    window_text(step, "dilation_y", dilation_y, "dilation_x", dilation_x))
end

function writers.avg_pool2d(step)
  call_pooling(step, "avg_pool2d",
    window_text(step, "count_pad", step.values[5], "divide", step.values[6]))
end

function writers.adaptive_max_pool2d(step)
  call_pooling(step, "adaptive_max_pool2d")
end

function writers.adaptive_avg_pool2d(step)
  call_pooling(step, "adaptive_avg_pool2d")
end

-- Pooling of volumes -----------------------------------------------------------------------------

-- Kernel, stride, padding and dilation along axis i of a volume.
local function along(step, i)
  local function number(list, fallback) return list[i] or list[1] or fallback end
  local kernel, stride, pad, dilation = table.unpack(step.values)
  return { kernel = number(kernel), stride = number(stride, number(kernel)), pad = number(pad, 0),
    dilation = type(dilation) == "table" and number(dilation, 1) or 1 }
end

local ALL = { kernel = 1, stride = 1, pad = 0, dilation = 1 }

-- Pools planes of `sides` to `to`, by those windows along both of their axes.
local function write_pass(step, name, pointers, planes, sides, to, y, x, more)
  step:line("    %s(%s, %s,\n        (pooling){%s,\n            %s,\n            %s%s});", name,
    pointers[1], pointers[2],
    Step.fields("planes", planes, "height", sides[1], "width", sides[2], "out_height", to[1],
      "out_width", to[2]),
    Step.fields("kernel_y", y.kernel, "kernel_x", x.kernel, "stride_y", y.stride, "stride_x",
      x.stride),
    Step.fields("pad_y", y.pad, "pad_x", x.pad, "dilation_y", y.dilation, "dilation_x", x.dilation),
    more or "")
end

-- Frame by frame first; then along the depth, where a frame is a row.
local function pool_volume(step, name, more)
  local x, sizes = step:dense(1), step:sizes()
  local depth, height, width = table.unpack(x.sizes, #x.sizes - 2)
  local out_depth, out_height, out_width = table.unpack(sizes, #sizes - 2)
  local volumes, frame = Tensors.count(x.sizes) // (depth * height * width), out_height * out_width
  local frames = step:scratch(volumes * depth * frame)
  step:use(name)
  write_pass(step, name, { step:pointer(x), frames }, volumes * depth, { height, width },
    { out_height, out_width }, along(step, 2), along(step, 3), more)
  write_pass(step, name, { frames, step:output() }, volumes, { depth, frame }, { out_depth, frame },
    along(step, 1), ALL, more)
end

function writers.max_pool3d(step)
  pool_volume(step, "max_pool2d")
end

function writers.avg_pool3d(step)
  pool_volume(step, "avg_pool2d", ", " .. Step.fields("count_pad", step.values[5], "divide",
    step.values[6]))
end

return writers
