-- The options of every layer: fillers, multipliers, regularisers, activation, frozen parts, shared
-- weights, channels last, "same" padding and exact fit.
local torch = require "torch"
local nn = require "nn"
local optim = require "optim"

local function close(expected, found, bound)
  assert.is_true((expected - found):abs():max() <= (bound or 1e-6))
end

describe("fillers", function()
  before_each(function() torch.manualSeed(7) end)

  it("fill weights and biases by name, number, table and function", function()
    local layer = nn.Linear{ 400, 300, weightFiller = { "gaussian", deviation = 0.01 },
      biasFiller = 0.5 }
    local weight = layer.weight:detach()
    assert.is_true(math.abs(weight:std() - 0.01) < 2e-4)
    assert.is_true(math.abs(weight:mean()) < 2e-4)
    assert.equal(0.5, layer.bias:detach():min())
    assert.equal(0.5, layer.bias:detach():max())
    local uniform = nn.Linear{ 40, 30, weightFiller = { "uniform", low = 1, high = 2 } }.weight
    uniform = uniform:detach()
    assert.is_true(uniform:min() >= 1 and uniform:max() <= 2 and uniform:std() > 0.2)
    local fans
    nn.Linear{ 4, 3, weightFiller = function(tensor, fan_in, fan_out)
      fans = { fan_in, fan_out, tensor:size(1) }
    end }
    assert.same({ 4, 3, 3 }, fans)
  end)

  it("know the fans of dense, convolving and transposed layers", function()
    local fans
    local function note(_, fan_in, fan_out) fans = { fan_in, fan_out } end
    nn.SpatialConvolution{ 4, 6, kernel = 3, weightFiller = note }
    assert.same({ 4 * 9, 6 * 9 }, fans)
    nn.SpatialConvolution{ 4, 6, kernel = 3, groups = 2, weightFiller = note }
    assert.same({ 2 * 9, 3 * 9 }, fans)
    nn.SpatialConvolutionMM{ 4, 6, kernel = 3, weightFiller = note }
    assert.same({ 4 * 9, 6 * 9 }, fans)
    nn.SpatialFullConvolution{ 4, 6, kernel = 3, weightFiller = note }
    assert.same({ 4 * 9, 6 * 9 }, fans)
    nn.VolumetricConvolution{ 2, 5, kernel = 3, weightFiller = note }
    assert.same({ 2 * 27, 5 * 27 }, fans)
  end)

  it("draw Xavier's and He's variances", function()
    local function deviation(filler)
      local layer = nn.SpatialConvolution{ 64, 32, kernel = 3, weightFiller = filler }
      return layer.weight:detach():std()
    end
    local fan_in, fan_out = 64 * 9, 32 * 9
    for _, row in ipairs{
      { "xavier", math.sqrt(2 / (fan_in + fan_out)) },
      { { "xavier", fan = "in" }, math.sqrt(1 / fan_in) },
      { "msra", math.sqrt(2 / fan_in) }, { "kaiming", math.sqrt(2 / fan_in) },
      { { "msra", fan = "out" }, math.sqrt(2 / fan_out) },
    } do
      assert.is_true(math.abs(deviation(row[1]) / row[2] - 1) < 0.02)
    end
  end)

  it("fill again at reset, unless that has a deviation", function()
    local model = nn.Sequential():add(nn.Linear{ 3, 2, weightFiller = 4 })
      :add(nn.BatchNormalization{ 2, weightFiller = 1 })
      :add(nn.LookupTable{ 5, 2, weightFiller = 3 })
    for _, value in ipairs{ 4, 1, 3 } do
      local weight = table.remove(model.modules, 1).weight:detach()
      assert.equal(value, weight:min())
      assert.equal(value, weight:max())
    end
    local layer = nn.Linear{ 3, 2, weightFiller = 4 }
    layer.weight:zero()
    layer:reset()
    assert.equal(4, layer.weight:detach():min())
    layer:reset(0.1)
    assert.is_true(layer.weight:detach():max() < 1)
  end)

  it("are checked", function()
    local function with(filler)
      return function() nn.Linear{ 3, 2, weightFiller = filler } end
    end
    assert.error_matches(with("xaver"),
      'nn.Linear: there is no filler "xaver", did you mean "xavier"')
    assert.error_matches(with{ "gaussian", std = 1 }, 'the filler "gaussian" has no option "std"')
    assert.error_matches(with{ "constant", 3 }, 'the filler "constant" has no option 2')
    assert.error_matches(with{ "msra", fan = "both" },
      'a fan is "in", "out" or "average", not "both"')
    assert.error_matches(with{ "gaussian", mean = "a" }, "the filler's mean is a number")
    assert.error_matches(with(true), "weightFiller is true, a number or a string or a table")
    assert.error_matches(function() nn.Linear{ 3, 2, bias = false, biasFiller = 0 } end,
      "there is no bias for biasFiller to fill")
    assert.error_matches(function() nn.ReLU{ weightFiller = 0 } end, "there is no weight for")
  end)
end)

