-- wick.models trained: a narrow form of every architecture learns eight samples by heart; tagged
-- #long, one step of each at its real size stays within the memory stated here.
local torch = require "torch"
local nn = require "nn"
local models = require "wick.models"
local optim = require "optim"

local NARROW = 1 / 8

-- Steps of Adam on eight images with labels of their own; returns the last loss.
local function drive(model, sizes, steps, rate, criterion)
  torch.manualSeed(7)
  local x, y = torch.randn(8, table.unpack(sizes)), torch.range(1, 8):long()
  local parameters, gradients = model:getParameters()
  local state, loss = { learningRate = rate }, nil
  criterion = criterion or nn.CrossEntropyCriterion()
  for _ = 1, steps do
    optim.adam(function()
      gradients:zero()
      local output = model:forward(x)
      loss = criterion:forward(output, y)
      model:backward(x, criterion:backward(output, y))
      return loss, gradients
    end, parameters, state)
    if loss < 0.02 then break end
  end
  return loss
end

local SMALL, CIFAR = { 3, 32, 32 }, { 3, 32, 32 }

-- Builder, its options but for the classes, sizes of an image, rate, seed of the weights (1).
local CASES = {
  { "linearClassifier", {}, CIFAR, 1e-3 },
  { "twoLayerNetwork", { hidden = 12 }, CIFAR, 3e-3 },
  { "lenet5", {}, { 1, 32, 32 }, 5e-3 },
  { "lenet5Original", {}, { 1, 32, 32 }, 1e-2 },
  { "convnetjs", {}, CIFAR, 5e-3 },
  { "convnet", { width = 4, neurons = 32 }, CIFAR, 5e-3 },
  { "alexnet", { size = 67, dropout = 0, width = NARROW }, { 3, 67, 67 }, 1e-3, 2 },
  { "vgg", { "A", size = 32, dropout = 0, width = NARROW }, SMALL, 2e-3 },
  { "vgg", { "A-LRN", size = 32, dropout = 0, width = NARROW }, SMALL, 2e-3 },
  { "vgg", { "B", size = 32, dropout = 0, width = NARROW }, SMALL, 2e-3 },
  { "vgg", { "C", size = 32, dropout = 0, width = NARROW }, SMALL, 2e-3 },
  { "vgg", { "D", size = 32, dropout = 0, width = NARROW }, SMALL, 3e-4, 2 },
  { "vgg", { "E", size = 32, dropout = 0, width = NARROW }, SMALL, 3e-4, 2 },
  { "cifarVgg", { width = NARROW }, CIFAR, 1e-2 },
  { "googlenet", { dropout = 0, width = NARROW }, { 3, 64, 64 }, 1e-2 },
  { "inceptionV2", { dropout = 0, width = NARROW }, { 3, 75, 75 }, 1e-2 },
  { "resnet", { 18, width = NARROW }, { 3, 64, 64 }, 1e-2 },
  { "resnet", { 34, width = NARROW, shortcut = "A" }, { 3, 64, 64 }, 1e-2 },
  { "resnet", { 50, width = NARROW, shortcut = "C" }, SMALL, 1e-2 },
  { "resnet", { 101, width = NARROW, early = true }, SMALL, 1e-2 },
  { "resnet", { 152, width = NARROW, preactivation = true }, SMALL, 1e-2 },
  { "cifarResnet", { 20, width = 1 / 4, shortcut = "A" }, CIFAR, 1e-2 },
  { "cifarResnet", { 20, width = 1 / 4, preactivation = true }, CIFAR, 3e-2 },
  { "densenet", { 121, growth = 4 }, { 3, 64, 64 }, 1e-2 },
  { "cifarDensenet", { 13, growth = 4 }, CIFAR, 3e-2 },
  { "cifarDensenet", { 22, growth = 4, bottleneck = true }, CIFAR, 3e-2 },
  { "squeezenet", { dropout = 0, width = NARROW }, { 3, 64, 64 }, 3e-3, 2 },
}

-- Configurations of VGG that differ from others in their number of layers alone.
local LONG = { B = true, D = true, E = true }

-- Behind a ReLU a score that begins below zero for all images stays there.
local function wake(model)
  for _, entry in ipairs(model:namedParameters()) do
    if entry.name == "conv_final.bias" then entry.tensor:fill(1) end
  end
  return model
end

