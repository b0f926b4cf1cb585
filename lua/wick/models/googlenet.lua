-- GoogLeNet, the first Inception network: Szegedy et al., "Going deeper with convolutions", 2014.
-- The default has batch normalisation behind every convolution (Ioffe and Szegedy, 2015), which
-- made the auxiliary classifiers unnecessary; the paper's form has those, and local response
-- normalisation:
--
--   local model = models.googlenet{ batchNorm = false, auxiliary = true }
--   local criterion = models.googlenetCriterion()
--
-- While training its output is a table of scores, { last, head behind 4a, head behind 4d }, and the
-- criterion adds the heads' losses to the last one's, at 0.3 each. After model:evaluate() the heads
-- do not run and the output is the scores alone, for nn.CrossEntropyCriterion.
local args = require "wick.args"
local errors = require "wick.errors"
local nn = require "nn"
local auxiliary = require "wick.models.auxiliary"
local parts = require "wick.models.parts"

local googlenet = {}

-- Width of each branch: 1 x 1; reduction and 3 x 3; reduction and 5 x 5; projection of the pooling.
-- "pool" halves the maps, "head" is where an auxiliary classifier branches off.
local MODULES = {
  { 64, 96, 128, 16, 32, 32 }, { 128, 128, 192, 32, 96, 64 }, "pool",
  { 192, 96, 208, 16, 48, 64 }, "head", { 160, 112, 224, 24, 64, 64 },
  { 128, 128, 256, 24, 64, 64 }, { 112, 144, 288, 32, 64, 64 }, "head",
  { 256, 160, 320, 32, 128, 128 }, "pool",
  { 256, 160, 320, 32, 128, 128 }, { 384, 192, 384, 48, 128, 128 },
}

local function pool()
  return nn.SpatialMaxPooling{ 3, 3, stride = 2, ceil = true }
end

local function normalize()
  return nn.SpatialCrossMapLRN(5, 1e-4, 0.75, 1)
end

-- A convolution with a bias and ReLU.
local function add_plain(model, from, to, kernel, options)
  return model
    :add(nn.SpatialConvolution{
      from, to, kernel = kernel, stride = options and options.stride or 1, pad = kernel // 2,
    })
    :add(nn.ReLU(true))
end

-- Modules ----------------------------------------------------------------------------------------

local function pooled()
  return nn.Sequential():add(nn.SpatialMaxPooling{ 3, 3, stride = 1, pad = 1 })
end

-- A module and its output's channels; add(model, from, to, kernel) adds a convolution.
local function inception(from, w, add)
  local three = add(add(nn.Sequential(), from, w[2], 1), w[2], w[3], 3)
  local five = add(add(nn.Sequential(), from, w[4], 1), w[4], w[5], 5)
  return nn.Concat(2):add(add(nn.Sequential(), from, w[1], 1)):add(three):add(five)
    :add(add(pooled(), from, w[6], 1)), w[1] + w[3] + w[5] + w[6]
end

local MODULE_OPTIONS = args{
  "wick.models.inceptionModule", { "channels", "integer" }, { "widths", "table" },
  batchNorm = false,
}

--- wick.models.inceptionModule{channels, widths, batchNorm = false}: one module with reductions;
-- widths: 1 x 1; reduction, 3 x 3; reduction, 5 x 5; projection of the pooling.
function googlenet.inceptionModule(...)
  local o = MODULE_OPTIONS:read(...)
  return parts.fill((inception(o.channels, o.widths, o.batchNorm and parts.addNormalized
    or add_plain)), parts.he)
end

local NAIVE_OPTIONS = args{
  "wick.models.naiveInceptionModule", { "channels", "integer" }, { "widths", "table" },
}

--- wick.models.naiveInceptionModule{channels, widths}: one module without reductions, which is what
-- the paper argues from; widths: 1 x 1, 3 x 3, 5 x 5. The pooling keeps all channels.
function googlenet.naiveInceptionModule(...)
  local o = NAIVE_OPTIONS:read(...)
  local model = nn.Concat(2)
  for i, kernel in ipairs{ 1, 3, 5 } do
    model:add(add_plain(nn.Sequential(), o.channels, o.widths[i], kernel))
  end
  return parts.fill(model:add(pooled()), parts.he)
