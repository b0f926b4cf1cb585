-- The methods that Torch7's nn documents for its classes, beyond those of every module: each is
-- there. What Torch7's own layers call inside themselves is not asked for.
local torch = require "torch"
local nn = require "nn"

local METHODS = [[
  Module: accGradParameters accUpdateGradParameters apply backward backwardUpdate clearState clone
    defaultAccUpdateGradParameters double evaluate findModules flatten float forward getParameters
    listModules parameters replace share training type updateGradInput
    updateParameters zeroGradParameters
  Criterion: backward clone double float forward type
  Container: add applyToModules get rethrowErrors size
  Sequential: insert remove
  ClassSimplexCriterion: getPredictions getTopPrediction
  Convert: b bf bt buildConverter default findAxis transpose
  Decorator: decorate
  Dropout: setp
  GPU: apply clone setDevice
  GradientReversal: setLambda
  Kmeans: initKmeansPlus initRandom
  Linear: noBias
  LinearWeightNorm: fromLinear initFromWeight toLinear updateWeightMatrix
  LookupTable: accUpdateOnly scaleGradByFreq setMaxNorm setNormType setPadding
  MapTable: resize
  NaN: newId recursiveIsNaN
  PartialLinear: resetPartition setPartition
  SparseLinear: reshapeInput
  SpatialAdaptiveAveragePooling: empty
  SpatialAdaptiveMaxPooling: empty
  SpatialAveragePooling: ceil floor setCountExcludePad setCountIncludePad
  SpatialConvolution: noBias
  SpatialConvolutionMM: noBias
  SpatialConvolutionMap: decayParameters
  SpatialDepthWiseConvolution: noBias
  SpatialDropout: setp
  SpatialFractionalMaxPooling: empty fixPoolingRegions
  SpatialFullConvolution: noBias
  SpatialMaxPooling: ceil empty floor
  SpatialMaxUnpooling: empty
  SpatialUpSamplingBilinear: setSize
  Squeeze: setNumInputDims
  StochasticGradient: train
  TemporalMaxPooling: empty
  TemporalRowConvolution: noBias
  Threshold: validateParameters
  Transpose: setNumInputDims
  Unsqueeze: setNumInputDims
  View: resetSize setNumInputDims
  VolumetricAveragePooling: empty
  VolumetricConvolution: noBias
  VolumetricDropout: setp
  VolumetricFractionalMaxPooling: empty fixPoolingRegions
  VolumetricFullConvolution: noBias
  VolumetricMaxPooling: ceil empty floor
  VolumetricMaxUnpooling: empty
  WeightNorm: permuteIn permuteOut resetInit updateWeight
]]

-- Lists of names by class, in order.
local classes, methods_of = {}, {}
for word in METHODS:gmatch("%S+") do
  local class = word:match("^(%w+):$")
  if class then
    classes[#classes + 1], methods_of[class] = class, {}
  else
    table.insert(methods_of[classes[#classes]], word)
  end
end

describe("Torch7's documented methods are there:", function()
  for _, class in ipairs(classes) do
    it("nn." .. class, function()
      local metatable = torch.getmetatable("nn." .. class)
      for _, method in ipairs(methods_of[class]) do
        assert.equal("function", type(metatable[method]), method)
      end
    end)
  end
end)

describe("methods that change a layer", function()
  it("decayParameters makes kernels and biases smaller by a share", function()
    local layer = nn.SpatialConvolutionMap(nn.tables.full(2, 3), 3, 3)
    local weight, bias = layer.weight:detach():clone(), layer.bias:detach():clone()
    layer:decayParameters(0.25)
    assert.is_true(torch.abs(weight * 0.75 - layer.weight:detach()):max() < 1e-7)
    assert.is_true(torch.abs(bias * 0.75 - layer.bias:detach()):max() < 1e-7)
  end)

  it("empty lets go of outputs", function()
    for _, layer in ipairs{ nn.SpatialAdaptiveAveragePooling(2, 2),
      nn.SpatialAdaptiveMaxPooling(2, 2), nn.SpatialMaxPooling(2, 2),
      nn.VolumetricAveragePooling(2, 2, 2) } do
      local x = torch.typename(layer):find("Volumetric") and torch.rand(1, 4, 4, 4)
        or torch.rand(1, 4, 4)
      layer:forward(x)
      assert.equal(layer, layer:empty())
      assert.equal(0, layer.output:nElement())
    end
  end)
end)
