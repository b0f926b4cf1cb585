--- Rows of nn_cases.lua for layers of images, volumes and sequences, added by `case`.
local torch = require "torch"
local nn = require "nn"

-- Convolution -------------------------------------------------------------------------------------

local function convolutions(case, simple, sizes)
  case("SpatialConvolution", { make = simple("SpatialConvolution", 2, 3, 3, 2, 2, 1, 1, 0),
    named = function()
      return nn.SpatialConvolution{ 2, 3, kernel = { 3, 2 }, stride = { 2, 1 }, pad = { 1, 0 } }
    end, input = sizes(2, 2, 4, 5), output = { 2, 3, 3, 3 },
    text = "nn.SpatialConvolution(2 -> 3, 3x2, 2,1, 1,0)" })
  case("SpatialConvolution", {
    make = function()
      return nn.SpatialConvolution{ 2, 4, kernel = 2, stride = 2, pad = "same", groups = 2,
        bias = false }
    end, input = sizes(2, 3, 5), output = { 4, 2, 3 },
    text = "nn.SpatialConvolution(2 -> 4, 2x2, 2,2, same, groups 2) without bias" })
  case("SpatialConvolutionMM", { make = simple("SpatialConvolutionMM", 2, 3, 3, 3),
    input = sizes(2, 4, 4), output = { 3, 2, 2 }, text = "nn.SpatialConvolutionMM(2 -> 3, 3x3)" })
  case("SpatialDilatedConvolution", {
    make = simple("SpatialDilatedConvolution", 1, 2, 2, 2, 1, 1, 1, 1, 2, 2),
    named = function()
      return nn.SpatialDilatedConvolution{ 1, 2, kernel = 2, pad = 1, dilation = 2 }
    end, input = sizes(1, 1, 4, 4), output = { 1, 2, 4, 4 },
    text = "nn.SpatialDilatedConvolution(1 -> 2, 2x2, 1,1, 1,1, 2,2)" })
  case("SpatialFullConvolution", {
    make = simple("SpatialFullConvolution", 2, 3, 3, 3, 2, 2, 1, 1, 1, 1),
    named = function()
      return nn.SpatialFullConvolution{ 2, 3, kernel = 3, stride = 2, pad = 1, adj = 1 }
    end, input = sizes(1, 2, 2, 3), output = { 1, 3, 4, 6 },
    text = "nn.SpatialFullConvolution(2 -> 3, 3x3, 2,2, 1,1, 1,1)" })
  case("SpatialConvolutionMap", {
    make = function()
      return nn.SpatialConvolutionMap(torch.Tensor{ { 1, 1 }, { 2, 1 }, { 2, 3 }, { 1, 2 } }, 2, 2)
    end, input = sizes(2, 2, 3, 3), output = { 2, 3, 2, 2 } })
  case("SpatialConvolutionMap", { -- a plane that the table does not reach
    make = function()
      return nn.SpatialConvolutionMap(torch.Tensor{ { 1, 1 }, { 2, 1 } }, 2, 2)
    end, input = sizes(2, 3, 3, 3), output = { 2, 1, 2, 2 } })
  case("SpatialConvolutionLocal", { make = simple("SpatialConvolutionLocal", 2, 3, 4, 3, 2, 2),
    named = function()
      return nn.SpatialConvolutionLocal{ 2, 3, size = { 4, 3 }, kernel = 2 }
    end, input = sizes(2, 2, 3, 4), output = { 2, 3, 2, 3 },
    text = "nn.SpatialConvolutionLocal(2 -> 3, 4x3, 2x2)" })
  case("SpatialConvolutionLocal", {
    make = simple("SpatialConvolutionLocal", 1, 2, 3, 4, 3, 2, 2, 1, 1, 0), input = sizes(1, 4, 3),
    output = { 2, 3, 2 }, text = "nn.SpatialConvolutionLocal(1 -> 2, 3x4, 3x2, 2,1, 1,0)" })
  case("SpatialDepthWiseConvolution", {
    make = simple("SpatialDepthWiseConvolution", 2, 3, 3, 2, 1, 2, 1, 0),
    named = function()
      return nn.SpatialDepthWiseConvolution{ 2, 3, kernel = { 3, 2 }, stride = { 1, 2 },
        pad = { 1, 0 } }
    end, input = sizes(2, 2, 4, 3), output = { 2, 6, 2, 3 },
    text = "nn.SpatialDepthWiseConvolution(2 -> 3, 3x2, 1,2, 1,0)" })
  case("SpatialDepthWiseConvolution", {
    make = function() return nn.SpatialDepthWiseConvolution(2, 1, 2, 2):noBias() end,
    input = sizes(2, 3, 3), output = { 2, 2, 2 },
    text = "nn.SpatialDepthWiseConvolution(2 -> 1, 2x2) without bias" })
  case("SpatialFullConvolutionMap", {
    make = function()
      return nn.SpatialFullConvolutionMap(torch.Tensor{ { 1, 1 }, { 2, 1 }, { 2, 3 }, { 1, 2 } }, 2,
        3, 2, 1)
    end, input = sizes(2, 2, 2, 2), output = { 2, 3, 4, 4 } })
  case("VolumetricConvolution", {
    make = simple("VolumetricConvolution", 2, 3, 2, 3, 1, 1, 2, 1, 0, 1, 0),
    named = function()
      return nn.VolumetricConvolution{ 2, 3, kernel = { 2, 3, 1 }, stride = { 1, 2, 1 },
        pad = { 0, 1, 0 } }
    end, input = sizes(2, 2, 3, 2, 4), output = { 2, 3, 2, 2, 2 },
    text = "nn.VolumetricConvolution(2 -> 3, 2x3x1, 1,2,1, 0,1,0)" })
  case("VolumetricConvolution", {
    make = function()
      return nn.VolumetricConvolution{ 2, 4, kernel = 2, stride = 2, pad = "same", groups = 2,
        dilation = { 1, 2, 1 }, bias = false }
    end, input = sizes(2, 2, 3, 3), output = { 4, 1, 2, 2 },
    text = "nn.VolumetricConvolution(2 -> 4, 2x2x2, 2,2,2, same, 1,2,1, groups 2) without bias" })
  case("VolumetricDilatedConvolution", {
    make = simple("VolumetricDilatedConvolution", 1, 2, 2, 2, 1, 1, 1, 1, 1, 0, 0, 2, 1, 3),
    named = function()
      return nn.VolumetricDilatedConvolution{ 1, 2, kernel = { 2, 2, 1 }, pad = { 1, 0, 0 },
        dilation = { 2, 1, 3 } }
    end, input = sizes(1, 1, 3, 2, 3), output = { 1, 2, 3, 2, 2 },
    text = "nn.VolumetricDilatedConvolution(1 -> 2, 2x2x1, 1,1,1, 1,0,0, 2,1,3)" })
  case("VolumetricFullConvolution", {
    make = simple("VolumetricFullConvolution", 2, 3, 2, 3, 2, 1, 2, 2, 0, 1, 0, 0, 1, 0),
    named = function()
      return nn.VolumetricFullConvolution{ 2, 3, kernel = { 2, 3, 2 }, stride = { 1, 2, 2 },
        pad = { 0, 1, 0 }, adj = { 0, 1, 0 } }
    end, input = sizes(2, 2, 2, 1, 2), output = { 2, 3, 3, 2, 4 },
    text = "nn.VolumetricFullConvolution(2 -> 3, 2x3x2, 1,2,2, 0,1,0, 0,1,0)" })
  case("VolumetricFullConvolution", {
    make = function() return nn.VolumetricFullConvolution(1, 2, 2, 2, 2):noBias() end,
    input = function()
      return { torch.randn(1, 2, 2, 2):double(), torch.randn(3, 3, 3):double() }
    end, output = { 2, 3, 3, 3 },
    text = "nn.VolumetricFullConvolution(1 -> 2, 2x2x2) without bias" })
  case("TemporalConvolution", { make = simple("TemporalConvolution", 3, 4, 2, 2),
    named = function() return nn.TemporalConvolution{ 3, 4, kernel = 2, stride = 2 } end,
    input = sizes(2, 5, 3), output = { 2, 2, 4 } })
  case("TemporalConvolution", { make = simple("TemporalConvolution", 2, 3, 3), input = sizes(4, 2),
    output = { 2, 3 } })
  case("TemporalRowConvolution", { make = simple("TemporalRowConvolution", 3, 2, 2),
    named = function() return nn.TemporalRowConvolution{ 3, kernel = 2, stride = 2 } end,
    input = sizes(2, 5, 3), output = { 2, 2, 3 }, text = "nn.TemporalRowConvolution(3, 2, 2)" })
  case("TemporalRowConvolution", {
    make = function() return nn.TemporalRowConvolution(3, 2, 1, true):noBias() end,
    input = sizes(3, 4), output = { 3, 3 },
    text = "nn.TemporalRowConvolution(3, 2) without bias" })
