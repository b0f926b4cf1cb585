-- GoogLeNet, the first Inception network (Szegedy et al., 2014), with batch normalisation behind
-- every convolution instead of the two auxiliary classifiers.
local args = require "wick.args"
local nn = require "nn"
local parts = require "wick.models.parts"

local googlenet = {}

-- Width of each branch: 1 x 1; reduction and 3 x 3; reduction and 5 x 5; projection of the pooling.
-- "pool" halves the maps.
local MODULES = {
  { 64, 96, 128, 16, 32, 32 }, { 128, 128, 192, 32, 96, 64 }, "pool",
  { 192, 96, 208, 16, 48, 64 }, { 160, 112, 224, 24, 64, 64 }, { 128, 128, 256, 24, 64, 64 },
  { 112, 144, 288, 32, 64, 64 }, { 256, 160, 320, 32, 128, 128 }, "pool",
  { 256, 160, 320, 32, 128, 128 }, { 384, 192, 384, 48, 128, 128 },
}

local function pool()
  return nn.SpatialMaxPooling{ 3, 3, stride = 2, ceil = true }
end

local function inception(from, w)
  local add = parts.addNormalized
  local three = add(add(nn.Sequential(), from, w[2], 1), w[2], w[3], 3)
  local five = add(add(nn.Sequential(), from, w[4], 1), w[4], w[5], 5)
  local pooled = nn.Sequential():add(nn.SpatialMaxPooling{ 3, 3, stride = 1, pad = 1 })
  return nn.Concat(2):add(add(nn.Sequential(), from, w[1], 1)):add(three):add(five)
    :add(add(pooled, from, w[6], 1)), w[1] + w[3] + w[5] + w[6]
end

local OPTIONS = args{ "wick.models.googlenet", channels = 3, classes = 1000, dropout = 0.4 }

--- wick.models.googlenet{channels = 3, classes = 1000, dropout = 0.4}: for images of 224 x 224.
function googlenet.googlenet(...)
  local o = OPTIONS:read(...)
  local model = nn.Sequential()
  parts.addNormalized(model, o.channels, 64, 7, { stride = 2 }):add(pool())
  parts.addNormalized(model, 64, 64, 1)
  parts.addNormalized(model, 64, 192, 3):add(pool())
  local from = 192
  for _, widths in ipairs(MODULES) do
    local module = widths == "pool" and pool()
    if not module then module, from = inception(from, widths) end
    model:add(module)
  end
  parts.initialize(model)
  return model:add(nn.SpatialAdaptiveAveragePooling(1, 1)):add(nn.View(from))
    :add(nn.Dropout(o.dropout)):add(nn.Linear(from, o.classes))
end

return googlenet
