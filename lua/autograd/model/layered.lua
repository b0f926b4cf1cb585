-- Networks of layers one after the other: dense ones, convolutional ones, and both.
local errors = require "wick.errors"
local functionalize = require "autograd.functionalize"
local read_options = require "autograd.model.options"
local torch = require "torch"

local nn = functionalize("nn")

local layered = {}

-- A network in the making. `place[i]` is the place of layer i's parameters among `params`.
local function start(params, layers, place)
  return { params = params or {}, layers = layers or {}, place = place or {} }
end

local function add(network, layer, params)
  table.insert(network.layers, layer)
  if not params then return end
  table.insert(network.params, params)
  network.place[#network.layers] = #network.params
end

-- The function of a network, its parameters and its layers.
local function finish(network)
  local layers, place = network.layers, network.place
  local function f(params, x)
    for i, layer in ipairs(layers) do
      x = place[i] and layer(params[place[i]], x) or not place[i] and layer(x)
    end
    return x
  end
  return f, network.params, layers
end

local function activation(name)
  local constructor = nn[name]
  if constructor then return constructor() end
  errors.raise("autograd.model: nn has no activation %s", errors.value(name))
end

local function dropout_of(options, i)
  return options.dropoutProbs[i] or options.dropoutProb
end

-- Dense networks ---------------------------------------------------------------------------------

local dense_defaults = {
  inputFeatures = 10, hiddenFeatures = { 100, 2 }, batchNormalization = false, dropoutProb = 0,
  dropoutProbs = {}, activations = "ReLU", classifier = false, cuda = false,
}

local function add_dense(network, options, i, features)
  local hidden = options.hiddenFeatures[i]
  local plain = options.classifier and i == #options.hiddenFeatures
  if dropout_of(options, i) > 0 then add(network, nn.Dropout(dropout_of(options, i))) end
  add(network, nn.Linear(features, hidden))
  if plain then return end
  if options.batchNormalization then add(network, nn.BatchNormalization(hidden)) end
  if options.activations then add(network, activation(options.activations)) end
end

--- NeuralNetwork{ inputFeatures = 10, hiddenFeatures = {100, 2}, activations = "ReLU", classifier =
-- false, dropoutProb = 0, dropoutProbs = {}, batchNormalization = false }: dense layers. A
-- classifier ends without an activation.
function layered.NeuralNetwork(options, ...)
  options = read_options("model.NeuralNetwork", options, dense_defaults)
  local network, features = start(...), options.inputFeatures
  add(network, nn.Reshape(features))
  for i, hidden in ipairs(options.hiddenFeatures) do
    add_dense(network, options, i, features)
    features = hidden
  end
  return finish(network)
end

-- Convolutional networks -------------------------------------------------------------------------

local spatial_defaults = {
  inputFeatures = 3, hiddenFeatures = { 16, 32, 64 }, kernelSize = 5, padding = "none",
  inputStride = 1, poolings = { 1, 1, 1 }, batchNormalization = false, dropoutProb = 0,
  dropoutProbs = {}, activations = "ReLU", cuda = false,
}

local function add_spatial(network, options, i, features)
  local hidden, kernel = options.hiddenFeatures[i], options.kernelSize
  local stride = i == 1 and options.inputStride or 1
  local padding = options.padding or (kernel - 1) // 2
  local pooling = options.poolings[i] or 1
  if dropout_of(options, i) > 0 then add(network, nn.SpatialDropout(dropout_of(options, i))) end
  add(network, nn.SpatialConvolutionMM(features, hidden, kernel, kernel, stride, stride, padding,
    padding))
  if options.batchNormalization then add(network, nn.SpatialBatchNormalization(hidden)) end
  if options.activations then add(network, activation(options.activations)) end
  if pooling > 1 then add(network, nn.SpatialMaxPooling(pooling, pooling)) end
end

--- SpatialNetwork{ inputFeatures = 3, hiddenFeatures = {16, 32, 64}, kernelSize = 5, padding = half
-- of it, inputStride = 1, poolings = {1, 1, 1}, activations = "ReLU", dropoutProb = 0,
-- dropoutProbs = {}, batchNormalization = false }: convolutions, each with its pooling.
function layered.SpatialNetwork(options, ...)
  options = read_options("model.SpatialNetwork", options, spatial_defaults)
  local network, features = start(...), options.inputFeatures
  for i, hidden in ipairs(options.hiddenFeatures) do
    add_spatial(network, options, i, features)
    features = hidden
  end
  return finish(network)
end

local function with(options, changes)
  local changed = {}
  for name, value in pairs(options or {}) do changed[name] = value end
  for name, value in pairs(changes) do changed[name] = value end
  return changed
end

--- AlexNet(depth, height, width, spatial, dense): a SpatialNetwork with the options `spatial` for
-- images of that size, and a NeuralNetwork with the options `dense`, a classifier, behind it.
function layered.AlexNet(depth, height, width, spatial, dense, params, layers, place)
  params, layers, place = params or {}, layers or {}, place or {}
  if (dense or {}).inputFeatures then
    errors.raise("autograd.model.AlexNet: the dense part's inputFeatures follow from the image's "
      .. "size; do not give them")
  end
  local convolutions = layered.SpatialNetwork(with(spatial, { inputFeatures = depth }), params,
    layers, place)
  local features = convolutions(params, torch.zeros(1, depth, height, width)):nElement()
  return layered.NeuralNetwork(with(dense, { inputFeatures = features, classifier = true }), params,
    layers, place)
end

return layered
