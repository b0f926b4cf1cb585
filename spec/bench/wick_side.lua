-- Wick's half of a benchmark: kind case mode batch threads [shape]. Measures a sample for each line
-- read: how many steps, or "peak".
local torch = require "torch"
local nn = require "nn"
local optim = require "optim"
local models = require "wick.models"
local paths = require "paths"
local system = require "wick.system"

local kind, case, mode = arg[1], arg[2], arg[3]
local batch, threads, shape = tonumber(arg[4]), tonumber(arg[5]), arg[6]

local function memory(field)
  for line in io.lines("/proc/self/status") do
    local kilobytes = line:match("^" .. field .. ":%s+(%d+)")
    if kilobytes then return tonumber(kilobytes) / 1024 end
  end
end

local base = memory("VmRSS")

-- Builder, sides of the image, channels.
local networks = {
  lenet5 = { models.lenet5, 32, 1 }, convnetjs = { models.convnetjs, 32, 3 },
  resnet20 = { models.cifarResnet, 32, 3 }, cifar_vgg16 = { models.cifarVgg, 32, 3 },
  alexnet = { models.alexnet, 227, 3 }, vgg16 = { models.vgg, 224, 3 },
  googlenet = { models.googlenet, 224, 3 }, resnet18 = { models.resnet, 224, 3 },
  resnet50 = { function() return models.resnet{ 50 } end, 224, 3 },
  densenet121 = { models.densenet, 224, 3 },
}

local function network()
  local build, side, channels = table.unpack(networks[case])
  local model = build()
  local x = torch.randn(batch, channels, side, side)
  if mode == "infer" then
    model:evaluate()
    return function() torch.noGrad(model.forward, model, x):sum() end
  end
  local classes = model:forward(x):size(2)
  local y = torch.LongTensor(batch):random(classes)
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

-- Forward and all gradients.
local function convolution()
  local c = {}
  for number in shape:gmatch("%d+") do c[#c + 1] = math.tointeger(tonumber(number)) end
  local from, to, kernel, stride, pad, side, _, groups = table.unpack(c)
  local x = torch.randn(batch, from, side, side):requiresGrad()
  local w = torch.randn(to, from // groups, kernel, kernel):requiresGrad()
  local options = { stride = stride, pad = pad, groups = groups }
  local gradient
  return function()
    local y = x:conv2d(w, nil, options)
    gradient = gradient or torch.randn(y:size()):conv2d(torch.eye(to):view(to, to, 1, 1))
    y:backward(gradient)
    x.grad, w.grad = nil, nil
  end
end

local operations = {
  uniform = function(x) return x:uniform() end, normal = function(x) return x:normal() end,
  sort = function(x) return torch.sort(x) end, topk = function(x) return x:topk(10) end,
  exp = torch.exp, log = torch.log, tanh = torch.tanh, sigmoid = torch.sigmoid, sin = torch.sin,
  add = function(x) return x + x end, sum = function(x) return x:sum() end,
  sum1 = function(x) return x:sum(1) end, softmax = torch.softMax, logsoftmax = torch.logSoftMax,
  mm = function(x) return torch.mm(x, x) end, mv = function(x) return torch.mv(x, x[1]) end,
  addsmall = function(x) return x + x end, mmsmall = function(x) return torch.mm(x, x) end,
}

local function operation()
  local word, rows, columns = shape:match("(%w+),(%d+),(%d+)")
  local x = torch.rand(tonumber(rows), tonumber(columns)):add(0.1)
  local f = operations[word]
  return function() f(x) end
end

-- Seconds that this process's threads have waited for a core.
local function waited()
  local total = 0
  for _, thread in ipairs(paths.dir("/proc/self/task")) do
    local file = thread:find("^%d+$") and io.open("/proc/self/task/" .. thread .. "/schedstat")
    if file then
      total = total + tonumber(file:read("a"):match("%S+ (%S+)"))
      file:close()
    end
  end
  return total / 1e9
end

torch.setnumthreads(threads)
torch.manualSeed(1)
local step = ({ network = network, convolution = convolution, operation = operation })[kind]()
for _ = 1, 2 do step() end
for line in io.lines() do
  if line == "peak" then
    print(("%.1f %.1f"):format(memory("VmHWM"), base))
  else
    local steps, before, start = tonumber(line), waited(), system.clock()
    for _ = 1, steps do step() end
    local time = system.clock() - start
    print(("%.6f %.6f"):format(time / steps * 1000, (waited() - before) / time))
  end
  io.stdout:flush()
end
