-- Densely connected networks (Huang, Liu, van der Maaten and Weinberger, 2016): every layer sees
-- what all layers before it in its block made.
local args = require "wick.args"
local errors = require "wick.errors"
local nn = require "nn"
local parts = require "wick.models.parts"

local densenet = {}

local LAYERS = { [121] = { 6, 12, 24, 16 }, [169] = { 6, 12, 32, 32 }, [201] = { 6, 12, 48, 32 } }

local function normalized(model, channels)
  return model:add(nn.SpatialBatchNormalization(channels)):add(nn.ReLU(true))
end

local function convolution(from, to, kernel)
  return nn.SpatialConvolution{ from, to, kernel = kernel, pad = kernel // 2, bias = false }
end

-- Normalisation comes before each convolution; the result joins what came in.
local function layer(from, growth)
  local new = normalized(nn.Sequential(), from):add(convolution(from, 4 * growth, 1))
  normalized(new, 4 * growth):add(convolution(4 * growth, growth, 3))
  return nn.Concat(2):add(nn.Identity()):add(new)
end

-- Halves channels and maps.
local function add_transition(model, from)
  normalized(model, from):add(convolution(from, from // 2, 1))
    :add(nn.SpatialAveragePooling(2, 2, 2, 2))
  return from // 2
end

local OPTIONS = args{
  "wick.models.densenet", { "depth", "integer", 121 }, growth = 32, channels = 3, classes = 1000,
}

--- wick.models.densenet{depth = 121, growth = 32, channels = 3, classes = 1000}: depth 121, 169 or
-- 201, for images of 224 x 224.
function densenet.densenet(...)
  local o = OPTIONS:read(...)
  local blocks = LAYERS[o.depth] or errors.raise(
    "wick.models.densenet: depth is %d, it has to be 121, 169 or 201", o.depth)
  local from = 2 * o.growth
  local model = parts.addNormalized(nn.Sequential(), o.channels, from, 7, { stride = 2 })
  model:add(nn.SpatialMaxPooling{ 3, 3, stride = 2, pad = 1 })
  for i, count in ipairs(blocks) do
    for _ = 1, count do
      model:add(layer(from, o.growth))
      from = from + o.growth
    end
    if i < #blocks then from = add_transition(model, from) end
  end
  return parts.addClassifier(parts.initialize(normalized(model, from)), from, o.classes)
end

return densenet
