-- Residual networks, H(x) = F(x) + x: He, Zhang, Ren and Sun, "Deep residual learning for image
-- recognition", 2015; the pre-activated form from their "Identity mappings in deep residual
-- networks", 2016.
local args = require "wick.args"
local errors = require "wick.errors"
local nn = require "nn"
local parts = require "wick.models.parts"

local resnet = {}

local function convolution(from, to, kernel, stride)
  return nn.SpatialConvolution{
    from, to, kernel = kernel, stride = stride, pad = kernel // 2, bias = false,
  }
end

local function normalized(model, channels)
  return model:add(nn.SpatialBatchNormalization(channels)):add(nn.ReLU(true))
end

-- Convolutions of a block as {channels, kernel, stride} ------------------------------------------

local function basic(width, stride)
  return { { width, 3, stride }, { width, 3, 1 } }
end

-- Down to `width` channels, 3 x 3, and up to four times as many.
local function bottleneck(width, stride, early)
  return { { width, 1, early and stride or 1 }, { width, 3, early and 1 or stride },
    { 4 * width, 1, 1 } }
end

-- Shortcuts --------------------------------------------------------------------------------------

-- Every other pixel, with channels of zeros behind.
local function padded(from, to, stride)
  local model = nn.Sequential()
  if stride > 1 then model:add(nn.SpatialAveragePooling(1, 1, stride, stride)) end
  return from == to and model or model:add(nn.Padding(1, to - from, 3))
end

local function projection(from, to, stride, o)
  local model = parts.chain(convolution(from, to, 1, stride))
  return o.preactivation and model or model:add(nn.SpatialBatchNormalization(to))
end

-- x itself where the block keeps its size. Where it does not: A padded with zeros, B and C
-- projected by a 1 x 1 convolution; C projects everywhere.
local function shortcut(from, to, stride, o)
  if o.shortcut == "C" then return projection(from, to, stride, o) end
  if from == to and stride == 1 then return nn.Identity() end
  return (o.shortcut == "A" and padded or projection)(from, to, stride, o)
end

-- Blocks -----------------------------------------------------------------------------------------

-- Normalisation behind each convolution, ReLU behind the sum.
local function original(from, convolutions, stride, o)
  local main, channels = nn.Sequential(), from
  for i, c in ipairs(convolutions) do
    if i > 1 then main:add(nn.ReLU(true)) end
    main:add(convolution(channels, c[1], c[2], c[3])):add(nn.SpatialBatchNormalization(c[1]))
    channels = c[1]
  end
  local both = nn.ConcatTable():add(main):add(shortcut(from, channels, stride, o))
  return parts.chain(both, nn.CAddTable(true), nn.ReLU(true)), channels
end

