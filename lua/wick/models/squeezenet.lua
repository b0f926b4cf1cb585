-- SqueezeNet 1.0: Iandola et al., "SqueezeNet: AlexNet-level accuracy with 50x fewer parameters and
-- <0.5MB model size", 2016; and 1.1, which its authors published later: smaller first filters and
-- earlier poolings, for 2.4 times fewer operations. Parameters have the names of the published
-- weights, so that wick.checkpoint loads them.
local args = require "wick.args"
local errors = require "wick.errors"
local nn = require "nn"
local parts = require "wick.models.parts"
require "nngraph"

local squeezenet = {}

-- The first convolution's channels and kernel, the last one's padding, and the modules between:
-- channels of the squeezing layer and of each expanding one; "pool" halves the maps.
local VERSIONS = {
  [1.0] = {
    first = 96, kernel = 7, pad = 1,
    { "fire2", 16, 64 }, { "fire3", 16, 64 }, { "fire4", 32, 128 }, "pool",
    { "fire5", 32, 128 }, { "fire6", 48, 192 }, { "fire7", 48, 192 }, { "fire8", 64, 256 }, "pool",
    { "fire9", 64, 256 },
  },
  [1.1] = {
    first = 64, kernel = 3, pad = 0,
    { "fire2", 16, 64 }, { "fire3", 16, 64 }, "pool", { "fire4", 32, 128 }, { "fire5", 32, 128 },
    "pool", { "fire6", 48, 192 }, { "fire7", 48, 192 }, { "fire8", 64, 256 }, { "fire9", 64, 256 },
  },
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
  "wick.models.squeezenet", channels = 3, classes = 1000, dropout = 0.5, width = 1, version = 1.0,
}

-- Adds the modules of a version; returns the channels behind them.
local function add_modules(model, version, from, wide)
  for _, row in ipairs(version) do
    if row == "pool" then
      model:add(pool())
    else
      local expanded = wide(row[3])
      model:add(fire(row[1], from, wide(row[2]), expanded))
      from = 2 * expanded
    end
  end
  return from
end

--- wick.models.squeezenet{channels = 3, classes = 1000, dropout = 0.5, width = 1, version = 1.0}:
-- for images of 227 x 227 or any other size; `width` scales all layers between; `version` is 1.0 or
-- 1.1. The convolutions are conv1, fire2.conv1x1_1 (squeeze), fire2.conv1x1_2 and fire2.conv3x3_2
-- (expand), ..., conv_final.
function squeezenet.squeezenet(...)
  local o = OPTIONS:read(...)
  local function wide(count) return parts.scaled(count, o.width) end
  local version = VERSIONS[o.version] or errors.raise(
    "wick.models.squeezenet: the version is %s, it has to be 1.0 or 1.1", errors.value(o.version))
  local from = wide(version.first)
  local model = parts.chain(
    nn.SpatialConvolution{
      o.channels, from, kernel = version.kernel, stride = 2, name = "conv1",
    }, nn.ReLU(true), pool())
  from = add_modules(model, version, from, wide)
  local last = nn.SpatialConvolution{
    from, o.classes, kernel = 1, pad = version.pad, name = "conv_final",
  }
  model:add(nn.Dropout(o.dropout)):add(last):add(nn.ReLU(true))
    :add(nn.SpatialAdaptiveAveragePooling(1, 1)):add(parts.flatten(o.classes))
  return initialize(model, last)
end

return squeezenet