end

-- Pooling -----------------------------------------------------------------------------------------

local function poolings(case, simple, sizes)
  case("SpatialMaxPooling", { make = simple("SpatialMaxPooling", 2, 2),
    named = function() return nn.SpatialMaxPooling{ kernel = 2 } end,
    input = sizes(2, 2, 4, 5), output = { 2, 2, 2, 2 }, text = "nn.SpatialMaxPooling(2x2, 2,2)" })
  case("SpatialMaxPooling", {
    make = function() return nn.SpatialMaxPooling(3, 3, 2, 2, 1, 1):ceil() end,
    input = sizes(1, 4, 4), output = { 1, 3, 3 }, text = "nn.SpatialMaxPooling(3x3, 2,2, 1,1)" })
  case("SpatialDilatedMaxPooling", {
    make = simple("SpatialDilatedMaxPooling", 2, 2, 1, 1, 0, 0, 2, 2), input = sizes(1, 4, 4),
    output = { 1, 2, 2 }, text = "nn.SpatialDilatedMaxPooling(2x2, 1,1, 2,2)" })
  case("SpatialAveragePooling", {
    make = function() return nn.SpatialAveragePooling(3, 3, 2, 2, 1, 1):setCountExcludePad() end,
    input = sizes(2, 1, 4, 4), output = { 2, 1, 2, 2 },
    text = "nn.SpatialAveragePooling(3x3, 2,2, 1,1)" })
  case("SpatialAdaptiveMaxPooling", { make = simple("SpatialAdaptiveMaxPooling", 3, 2),
    input = sizes(2, 1, 5, 4), output = { 2, 1, 2, 3 } })
  case("SpatialAdaptiveAveragePooling", { make = simple("SpatialAdaptiveAveragePooling", 3, 2),
    input = sizes(1, 5, 4), output = { 1, 2, 3 } })
  case("SpatialSubSampling", { make = simple("SpatialSubSampling", 2, 2, 2, 2, 2),
    input = sizes(2, 2, 4, 4), output = { 2, 2, 2, 2 } })
  case("VolumetricMaxPooling", { make = simple("VolumetricMaxPooling", 2, 2, 1),
    named = function() return nn.VolumetricMaxPooling{ kernel = { 2, 2, 1 } } end,
    input = sizes(2, 1, 4, 2, 5), output = { 2, 1, 2, 2, 2 },
    text = "nn.VolumetricMaxPooling(2x2x1, 2,2,1)" })
  case("VolumetricMaxPooling", {
    make = function() return nn.VolumetricMaxPooling(2, 3, 3, 1, 2, 2, 0, 1, 1):ceil() end,
    input = sizes(1, 3, 4, 4), output = { 1, 2, 3, 3 },
    text = "nn.VolumetricMaxPooling(2x3x3, 1,2,2, 0,1,1)" })
  case("VolumetricDilatedMaxPooling", {
    make = simple("VolumetricDilatedMaxPooling", 2, 2, 2, 1, 1, 1, 0, 0, 0, 2, 1, 1),
    named = function()
      return nn.VolumetricDilatedMaxPooling{ kernel = 2, stride = 1, dilation = { 2, 1, 1 } }
    end, input = sizes(1, 4, 3, 3), output = { 1, 2, 2, 2 },
    text = "nn.VolumetricDilatedMaxPooling(2x2x2, 1,1,1, 2,1,1)" })
  case("VolumetricAveragePooling", { make = simple("VolumetricAveragePooling", 2, 2, 3),
    named = function() return nn.VolumetricAveragePooling{ kernel = { 2, 2, 3 } } end,
    input = sizes(2, 1, 2, 3, 4), output = { 2, 1, 1, 1, 2 },
    text = "nn.VolumetricAveragePooling(2x2x3, 2,2,3)" })
  case("VolumetricAveragePooling", {
    make = function()
      return nn.VolumetricAveragePooling(2, 3, 3, 1, 2, 2, 1, 1, 0):ceil():setCountExcludePad()
    end, input = sizes(1, 2, 4, 4), output = { 1, 3, 2, 3 },
    text = "nn.VolumetricAveragePooling(2x3x3, 1,2,2, 1,1,0)" })
  case("SpatialFractionalMaxPooling", { make = simple("SpatialFractionalMaxPooling", 2, 3, 3, 2),
    named = function()
      return nn.SpatialFractionalMaxPooling{ kernel = { 2, 3 }, size = { 3, 2 } }
    end, input = sizes(2, 2, 6, 7), output = { 2, 2, 2, 3 }, random = true,
    text = "nn.SpatialFractionalMaxPooling(3x2, 2,3)" })
  case("SpatialFractionalMaxPooling", {
    make = function() return nn.SpatialFractionalMaxPooling(2, 2, 0.5, 0.6) end,
    input = sizes(1, 6, 7), output = { 1, 3, 3 }, random = true,
    text = "nn.SpatialFractionalMaxPooling(0.5x0.6, 2,2)" })
  case("VolumetricFractionalMaxPooling", {
    make = simple("VolumetricFractionalMaxPooling", 2, 2, 3, 1, 2, 3), input = sizes(2, 1, 6, 4, 5),
    output = { 2, 1, 3, 2, 1 }, random = true,
    text = "nn.VolumetricFractionalMaxPooling(1x2x3, 2,2,3)" })
  case("FeatureLPPooling", { make = simple("FeatureLPPooling", 3, 2, 2, true),
    input = sizes(2, 5, 2), output = { 2, 2, 2 },
    text = "nn.FeatureLPPooling(w3 s2 power 2 batch)" })
  case("FeatureLPPooling", { make = simple("FeatureLPPooling", 2, 1, 4), input = sizes(4),
    output = { 3 }, text = "nn.FeatureLPPooling(w2 s1 power 4)" })
  case("TemporalMaxPooling", { make = simple("TemporalMaxPooling", 2),
    named = function() return nn.TemporalMaxPooling{ kernel = 2 } end,
    input = sizes(2, 5, 3), output = { 2, 2, 3 } })
  case("TemporalMaxPooling", { make = simple("TemporalMaxPooling", 3, 1), input = sizes(5, 2),
    output = { 3, 2 } })
  case("TemporalSubSampling", { make = simple("TemporalSubSampling", 3, 2, 2),
    named = function() return nn.TemporalSubSampling{ 3, kernel = 2, stride = 2 } end,
    input = sizes(2, 5, 3), output = { 2, 2, 3 } })
  case("TemporalSubSampling", { make = simple("TemporalSubSampling", 2, 3), input = sizes(4, 2),
    output = { 2, 2 } })
  case("TemporalDynamicKMaxPooling", { make = simple("TemporalDynamicKMaxPooling", 2, 0.6),
    named = function() return nn.TemporalDynamicKMaxPooling{ minK = 2, factor = 0.6 } end,
    input = sizes(2, 6, 2), output = { 2, 4, 2 } })
  case("TemporalDynamicKMaxPooling", { make = simple("TemporalDynamicKMaxPooling", 3),
    input = sizes(4, 3), output = { 3, 3 } })

  case("SpatialLPPooling", { make = simple("SpatialLPPooling", 1, 2, 2, 2),
    input = sizes(1, 4, 4), output = { 1, 2, 2 },
    text = "nn.SpatialLPPooling {\n  [input -> (1) -> (2) -> (3) -> (4) -> output]\n"
      .. "  (1): nn.Square\n  (2): nn.SpatialAveragePooling(2x2, 2,2)\n  (3): nn.MulConstant\n"
      .. "  (4): nn.Sqrt\n}" })
