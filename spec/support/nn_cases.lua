--- The layers under test, a row a class: how to make it, what goes in, how it prints.
--
--   make    returns the layer (after torch.manualSeed)
--   named   the same by a table of names
--   input   sizes of a tensor, or a function that returns the input (double)
--   text    what tostring gives
--   output  expected sizes, where they are not the input's
--   random  draws from the generator
--   share   the fields that a clone has to share, where they are not weight and bias
local torch = require "torch"
local nn = require "nn"

local function sizes(...)
  local list = { ... }
  return function()
    return torch.randn(table.unpack(list)):double()
  end
end

local function pair(...)
  local list = { ... }
  return function()
    return { torch.randn(table.unpack(list)):double(), torch.randn(table.unpack(list)):double() }
  end
end

local function positive(...)
  local list = { ... }
  return function()
    return torch.rand(table.unpack(list)):double():add(0.5)
  end
end

local cases = {}

local function case(name, row)
  row.name = name
  row.text = row.text or "nn." .. name
  cases[#cases + 1] = row
end

local function simple(name, ...)
  local arguments = table.pack(...)
  return function()
    return nn[name](table.unpack(arguments, 1, arguments.n))
  end
end

-- Element by element -----------------------------------------------------------------------------

for _, name in ipairs{
  "Tanh", "Sigmoid", "LogSigmoid", "Exp", "Square", "Abs", "SoftSign", "TanhShrink", "ReLU",
  "ReLU6", "SoftPlus", "HardTanh", "HardShrink", "SoftShrink", "SoftMax", "LogSoftMax", "SoftMin",
  "Threshold",
} do
  case(name, { make = simple(name), input = sizes(3, 4) })
end
case("Log", { make = simple "Log", input = positive(3, 4) })
case("Sqrt", { make = simple "Sqrt", input = positive(3, 4) })
case("Power", { make = simple("Power", 3), named = function() return nn.Power{ pow = 3 } end,
  input = sizes(3, 4) })
case("Clamp", { make = simple("Clamp", -0.5, 0.7), input = sizes(3, 4) })
case("LeakyReLU", { make = simple "LeakyReLU", named = function() return nn.LeakyReLU{} end,
  input = sizes(3, 4), text = "nn.LeakyReLU(0.01)" })
case("ELU", { make = simple("ELU", 0.5), input = sizes(3, 4), text = "nn.ELU (alpha:0.500000)" })
case("RReLU", { make = simple "RReLU", input = sizes(3, 4), random = true,
  text = "nn.RReLU (l:0.125000, u:0.333333)" })
case("GatedLinearUnit", { make = simple "GatedLinearUnit", input = sizes(3, 4), output = { 3, 2 } })
case("AddConstant", { make = simple("AddConstant", 2.5), input = sizes(3, 4) })
case("MulConstant", { make = simple("MulConstant", 2.5, true), input = sizes(3, 4) })
case("SpatialSoftMax", { make = simple "SpatialSoftMax", input = sizes(2, 3, 2, 2) })
case("SpatialLogSoftMax", { make = simple "SpatialLogSoftMax", input = sizes(3, 2, 2) })

-- With parameters --------------------------------------------------------------------------------

case("Linear", { make = simple("Linear", 4, 2),
  named = function() return nn.Linear{ 4, 2, bias = true } end,
  input = sizes(3, 4), output = { 3, 2 }, text = "nn.Linear(4 -> 2)" })
case("Linear", { make = simple("Linear", 4, 2, false),
  named = function() return nn.Linear{ inputSize = 4, outputSize = 2, bias = false } end,
  input = sizes(4), output = { 2 }, text = "nn.Linear(4 -> 2) without bias" })
case("Add", { make = simple("Add", 12), input = sizes(2, 3, 4) })
case("Add", { make = simple("Add", 4, true), input = sizes(3, 4) })
case("Mul", { make = simple "Mul", input = sizes(3, 4) })
case("CMul", { make = simple("CMul", 1, 3, 1), input = sizes(2, 3, 4) })
case("CMul", { make = simple("CMul", 3, 4), input = sizes(2, 3, 4) })
case("CAdd", { make = simple("CAdd", torch.LongStorage{ 1, 4 }), input = sizes(3, 4) })
case("PReLU", { make = simple "PReLU", input = sizes(3, 4) })
case("PReLU", { make = simple("PReLU", 3), input = sizes(2, 3, 2, 2) })
case("LookupTable", { make = simple("LookupTable", 5, 3),
  input = function() return torch.LongTensor{ { 1, 5 }, { 2, 1 } } end, output = { 2, 2, 3 } })
case("BatchNormalization", { make = simple("BatchNormalization", 4), input = sizes(3, 4),
  text = "nn.BatchNormalization (2D) (4)" })
case("SpatialBatchNormalization", { make = simple("SpatialBatchNormalization", 2, nil, nil, false),
  named = function() return nn.SpatialBatchNormalization{ 2, affine = false } end,
  input = sizes(3, 2, 2, 2), text = "nn.SpatialBatchNormalization (4D) (2)" })
case("VolumetricBatchNormalization", { make = simple("VolumetricBatchNormalization", 2),
  input = sizes(2, 2, 2, 1, 2), text = "nn.VolumetricBatchNormalization (5D) (2)" })
case("InstanceNormalization", { make = simple("InstanceNormalization", 2),
  input = sizes(3, 2, 2, 3), text = "nn.InstanceNormalization(2)" })
case("InstanceNormalization", { make = simple("InstanceNormalization", 2, 1e-5, false),
  named = function() return nn.InstanceNormalization{ 2, affine = false } end,
  input = sizes(2, 2, 3), text = "nn.InstanceNormalization(2)" })

case("Cosine", { make = simple("Cosine", 4, 3),
  named = function() return nn.Cosine{ inputSize = 4, outputSize = 3 } end,
  input = sizes(2, 4), output = { 2, 3 } })
case("Cosine", { make = simple("Cosine", 4, 3), input = sizes(4), output = { 3 } })
case("Euclidean", { make = simple("Euclidean", 4, 3), input = sizes(2, 4), output = { 2, 3 } })
case("Euclidean", { make = simple("Euclidean", 3, 3), input = sizes(3), output = { 3 } })
case("WeightedEuclidean", { make = simple("WeightedEuclidean", 4, 3), input = sizes(2, 4),
  output = { 2, 3 }, share = { "weight", "diagCov", "gradWeight", "gradDiagCov" } })
case("Bilinear", { make = simple("Bilinear", 3, 2, 4),
  named = function() return nn.Bilinear{ 3, 2, outputSize = 4 } end,
  input = function() return { torch.randn(5, 3):double(), torch.randn(5, 2):double() } end,
  output = { 5, 4 }, text = "nn.Bilinear(3x2 -> 4) " })
case("Bilinear", { make = simple("Bilinear", 3, 3, 3, false), input = pair(3, 3),
  output = { 3, 3 }, text = "nn.Bilinear(3x3 -> 3)  without bias" })
case("PartialLinear", { make = function()
  local module = nn.PartialLinear(4, 6)
  module:setPartition(torch.LongTensor{ 5, 2 })
  return module
end, input = sizes(3, 4), output = { 3, 2 }, text = "nn.PartialLinear(4 -> 6)" })
case("LinearWeightNorm", { make = simple("LinearWeightNorm", 4, 3), input = sizes(2, 4),
  named = function() return nn.LinearWeightNorm{ 4, 3, bias = true } end,
  output = { 2, 3 }, text = "nn.LinearWeightNorm(4 -> 3)",
  share = { "v", "g", "bias", "gradV", "gradG", "gradBias" } })
case("LinearWeightNorm", { make = simple("LinearWeightNorm", 4, 3, false), input = sizes(4),
  output = { 3 }, text = "nn.LinearWeightNorm(4 -> 3) without bias",
  share = { "v", "g", "gradV", "gradG" } })
case("WeightNorm", { make = function() return nn.WeightNorm(nn.Linear(4, 3)) end,
  input = sizes(2, 4), output = { 2, 3 }, text = "nn.WeightNorm @ nn.Linear(4 -> 3)",
  share = { "v", "g", "bias", "gradV", "gradG", "gradBias" } })
case("WeightNorm", {
  make = function() return nn.WeightNorm(nn.SpatialConvolution(2, 3, 2, 2):noBias(), 2) end,
  input = sizes(2, 3, 3), output = { 3, 2, 2 },
  text = "nn.WeightNorm @ nn.SpatialConvolution(2 -> 3, 2x2) without bias",
  share = { "v", "g", "gradV", "gradG" } })
case("IndexLinear", { make = function()
  local module = nn.IndexLinear(6, 3)
  module:reset()
  return module
end, input = function()
  return { { torch.LongTensor{ 2, 5 }, torch.LongTensor{ 6, 1, 2 } },
    { torch.randn(2):double(), torch.randn(3):double() } }
end, output = { 2, 3 }, text = "nn.IndexLinear(6 -> 3)" })
case("IndexLinear", { make = function()
  local module = nn.IndexLinear(6, 1, false, -1)
  module:reset()
  return module
end, input = function()
  return { torch.LongTensor{ 3, 6 }, torch.randn(2):double() }
end, output = { 1 }, text = "nn.IndexLinear(6 -> 1)" })

-- Noise ------------------------------------------------------------------------------------------

case("Dropout", { make = simple("Dropout", 0.3),
  named = function() return nn.Dropout{ p = 0.3 } end,
  input = sizes(5, 6), random = true, text = "nn.Dropout(0.300000)" })
case("SpatialDropout", { make = simple("SpatialDropout", 0.4), input = sizes(2, 5, 2, 2),
  random = true, text = "nn.SpatialDropout(0.400000)" })
case("VolumetricDropout", { make = simple("VolumetricDropout", 0.4), input = sizes(2, 5, 2, 2, 2),
  random = true, text = "nn.VolumetricDropout(0.400000)" })
case("Decorator", { make = function() return nn.Decorator(nn.Tanh()) end, input = sizes(3, 4),
  text = "nn.Decorator @ nn.Tanh" })
case("WhiteNoise", { make = simple "WhiteNoise", input = sizes(3, 4), random = true,
  text = "nn.WhiteNoise mean: 0.000000, std: 0.100000" })

-- Shape ------------------------------------------------------------------------------------------

case("View", { make = simple("View", 3, 4), input = sizes(2, 12), output = { 2, 3, 4 },
  text = "nn.View(3, 4)" })
case("View", { make = function() return nn.View(-1):setNumInputDims(2) end,
  input = sizes(2, 3, 4), output = { 2, 12 }, text = "nn.View(-1)" })
case("Reshape", { make = simple("Reshape", 4, 3), input = sizes(2, 12), output = { 2, 4, 3 },
  text = "nn.Reshape(4x3)" })
case("Reshape", { make = simple("Reshape", 12, true), input = sizes(1, 3, 4), output = { 1, 12 },
  text = "nn.Reshape(12)" })
case("Squeeze", { make = simple "Squeeze", input = sizes(3, 1, 4, 1), output = { 3, 4 } })
case("Squeeze", { make = simple("Squeeze", 1, 2), input = sizes(3, 1, 4), output = { 3, 4 } })
case("Unsqueeze", { make = simple("Unsqueeze", 1, 2), input = sizes(2, 3, 4),
  output = { 2, 1, 3, 4 }, text = "nn.Unsqueeze(dim 1)" })
case("Transpose", { make = simple("Transpose", { 1, 2 }, { 2, 3 }), input = sizes(2, 3, 4),
  output = { 3, 4, 2 } })
case("Replicate", { make = simple("Replicate", 3, 2), input = sizes(2, 4), output = { 2, 3, 4 } })
case("Collapse", { make = simple("Collapse", 2), input = sizes(2, 3, 4), output = { 2, 12 } })
case("Contiguous", { make = simple "Contiguous", input = function()
  return torch.randn(3, 4):double():t()
end, output = { 4, 3 } })
case("Copy", { make = simple("Copy", "torch.DoubleTensor", "torch.DoubleTensor"),
  input = sizes(3, 4) })
case("Identity", { make = simple "Identity", input = sizes(3, 4) })
case("Identity", { make = simple "Identity", input = pair(3, 4), output = { { 3, 4 }, { 3, 4 } } })
case("Narrow", { make = simple("Narrow", 2, 2, -2), input = sizes(3, 5), output = { 3, 3 } })
case("Select", { make = simple("Select", -1, -2), input = sizes(3, 4), output = { 3 } })
case("Padding", { make = simple("Padding", 1, -2, 1, 7), input = sizes(3, 4), output = { 3, 6 } })
case("Padding", { make = simple("Padding", 1, 2, 2, 0, 2), input = sizes(3, 4), output = { 5, 4 } })

-- Reductions -------------------------------------------------------------------------------------

case("Max", { make = simple("Max", 1, 2), input = sizes(2, 3, 4), output = { 2, 4 } })
case("Min", { make = simple("Min", -1), input = sizes(3, 4), output = { 3 } })
case("Mean", { make = simple("Mean", 2), input = sizes(3, 4), output = { 3 } })
case("Sum", { make = simple("Sum", 1, nil, false, false), input = sizes(3, 4), output = { 1, 4 } })
case("Normalize", { make = simple("Normalize", 2), input = sizes(3, 4), text = "nn.Normalize(2)" })
case("Normalize", { make = simple("Normalize", math.huge), input = sizes(4),
  text = "nn.Normalize(inf)" })

-- Pairs ------------------------------------------------------------------------------------------

case("MM", { make = simple("MM", false, true), input = pair(2, 3, 4), output = { 2, 3, 3 } })
case("MV", { make = simple "MV", input = function()
  return { torch.randn(2, 3, 4):double(), torch.randn(2, 4):double() }
end, output = { 2, 3 } })
case("DotProduct", { make = simple "DotProduct", input = pair(3, 4), output = { 3 } })
case("CosineDistance", { make = simple "CosineDistance", input = pair(4), output = { 1 } })
case("PairwiseDistance", { make = simple("PairwiseDistance", 2), input = pair(3, 4),
  output = { 3 } })

-- Tables -----------------------------------------------------------------------------------------

for _, name in ipairs{
  "CAddTable", "CSubTable", "CMulTable", "CDivTable", "CMaxTable", "CMinTable",
} do
  case(name, { make = simple(name), input = pair(3, 4), output = { 3, 4 } })
end
case("JoinTable", { make = simple("JoinTable", 1, 1), input = pair(3, 4), output = { 3, 8 } })
case("SplitTable", { make = simple("SplitTable", -1), input = sizes(3, 2),
  output = { { 3 }, { 3 } } })
case("SelectTable", { make = simple("SelectTable", -1), input = pair(3, 4), output = { 3, 4 },
  text = "nn.SelectTable(-1)" })
case("NarrowTable", { make = simple("NarrowTable", 2), input = pair(3, 4), output = { { 3, 4 } } })
case("FlattenTable", { make = simple "FlattenTable", input = function()
  return { torch.randn(2):double(), { torch.randn(3):double(), { torch.randn(1):double() } } }
end, output = { { 2 }, { 3 }, { 1 } } })
case("ZipTable", { make = simple "ZipTable", input = function()
  return { { torch.randn(2):double(), torch.randn(3):double() },
    { torch.randn(4):double(), torch.randn(1):double() } }
end, output = { { { 2 }, { 4 } }, { { 3 }, { 1 } } } })
case("ZipTableOneToMany", { make = simple "ZipTableOneToMany", input = function()
  return { torch.randn(2):double(), { torch.randn(3):double(), torch.randn(4):double() } }
end, output = { { { 2 }, { 3 } }, { { 2 }, { 4 } } } })
case("CAddTensorTable", { make = simple "CAddTensorTable", input = function()
  return { torch.randn(3):double(), { torch.randn(3):double(), torch.randn(3):double() } }
end, output = { { 3 }, { 3 } } })
case("MixtureTable", { make = simple "MixtureTable", input = function()
  return { torch.randn(4, 2):double(), { torch.randn(4, 3):double(), torch.randn(4, 3):double() } }
end, output = { 4, 3 } })
case("MixtureTable", { make = simple("MixtureTable", 3), input = function()
  return { torch.randn(4, 2):double(), torch.randn(4, 3, 2):double() }
end, output = { 4, 3 } })
case("MixtureTable", { make = simple "MixtureTable", input = function()
  return { torch.randn(2):double(), { torch.randn(3):double(), torch.randn(3):double() } }
end, output = { 3 } })
case("Index", { make = simple("Index", -1), input = function()
  return { torch.randn(3, 4):double(), torch.LongTensor{ 4, 1, 4 } }
end, output = { 3, 3 } })
case("MaskedSelect", { make = simple "MaskedSelect", input = function()
  return { torch.randn(2, 3):double(), torch.ByteTensor{ { 1, 0, 0 }, { 1, 1, 0 } } }
end, output = { 3 } })

-- Images, volumes, sequences ---------------------------------------------------------------------

require "spec.support.nn_image_cases"(case, simple, sizes)

-- Containers -------------------------------------------------------------------------------------

local branches = "%s {\n  input\n    |`-> (1): %s\n     `-> (2): %s\n     ... -> output\n}"

case("Sequential", {
  make = function() return nn.Sequential():add(nn.Linear(4, 3)):add(nn.Tanh()) end,
  input = sizes(2, 4), output = { 2, 3 }, text = "nn.Sequential {\n"
    .. "  [input -> (1) -> (2) -> output]\n  (1): nn.Linear(4 -> 3)\n  (2): nn.Tanh\n}" })
case("Concat", {
  make = function() return nn.Concat(2):add(nn.Identity()):add(nn.Linear(3, 4)) end,
  input = sizes(2, 3), output = { 2, 7 },
  text = branches:format("nn.Concat", "nn.Identity", "nn.Linear(3 -> 4)") })
case("DepthConcat", {
  make = function()
    return nn.DepthConcat(1):add(nn.SpatialMaxPooling(2, 2, 1, 1)):add(nn.Identity())
  end, input = sizes(1, 3, 3), output = { 2, 3, 3 },
  text = branches:format("nn.DepthConcat", "nn.SpatialMaxPooling(2x2, 1,1)", "nn.Identity") })
case("ConcatTable", {
  make = function() return nn.ConcatTable():add(nn.Linear(3, 2)):add(nn.Tanh()) end,
  input = sizes(2, 3), output = { { 2, 2 }, { 2, 3 } },
  text = branches:format("nn.ConcatTable", "nn.Linear(3 -> 2)", "nn.Tanh") })
case("ParallelTable", {
  make = function() return nn.ParallelTable():add(nn.Linear(3, 2)):add(nn.Tanh()) end,
  input = pair(2, 3), output = { { 2, 2 }, { 2, 3 } },
  text = branches:format("nn.ParallelTable", "nn.Linear(3 -> 2)", "nn.Tanh") })
case("Parallel", {
  make = function() return nn.Parallel(1, 2):add(nn.Linear(4, 2)):add(nn.Linear(4, 3)) end,
  input = sizes(2, 3, 4), output = { 3, 5 },
  text = branches:format("nn.Parallel", "nn.Linear(4 -> 2)", "nn.Linear(4 -> 3)") })
case("MapTable", { make = function() return nn.MapTable(nn.Linear(3, 2)) end,
  input = pair(2, 3), output = { { 2, 2 }, { 2, 2 } },
  text = "nn.MapTable {\n  {input[i]} -> nn.Linear(3 -> 2) -> {output[i]}\n}" })
case("CReLU", { make = simple("CReLU", 3), input = sizes(2, 3, 2, 2), output = { 2, 6, 2, 2 },
  text = "CReLU()" })
case("CReLU", { make = simple("CReLU", 3), input = sizes(3, 2, 2), output = { 6, 2, 2 },
  text = "CReLU()" })
case("Maxout", { make = simple("Maxout", 4, 3, 2), input = sizes(2, 4), output = { 2, 3 },
  named = function() return nn.Maxout{ 4, 3, maxoutNumber = 2 } end,
  text = "nn.Maxout {\n  [input -> (1) -> (2) -> (3) -> output]\n  (1): nn.Linear(4 -> 6)\n"
    .. "  (2): nn.View(2, 3)\n  (3): nn.Max\n}" })
case("LayerNormalization", {
  make = simple("LayerNormalization", 4, 0.5, 1e-10, false), input = sizes(3, 4),
  text = "nn.LayerNormalization {\n  [input -> (1) -> (2) -> (3) -> (4) -> output]\n"
    .. "  (1): nn.ConcatTable {\n    input\n      |`-> (1): nn.Identity\n"
    .. "       `-> (2): nn.Sequential {\n           [input -> (1) -> (2) -> output]\n"
    .. "           (1): nn.Mean\n           (2): nn.Replicate\n         }\n"
    .. "       ... -> output\n  }\n  (2): nn.CSubTable\n  (3): nn.Normalize(2)\n"
    .. "  (4): nn.MulConstant\n}" })
case("NaN", { make = function() return nn.NaN(nn.Linear(4, 2), "here") end, input = sizes(3, 4),
  output = { 3, 2 }, text = "nn.NaN(here) @ nn.Linear(4 -> 2)" })
case("Profile", { make = function() return nn.Profile(nn.Linear(4, 2), 1e9) end,
  input = sizes(3, 4), output = { 3, 2 }, text = "nn.Profile @ nn.Linear(4 -> 2)" })
case("GPU", { make = function() return nn.GPU(nn.Linear(4, 2), 1) end, input = sizes(3, 4),
  output = { 3, 2 }, text = "nn.GPU(1) @ nn.Linear(4 -> 2)" })
case("Convert", { make = simple("Convert", "bchw", "chwb"), input = sizes(2, 3, 4, 5),
  named = function() return nn.Convert{ inputShape = "bchw", outputShape = "chwb" } end,
  output = { 3, 4, 5, 2 } })
case("Convert", { make = simple("Convert", "chw", "bf"), input = sizes(2, 3, 4),
  output = { 24 } })
case("Bottle", { make = function() return nn.Bottle(nn.Linear(4, 2)) end,
  input = sizes(2, 3, 4), output = { 2, 3, 2 }, text = "nn.Bottle @ nn.Linear(4 -> 2)" })
return cases