describe("multipliers", function()
  it("become the optimiser's numbers a parameter", function()
    local model = nn.Sequential()
      :add(nn.Linear{ 2, 2, learningRateMultiplier = { 1, 2 }, weightDecayMultiplier = { 1, 0 } })
      :add(nn.Linear{ 2, 1, learningRateMultiplier = 0.1 })
    local parameters = model:getParameters()
    local config = optim.groups(model, nil, { learningRate = 1, weightDecay = 0.5 })
    close(torch.Tensor{ 1, 1, 1, 1, 2, 2, 0.1, 0.1, 0.1 }, config.learningRates)
    close(torch.Tensor{ 0.5, 0.5, 0.5, 0.5, 0, 0, 0.5, 0.5, 0.5 }, config.weightDecays)
    local before = parameters:clone()
    optim.sgd(function() return 0, torch.ones(9) end, parameters, config)
    close(before:narrow(1, 1, 4) * 0.5 - 1, parameters:narrow(1, 1, 4))
    close(before:narrow(1, 5, 2) - 2, parameters:narrow(1, 5, 2))
  end)

  it("give way to rules", function()
    local model = nn.Sequential():add(nn.Linear{ 1, 1, learningRateMultiplier = 3 })
    model:getParameters()
    local config = optim.groups(model, { { match = "bias$", learningRateMultiplier = 5 } })
    close(torch.Tensor{ 3, 5 }, config.learningRates)
  end)

  it("are checked", function()
    assert.error_matches(function() nn.Linear{ 1, 1, learningRateMultiplier = { wait = 1 } } end,
      'learningRateMultiplier is given for "wait", which is no parameter')
    assert.error_matches(function() nn.Linear{ 1, 1, weightDecayMultiplier = -1 } end,
      "weightDecayMultiplier of the weight is %-1")
  end)
end)

describe("regularizers", function()
  it("add up over parameters and activity", function()
    local layer = nn.Linear{ 3, 2, regularizer = { weight = { l1 = 0.1, l2 = 0.01 }, bias = 0.5,
      activity = { l1 = 0.2 } } }
    local model, x = nn.Sequential():add(layer), torch.randn(4, 3)
    local y = model(x)
    local expected = 0.1 * layer.weight:detach():abs():sum()
      + 0.01 * (layer.weight:detach():clone():pow(2)):sum()
      + 0.5 * (layer.bias:detach():clone():pow(2)):sum() + 0.2 * y:detach():clone():abs():sum() / 4
    local penalty = model:penalty()
    assert.is_true(math.abs(penalty:item() - expected) < 1e-5)
    penalty:backward()
    local bias_grad = layer.bias:detach() + torch.sign(y:detach()):sum(1):view(2) * 0.05
    close(bias_grad, layer.gradBias)
  end)

  it("are zero where there are none, and numbers when nothing is recorded", function()
    assert.equal(0, nn.Linear(2, 2):penalty())
    local layer = nn.Linear{ 2, 2, weightFiller = 2, regularizer = { weight = 1, activity = 1 } }
    torch.noGrad(function() assert.equal(16, layer:penalty()) end)
  end)

  it("go with Torch7's backward, but for activity", function()
    local layer = nn.Linear{ 2, 2, weightFiller = 3, regularizer = { weight = 0.5 } }
    layer:penalty():backward()
    assert.equal(3, layer.gradWeight:min())
    local active = nn.Linear{ 2, 2, regularizer = { activity = 1 } }
    assert.error_matches(function() active:penalty() end, "activity belongs to a recorded run")
  end)

  it("are checked", function()
    assert.error_matches(function() nn.Tanh{ regularizer = { weight = 1 } } end,
      "there is no weight to regularize")
    assert.error_matches(function() nn.Linear{ 1, 1, regularizer = { weight = { l3 = 1 } } } end,
      "the regularizer of the weight has l3 = 1; it has the numbers l1 and l2")
  end)
end)

