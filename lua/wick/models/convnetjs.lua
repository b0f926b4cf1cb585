-- The CIFAR-10 network of ConvNetJS: Karpathy, "ConvNetJS: deep learning in your browser", 2014.
local args = require "wick.args"
local nn = require "nn"
local parts = require "wick.models.parts"

local convnetjs = {}

local OPTIONS = args{ "wick.models.convnetjs", channels = 3, classes = 10, width = 1 }

-- Weights of variance 1 / fan_in.
local function draw(weight, fan_in)
  weight:normal(0, math.sqrt(1 / fan_in))
end

--- wick.models.convnetjs{channels = 3, classes = 10, width = 1}: for images of 32 x 32; `width`
-- scales the convolutions. Biases begin at 0.1 before ReLUs and at 0 before the softmax.
function convnetjs.convnetjs(...)
  local o = OPTIONS:read(...)
  local model, from = nn.Sequential(), o.channels
  for _, count in ipairs{ 16, 20, 20 } do
    local to = parts.scaled(count, o.width)
    model:add(nn.SpatialConvolution{ from, to, kernel = 5, pad = 2 }):add(nn.ReLU(true))
      :add(nn.SpatialMaxPooling(2, 2))
    from = to
  end
  parts.fill(model:add(parts.flatten(from * 4 * 4)):add(nn.Linear(from * 4 * 4, o.classes)), draw)
  for _, module in ipairs((model:findModules("nn.SpatialConvolution"))) do
    module.bias:fill(0.1)
  end
  return model
end

return convnetjs
