-- VGG (Simonyan and Zisserman, 2014): stacks of 3 x 3 convolutions between poolings.
local args = require "wick.args"
local errors = require "wick.errors"
local nn = require "nn"
local parts = require "wick.models.parts"

local vgg = {}

-- Convolutions in each of the five stacks, by the number of layers with weights.
local STACKS = {
  [11] = { 1, 1, 2, 2, 2 }, [13] = { 2, 2, 2, 2, 2 }, [16] = { 2, 2, 3, 3, 3 },
  [19] = { 2, 2, 4, 4, 4 },
}
local WIDTHS = { 64, 128, 256, 512, 512 }

local function stacks_of(name, depth)
  if STACKS[depth] then return STACKS[depth] end
  errors.raise("%s: depth is %d, it has to be 11, 13, 16 or 19", name, depth)
end

-- Adds the stacks; add(model, from, to) adds one convolution and what follows it.
local function add_stacks(model, stacks, from, add)
  for i, count in ipairs(stacks) do
    for _ = 1, count do
      add(model, from, WIDTHS[i])
      from = WIDTHS[i]
    end
    model:add(nn.SpatialMaxPooling(2, 2))
  end
  return model
end

local OPTIONS = args{
  "wick.models.vgg", { "depth", "integer", 16 }, channels = 3, classes = 1000, dropout = 0.5,
}

--- wick.models.vgg{depth = 16, channels = 3, classes = 1000, dropout = 0.5}: configurations A (11),
-- B (13), D (16) and E (19), for images of 224 x 224.
function vgg.vgg(...)
  local o = OPTIONS:read(...)
  local stacks = stacks_of("wick.models.vgg", o.depth)
  local model = add_stacks(nn.Sequential(), stacks, o.channels, function(model, from, to)
    model:add(nn.SpatialConvolution{ from, to, kernel = 3, pad = 1 }):add(nn.ReLU(true))
  end)
  parts.initialize(model)
  return model:add(nn.View(512 * 7 * 7))
    :add(nn.Linear(512 * 7 * 7, 4096)):add(nn.ReLU(true)):add(nn.Dropout(o.dropout))
    :add(nn.Linear(4096, 4096)):add(nn.ReLU(true)):add(nn.Dropout(o.dropout))
    :add(nn.Linear(4096, o.classes))
end

local CIFAR_OPTIONS = args{
  "wick.models.cifarVgg", { "depth", "integer", 16 }, channels = 3, classes = 10,
}

--- wick.models.cifarVgg{depth = 16, channels = 3, classes = 10}: the same stacks with batch
-- normalisation and one linear layer, for images of 32 x 32.
function vgg.cifarVgg(...)
  local o = CIFAR_OPTIONS:read(...)
  local stacks = stacks_of("wick.models.cifarVgg", o.depth)
  local model = add_stacks(nn.Sequential(), stacks, o.channels, function(model, from, to)
    parts.addNormalized(model, from, to, 3)
  end)
  return parts.initialize(model):add(nn.View(512)):add(nn.Linear(512, o.classes))
end

return vgg
