-- What the networks of this package are put together from.
local nn = require "nn"

local parts = {}

--- A sequence of modules.
function parts.chain(...)
  local model = nn.Sequential()
  for _, module in ipairs{ ... } do model:add(module) end
  return model
end

--- Adds a convolution with batch normalisation and ReLU to `model`; returns it. `options`: stride,
-- pad (half the kernel), as nn.SpatialConvolution takes them.
function parts.addNormalized(model, from, to, kernel, options)
  options = options or {}
  return model
    :add(nn.SpatialConvolution{
      from, to, kernel = kernel, stride = options.stride or 1, pad = options.pad or kernel // 2,
      bias = false,
    })
    :add(nn.SpatialBatchNormalization(to))
    :add(nn.ReLU(true))
end

--- Adds the classifier that ends on a mean over each plane; returns the model.
function parts.addClassifier(model, features, classes)
  return model:add(nn.SpatialAdaptiveAveragePooling(1, 1)):add(nn.View(features))
    :add(nn.Linear(features, classes))
end

--- Draws the weights of all convolutions from a normal distribution of variance 2 / (outputs times
-- kernel area), so that signals neither grow nor vanish (He et al., 2015); returns the model.
function parts.initialize(model)
  for _, module in ipairs((model:findModules("nn.SpatialConvolution"))) do
    local n = module.nOutputPlane * module.kW * module.kH
    module.weight:normal(0, math.sqrt(2 / n))
    if module.bias then module.bias:zero() end
  end
  return model
end

return parts
