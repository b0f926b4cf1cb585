-- The package autograd: modules as functions, functions as modules, models and parts of networks.
local torch = require "torch"
local nn = require "nn"
local grad = require "autograd"
local util = require "autograd.util"
local scratch = require "spec.support.scratch"
local support = require "spec.support.autograd"

local agrees, double, near = support.agrees, support.double, support.near

describe("modules as functions", function()
  it("take their parameters first", function()
    local f, params = grad.nn.Linear(3, 2)
    assert.equal(2, #params)
    assert.is_false(params[1]:isRecorded())
    local x = torch.randn(4, 3)
    near(f(params, x), torch.linear(x, params[1], params[2]))
    local other = { torch.randn(2, 3), torch.randn(2) }
    near(f(other, x), torch.linear(x, other[1], other[2]))
    near(f.module.weight, other[1])
    assert.is_nil(rawget(f.module, "bind"))
  end)

  it("have the gradients of what they were given, wherever it came from", function()
    local net = nn.Sequential():add(nn.Linear(3, 4)):add(nn.Tanh()):add(nn.Linear(4, 2))
    local f, params = grad.functionalize(net)
    local p = { net = util.cast(params, "double"), x = double(2, 3) }
    local function loss(q)
      local scaled = {}
      for i, w in ipairs(q.net) do scaled[i] = w * 2 end
      return torch.sum(torch.pow(f(scaled, q.x), 2))
    end
    agrees(loss, p)
    local gradients = grad(function(q) return torch.sum(f(q.net, q.x)) end)(p)
    near(net:get(1).gradWeight, gradients.net[1], 1e-12)
  end)

  it("work in Torch7's way of modules, and without parameters, and with tables", function()
    local Square, parent = torch.class("nn.spec_AutogradSquare", "nn.Module")
    function Square:__init()
      parent.__init(self)
      self.weight, self.gradWeight = torch.DoubleTensor{ 3 }, torch.DoubleTensor{ 0 }
    end
    function Square:updateOutput(x)
      self.output = torch.pow(x, 2) * self.weight[1]
      return self.output
    end
    function Square:updateGradInput(x, g)
      self.gradInput = torch.cmul(x, g) * (2 * self.weight[1])
      return self.gradInput
    end
    function Square:accGradParameters(x, g, scale)
      self.gradWeight:add(scale * torch.dot(torch.pow(x, 2), g))
    end
    local f, params = grad.functionalize(nn.spec_AutogradSquare())
    agrees(function(p) return torch.sum(f(p.w, p.x)) end, { w = params, x = double(3) })
    agrees(function(p) return torch.sum(grad.nn.MM(){ p.a, p.b }) end,
      { a = double(2, 3), b = double(3, 2) })
    near(grad.nn.Tanh()(torch.ones(2)), torch.tanh(torch.ones(2)))
  end)

  it("include criteria, whose target has no gradient", function()
    local mse = grad.nn.MSECriterion()
    local gradients, loss = grad(function(p) return mse(p.x, p.t) end){
      x = torch.ones(2), t = torch.zeros(2),
    }
    assert.equal(1, loss)
    near(gradients.x, torch.ones(2))
    assert.equal(0, gradients.t:sum())
  end)

  it("say what is wrong", function()
    local f, params = grad.nn.Linear(3, 2)
    scratch.fails("2 parameters are wanted as a list in front of the input", f, torch.ones(3))
    scratch.fails("parameter 2 is torch.FloatTensor 3; it has to be like torch.FloatTensor 2", f,
      { params[1], torch.ones(3) }, torch.ones(3))
    scratch.fails("Input is not a package name or nn object, but 3", grad.functionalize, 3)
    scratch.fails("Could not load package 'no_such_package'", grad.functionalize, "no_such_package")
    assert.is_nil(grad.nn.NoSuchModule)
    assert.is_nil(rawget(f.module, "bind"))
  end)
end)

describe("functions as modules", function()
  local function linear(input, weight, bias)
    return input * weight + bias:view(1, -1):expand(input:size(1), bias:size(1))
  end

  it("train, copy and save themselves", function()
    local model = grad.nn.AutoModule("SpecLinear")(linear, torch.randn(3, 2), torch.randn(2))
    assert.equal("autograd.nn.module.SpecLinear", torch.typename(model))
    local x, g = torch.randn(4, 3), torch.randn(4, 2)
    model:zeroGradParameters()
    model:forward(x)
    near(model:backward(x, g), g * model.weight:t())
    near(model.gradWeight, x:t() * g, 1e-5)
    near(model:clone():forward(x), model.output)
    local read = torch.deserialize(torch.serialize(model), { functions = true })
    near(read:forward(x), model.output)
    assert.equal(2, #(model:parameters()))
    assert.equal(grad.auto.SpecLinear, grad.nn.AutoModule("SpecLinear"))
  end)

  it("include criteria", function()
    local mse = grad.nn.AutoCriterion("SpecMSE")(function(input, target)
      return torch.sum(torch.pow(input - target, 2)) / input:nElement()
    end)
    local x, t = torch.randn(4), torch.randn(4)
    local plain = nn.MSECriterion()
    assert.is_true(math.abs(mse:forward(x, t) - plain:forward(x, t)) < 1e-6)
    near(mse:backward(x, t), plain:backward(x, t))
  end)

  it("are of classes that files name before a script makes them", function()
    local metatable = torch.getmetatable("autograd.nn.module.SpecUnseen")
    assert.equal("autograd.nn.module.SpecUnseen", metatable.__typename)
    assert.is_nil(torch.getmetatable("autograd.nn.module.no such"))
    scratch.fails("a function of the input, the weight and the bias expected",
      grad.nn.AutoModule("SpecLinear"), 3)
    scratch.fails("a class is called by a word", grad.nn.AutoModule, "two words")
  end)
end)

describe("models", function()
  local function trains(f, params, ...)
    for _, p in ipairs(util.sortedFlatten(params)) do p:uniform(-0.5, 0.5) end
    agrees(function(q, ...) return torch.sum(torch.pow(f(q, ...), 2)) end,
      util.cast(params, "double"), ...)
  end

  it("of layers have right gradients", function()
    local f, params = grad.model.NeuralNetwork{
      inputFeatures = 3, hiddenFeatures = { 4, 2 }, activations = "Tanh", classifier = true,
    }
    trains(f, params, double(2, 3))
    f, params = grad.model.SpatialNetwork{
      inputFeatures = 1, hiddenFeatures = { 2 }, kernelSize = 3, poolings = { 2 },
      activations = "Sigmoid",
    }
    assert.same({ 1, 2, 2, 2 }, f(params, torch.randn(1, 1, 4, 4)):size():totable())
    trains(f, params, double(1, 1, 4, 4))
    local layers
    f, params, layers = grad.model.AlexNet(1, 8, 8, { hiddenFeatures = { 2, 3 },
      poolings = { 2, 2 }, batchNormalization = true }, { hiddenFeatures = { 5, 3 },
      dropoutProb = 0.5 })
    assert.same({ 4, 3 }, f(params, torch.randn(4, 1, 8, 8)):size():totable())
    assert.equal(6, #params)
    assert.equal(14, #layers)
  end)

  it("that recur have right gradients, with and without a state", function()
    for _, name in ipairs{ "RecurrentNetwork", "RecurrentLSTMNetwork", "RecurrentGRUNetwork",
      "RecurrentFWNetwork" } do
      local f, params = grad.model[name]{ inputFeatures = 2, hiddenFeatures = 3 }
      trains(f, params, double(2, 3, 2))
      local h, state = f(params, torch.randn(4, 2))
      assert.same({ 1, 3 }, h:size():totable())
      local again = f(params, torch.randn(4, 2), state)
      assert.same({ 1, 3 }, again:size():totable())
      f = grad.model[name]{ inputFeatures = 2, hiddenFeatures = 3, outputType = "all" }
      assert.same({ 2, 5, 3 }, f(params, torch.randn(2, 5, 2)):size():totable())
    end
    local f, params, layers = grad.model.RecurrentLSTMNetwork{
      inputFeatures = 2, hiddenFeatures = 3, batchNormalization = true,
      maxBatchNormalizationLayers = 2,
    }
    assert.equal(2, #layers.lstm_bn)
    trains(f, params, double(4, 3, 2))
  end)

  it("compute what is written down", function()
    local f, params = grad.model.RecurrentNetwork{ inputFeatures = 2, hiddenFeatures = 3 }
    local p, x = params[1], torch.randn(1, 2, 2)
    p.W:normal()
    p.b:normal()
    local first = torch.tanh(x:select(2, 1) * p.W:narrow(1, 1, 2) + p.b)
    near(f(params, x), torch.tanh(torch.cat(x:select(2, 2), first, 2) * p.W + p.b))
  end)

  it("know their options", function()
    scratch.fails('autograd.model.NeuralNetwork: there is no option "hiddenFeature", did you mean '
      .. '"hiddenFeatures"?', grad.model.NeuralNetwork, { hiddenFeature = { 3 } })
    scratch.fails('nn has no activation "Relu"', grad.model.NeuralNetwork, { activations = "Relu" })
    scratch.fails("inputFeatures follow from the image's size", grad.model.AlexNet, 1, 8, 8, {},
      { inputFeatures = 3 })
  end)
end)

describe("parts of networks", function()
  it("normalise layers", function()
    local f, params = grad.module.LayerNormalization{ nOutputs = 4 }
    local y = f(params, torch.randn(3, 4) * 5 + 2)
    assert.is_true(torch.mean(y, 2):abs():max() < 1e-5)
    assert.is_true((torch.mean(torch.pow(y, 2), 2) - 1):abs():max() < 1e-3)
    assert.equal(1, f(params, torch.randn(4)):dim())
    agrees(function(p, x) return torch.sum(torch.pow(f(p, x), 3)) end,
      util.cast(params, "double"), double(2, 4))
  end)

  it("attend softly", function()
    local f, params = grad.module.SoftAttention{
      hiddenFeatures = 2, subjectFeatures = 3, subjectChoices = 4,
    }
    local attention, focus = f(params, torch.randn(3, 4), torch.randn(2))
    assert.same({ 3 }, attention:size():totable())
    near(focus, torch.Tensor(4):fill(0.25))
    agrees(function(p, x, h) return torch.sum(torch.pow((f(p, x, h)), 2)) end,
      util.cast(params, "double"), double(2, 3, 4), double(2, 2))
    local g, normalizing = grad.module.SoftAttention{
      hiddenFeatures = 2, subjectFeatures = 3, subjectChoices = 4, layerNormalization = true,
    }
    assert.is_nil(normalizing[1].b_att)
    assert.same({ 5, 3 }, g(normalizing, torch.randn(5, 3, 4), torch.randn(5, 2)):size():totable())
  end)

  it("normalise batches under a mask", function()
    local f, params, state = grad.module.MaskedBatchNormalization{ nOutputs = 3 }
    local before = state.running_mean:clone()
    local x, mask = torch.randn(2, 4, 3), torch.ones(2, 4, 3)
    mask[{ 1, 2 }] = 0
    assert.same({ 2, 4, 3 }, f(params, x, mask, state):size():totable())
    assert.is_false(before:equal(state.running_mean))
    local fixed = util.cast({ train = 0, running_mean = state.running_mean,
      running_std = state.running_std }, "double")
    agrees(function(p, ...) return torch.sum(torch.pow(f(p, ...), 2)) end,
      util.cast(params, "double"), double(4, 3), torch.ones(4, 3):double(), fixed)
    assert.is_false(fixed.running_mean:isRecorded())
  end)
end)