end

-- The network ------------------------------------------------------------------------------------

-- An auxiliary classifier on the maps of the fourth stage: means of 5 x 5 windows, 1 x 1, two
-- linear layers.
local function head(from, o, wide, add)
  local maps = (o.size + 15) // 16
  if maps < 5 then
    errors.raise("wick.models.googlenet: images of %d x %d are too small for auxiliary heads; "
      .. "65 x 65 are the smallest", o.size, o.size)
  end
  local side, reduced, hidden = (maps - 5) // 3 + 1, wide(128), wide(1024)
  local model = nn.Sequential():add(nn.SpatialAveragePooling(5, 5, 3, 3))
  return add(model, from, reduced, 1):add(parts.flatten(reduced * side * side))
    :add(nn.Linear(reduced * side * side, hidden)):add(nn.ReLU(true)):add(nn.Dropout(0.7))
    :add(nn.Linear(hidden, o.classes))
end

local function add_stem(model, o, wide, add)
  local function normalized()
    return o.batchNorm and model or model:add(normalize())
  end
  add(model, o.channels, wide(64), 7, { stride = 2 }):add(pool())
  add(normalized(), wide(64), wide(64), 1)
  add(model, wide(64), wide(192), 3)
  return normalized():add(pool())
end

-- Adds MODULES[i] and all behind it; what follows a head is a network of its own.
local function add_modules(model, i, from, o, wide, add)
  local widths = MODULES[i]
  if not widths then
    return parts.addClassifier(model, from, o.classes, o.dropout)
  elseif widths == "pool" then
    model:add(pool())
  elseif widths ~= "head" then
    local scaled = {}
    for j, count in ipairs(widths) do scaled[j] = wide(count) end
    local module, channels = inception(from, scaled, add)
    model:add(module)
    from = channels
  elseif o.auxiliary then
    local rest = add_modules(nn.Sequential(), i + 1, from, o, wide, add)
    return model:add(auxiliary.join(rest, head(from, o, wide, add)))
  end
  return add_modules(model, i + 1, from, o, wide, add)
end

local OPTIONS = args{
  "wick.models.googlenet", channels = 3, classes = 1000, dropout = 0.4, width = 1,
  batchNorm = true, auxiliary = false, size = 224,
}

--- wick.models.googlenet{channels = 3, classes = 1000, dropout = 0.4, width = 1, batchNorm = true,
-- auxiliary = false, size = 224}: for images of 224 x 224 or any other size (which the auxiliary
-- heads have to know); `width` scales all layers between. What the heads give and how it is used is
-- said at the top of this file.
function googlenet.googlenet(...)
  local o = OPTIONS:read(...)
  local add = o.batchNorm and parts.addNormalized or add_plain
  local function wide(count) return parts.scaled(count, o.width) end
  local model = add_stem(nn.Sequential(), o, wide, add)
  add_modules(model, 1, wide(192), o, wide, add)
  if not o.batchNorm then return parts.fill(model, parts.he) end
  return parts.initialize(model)
end

local CRITERION_OPTIONS = args{
  "wick.models.googlenetCriterion", { "heads", "integer", 2 }, { "weight", "number", 0.3 },
}

--- wick.models.googlenetCriterion{heads = 2, weight = 0.3}: the loss of all outputs of a network
-- with auxiliary heads while it trains: cross-entropy of the last against the labels, and `weight`
-- times that of each head.
function googlenet.googlenetCriterion(...)
  local o = CRITERION_OPTIONS:read(...)
  local criterion = nn.ParallelCriterion(true):add(nn.CrossEntropyCriterion())
  for _ = 1, o.heads do criterion:add(nn.CrossEntropyCriterion(), o.weight) end
  return criterion
end

return googlenet
