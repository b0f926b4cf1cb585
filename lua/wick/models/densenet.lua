-- Densely connected networks: Huang, Liu, van der Maaten and Weinberger, "Densely connected
-- convolutional networks", 2016. Every layer sees what all layers before it in its block made.
local args = require "wick.args"
local errors = require "wick.errors"
local nn = require "nn"
local parts = require "wick.models.parts"

local densenet = {}

local function normalized(model, channels)
  return model:add(nn.SpatialBatchNormalization(channels)):add(nn.ReLU(true))
end

-- Adds a convolution that keeps the maps' size, and dropout where it is asked for.
local function add_convolution(model, from, to, kernel, dropout)
  model:add(nn.SpatialConvolution{ from, to, kernel = kernel, pad = kernel // 2, bias = false })
  if dropout > 0 then model:add(nn.Dropout(dropout)) end
  return model
end

-- Normalisation comes before each convolution; the result joins what came in. A bottleneck of
-- 4 * growth channels makes the 3 x 3 convolution cheap.
local function layer(from, o)
  local new, inner = normalized(nn.Sequential(), from), from
  if o.bottleneck then
    inner = 4 * o.growth
    normalized(add_convolution(new, from, inner, 1, o.dropout), inner)
  end
  add_convolution(new, inner, o.growth, 3, o.dropout)
  return nn.Concat(2):add(nn.Identity()):add(new)
end

-- Halves the maps and compresses the channels.
local function add_transition(model, from, o)
  local to = math.max(1, math.floor(from * o.compression))
  add_convolution(normalized(model, from), from, to, 1, o.dropout)
    :add(nn.SpatialAveragePooling(2, 2, 2, 2))
  return to
end

-- Adds blocks of counts[i] layers; returns the channels at the end.
local function add_blocks(model, counts, from, o)
  for i, count in ipairs(counts) do
    for _ = 1, count do
      model:add(layer(from, o))
      from = from + o.growth
    end
    if i < #counts then from = add_transition(model, from, o) end
  end
  normalized(model, from)
  return from
end

local LAYERS = { [121] = { 6, 12, 24, 16 }, [169] = { 6, 12, 32, 32 }, [201] = { 6, 12, 48, 32 } }

local OPTIONS = args{
  "wick.models.densenet", { "depth", "integer", 121 }, growth = 32, channels = 3, classes = 1000,
  compression = 0.5, bottleneck = true, dropout = 0,
}

--- wick.models.densenet{depth = 121, growth = 32, channels = 3, classes = 1000, compression = 0.5,
-- bottleneck = true, dropout = 0}: depth 121, 169 or 201, for images of 224 x 224 or any other
-- size. `growth` is its width: the channels that each layer adds.
function densenet.densenet(...)
  local o = OPTIONS:read(...)
  local counts = LAYERS[o.depth] or errors.raise(
    "wick.models.densenet: depth is %d, it has to be 121, 169 or 201", o.depth)
  local from = 2 * o.growth
  local model = parts.addNormalized(nn.Sequential(), o.channels, from, 7, { stride = 2 })
  model:add(nn.SpatialMaxPooling{ 3, 3, stride = 2, pad = 1 })
  from = add_blocks(model, counts, from, o)
  return parts.addClassifier(parts.initialize(model), from, o.classes)
end

local CIFAR_OPTIONS = args{
  "wick.models.cifarDensenet", { "depth", "integer", 40 }, { "growth", "integer", 12 },
  { "bottleneck", "boolean", false },
  { "compression", "number", function(o) return o.bottleneck and 0.5 or 1 end },
  channels = 3, classes = 10, dropout = 0,
}

--- wick.models.cifarDensenet{depth = 40, growth = 12, bottleneck = false, compression = 1 (0.5 with
-- a bottleneck), channels = 3, classes = 10, dropout = 0}: three blocks for images of 32 x 32.
-- The paper has depth 40 and 100 with growth 12, 100 with 24; with a bottleneck (DenseNet-BC) depth
-- 100, 250 and 190 with growth 12, 24 and 40; and a dropout of 0.2 without augmentation.
function densenet.cifarDensenet(...)
  local o = CIFAR_OPTIONS:read(...)
  local per_layer = o.bottleneck and 6 or 3
  if o.depth < 4 + per_layer or (o.depth - 4) % per_layer ~= 0 then
    errors.raise("wick.models.cifarDensenet: depth is %d, it has to be %d n + 4%s", o.depth,
      per_layer, o.bottleneck and " with a bottleneck" or "")
  end
  local n, from = (o.depth - 4) // per_layer, o.bottleneck and 2 * o.growth or 16
  local model = add_convolution(nn.Sequential(), o.channels, from, 3, 0)
  from = add_blocks(model, { n, n, n }, from, o)
  return parts.addClassifier(parts.initialize(model), from, o.classes)
end

return densenet