-- Normalisation and ReLU before each convolution; what a projection gets has passed the first too.
local function preactivated(from, convolutions, stride, o)
  local main, channels = nn.Sequential(), from
  local first, to = nn.Sequential(), convolutions[#convolutions][1]
  local is_identity = o.shortcut ~= "C" and from == to and stride == 1
  for i, c in ipairs(convolutions) do
    normalized(i == 1 and not is_identity and first or main, channels)
    main:add(convolution(channels, c[1], c[2], c[3]))
    channels = c[1]
  end
  local both = nn.ConcatTable():add(main):add(shortcut(from, to, stride, o))
  return first:add(both):add(nn.CAddTable(true)), to
end

-- Adds stages of counts[i] blocks; each but the first halves the maps and doubles the width.
-- Returns the channels at the end.
local function add_stages(model, block, counts, width, o)
  local from, residual = width, o.preactivation and preactivated or original
  for stage, count in ipairs(counts) do
    for i = 1, count do
      local module
      local stride = i == 1 and stage > 1 and 2 or 1
      local convolutions = block(width << (stage - 1), stride, o.early)
      module, from = residual(from, convolutions, stride, o)
      model:add(module)
    end
  end
  if o.preactivation then normalized(model, from) end
  return from
end

-- Networks ---------------------------------------------------------------------------------------

local function check_shortcut(name, kind)
  if kind == "A" or kind == "B" or kind == "C" then return end
  errors.raise("%s: the shortcut is %s, it has to be \"A\", \"B\" or \"C\"", name,
    errors.value(kind))
end

local BLOCKS = {
  [18] = { basic, { 2, 2, 2, 2 } }, [34] = { basic, { 3, 4, 6, 3 } },
  [50] = { bottleneck, { 3, 4, 6, 3 } }, [101] = { bottleneck, { 3, 4, 23, 3 } },
  [152] = { bottleneck, { 3, 8, 36, 3 } },
}

local OPTIONS = args{
  "wick.models.resnet", { "depth", "integer", 18 }, channels = 3, classes = 1000, width = 1,
  shortcut = "B", preactivation = false, early = false,
}

--- wick.models.resnet{depth = 18, channels = 3, classes = 1000, width = 1, shortcut = "B",
-- preactivation = false, early = false}: depth 18, 34, 50, 101 or 152, for images of 224 x 224 or
-- any other size. `shortcut`: where a block changes size, "A" pads with zeros, "B" projects; "C"
-- projects everywhere. `early`: a bottleneck halves the maps in its first convolution, as in the
-- paper's operation counts, instead of its 3 x 3 one, as in the authors' later models.
function resnet.resnet(...)
  local o = OPTIONS:read(...)
  local blocks = BLOCKS[o.depth] or errors.raise(
    "wick.models.resnet: depth is %d, it has to be 18, 34, 50, 101 or 152", o.depth)
  check_shortcut("wick.models.resnet", o.shortcut)
  local width = parts.scaled(64, o.width)
  local model = parts.addNormalized(nn.Sequential(), o.channels, width, 7, { stride = 2 })
  model:add(nn.SpatialMaxPooling{ 3, 3, stride = 2, pad = 1 })
  local features = add_stages(model, blocks[1], blocks[2], width, o)
  return parts.addClassifier(parts.initialize(model), features, o.classes)
end

local CIFAR_OPTIONS = args{
  "wick.models.cifarResnet", { "depth", "integer", 20 }, channels = 3, classes = 10, width = 1,
  shortcut = "B", preactivation = false, bottleneck = false, early = false,
}

-- Blocks in each of the three stages.
local function blocks_of(o)
  local layers = o.bottleneck and 9 or 6
  if o.depth < layers + 2 or (o.depth - 2) % layers ~= 0 then
    errors.raise("wick.models.cifarResnet: depth is %d, it has to be %d n + 2%s", o.depth, layers,
      o.bottleneck and " with a bottleneck: 164, 1001, ..." or ": 20, 32, 44, ...")
  end
  return (o.depth - 2) // layers
end

--- wick.models.cifarResnet{depth = 20, channels = 3, classes = 10, width = 1, shortcut = "B",
-- preactivation = false, bottleneck = false, early = false}: depth 6 n + 2 (20, 32, 44, 56, 110 in
-- the paper, there with shortcut "A"), for images of 32 x 32. With `bottleneck` the depth is
-- 9 n + 2 (164 and 1001 in the later paper, pre-activated and with `early`).
function resnet.cifarResnet(...)
  local o = CIFAR_OPTIONS:read(...)
  local n = blocks_of(o)
  check_shortcut("wick.models.cifarResnet", o.shortcut)
  local width = parts.scaled(16, o.width)
  local model = nn.Sequential()
  if o.preactivation then
    model:add(convolution(o.channels, width, 3, 1))
  else
    parts.addNormalized(model, o.channels, width, 3)
  end
  local block = o.bottleneck and bottleneck or basic
  local features = add_stages(model, block, { n, n, n }, width, o)
  return parts.addClassifier(parts.initialize(model), features, o.classes)
end

return resnet
