-- Sizes: how large the output of a convolution is, how many parameters it has, and how much of the
-- image an output pixel sees. What the formulas say is what the layers do.
--
--   wick examples/lectures/05_sizes.lua
--   wick examples/lectures/05_sizes.lua --input 227 --kernel 11 --stride 4 --filters 96
local torch = require "torch"
local nn = require "nn"
local models = require "wick.models"

local cmd = torch.CmdLine()
cmd:text("Output sizes, parameters and receptive fields of convolutions.")
cmd:text("With --input: those of a layer of your own.")
cmd:option("-input", 0, "the side N of the images")
cmd:option("-channels", 3, "their channels D")
cmd:option("-kernel", 3, "the side F of the filters")
cmd:option("-stride", 1, "the step S between windows")
cmd:option("-pad", 0, "the border P of zeros")
cmd:option("-filters", 32, "how many, K")
local options = cmd:parse(arg)

-- The formulas -----------------------------------------------------------------------------------

-- (N - F + 2 P) / S + 1, rounded down: where it is no whole number, no window sees the last pixels.
local function output_size(n, kernel, stride, pad)
  return math.floor((n - kernel + 2 * pad) / stride + 1)
end

local function parameters(kernel, depth, filters)
  return (kernel * kernel * depth + 1) * filters
end

-- The layer itself, asked with zeros.
local function measured(n, channels, filters, kernel, stride, pad)
  local layer = nn.SpatialConvolution{ channels, filters, kernel = kernel, stride = stride,
    pad = pad }
  return layer:forward(torch.zeros(channels, n, n)):size(3),
    layer.weight:nElement() + layer.bias:nElement()
end

local function describe(n, channels, filters, kernel, stride, pad)
  local side, count = measured(n, channels, filters, kernel, stride, pad)
  assert(side == output_size(n, kernel, stride, pad))
  assert(count == parameters(kernel, channels, filters))
  print(("  %3d x %3d x %-3d  %2d x %-2d x %-4d S=%d P=%d   %3d x %3d x %-4d %10d"):format(n, n,
    channels, kernel, kernel, filters, stride, pad, side, side, filters, count))
end

local function head(title)
  print(title)
  print("  image            filters                  output         parameters")
end

-- Who wants to know of pixels that no window sees demands an exact fit.
local function explain_fit(n, kernel, stride, pad)
  local layer = nn.SpatialConvolution{ 1, 1, kernel = kernel, stride = stride, pad = pad,
    fit = "exact" }
  local ok, message = pcall(layer.forward, layer, torch.zeros(1, n, n))
  print("  " .. (ok and "it fits exactly" or message:gsub("^%S+: ", "")))
end

if options.input > 0 then
  local n, kernel, stride, pad = options.input, options.kernel, options.stride, options.pad
  head("A layer of your own")
  describe(n, options.channels, options.filters, kernel, stride, pad)
  explain_fit(n, kernel, stride, pad)
  return
end

-- The slides' sizes ------------------------------------------------------------------------------

head("7 x 7 with 3 x 3: stride 1 gives 5, stride 2 gives 3, stride 3 does not fit")
for stride = 1, 3 do describe(7, 1, 1, 3, stride, 0) end
explain_fit(7, 3, 3, 0)

head("\nA border of (F - 1) / 2 keeps the size")
for _, kernel in ipairs{ 3, 5, 7 } do describe(32, 3, 8, kernel, 1, (kernel - 1) // 2) end

head("\nWithout a border maps shrink from layer to layer")
describe(32, 3, 6, 5, 1, 0)
describe(28, 6, 10, 5, 1, 0)

head("\nTen filters of 5 x 5 x 3 have 76 parameters each")
describe(32, 3, 10, 5, 1, 2)

head("\nSettings in common use")
describe(32, 64, 32, 3, 1, 1)
describe(32, 64, 32, 5, 1, 2)
describe(33, 64, 32, 5, 2, 2)
describe(56, 64, 32, 1, 1, 0)
describe(227, 3, 96, 11, 4, 0)

-- What a pixel sees ------------------------------------------------------------------------------

local function stack(count, kernel, channels)
  local model = nn.Sequential()
  for _ = 1, count do
    model:add(nn.SpatialConvolution{ channels, channels, kernel = kernel, bias = false })
  end
  return model
end

print("\nThree layers of 3 x 3 see what one of 7 x 7 sees, with 27 C^2 weights instead of 49 C^2")
print(stack(3, 3, 64):summary{ 64, 32, 32 })
print(stack(1, 7, 64):summary{ 64, 32, 32 })

print("\nHow far a pixel of LeNet-5 sees")
print(models.lenet5():summary{ 1, 32, 32 })

print("\nAnd how far one of the last maps sees in networks for photographs")
local photographs = {
  { "AlexNet", models.alexnet{ width = 1 / 16 }, 227 },
  { "VGG-16", models.vgg{ 16, width = 1 / 16 }, 224 },
  { "GoogLeNet", models.googlenet{ width = 1 / 16 }, 224 },
  { "ResNet-50", models.resnet{ 50, width = 1 / 16 }, 224 },
}
for _, entry in ipairs(photographs) do
  local name, model, side = table.unpack(entry)
  local last
  for _, row in ipairs(model:costs{ 3, side, side }) do last = row.sees and row or last end
  print(("  %-10s %3d x %-3d pixels of %d x %d, a step of %d"):format(name, last.sees[1],
    last.sees[2], side, side, last.step[1]))
end

-- What reductions save ---------------------------------------------------------------------------

print("\nAn inception module on 28 x 28 x 256: 1 x 1 convolutions first, and it costs a third")
for _, entry in ipairs{
  { "naive", models.naiveInceptionModule{ 256, { 128, 192, 96 } } },
  { "with reductions", models.inceptionModule{ 256, { 128, 64, 192, 64, 96, 64 } } },
} do
  print(("  %-15s  %4d million multiply-adds"):format(entry[1],
    entry[2]:costs{ 256, 28, 28 }.multiplyAdds // 1000000))
end
print("  (a slide has 358 for the second: its 3 x 3 convolution is counted twice)")
