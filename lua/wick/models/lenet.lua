-- LeNet-5 in the form in which it is trained today: ReLU, largest of each window, every map of C3
-- connected to all of S2. lenet_original.lua has the network of the paper.
local args = require "wick.args"
local nn = require "nn"
local parts = require "wick.models.parts"

local lenet = {}

local OPTIONS = args{ "wick.models.lenet5", channels = 1, classes = 10 }

--- wick.models.lenet5{channels = 1, classes = 10}: for images of 32 x 32.
function lenet.lenet5(...)
  local o = OPTIONS:read(...)
  return parts.chain(
    nn.SpatialConvolution(o.channels, 6, 5, 5), nn.ReLU(true), nn.SpatialMaxPooling(2, 2),
    nn.SpatialConvolution(6, 16, 5, 5), nn.ReLU(true), nn.SpatialMaxPooling(2, 2),
    nn.SpatialConvolution(16, 120, 5, 5), nn.ReLU(true), parts.flatten(120),
    nn.Linear(120, 84), nn.ReLU(true), nn.Linear(84, o.classes))
end

return lenet
