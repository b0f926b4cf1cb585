-- wick.models for small images and for vectors, trained: a narrow form of each learns eight samples
-- by heart, by gradients or by a rule of its own.
local torch = require "torch"
local nn = require "nn"
local by_heart = require "spec.support.by_heart"
local models = require "wick.models"
local optim = require "optim"

local NARROW, CIFAR = 1 / 8, { 3, 32, 32 }

-- Builder, options but for the classes, sizes of an image, rate, seed of the weights.
local CASES = {
  { "linearClassifier", {}, CIFAR, 1e-3 },
  { "twoLayerNetwork", { hidden = 12 }, CIFAR, 3e-3 },
  { "lenet5", {}, { 1, 32, 32 }, 5e-3 },
  { "lenet5Original", {}, { 1, 32, 32 }, 1e-2 },
  { "convnetjs", {}, CIFAR, 5e-3 },
  { "convnet", { width = 4, neurons = 32 }, CIFAR, 5e-3 },
  { "cifarVgg", { width = NARROW }, CIFAR, 1e-2 },
  { "cifarResnet", { 20, width = NARROW, shortcut = "A" }, CIFAR, 1e-2 },
  { "cifarResnet", { 20, width = NARROW, preactivation = true }, CIFAR, 3e-2 },
  { "cifarResnet", { 32, width = NARROW, shortcut = "A" }, CIFAR, 1e-2 },
  { "cifarResnet", { 44, width = NARROW, shortcut = "A" }, CIFAR, 1e-2 },
  { "cifarResnet", { 56, width = NARROW, shortcut = "A" }, CIFAR, 1e-2 },
  { "cifarResnet", { 110, width = NARROW, shortcut = "A" }, CIFAR, 1e-2 },
  { "cifarResnet", { 164, width = NARROW, preactivation = true, bottleneck = true }, CIFAR, 1e-2 },
  { "cifarDensenet", { 40, growth = 4 }, CIFAR, 3e-2 },
  { "cifarDensenet", { 22, growth = 4, bottleneck = true }, CIFAR, 3e-2 },
}

describe("eight samples are learnt by heart by a narrow", function()
  by_heart.specs(CASES)

  it("multilayer network", function()
    torch.manualSeed(1)
    assert.is_true(by_heart.drive(models.multilayer{ 3072, 40, 8 }, { 3072 }, 300, 3e-3) < 0.02)
  end)
end)

describe("eight samples are learnt by heart by their own rules, in a", function()
  local x, d

  before_each(function()
    torch.manualSeed(1)
    x = torch.Tensor(8, 16):bernoulli(0.5):mul(2):add(-1)
    d = torch.Tensor{ 1, -1, 1, -1, -1, 1, 1, -1 }
  end)

  -- Calls learn() until nothing is wrong; false when that does not come.
  local function is_learnt(learn)
    for _ = 1, 500 do
      if learn() == 0 then return true end
    end
    return false
  end

  it("perceptron", function()
    local model = models.perceptron{ 16, 8 }
    assert.is_true(is_learnt(function() return model:learn(x, torch.eye(8)) end))
    assert.is_true(torch.equal(torch.eye(8), model:forward(x)))
  end)

  it("Adaline", function()
    local model = models.adaline()
    for _ = 1, 500 do model:learn(x, d, 0.02) end
    assert.is_true(model:learn(x, d) < 1e-3)
    assert.is_true(torch.equal(d, model:decide(x):view(-1)))
  end)

  it("Madaline", function()
    local model = models.madaline{ 16, 3 }
    assert.is_true(is_learnt(function() return model:learn(x, d) end))
    assert.is_true(torch.equal(d, model:forward(x):view(-1)))
  end)

  it("deep autoencoder, pre-trained as Boltzmann machines", function()
    local patterns = x:clone():add(1):mul(0.5)
    local model, criterion = models.deepAutoencoder{ 16, 24, 8 }, nn.BCECriterion()
    model:pretrain(patterns, { epochs = 50, batch = 8 })
    local parameters, gradients = model:getParameters()
    local state, loss = { learningRate = 0.02 }, nil
    for _ = 1, 300 do
      optim.adam(function()
        gradients:zero()
        loss = criterion:forward(model:forward(patterns), patterns)
        model:backward(patterns, criterion:backward(model.output, patterns))
        return loss, gradients
      end, parameters, state)
      if loss < 0.02 then break end
    end
    assert.is_true(loss < 0.02, ("the loss is %g"):format(loss))
  end)
end)
