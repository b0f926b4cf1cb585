-- The package `nn`: modules, containers and criteria under Torch7's names. Sets the global `nn`, as
-- Torch7 scripts expect, and returns it. A class's file is loaded at the first look at the class.
require "torch"

local nn = {}
rawset(_G, "nn", nn)

for _, file in ipairs{
  "module", "container", "criterion", "sequential", "THNN",
} do
  require("nn." .. file)
end

-- The names that each file defines.
local files = {
  pointwise = "Tanh Sigmoid LogSigmoid Exp Log Square Abs Sqrt Power SoftSign TanhShrink Threshold "
    .. "ReLU HardTanh Clamp ReLU6 LeakyReLU ELU RReLU HardShrink SoftShrink SoftPlus "
    .. "GatedLinearUnit AddConstant MulConstant",
  softmax = "SoftMax LogSoftMax SoftMin SpatialSoftMax SpatialLogSoftMax",
  linear = "Linear",
  elementwise_parameters = "Add Mul CMul CAdd PReLU",
  lookup_table = "LookupTable",
  dropout = "Dropout SpatialDropout VolumetricDropout WhiteNoise",
  shape = "View Reshape Squeeze Unsqueeze Replicate Collapse Transpose Contiguous Copy",
  region = "Narrow Select Padding",
  padding = "SpatialZeroPadding SpatialReplicationPadding SpatialReflectionPadding "
    .. "VolumetricReplicationPadding",
  reductions = "Max Min Sum Mean Normalize",
  simple = "Identity Constant GradientReversal ZeroGrad PrintSize L1Penalty",
  indexing = "Index MaskedSelect OneHot",
  distances = "Cosine Euclidean WeightedEuclidean",
  kmeans = "Kmeans",
  sparse_linear = "SparseLinear",
  index_linear = "IndexLinear",
  bilinear = "Bilinear PartialLinear",
  weight_norm = "WeightNorm LinearWeightNorm",
  composed = "CReLU Maxout LayerNormalization",
  pairs_of_tensors = "MM MV DotProduct CosineDistance PairwiseDistance",
  table_modules = "CAddTable CSubTable CMulTable CDivTable CMaxTable CMinTable JoinTable "
    .. "SplitTable SelectTable NarrowTable",
  nested_tables = "FlattenTable ZipTable ZipTableOneToMany CAddTensorTable MixtureTable",
  concat = "Concat DepthConcat ConcatTable ParallelTable Parallel MapTable",
  decorator = "Decorator Bottle",
  casts = "DontCast GPU",
  watches = "NaN Profile",
  convert = "Convert",
  convolution = "SpatialConvolution SpatialConvolutionMM SpatialDilatedConvolution "
    .. "VolumetricConvolution VolumetricDilatedConvolution",
  full_convolution = "SpatialFullConvolution VolumetricFullConvolution",
  spatial_convolution_map = "SpatialConvolutionMap SpatialFullConvolutionMap tables",
  spatial_convolution_local = "SpatialConvolutionLocal",
  spatial_convolution_depthwise = "SpatialDepthWiseConvolution",
  temporal_convolution = "TemporalConvolution TemporalRowConvolution",
  max_pooling = "SpatialMaxPooling SpatialDilatedMaxPooling SpatialMaxUnpooling "
    .. "VolumetricMaxPooling VolumetricDilatedMaxPooling VolumetricMaxUnpooling",
  average_pooling = "SpatialAveragePooling VolumetricAveragePooling SpatialAdaptiveMaxPooling "
    .. "SpatialAdaptiveAveragePooling SpatialSubSampling",
  fractional_pooling = "SpatialFractionalMaxPooling VolumetricFractionalMaxPooling",
  power_pooling = "SpatialLPPooling FeatureLPPooling",
  temporal_pooling = "TemporalMaxPooling TemporalSubSampling TemporalDynamicKMaxPooling",
  batch_normalization = "BatchNormalization SpatialBatchNormalization VolumetricBatchNormalization",
  instance_normalization = "InstanceNormalization",
  spatial_normalization = "SpatialCrossMapLRN SpatialSubtractiveNormalization "
    .. "SpatialDivisiveNormalization SpatialContrastiveNormalization",
  resampling = "SpatialUpSamplingNearest SpatialUpSamplingBilinear UpSampling PixelShuffle",
  class_criteria = "ClassNLLCriterion SpatialClassNLLCriterion CrossEntropyCriterion "
    .. "MultiMarginCriterion ClassSimplexCriterion",
  multi_label_criteria = "MultiLabelMarginCriterion MultiLabelSoftMarginCriterion",
  regression_criteria = "MSECriterion AbsCriterion SmoothL1Criterion DistKLDivCriterion "
    .. "MarginCriterion SoftMarginCriterion HingeEmbeddingCriterion BCECriterion L1Cost "
    .. "WeightedMSECriterion SpatialAutoCropMSECriterion",
  pair_criteria = "CosineEmbeddingCriterion MarginRankingCriterion L1HingeEmbeddingCriterion "
    .. "DistanceRatioCriterion",
  composite_criteria = "MultiCriterion ParallelCriterion",
  criterion_modules = "CriterionTable ModuleCriterion",
  stochastic_gradient = "StochasticGradient",
  jacobian = "Jacobian SparseJacobian",
  hessian = "hessian",
  self_test = "test",
  utils = "utils",
}

local file_of = {}
for file, names in pairs(files) do
  for name in names:gmatch("%S+") do file_of[name] = file end
end

-- Classes that other packages put here.
local package_of = { gModule = "nngraph", ModuleFromCriterion = "nngraph" }

local lazy = {}

--- Whether a class of this name is the package's own.
function lazy.defines(name)
  return file_of[name] ~= nil or package_of[name] ~= nil or name == "Sequential"
end

function lazy.__index(_, name)
  local module = file_of[name] and "nn." .. file_of[name] or package_of[name]
  if not module then return nil end
  require(module)
  return rawget(nn, name)
end

-- Whoever lists the package sees all of it.
function lazy.__pairs()
  for _, file in pairs(file_of) do require("nn." .. file) end
  return next, nn
end

setmetatable(nn, lazy)

return nn
