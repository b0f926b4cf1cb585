-- The CIFAR-10 network of ConvNetJS (Karpathy, 2014).
local args = require "wick.args"
local nn = require "nn"

local convnetjs = {}

local OPTIONS = args{ "wick.models.convnetjs", channels = 3, classes = 10 }

--- wick.models.convnetjs{channels = 3, classes = 10}: for images of 32 x 32.
function convnetjs.convnetjs(...)
  local o = OPTIONS:read(...)
  local model, from = nn.Sequential(), o.channels
  for _, to in ipairs{ 16, 20, 20 } do
    model:add(nn.SpatialConvolution{ from, to, kernel = 5, pad = 2 }):add(nn.ReLU(true))
      :add(nn.SpatialMaxPooling(2, 2))
    from = to
  end
  return model:add(nn.View(from * 4 * 4)):add(nn.Linear(from * 4 * 4, o.classes))
end

return convnetjs
