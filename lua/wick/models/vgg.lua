-- VGG: Simonyan and Zisserman, "Very deep convolutional networks for large-scale image
-- recognition", 2014. Stacks of 3 x 3 convolutions between poolings.
local args = require "wick.args"
local errors = require "wick.errors"
local nn = require "nn"
local parts = require "wick.models.parts"

local vgg = {}

-- Convolutions in each of the five stacks. C ends its last three on a 1 x 1 convolution, A-LRN
-- normalises after the first.
local CONFIGURATIONS = {
  A = { 1, 1, 2, 2, 2 }, ["A-LRN"] = { 1, 1, 2, 2, 2, lrn = true }, B = { 2, 2, 2, 2, 2 },
  C = { 2, 2, 3, 3, 3, last = 1 }, D = { 2, 2, 3, 3, 3 }, E = { 2, 2, 4, 4, 4 },
}
local LETTERS = { [11] = "A", [13] = "B", [16] = "D", [19] = "E" }
local WIDTHS = { 64, 128, 256, 512, 512 }

local function configuration_of(name, depth)
  local found = CONFIGURATIONS[LETTERS[depth] or depth]
  if found then return found end
  errors.raise("%s: the configuration is %s, it has to be 11, 13, 16 or 19 layers deep or one of "
    .. "A, A-LRN, B, C, D and E", name, errors.value(depth))
end

-- Adds the stacks; add(model, from, to, kernel) adds one convolution and what follows it. Returns
-- the model and the channels it ends on.
local function add_stacks(model, stacks, from, width, add)
  for i, count in ipairs(stacks) do
    local to = parts.scaled(WIDTHS[i], width)
    for j = 1, count do
      add(model, from, to, j == 3 and stacks.last or 3)
      if stacks.lrn and i == 1 then model:add(nn.SpatialCrossMapLRN(5, 1e-4, 0.75, 2)) end
      from = to
    end
    model:add(nn.SpatialMaxPooling(2, 2))
  end
  return model, from
end

local function side_of(name, size)
  if size >= 32 then return size // 32 end
  errors.raise("%s: images of %d x %d are too small; 32 x 32 are the smallest", name, size, size)
end

local OPTIONS = args{
  "wick.models.vgg", { "depth", "integer|string", 16 }, channels = 3, classes = 1000,
  dropout = 0.5, size = 224, width = 1,
}

--- wick.models.vgg{depth = 16, channels = 3, classes = 1000, dropout = 0.5, size = 224, width = 1}:
-- the configurations "A" (or 11), "A-LRN", "B" (13), "C", "D" (16) and "E" (19), for images of
-- size x size; `width` scales all layers between. Weights are drawn by Glorot and Bengio's rule,
-- with which the authors found that no pre-training is needed.
function vgg.vgg(...)
  local o = OPTIONS:read(...)
  local stacks = configuration_of("wick.models.vgg", o.depth)
  local side, hidden = side_of("wick.models.vgg", o.size), parts.scaled(4096, o.width)
  local function add(model, from, to, kernel)
    model:add(nn.SpatialConvolution{ from, to, kernel = kernel, pad = kernel // 2 })
      :add(nn.ReLU(true))
  end
  local model, from = add_stacks(nn.Sequential(), stacks, o.channels, o.width, add)
  local features = from * side * side
  model:add(parts.flatten(features))
    :add(nn.Linear(features, hidden)):add(nn.ReLU(true)):add(nn.Dropout(o.dropout))
    :add(nn.Linear(hidden, hidden)):add(nn.ReLU(true)):add(nn.Dropout(o.dropout))
    :add(nn.Linear(hidden, o.classes))
  return parts.fill(model, parts.xavier)
end

local CIFAR_OPTIONS = args{
  "wick.models.cifarVgg", { "depth", "integer|string", 16 }, channels = 3, classes = 10, width = 1,
}

--- wick.models.cifarVgg{depth = 16, channels = 3, classes = 10, width = 1}: the same stacks with
-- batch normalisation and one linear layer, for images of 32 x 32.
function vgg.cifarVgg(...)
  local o = CIFAR_OPTIONS:read(...)
  local stacks = configuration_of("wick.models.cifarVgg", o.depth)
  local model, features = add_stacks(nn.Sequential(), stacks, o.channels, o.width,
    parts.addNormalized)
  return parts.initialize(model):add(parts.flatten(features)):add(nn.Linear(features, o.classes))
end

return vgg
