-- What Wick does for a case: functions of it that return a step to repeat and a function that
-- counts the multiply-adds of a step (0 where they say nothing).
local torch = require "torch"
local nn = require "nn"
local optim = require "optim"
local data = require "wick.data"
local layers = require "layers"
local networks = require "networks"
local stage_steps = require "stage_steps"

local steps = {}

-- A training step is a forward pass and two of the same size, for both gradients.
local PASSES = { train = 3, infer = 1 }

local function work_of(model, network, case)
  local costs = model:costs{ network.channels, network.side, network.side }
  return costs.multiplyAdds * case.batch * PASSES[case.mode]
end

-- Counted when asked for: counting runs the model once.
local function counted(model, network, case)
  return function() return work_of(model, network, case) end
end

local function training(model, x, classes)
  local y = torch.LongTensor(x:size(1)):random(classes)
  local criterion = nn.CrossEntropyCriterion()
  local parameters, gradients = model:getParameters()
  local state = { learningRate = 0.01, momentum = 0.9, dampening = 0, weightDecay = 1e-4 }
  local function evaluate()
    gradients:zero()
    local loss = criterion(model(x), y)
    loss:backward()
    return loss, gradients
  end
  return function() optim.sgd(evaluate, parameters, state) end
end

function steps.network(case)
  local network = networks[case.name]
  local model = network.build()
  local x = torch.randn(case.batch, network.channels, network.side, network.side)
  if case.mode == "infer" then
    model:evaluate()
    return function() torch.noGrad(model.forward, model, x):sum() end, counted(model, network, case)
  end
  local classes = model:get(model:size()).bias:nElement()
  return training(model, x, classes), counted(model, network, case)
end

-- Values in the layout that a convolution leaves behind, as inside a network.
local function image(samples, planes, side)
  local x = torch.randn(samples, planes, side, side)
  if planes < 16 then return x end
  return x:conv2d(torch.eye(planes):view(planes, planes, 1, 1)):detach()
end

local function numbers(text)
  local list = {}
  for number in text:gmatch("%d+") do list[#list + 1] = math.tointeger(tonumber(number)) end
  return table.unpack(list)
end

local function pooling(class)
  return function(batch, planes, kernel, stride, pad, ceil, side)
    local layer = class{ kernel, kernel, stride = stride, pad = pad, ceil = ceil == 1 }
    return layer, image(batch, planes, side)
  end
end

local makers = {
  convolution = function(batch, from, to, kernel, stride, pad, side, groups)
    local layer = nn.SpatialConvolution{
      from, to, kernel = kernel, stride = stride, pad = pad, groups = groups, bias = false,
    }
    return layer, image(batch, from, side)
  end,
  maximum = pooling(nn.SpatialMaxPooling),
  average = pooling(nn.SpatialAveragePooling),
  normalisation = function(batch, planes, side)
    return nn.SpatialBatchNormalization(planes), image(batch, planes, side)
  end,
  response = function(batch, planes, side)
    return nn.SpatialCrossMapLRN(5, 1e-4, 0.75, 2), image(batch, planes, side)
  end,
  linear = function(batch, from, to) return nn.Linear(from, to), torch.randn(batch, from) end,
}

-- Forward and all gradients. The output is summed up, as nothing makes an output that nobody reads.
function steps.layer(case)
  local word, shape = case.shape:match("(%w+) (.*)")
  local layer, x = makers[word](case.batch, numbers(shape))
  x:requiresGrad()
  local y = layer(x)
  local gradient = y:dim() == 4 and image(y:size(1), y:size(2), y:size(3)) or y:detach():clone()
  local function step()
    local output = layer(x)
    output:detach():sum()
    output:backward(gradient)
    x.grad = nil
    layer:zeroGradParameters()
  end
  return step, function() return layers.multiplyAdds(case.shape, case.batch) * PASSES.train end
end

local operations = {
  uniform = function(x) return x:uniform() end, normal = function(x) return x:normal() end,
  fill = function(x) return x:fill(1) end,
  sort = function(x) return torch.sort(x) end, topk = function(x) return x:topk(10) end,
  exp = torch.exp, log = torch.log, tanh = torch.tanh, sigmoid = torch.sigmoid, sin = torch.sin,
  sqrt = torch.sqrt, pow = function(x) return torch.pow(x, 1.5) end,
  add = function(x) return x + x end, mul = function(x) return torch.cmul(x, x) end,
  sum = function(x) return x:sum() end, sum1 = function(x) return x:sum(1) end,
  max = function(x) return x:max(2) end, softmax = torch.softMax, logsoftmax = torch.logSoftMax,
  transpose = function(x) return x:t():contiguous() end,
  mm = function(x) return torch.mm(x, x) end, mv = function(x) return torch.mv(x, x[1]) end,
  addsmall = function(x) return x + x end, mmsmall = function(x) return torch.mm(x, x) end,
  relusmall = torch.relu,
}

local WORK = { mm = true, mmsmall = true } -- square products

function steps.operation(case)
  local rows, columns = numbers(case.shape)
  local x = torch.rand(rows, columns):add(0.1)
  local f = operations[case.name]
  local work = WORK[case.name] and rows * columns * columns or 0
  return function() f(x) end, function() return work end
end

-- An epoch of shuffled batches from memory, each made ready for a network.
function steps.data(case)
  local set = { data = torch.ByteTensor(10000, 1, 28, 28):random(0, 255),
    label = torch.LongTensor(10000):random(10) }
  local batches = data.batches(set, { batch = case.batch, shuffle = true, seed = 1 })
  return function()
    for _, batch in batches:iterate() do batch.data:float():div(255) end
  end, function() return 0 end
end

local WHOLE = {
  { "RandomResizedCrop", 224 }, { "HFlip", 0.5 },
  { "ColorJitter", brightness = 0.4, contrast = 0.4, saturation = 0.4 },
}
local NORMALIZE = { "Normalize", mean = { 0.485, 0.456, 0.406 }, std = { 0.229, 0.224, 0.225 } }
local STAGES = {
  decode = { { "CenterCrop", 224 }, NORMALIZE }, resize = { WHOLE[1], NORMALIZE },
  flip = { WHOLE[1], WHOLE[2], NORMALIZE }, jitter = { WHOLE[1], WHOLE[2], WHOLE[3], NORMALIZE },
}

-- An epoch of photographs from files.
function steps.photographs(case)
  local loader = data.loader{
    data.imageFolder(case.shape), pipeline = STAGES[case.name], batchSize = case.batch,
    shuffle = true, seed = 1, log = function() end,
  }
  return function()
    for batch in loader() do batch.input:size() end
  end, function() return 0 end
end

steps.stage = stage_steps.step

return steps
