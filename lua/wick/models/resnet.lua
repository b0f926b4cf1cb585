-- Residual networks (He, Zhang, Ren and Sun, 2015): H(x) = F(x) + x.
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

-- Two 3 x 3 convolutions.
local function basic(from, width, stride)
  local model = parts.addNormalized(nn.Sequential(), from, width, 3, { stride = stride })
  return model:add(convolution(width, width, 3, 1)):add(nn.SpatialBatchNormalization(width)), width
end

-- Down to `width` channels, 3 x 3, and up to four times as many; the stride is in the middle.
local function bottleneck(from, width, stride)
  local model = parts.addNormalized(nn.Sequential(), from, width, 1)
  parts.addNormalized(model, width, width, 3, { stride = stride })
  return model:add(convolution(width, 4 * width, 1, 1))
    :add(nn.SpatialBatchNormalization(4 * width)), 4 * width
end

-- x itself, or a 1 x 1 convolution of it where the block changes its size.
local function shortcut(from, to, stride)
  if from == to and stride == 1 then return nn.Identity() end
  return parts.chain(convolution(from, to, 1, stride), nn.SpatialBatchNormalization(to))
end

local function residual(block, from, width, stride)
  local main, to = block(from, width, stride)
  local both = nn.ConcatTable():add(main):add(shortcut(from, to, stride))
  return parts.chain(both, nn.CAddTable(true), nn.ReLU(true)), to
end

-- Adds stages of counts[i] blocks; each but the first halves the maps and doubles the width.
local function add_stages(model, block, counts, width)
  local from = width
  for stage, count in ipairs(counts) do
    for i = 1, count do
      local module
      module, from = residual(block, from, width << (stage - 1), i == 1 and stage > 1 and 2 or 1)
      model:add(module)
    end
  end
  return from
end

local BLOCKS = {
  [18] = { basic, { 2, 2, 2, 2 } }, [34] = { basic, { 3, 4, 6, 3 } },
  [50] = { bottleneck, { 3, 4, 6, 3 } }, [101] = { bottleneck, { 3, 4, 23, 3 } },
  [152] = { bottleneck, { 3, 8, 36, 3 } },
}

local OPTIONS = args{
  "wick.models.resnet", { "depth", "integer", 18 }, channels = 3, classes = 1000,
}

--- wick.models.resnet{depth = 18, channels = 3, classes = 1000}: depth 18, 34, 50, 101 or 152, for
-- images of 224 x 224.
function resnet.resnet(...)
  local o = OPTIONS:read(...)
  local blocks = BLOCKS[o.depth] or errors.raise(
    "wick.models.resnet: depth is %d, it has to be 18, 34, 50, 101 or 152", o.depth)
  local model = parts.addNormalized(nn.Sequential(), o.channels, 64, 7, { stride = 2 })
  model:add(nn.SpatialMaxPooling{ 3, 3, stride = 2, pad = 1 })
  local features = add_stages(model, blocks[1], blocks[2], 64)
  return parts.addClassifier(parts.initialize(model), features, o.classes)
end

local CIFAR_OPTIONS = args{
  "wick.models.cifarResnet", { "depth", "integer", 20 }, channels = 3, classes = 10,
}

--- wick.models.cifarResnet{depth = 20, channels = 3, classes = 10}: depth 6 n + 2, for images of
-- 32 x 32.
function resnet.cifarResnet(...)
  local o = CIFAR_OPTIONS:read(...)
  local n = (o.depth - 2) // 6
  if o.depth < 8 or (o.depth - 2) % 6 ~= 0 then
    errors.raise("wick.models.cifarResnet: depth is %d, it has to be 6 n + 2: 20, 32, 44, ...",
      o.depth)
  end
  local model = parts.addNormalized(nn.Sequential(), o.channels, 16, 3)
  local features = add_stages(model, basic, { n, n, n }, 16)
  return parts.addClassifier(parts.initialize(model), features, o.classes)
end

return resnet