describe("activations", function()
  it("follow the layer", function()
    local plain = nn.Linear(3, 4)
    local layer, x = nn.Linear{ 3, 4, activation = "tanh", weights = plain }, torch.randn(5, 3)
    close(torch.tanh(plain:forward(x)), layer:forward(x))
    local gradient = nn.Sequential():add(plain):add(nn.Tanh())
    close(gradient:backward(x, torch.ones(5, 4)), layer:backward(x, torch.ones(5, 4)))
    assert.is_true(torch.gradcheck(function(t) return layer:double()(t) end,
      { torch.randn(2, 3):double() }))
  end)

  it("are checked", function()
    assert.error_matches(function() nn.Linear{ 1, 1, activation = "rleu" } end,
      'there is no activation "rleu", did you mean "relu"')
    local Own = torch.class("nn.spec_OwnGradient", "nn.Linear")
    function Own.updateGradInput(_, _, gradOutput) return gradOutput end
    assert.error_matches(function() nn.spec_OwnGradient{ 1, 1, activation = "relu" } end,
      "activation is for layers made of operations")
  end)
end)

describe("frozen parts", function()
  local function network()
    return nn.Sequential():add(nn.Linear(3, 4)):add(nn.BatchNormalization(4)):add(nn.Linear(4, 2))
  end

  it("take no gradient and stay out of optimisation, and let gradients through", function()
    local model, x = network(), torch.randn(5, 3):requiresGrad()
    model:get(1):freeze()
    assert.equal(4, #model:parameters())
    assert.equal(6, #model:parameters(true))
    assert.equal(4 + 4 + 8 + 2, model:getParameters():nElement())
    local before = model:get(1).weight:clone()
    model(x):sum():backward()
    assert.equal(0, model:get(1).gradWeight:abs():max())
    assert.is_true(model:get(3).gradWeight:abs():max() > 0)
    assert.is_true(x.grad:abs():max() > 0)
    model:updateParameters(1)
    assert.is_true(torch.equal(before, model:get(1).weight))
  end)

  it("go with Torch7's backward and with modules of their own gradient", function()
    local model, x = network(), torch.randn(5, 3)
    model:freeze()
    assert.equal(0, #model:parameters())
    model:forward(x)
    model:backward(x, torch.ones(5, 2))
    assert.equal(0, model:get(3).gradWeight:abs():max())
    local Own = torch.class("nn.spec_OwnWeights", "nn.Linear")
    function Own:updateGradInput(_, gradOutput) return gradOutput * self.weight end
    function Own.accGradParameters() error("asked for gradients") end
    local own = nn.spec_OwnWeights(3, 2):freeze()
    own:forward(x)
    own:backward(x, torch.ones(5, 2))
  end)

  it("keep the statistics of batch normalisation", function()
    local model = network()
    model:get(2):freeze()
    model:forward(torch.randn(5, 3))
    assert.equal(0, model:get(2).running_mean:abs():max())
    model:unfreeze()
    model:forward(torch.randn(5, 3))
    assert.is_true(model:get(2).running_mean:abs():max() > 0)
  end)

  it("are shown", function()
    local model = nn.Sequential():add(nn.Linear{ 3, 4, activation = "relu" }):add(nn.Linear(4, 2))
    model:get(1):freeze()
    assert.equal("nn.Linear(3 -> 4), relu, frozen", tostring(model:get(1)))
    assert.equal("nn.Linear(4 -> 2)", tostring(model:get(2)))
    assert.matches("%(1%): nn.Linear%(3 %-> 4%), relu, frozen\n", tostring(model))
  end)

  it("thaw, are copied, counted and named", function()
    local model = nn.Sequential():add(nn.Linear{ 3, 4, frozen = true })
    assert.equal(0, #model:clone():parameters())
    assert.equal(2, #model:namedParameters())
    assert.matches("16 parameters", model:summary{ 3 })
    model:unfreeze()
    model(torch.randn(2, 3)):sum():backward()
    assert.equal(2, model:get(1).gradBias:min())
  end)

  it("are left out of optim.groups, whose message says so when none is left", function()
    local model = network()
    model:get(1):freeze()
    local parameters = model:getParameters()
    assert.equal(parameters:nElement(), optim.groups(model).learningRates:nElement())
    model:freeze()
    assert.error_matches(function() optim.groups(model) end, "no parameters that are not frozen")
  end)
end)

describe("another layer's weights", function()
  it("are shared, with their gradients", function()
    local first = nn.Linear(3, 3)
    local model = nn.Sequential():add(first):add(nn.Linear{ 3, 3, weights = first })
    assert.equal(12, model:getParameters():nElement())
    model:get(2).weight:fill(2)
    assert.equal(2, first.weight:detach():min())
    model(torch.ones(1, 3)):sum():backward()
    assert.is_true(torch.equal(first.gradWeight, model:get(2).gradWeight))
  end)

  it("have to fit", function()
    assert.error_matches(function() nn.Linear{ 3, 4, weights = nn.Linear(3, 3) } end,
      "its weight is torch.FloatTensor 4 x 3, that of the layer whose weights .* 3 x 3")
    assert.error_matches(function() nn.Linear{ 3, 4, weights = nn.Tanh() } end,
      "weights is a nn.Tanh; a layer of the same class expected")
  end)
end)

describe("channels last", function()
  it("gives what channels first gives, moved", function()
    for _, make in ipairs{
      function(o) return nn.SpatialConvolution{ 3, 4, kernel = 3, pad = 1, channelsLast = o } end,
      function(o) return nn.SpatialMaxPooling{ 2, 2, channelsLast = o } end,
      function(o) return nn.SpatialBatchNormalization{ 3, channelsLast = o } end,
    } do
      local first, last = make(), make(true)
      if first.weight then last:share(first, "weight", "bias") end
      local x = torch.randn(2, 3, 6, 4)
      close(first:forward(x):permute(1, 3, 4, 2), last:forward(x:permute(1, 3, 4, 2)))
    end
    local volume = nn.VolumetricConvolution{ 2, 3, kernel = 1, channelsLast = true }
    assert.same({ 4, 5, 6, 3 }, volume:forward(torch.randn(4, 5, 6, 2)):size():totable())
  end)

  it("has its gradient in the input's layout", function()
    local layer = nn.SpatialConvolution{
      3, 4, kernel = 3, channelsLast = true, activation = "relu",
    }
    local x = torch.randn(6, 5, 3)
    assert.same({ 4, 3, 4 }, layer:forward(x):size():totable())
    assert.same({ 6, 5, 3 }, layer:backward(x, torch.ones(4, 3, 4)):size():totable())
    assert.error_matches(function() layer:forward(torch.randn(3, 4)) end,
      "channelsLast takes images of height x width x channels")
  end)
end)

describe("windows", function()
  it('with "same" padding give an output a step', function()
    for step = 1, 3 do
      for _, kernel in ipairs{ 2, 3, 5 } do
        local x, places = torch.rand(2, 3, 7, 6), { 2, 3, math.ceil(7 / step), math.ceil(6 / step) }
        local max = nn.SpatialMaxPooling{ kernel, kernel, stride = step, pad = "same" }
        assert.same(places, max:forward(-x):size():totable())
        assert.is_true(max.output:max() < 0) -- padding is never the largest
        local mean = nn.SpatialAveragePooling{ kernel, kernel, stride = step, pad = "same" }
        assert.same(places, mean:forward(x:fill(1)):size():totable())
        close(mean.output, mean.output:clone():fill(1)) -- nor does it count in a mean
      end
    end
    local valid = nn.SpatialMaxPooling{ 2, 2, pad = "valid" }
    assert.equal(1, valid:forward(torch.rand(1, 3, 3)):size(2))
    assert.matches("same", tostring(nn.SpatialMaxPooling{ 3, 3, pad = "same" }))
  end)

  it("fit exactly where that is asked for", function()
    local x = torch.rand(1, 7, 7)
    for step, side in ipairs{ 5, 3 } do
      local layer = nn.SpatialConvolution{ 1, 1, kernel = 3, stride = step, fit = "exact" }
      assert.equal(side, layer:forward(x):size(2))
    end
    local layer = nn.SpatialConvolution{ 1, 1, kernel = 3, stride = 3, fit = "exact" }
    assert.error_matches(function() layer:forward(x) end,
      "does not fit: a height of 7 padded by 0 has 2.33 places for windows of 3 every 3")
    local pool = nn.SpatialMaxPooling{ 2, 2, fit = "exact" }
    assert.error_matches(function() pool:forward(x) end, "3.50 places for windows of 2 every 2")
    assert.equal(2, nn.SpatialMaxPooling{ 3, 3, fit = "floor" }:forward(x):size(2))
    assert.error_matches(function() nn.Linear{ 1, 1, fit = "exact" } end, "fit is for convolutions")
    assert.error_matches(function() nn.SpatialMaxPooling{ 2, 2, fit = "tight" } end,
      'fit is "tight", "exact" or "floor" expected')
  end)
end)
