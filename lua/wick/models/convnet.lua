-- The general pattern of a convolutional network, [(CONV-RELU)*N-POOL?]*M-(FC-RELU)*K,SOFTMAX, as
-- Stanford's CS231n sums it up.
local args = require "wick.args"
local errors = require "wick.errors"
local nn = require "nn"
local parts = require "wick.models.parts"

local convnet = {}

local OPTIONS = args{
  "wick.models.convnet", convolutions = 2, stages = 3, hidden = 1, pool = true, width = 32,
  neurons = 256, size = 32, channels = 3, classes = 10, dropout = 0,
}

local function check(o)
  for _, name in ipairs{ "convolutions", "stages", "hidden" } do
    if o[name] < 0 or o[name] % 1 ~= 0 then
      errors.raise("wick.models.convnet: %s is %s; a number of layers expected", name,
        errors.value(o[name]))
    end
  end
  if o.pool and o.size >> o.stages < 1 then
    errors.raise("wick.models.convnet: %d poolings leave nothing of %d x %d images", o.stages,
      o.size, o.size)
  end
end

--- wick.models.convnet{convolutions = 2, stages = 3, hidden = 1, pool = true, width = 32, neurons =
-- 256, size = 32, channels = 3, classes = 10, dropout = 0}: N = `convolutions` of 3 x 3 and a
-- pooling, M = `stages` of them, the first `width` channels wide and each next twice as wide, then
-- K = `hidden` linear layers of `neurons`, and the scores.
function convnet.convnet(...)
  local o = OPTIONS:read(...)
  check(o)
  local model, from, side = nn.Sequential(), o.channels, o.size
  for stage = 1, o.stages do
    local to = math.tointeger(o.width) << (stage - 1)
    for _ = 1, o.convolutions do
      model:add(nn.SpatialConvolution{ from, to, kernel = 3, pad = 1 }):add(nn.ReLU(true))
      from = to
    end
    if o.pool then
      model:add(nn.SpatialMaxPooling(2, 2))
      side = side // 2
    end
  end
  local features = from * side * side
  model:add(parts.flatten(features))
  for _ = 1, o.hidden do
    model:add(nn.Linear(features, o.neurons)):add(nn.ReLU(true))
    if o.dropout > 0 then model:add(nn.Dropout(o.dropout)) end
    features = o.neurons
  end
  return parts.fill(model:add(nn.Linear(features, o.classes)), parts.he)
end

return convnet