local function title(name, options)
  local words = { name }
  for _, key in ipairs{ 1, "shortcut", "preactivation", "bottleneck", "early" } do
    words[#words + 1] = options[key] and ("%s %s"):format(key, options[key])
  end
  return (table.concat(words, ", "):gsub("1 ", "", 1))
end

describe("eight samples are learnt by heart by a narrow", function()
  local threads = torch.getnumthreads()

  setup(function()
    torch.setnumthreads(1) -- layers this small gain nothing from more
  end)

  teardown(function()
    torch.setnumthreads(threads)
  end)

  for _, case in ipairs(CASES) do
    local name, options, sizes, rate, seed = table.unpack(case)
    it(title(name, options) .. (LONG[options[1]] and " #long" or ""), function()
      torch.manualSeed(seed or 1)
      options.classes = 8
      if sizes[1] == 1 then options.channels = 1 end
      local loss = drive(wake(models[name](options)), sizes, 300, rate)
      assert.is_true(loss < 0.02, ("the loss is %g"):format(loss))
    end)
  end

  it("googlenet with auxiliary heads, which learn too", function()
    torch.manualSeed(1)
    local model = models.googlenet{ batchNorm = false, auxiliary = true, size = 80, classes = 8,
      width = NARROW, dropout = 0 }
    for _, dropout in ipairs((model:findModules("nn.Dropout"))) do dropout.p = 0 end
    local loss = drive(model, { 3, 80, 80 }, 300, 2e-3, models.googlenetCriterion())
    assert.is_true(loss < 0.02, ("the loss is %g"):format(loss))
  end)
end)

local IMAGE = { 3, 224, 224 }

-- Builder, options, sizes of an image, and the megabytes (MiB) that a step on one image may take:
-- parameters, gradients and momentum, and what the layers keep for backward.
local REAL = {
  { "lenet5Original", {}, { 1, 32, 32 }, 4 },
  { "convnetjs", {}, CIFAR, 4 },
  { "deepAutoencoder", { 784, 1000, 500, 250, 30 }, { 784 }, 60 },
  { "cifarResnet", { 110, shortcut = "A" }, CIFAR, 40 },
  { "cifarDensenet", { 100, 24 }, CIFAR, 640 },
  { "alexnet", {}, { 3, 227, 227 }, 1100 },
  { "vgg", { "A" }, IMAGE, 2400 },
  { "vgg", { "A-LRN" }, IMAGE, 2400 },
  { "vgg", { "B" }, IMAGE, 2400 },
  { "vgg", { "C" }, IMAGE, 2400 },
  { "vgg", { "D" }, IMAGE, 2700 },
  { "vgg", { "E" }, IMAGE, 2800 },
  { "googlenet", {}, IMAGE, 130 },
  { "googlenet", { batchNorm = false, auxiliary = true }, IMAGE, 250 },
  { "inceptionV2", {}, { 3, 299, 299 }, 430 },
  { "resnet", { 18 }, IMAGE, 220 },
  { "resnet", { 34 }, IMAGE, 410 },
  { "resnet", { 50 }, IMAGE, 480 },
  { "resnet", { 101 }, IMAGE, 820 },
  { "resnet", { 152 }, IMAGE, 1100 },
  { "resnet", { 152, preactivation = true }, IMAGE, 1100 },
  { "densenet", { 121 }, IMAGE, 250 },
  { "densenet", { 169 }, IMAGE, 340 },
  { "densenet", { 201 }, IMAGE, 440 },
  { "squeezenet", {}, { 3, 227, 227 }, 70 },
}

-- A step of gradient descent with momentum on one image; returns the loss before it.
local function step(model, x, criterion, target)
  local parameters, gradients = model:getParameters()
  local _, values = optim.sgd(function()
    gradients:zero()
    local output = model:forward(x)
    local loss = criterion:forward(output, target)
    model:backward(x, criterion:backward(output, target))
    return loss, gradients
  end, parameters, { learningRate = 1e-3, momentum = 0.9 })
  return values[1]
end

-- The criterion and a target for what a builder makes.
local function aim(name, options, x)
  if name == "deepAutoencoder" then return nn.BCECriterion(), x end
  local criterion = options.auxiliary and models.googlenetCriterion() or nn.CrossEntropyCriterion()
  return criterion, torch.LongTensor{ 3 }
end

describe("a training step at the real size #long:", function()
  for _, case in ipairs(REAL) do
    local name, options, sizes, most = table.unpack(case)
    it(title(name, options), function()
      collectgarbage()
      local x = torch.rand(1, table.unpack(sizes))
      local before = torch.memory().live
      torch.resetPeak()
      local loss = step(models[name](options), x, aim(name, options, x))
      local taken = (torch.memory().peak - before) / 2 ^ 20
      assert.is_true(loss == loss and loss < math.huge)
      assert.is_true(taken < most, ("%.0f MiB were taken"):format(taken))
    end)
  end
end)
