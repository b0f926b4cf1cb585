-- What the networks of this package are put together from, and how their weights begin.
local nn = require "nn"

local parts = {}

--- `count` times `width`, rounded to a multiple of `multiple` (1) and at least that: the channels
-- of a network made narrower or wider.
function parts.scaled(count, width, multiple)
  multiple = multiple or 1
  return multiple * math.max(1, math.floor(count * width / multiple + 0.5))
end

--- A sequence of modules.
function parts.chain(...)
  local model = nn.Sequential()
  for _, module in ipairs{ ... } do model:add(module) end
  return model
end

-- A kernel's sides as {width, height}.
local function sides_of(kernel)
  return type(kernel) == "table" and kernel or { kernel, kernel }
end

--- Adds a convolution with batch normalisation and ReLU to `model`; returns it. `kernel`: a side or
-- {width, height}. `options`: stride, pad (half the kernel), as nn.SpatialConvolution takes them.
function parts.addNormalized(model, from, to, kernel, options)
  options = options or {}
  local sides = sides_of(kernel)
  return model
    :add(nn.SpatialConvolution{
      from, to, kernel = sides, stride = options.stride or 1,
      pad = options.pad or { sides[1] // 2, sides[2] // 2 }, bias = false,
    })
    :add(nn.SpatialBatchNormalization(to))
    :add(nn.ReLU(true))
end

--- Images as vectors of `features` numbers, a row for each of a batch, even of one.
function parts.flatten(features)
  return nn.View(features):setNumInputDims(3)
end

--- Adds the classifier that ends on a mean over each plane, behind dropout where that is given;
-- returns the model.
function parts.addClassifier(model, features, classes, dropout)
  model:add(nn.SpatialAdaptiveAveragePooling(1, 1)):add(parts.flatten(features))
  if dropout then model:add(nn.Dropout(dropout)) end
  return model:add(nn.Linear(features, classes))
end

-- Initial values ---------------------------------------------------------------------------------

-- Inputs of an output and outputs of an input of a convolution's or a linear layer's weight.
local function fans(module)
  local weight = module.weight
  local fan_in = weight:nElement() // weight:size(1)
  local area = weight:dim() == 4 and weight:size(3) * weight:size(4) or 1
  return fan_in, weight:size(1) * area
end

--- Has draw(weight, fan_in, fan_out) fill the weights of all convolutions and linear layers; biases
-- become zero. Returns the model.
function parts.fill(model, draw)
  for _, class in ipairs{ "nn.SpatialConvolution", "nn.Linear" } do
    for _, module in ipairs((model:findModules(class))) do
      draw(module.weight, fans(module))
      if module.bias then module.bias:zero() end
    end
  end
  return model
end

--- A draw for `fill`: normal with this deviation.
function parts.gaussian(deviation)
  return function(weight) weight:normal(0, deviation) end
end

--- A draw for `fill`: normal of variance 2 / (fan_in + fan_out) (Glorot and Bengio, 2010).
function parts.xavier(weight, fan_in, fan_out)
  weight:normal(0, math.sqrt(2 / (fan_in + fan_out)))
end

--- A draw for `fill`: normal of variance 2 / fan_in, which keeps the size of signals through ReLU
-- (He et al., 2015).
function parts.he(weight, fan_in)
  weight:normal(0, math.sqrt(2 / fan_in))
end

--- Draws the weights of all convolutions from a normal distribution of variance 2 / (outputs times
-- kernel area), so that gradients neither grow nor vanish (He et al., 2015); batch normalisation
-- begins as the identity. Returns the model.
function parts.initialize(model)
  for _, module in ipairs((model:findModules("nn.SpatialConvolution"))) do
    local _, fan_out = fans(module)
    module.weight:normal(0, math.sqrt(2 / fan_out))
    if module.bias then module.bias:zero() end
  end
  for _, module in ipairs((model:findModules("nn.SpatialBatchNormalization"))) do
    module.weight:fill(1)
  end
  return model
end

return parts
