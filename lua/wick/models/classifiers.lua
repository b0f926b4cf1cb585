-- Classifiers without convolutions: f = W x + b; f = W2 max(0, W1 x); and networks of any number of
-- layers (Rumelhart, Hinton and Williams, "Learning representations by back-propagating errors",
-- 1986). Images may come as they are: they are stretched out.
local args = require "wick.args"
local errors = require "wick.errors"
local nn = require "nn"
local parts = require "wick.models.parts"

local classifiers = {}

local LINEAR = args{ "wick.models.linearClassifier", inputs = 3072, classes = 10 }

--- wick.models.linearClassifier{inputs = 3072, classes = 10}: W x + b, for images of 3 x 32 x 32.
-- Weights begin with a deviation of 0.01.
function classifiers.linearClassifier(...)
  local o = LINEAR:read(...)
  return parts.fill(parts.chain(nn.View(o.inputs), nn.Linear(o.inputs, o.classes)),
    parts.gaussian(0.01))
end

local TWO = args{ "wick.models.twoLayerNetwork", inputs = 3072, hidden = 100, classes = 10 }

--- wick.models.twoLayerNetwork{inputs = 3072, hidden = 100, classes = 10}: W2 max(0, W1 x).
function classifiers.twoLayerNetwork(...)
  local o = TWO:read(...)
  return parts.fill(parts.chain(nn.View(o.inputs), nn.Linear(o.inputs, o.hidden), nn.ReLU(true),
    nn.Linear(o.hidden, o.classes)), parts.he)
end

local UNITS = { sigmoid = "Sigmoid", tanh = "Tanh", relu = "ReLU" }

local MULTILAYER = args{
  "wick.models.multilayer", { "sizes", "sizes" }, activation = "sigmoid", dropout = 0,
}

-- Uniform, with the variance by which signals and gradients keep their size.
local function draw(weight, fan_in, fan_out)
  local bound = math.sqrt(6 / (fan_in + fan_out))
  weight:uniform(-bound, bound)
end

--- wick.models.multilayer{{784, 300, 10}, activation = "sigmoid", dropout = 0}: linear layers from
-- each size to the next with units between them, "sigmoid" as in 1986, "tanh" or "relu".
function classifiers.multilayer(...)
  local o = MULTILAYER:read(...)
  local unit = UNITS[o.activation]
  if not unit then
    errors.raise("wick.models.multilayer: the activation is %s, it has to be sigmoid, tanh or relu",
      errors.value(o.activation))
  elseif #o.sizes < 2 then
    errors.raise("wick.models.multilayer: sizes of inputs and outputs expected, got %d size(s)",
      #o.sizes)
  end
  local model = nn.Sequential():add(nn.View(o.sizes[1]))
  for i = 2, #o.sizes do
    if i > 2 then model:add(nn[unit]()) end
    if i > 2 and o.dropout > 0 then model:add(nn.Dropout(o.dropout)) end
    model:add(nn.Linear(o.sizes[i - 1], o.sizes[i]))
  end
  return parts.fill(model, unit == "ReLU" and parts.he or draw)
end

return classifiers
