-- SqueezeNet 1.0: Iandola et al., "SqueezeNet: AlexNet-level accuracy with 50x fewer parameters and
-- <0.5MB model size", 2016. Its parameters have the names of the published weights, so that
-- wick.checkpoint loads them.
local args = require "wick.args"
local nn = require "nn"
local parts = require "wick.models.parts"
require "nngraph"

local squeezenet = {}

-- Channels of the squeezing layer and of each expanding one; "pool" halves the maps.
local MODULES = {
  { "fire2", 16, 64 }, { "fire3", 16, 64 }, { "fire4", 32, 128 }, "pool",
  { "fire5", 32, 128 }, { "fire6", 48, 192 }, { "fire7", 48, 192 }, { "fire8", 64, 256 }, "pool",
  { "fire9", 64, 256 },
}

local function pool()
  return nn.SpatialMaxPooling{ 3, 3, stride = 2, ceil = true }
end

local function convolution(name, from, to, kernel)
  return nn.SpatialConvolution{ from, to, kernel = kernel, pad = kernel // 2, name = name }
end

-- A 1 x 1 convolution to few channels, then 1 x 1 and 3 x 3 ones side by side.
local function fire(name, from, squeezed, expanded)
  local input = nn.Identity()()
  local few = nn.ReLU(true)(convolution("conv1x1_1", from, squeezed, 1)(input))
  local one = nn.ReLU(true)(convolution("conv1x1_2", squeezed, expanded, 1)(few))
  local three = nn.ReLU(true)(convolution("conv3x3_2", squeezed, expanded, 3)(few))
  local module = nn.gModule({ input }, { nn.JoinTable(1, 3){ one, three } })
  module.name = name
  return module
end

-- By He's rule, but for the last convolution's deviation of 0.01.
local function initialize(model, last)
  parts.fill(model, parts.he)
  last.weight:normal(0, 0.01)
  return model
end

local OPTIONS = args{
  "wick.models.squeezenet", channels = 3, classes = 1000, dropout = 0.5, width = 1,
}

--- wick.models.squeezenet{channels = 3, classes = 1000, dropout = 0.5, width = 1}: for images of
-- 227 x 227 or any other size; `width` scales all layers between. The convolutions are conv1,
-- fire2.conv1x1_1 (squeeze), fire2.conv1x1_2 and fire2.conv3x3_2 (expand), ..., conv_final.
function squeezenet.squeezenet(...)
  local o = OPTIONS:read(...)
  local function wide(count) return parts.scaled(count, o.width) end
  local from = wide(96)
  local model = parts.chain(
    nn.SpatialConvolution{ o.channels, from, kernel = 7, stride = 2, name = "conv1" },
    nn.ReLU(true), pool())
  for _, row in ipairs(MODULES) do
    if row == "pool" then
      model:add(pool())
    else
      local expanded = wide(row[3])
      model:add(fire(row[1], from, wide(row[2]), expanded))
      from = 2 * expanded
    end
  end
  local last = nn.SpatialConvolution{ from, o.classes, kernel = 1, pad = 1, name = "conv_final" }
  model:add(nn.Dropout(o.dropout)):add(last):add(nn.ReLU(true))
    :add(nn.SpatialAdaptiveAveragePooling(1, 1)):add(parts.flatten(o.classes))
  return initialize(model, last)
end

return squeezenet
