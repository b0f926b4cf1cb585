-- AlexNet (Krizhevsky, Sutskever and Hinton, 2012): two groups, local response normalisation,
-- overlapping pooling, dropout.
local args = require "wick.args"
local nn = require "nn"
local parts = require "wick.models.parts"

local alexnet = {}

local OPTIONS = args{ "wick.models.alexnet", channels = 3, classes = 1000, dropout = 0.5 }

local function normalize()
  return nn.SpatialCrossMapLRN(5, 1e-4, 0.75, 2)
end

local function pool()
  return nn.SpatialMaxPooling(3, 3, 2, 2)
end

--- wick.models.alexnet{channels = 3, classes = 1000, dropout = 0.5}: for images of 227 x 227 (224 x
-- 224 padded by 2 at the start and 1 at the end give the same maps).
function alexnet.alexnet(...)
  local o = OPTIONS:read(...)
  local function convolution(from, to, kernel, pad, groups)
    return nn.SpatialConvolution{ from, to, kernel = kernel, pad = pad, groups = groups }
  end
  return parts.chain(
    nn.SpatialConvolution{ o.channels, 96, kernel = 11, stride = 4 }, nn.ReLU(true), normalize(),
    pool(),
    convolution(96, 256, 5, 2, 2), nn.ReLU(true), normalize(), pool(),
    convolution(256, 384, 3, 1, 1), nn.ReLU(true),
    convolution(384, 384, 3, 1, 2), nn.ReLU(true),
    convolution(384, 256, 3, 1, 2), nn.ReLU(true), pool(),
    nn.View(256 * 6 * 6),
    nn.Dropout(o.dropout), nn.Linear(256 * 6 * 6, 4096), nn.ReLU(true),
    nn.Dropout(o.dropout), nn.Linear(4096, 4096), nn.ReLU(true),
    nn.Linear(4096, o.classes))
end

return alexnet
