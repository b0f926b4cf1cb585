-- AlexNet: Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep convolutional
-- neural networks", 2012. Two groups, local response normalisation, overlapping pooling, dropout.
local args = require "wick.args"
local errors = require "wick.errors"
local nn = require "nn"
local parts = require "wick.models.parts"

local alexnet = {}

local OPTIONS = args{
  "wick.models.alexnet", channels = 3, classes = 1000, dropout = 0.5, size = 227, width = 1,
}

local function normalize()
  return nn.SpatialCrossMapLRN(5, 1e-4, 0.75, 2)
end

-- Windows of 3 that step by 2 overlap.
local function pool()
  return nn.SpatialMaxPooling(3, 3, 2, 2)
end

-- Pixels a side of the last maps.
local function maps_of(size)
  local side = (size - 11) // 4 + 1
  for _ = 1, 3 do side = (side - 3) // 2 + 1 end
  if size < 11 or side < 1 then
    errors.raise("wick.models.alexnet: images of %d x %d are too small; 67 x 67 are the smallest",
      size, size)
  end
  return side
end

-- Weights of deviation 0.01; biases 1 in the second, fourth and fifth convolution and the hidden
-- linear layers, so that their ReLUs begin active, and 0 elsewhere.
local function initialize(model)
  parts.fill(model, parts.gaussian(0.01))
  local convolutions = model:findModules("nn.SpatialConvolution")
  local linear = model:findModules("nn.Linear")
  for _, module in ipairs{ convolutions[2], convolutions[4], convolutions[5], linear[1],
    linear[2] } do
    module.bias:fill(1)
  end
  return model
end

--- wick.models.alexnet{channels = 3, classes = 1000, dropout = 0.5, size = 227, width = 1}: for
-- images of size x size (224 x 224 padded by 2 at the start and 1 at the end give the same maps as
-- 227); `width` scales all layers between.
function alexnet.alexnet(...)
  local o = OPTIONS:read(...)
  local side = maps_of(o.size)
  local function wide(count) return parts.scaled(count, o.width, 2) end
  local function convolution(from, to, kernel, pad, groups)
    return nn.SpatialConvolution{ wide(from), wide(to), kernel = kernel, pad = pad,
      groups = groups }
  end
  local features, hidden = wide(256) * side * side, wide(4096)
  return initialize(parts.chain(
    nn.SpatialConvolution{ o.channels, wide(96), kernel = 11, stride = 4 }, nn.ReLU(true),
    normalize(), pool(),
    convolution(96, 256, 5, 2, 2), nn.ReLU(true), normalize(), pool(),
    convolution(256, 384, 3, 1, 1), nn.ReLU(true),
    convolution(384, 384, 3, 1, 2), nn.ReLU(true),
    convolution(384, 256, 3, 1, 2), nn.ReLU(true), pool(),
    parts.flatten(features),
    nn.Dropout(o.dropout), nn.Linear(features, hidden), nn.ReLU(true),
    nn.Dropout(o.dropout), nn.Linear(hidden, hidden), nn.ReLU(true),
    nn.Linear(hidden, o.classes)))
end

return alexnet