end

-- Normalisation, borders, more pixels -------------------------------------------------------------

local function others(case, simple, sizes)
  case("SpatialCrossMapLRN", { make = simple("SpatialCrossMapLRN", 3, 1),
    input = sizes(1, 4, 2, 2) })
  case("SpatialSubtractiveNormalization", {
    make = function() return nn.SpatialSubtractiveNormalization(2, torch.ones(3, 3)) end,
    input = sizes(1, 2, 3, 4) })
  case("SpatialDivisiveNormalization", {
    make = function() return nn.SpatialDivisiveNormalization(2, torch.ones(3)) end,
    input = sizes(2, 3, 4) })
  case("SpatialContrastiveNormalization", {
    make = function() return nn.SpatialContrastiveNormalization(1, torch.ones(3)) end,
    input = sizes(1, 1, 3, 4) })
  case("SpatialZeroPadding", { make = simple("SpatialZeroPadding", 1, 2, -1, 0),
    input = sizes(2, 3, 4), output = { 2, 2, 7 },
    text = "nn.SpatialZeroPadding(l=1, r=2, t=-1, b=0)" })
  case("SpatialReflectionPadding", { make = simple("SpatialReflectionPadding", 1),
    input = sizes(2, 3, 4), output = { 2, 5, 6 },
    text = "nn.SpatialReflectionPadding(l=1, r=1, t=1, b=1)" })
  case("SpatialReplicationPadding", { make = simple("SpatialReplicationPadding", 2, 0, 0, 1),
    input = sizes(2, 3, 4), output = { 2, 4, 6 },
    text = "nn.SpatialReplicationPadding(l=2, r=0, t=0, b=1)" })
  case("VolumetricReplicationPadding", {
    make = simple("VolumetricReplicationPadding", 1, 0, 2, -1, 1, 2), input = sizes(1, 2, 2, 3, 2),
    output = { 1, 2, 5, 4, 3 },
    text = "nn.VolumetricReplicationPadding(left=1, right=0, top=2, bottom=-1, front=1, back=2)" })
  case("SpatialUpSamplingNearest", { make = simple("SpatialUpSamplingNearest", 2),
    input = sizes(1, 2, 2, 3), output = { 1, 2, 4, 6 } })
  case("SpatialUpSamplingBilinear", { make = simple("SpatialUpSamplingBilinear", 2),
    input = sizes(2, 2, 3), output = { 2, 4, 6 }, text = "nn.SpatialUpSamplingBilinear(2)" })
  case("PixelShuffle", { make = simple("PixelShuffle", 2), input = sizes(1, 4, 2, 3),
    output = { 1, 1, 4, 6 }, text = "nn.PixelShuffle(2)" })
  case("UpSampling", { make = simple("UpSampling", 2), input = sizes(1, 2, 2, 1, 3),
    output = { 1, 2, 4, 2, 6 }, text = "nn.UpSampling(2x, nearest)" })
  case("UpSampling", { make = simple("UpSampling", 2, "trilinear"), input = sizes(1, 1, 2, 2, 3),
    output = { 1, 1, 4, 4, 6 }, text = "nn.UpSampling(2x, linear)" })
  case("UpSampling", {
    make = function()
      return nn.UpSampling({ odepth = 3, oheight = 2, owidth = 5 }, "linear")
    end, input = sizes(1, 2, 2, 3, 2), output = { 1, 2, 3, 2, 5 },
    text = "nn.UpSampling(3x2x5, linear)" })
  case("UpSampling", { make = function() return nn.UpSampling{ scale = 3, name = "up" } end,
    input = sizes(1, 2, 2, 1), output = { 1, 2, 6, 3 }, text = "nn.UpSampling(3x, nearest)" })
end

return function(case, simple, sizes)
  convolutions(case, simple, sizes)
  poolings(case, simple, sizes)
  others(case, simple, sizes)
end
