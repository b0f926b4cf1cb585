-- What the exporters are tried with: every layer, every builder of wick.models in a small size, and
-- many of them as one network.
local layer_cases = require "spec.support.nn_cases"
local models = require "wick.models"
local nn = require "nn"
local tape = require "nn.tape"
local torch = require "torch"
require "nngraph"

local cases = {}

-- Many as one ------------------------------------------------------------------------------------

-- Tensors in the shapes of those of `like`, one after the other from element `at` of a vector on.
-- Returns the next place, too.
local function taken(vector, at, like)
  return tape.map(like, function(t)
    local part = vector:narrow(1, at, t:nElement()):view(t:size())
    at = at + t:nElement()
    return t:type():find("Long") and part:long() or t:type():find("Byte") and part:byte() or part
  end), at
end

-- The parts of one vector go through the modules, whose answers stand side by side.
local function answer(self, x)
  local parts, at = {}, 1
  for i, module in ipairs(self.modules) do
    local input
    input, at = taken(x:select(1, 1), at, self.inputs[i])
    for _, y in ipairs(tape.tensors(module:forward(input))) do
      parts[#parts + 1] = torch.reshape(y, 1, y:nElement())
    end
  end
  return torch.cat(parts, 2)
end

--- The modules of rows { make, input } as one network, { model, sizes }.
function cases.joined(rows)
  local model, count = nn.Container(), 0
  model.inputs, model.updateOutput = {}, answer
  for i, row in ipairs(rows) do
    model:add(row.make():float())
    model.inputs[i] = row.input()
    for _, t in ipairs(tape.tensors(model.inputs[i])) do count = count + t:nElement() end
  end
  return { model = model, sizes = { count } }
end

local function sizes(...)
  local list = { ... }
  return function() return torch.randn(table.unpack(list)) end
end

-- Layers -----------------------------------------------------------------------------------------

local function graph()
  local x = nn.Identity()()
  local hidden = nn.Tanh()(nn.Linear(4, 3)(x))
  return nn.gModule({ x }, { nn.CAddTable()({ hidden, nn.Linear(4, 3)(x) }) })
end

local function unpooling(kind)
  return function()
    local pooling = nn[kind .. "MaxPooling"](2, 2, 2, 2)
    return nn.Sequential():add(pooling):add(nn[kind .. "MaxUnpooling"](pooling))
  end
end

--- Rows { name, make, input }: those of nn_cases and some more.
cases.layers = table.move(layer_cases, 1, #layer_cases, 1, {})

for _, row in ipairs{
  { name = "L1Penalty", make = function() return nn.L1Penalty(0.1) end, input = sizes(3, 4) },
  { name = "PrintSize", make = function() return nn.PrintSize("here") end, input = sizes(3, 4) },
  { name = "GradientReversal", make = function() return nn.GradientReversal() end,
    input = sizes(3, 4) },
  { name = "ZeroGrad", make = function() return nn.ZeroGrad() end, input = sizes(3, 4) },
  { name = "DontCast", make = function() return nn.DontCast(nn.Linear(4, 3)) end,
    input = sizes(2, 4) },
  { name = "Constant", input = sizes(3, 4), make = function()
    return nn.ConcatTable():add(nn.Identity()):add(nn.Constant(torch.ones(2), 1))
  end },
  { name = "SparseLinear", make = function() return nn.SparseLinear(5, 3) end,
    input = function() return torch.Tensor{ { 1, 0.5 }, { 4, -0.3 } } end },
  { name = "OneHot", make = function() return nn.OneHot(4) end,
    input = function() return torch.LongTensor{ 2, 4, 1 } end },
  { name = "Kmeans", make = function() return nn.Kmeans(2, 4) end, input = sizes(3, 4) },
  { name = "SpatialMaxUnpooling", make = unpooling "Spatial", input = sizes(1, 4, 6) },
  { name = "VolumetricMaxUnpooling", make = unpooling "Volumetric", input = sizes(1, 4, 4, 6) },
  { name = "gModule", make = graph, input = sizes(2, 4) },
} do
  table.insert(cases.layers, row)
end

-- Networks ---------------------------------------------------------------------------------------

local function neocognitron()
  local model = models.neocognitron{ planes = { 4, 6, 8 } }
  model:learn(torch.rand(6, 1, 16, 16), torch.LongTensor{ 1, 2, 1, 3, 2, 3 })
  return model
end

local CIFAR = { 3, 32, 32 }

--- Rows { name, make, sizes }.
cases.networks = {}
for _, row in ipairs{
  { "perceptron", { 20, 3 }, { 20 } }, { "adaline", { 16, 2 }, { 4, 4 } },
  { "madaline", { 16, 5 }, { 4, 4 } },
  { "linearClassifier", { inputs = 12, classes = 4 }, { 3, 2, 2 } },
  { "twoLayerNetwork", { inputs = 12, hidden = 5 }, { 3, 2, 2 } },
  { "multilayer", { 12, 7, 5 }, { 12 } }, { "rbm", { 12, 5 }, { 12 } },
  { "deepAutoencoder", { 12, 8, 3 }, { 12 } }, { "neocognitron", neocognitron, { 1, 16, 16 } },
  { "lenet5", {}, { 1, 32, 32 } }, { "lenet5Original", {}, { 1, 32, 32 } },
  { "convnetjs", {}, CIFAR }, { "convnet", { width = 4, neurons = 8 }, CIFAR },
  { "alexnet", { width = 1 / 32, size = 67, classes = 7 }, { 3, 67, 67 } },
  { "vgg", { "A-LRN", width = 1 / 32, size = 32, classes = 7 }, CIFAR },
  { "cifarVgg", { 11, width = 1 / 32 }, CIFAR },
  { "googlenet", { width = 1 / 16, classes = 7 }, { 3, 64, 64 } },
  { "inceptionModule", { 4, { 2, 2, 3, 1, 2, 2 } }, { 4, 5, 5 } },
  { "naiveInceptionModule", { 4, { 2, 3, 2 } }, { 4, 5, 5 } },
  { "inceptionV2", { width = 1 / 32, classes = 7, size = 107 }, { 3, 107, 107 } },
  { "inceptionV3", { width = 1 / 32, classes = 7, size = 107 }, { 3, 107, 107 } },
  { "factorisedConvolution", { 3, 4, 5 }, { 3, 6, 6 } },
  { "resnet", { 18, width = 1 / 16, classes = 7 }, CIFAR },
  { "cifarResnet", { 20, width = 1 / 4, shortcut = "A" }, CIFAR },
  { "densenet", { 121, growth = 2, classes = 7 }, CIFAR },
  { "cifarDensenet", { 16, growth = 3 }, CIFAR },
  { "squeezenet", { width = 1 / 8, classes = 7 }, { 3, 64, 64 } },
} do
  local name, options = row[1], row[2]
  cases.networks[#cases.networks + 1] = { name = name, sizes = row[3], make = function()
    return type(options) == "function" and options() or models[name](options)
  end }
end

return cases
