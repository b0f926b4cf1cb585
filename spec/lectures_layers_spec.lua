-- The lectures' section 2, layers: fully connected ones, pooling, activations, dropout,
-- normalisations, options, receptive fields. Convolution is in lectures_convolution_spec.lua.
local torch = require "torch"
local nn = require "nn"
local counts = require "spec.support.counts"
local models = require "wick.models"
local optim = require "optim"
local slides = require "spec.support.slides"

local near, sizes = slides.near, slides.sizes

describe("a fully connected layer", function()
  it("scores cat, dog and ship", function()
    local w = torch.DoubleTensor{ { 0.2, -0.5, 0.1, 2.0 }, { 1.5, 1.3, 2.1, 0.0 },
      { 0, 0.25, 0.2, -0.3 } }
    local b, pixels = torch.DoubleTensor{ 1.1, 3.2, -1.2 }, torch.DoubleTensor{ 56, 231, 24, 2 }
    near({ -96.8, 437.9, 60.75 }, torch.linear(pixels, w, b))
    assert.is_true(math.abs(torch.linear(pixels, w)[3] - 61.95) < 1e-12)
    local layer = nn.Linear(4, 3):double()
    layer.weight:copy(w)
    layer.bias:copy(b)
    near({ -96.8, 437.9, 60.75 }, layer:forward(pixels))
  end)

  it("takes an image of 32 x 32 x 3 as 3072 numbers to 10", function()
    local layer = nn.Linear(32 * 32 * 3, 10)
    assert.same({ 10, 3072 }, sizes(layer.weight))
    assert.same({ 10 }, sizes(layer:forward(torch.randn(3, 32, 32):view(3072))))
  end)
end)

describe("pooling", function()
  it("takes the largest of 2 x 2 at stride 2", function()
    local x = torch.DoubleTensor{ { 1, 1, 2, 4 }, { 5, 6, 7, 8 }, { 3, 2, 1, 0 },
      { 1, 2, 3, 4 } }:view(1, 4, 4)
    near({ { { 6, 8 }, { 3, 4 } } }, (torch.maxPool2d(x, 2)))
    near({ { { 6, 8 }, { 3, 4 } } }, nn.SpatialMaxPooling(2, 2, 2, 2):double():forward(x))
    near({ { { 3.25, 5.25 }, { 2, 2 } } }, torch.avgPool2d(x, 2))
  end)

  it("halves 224 x 224 x 64", function()
    assert.same({ 64, 112, 112 },
      sizes(nn.SpatialMaxPooling(2, 2, 2, 2):forward(torch.ones(64, 224, 224))))
  end)

  it("has (W - F) / S + 1 outputs, rounded up where asked for", function()
    local x = torch.ones(1, 14, 14)
    assert.equal(7, torch.maxPool2d(x, 2):size(2))
    assert.equal(6, (torch.maxPool2d(x, 3, { stride = 2 })):size(2)) -- 6.5
    assert.equal(7, (torch.maxPool2d(x, 3, { stride = 2, ceil = true })):size(2))
  end)

  it("of whole maps gives a number a map", function()
    local x = torch.randn(5, 7, 6):double()
    local means = torch.adaptiveAvgPool2d(x, 1)
    assert.same({ 5, 1, 1 }, sizes(means))
    near(x:view(5, 42):mean(2):view(5, 1, 1), means)
  end)
end)

describe("pooling in common settings:", function()
  it("of 2 at stride 2 halves, of 3 at stride 2 overlaps and fits odd sizes", function()
    for _, case in ipairs{ { 2, 32, 16 }, { 3, 55, 27 }, { 3, 27, 13 }, { 3, 13, 6 } } do
      local layer = nn.SpatialMaxPooling(case[1], case[1], 2, 2)
      assert.same({ 1, case[3], case[3] }, sizes(layer:forward(torch.ones(1, case[2], case[2]))))
    end
  end)
end)

describe("activations:", function()
  it("relu, sigmoid, tanh and softmax", function()
    local x = torch.DoubleTensor{ -2, 0, math.log(3) }
    near({ 0, 0, math.log(3) }, nn.ReLU():double():forward(x))
    near({ 1 / (1 + math.exp(2)), 0.5, 0.75 }, nn.Sigmoid():double():forward(x))
    near({ (math.exp(-4) - 1) / (math.exp(-4) + 1), 0, 0.8 }, nn.Tanh():double():forward(x))
    local sum = math.exp(-2) + 1 + 3
    near({ math.exp(-2) / sum, 1 / sum, 3 / sum }, nn.SoftMax():double():forward(x))
  end)
end)

describe("dropout", function()
  it("drops a share, keeps the mean, and does nothing in evaluation", function()
    torch.manualSeed(1)
    local layer, x = nn.Dropout(0.4), torch.ones(20000)
    local y = layer:forward(x):clone()
    assert.is_true(math.abs(y:eq(0):sum() / 20000 - 0.4) < 0.02)
    assert.is_true(math.abs(y:mean() - 1) < 0.03)
    near(torch.Tensor(y:gt(0):sum()):fill(1 / 0.6), y[y:gt(0)], 1e-6)
    layer:evaluate()
    near(x, layer:forward(x))
  end)
end)

describe("normalisation", function()
  it("of local responses divides by what five neighbouring channels have", function()
    local x = torch.randn(1, 8, 2, 2):double()
    local y = nn.SpatialCrossMapLRN(5, 1e-4, 0.75, 2):double():forward(x)
    for c = 1, 8 do
      local sum = 0
      for i = math.max(1, c - 2), math.min(8, c + 2) do sum = sum + x[1][i][2][1] ^ 2 end
      local expected = x[1][c][2][1] / (2 + 1e-4 / 5 * sum) ^ 0.75
      assert.is_true(math.abs(y[1][c][2][1] - expected) < 1e-12)
    end
  end)

  it("of batches, of vectors, images and volumes, gives mean 0 and variance 1", function()
    for name, list in pairs{
      BatchNormalization = { 50, 3 }, SpatialBatchNormalization = { 10, 3, 4, 5 },
      VolumetricBatchNormalization = { 6, 3, 2, 4, 5 },
    } do
      local layer = nn[name](3):double()
      layer.weight:fill(1)
      local y = layer:forward(torch.randn(table.unpack(list)):double():mul(3):add(2))
      local rows = torch.reshape(y:transpose(1, 2), 3, y:nElement() // 3)
      near({ { 0 }, { 0 }, { 0 } }, rows:mean(2))
      near({ { 1 }, { 1 }, { 1 } }, torch.square(rows):mean(2), 1e-4)
    end
  end)
end)

-- The pixels of the input that the middle of the output depends on.
local function seen_by(kernels, size)
  local x = torch.ones(1, size, size):double():requiresGrad()
  local y = x
  for _, k in ipairs(kernels) do y = torch.conv2d(y, torch.ones(1, 1, k, k):double()) end
  local middle = (y:size(2) + 1) // 2
  local rows = torch.grad(y[{ 1, middle, middle }], x)[1]:ne(0)
  return rows:sum() ^ 0.5
end

describe("three convolutions of 3 x 3", function()
  it("see as much as one of 7 x 7", function()
    assert.equal(7, seen_by({ 3, 3, 3 }, 15))
    assert.equal(7, seen_by({ 7 }, 15))
  end)

  it("do so with fewer weights", function()
    local function stack(kernel, count)
      local net = nn.Sequential()
      for _ = 1, count do
        net:add(nn.SpatialConvolution{ 16, 16, kernel = kernel, bias = false })
      end
      return net
    end
    assert.equal(27 * 16 * 16, counts.parameters(stack(3, 3)))
    assert.equal(49 * 16 * 16, counts.parameters(stack(7, 1)))
    assert.same(sizes(stack(7, 1):forward(torch.ones(16, 15, 15))),
      sizes(stack(3, 3):forward(torch.ones(16, 15, 15))))
  end)
end)

-- How many pixels the last image inside a model depends on, along one side.
local function seen(model, list)
  local most
  for _, row in ipairs(model:costs(list)) do most = row.sees and row.sees[1] or most end
  return most
end

describe("receptive fields", function()
  it("of small networks are counted by hand", function()
    local three = nn.Sequential()
    for _ = 1, 3 do three:add(nn.SpatialConvolution(1, 1, 3, 3)) end
    assert.equal(7, seen(three, { 1, 15, 15 }))
    assert.equal(7, seen(nn.Sequential():add(nn.SpatialConvolution(1, 1, 7, 7)), { 1, 15, 15 }))
    assert.equal(32, seen(models.lenet5(), { 1, 32, 32 }))
    -- 1 + 4 + 1 pixels, then as much again at steps of 2 and 4.
    assert.equal(1 + 5 * (1 + 2 + 4), seen(models.convnetjs(), { 3, 32, 32 }))
  end)

  -- Araujo, Norris and Sim, "Computing receptive fields of convolutional neural networks", 2019,
  -- whose ResNets halve their maps in a block's first convolution.
  it("of large ones are those that were published", function()
    local narrow = 1 / 32
    assert.equal(195, seen(models.alexnet{ width = narrow }, { 3, 227, 227 }))
    assert.equal(212, seen(models.vgg{ "D", width = narrow, size = 32 }, { 3, 32, 32 }))
    for depth, published in pairs{ [50] = 483, [101] = 1027, [152] = 1507 } do
      local model = models.resnet{ depth, width = narrow, early = true }
      -- The whole-image pooling at the end does not count.
      assert.equal(published, seen(model, { 3, 64, 64 }))
    end
    assert.equal(1311, seen(models.inceptionV3{ width = narrow }, { 3, 75, 75 }))
  end)
end)

describe("options", function()
  it("of Caffe: rates of 1 and 2, decay of 1 and 0 for weights and biases", function()
    local model = nn.Sequential():add(nn.Linear{ 2, 1, learningRateMultiplier = { 1, 2 },
      weightDecayMultiplier = { 1, 0 } })
    local parameters, gradients = model:getParameters()
    parameters:fill(1)
    gradients:fill(1)
    local config = optim.groups(model, nil, { learningRate = 0.1, weightDecay = 0.5 })
    optim.sgd(function() return 0, gradients end, parameters, config)
    near({ 1 - 0.1 * (1 + 0.5), 1 - 0.1 * (1 + 0.5), 1 - 0.2 * 1 }, parameters:double(), 1e-6)
  end)

  it("of Caffe: weights that begin gaussian, constant, by Xavier or MSRA", function()
    torch.manualSeed(1)
    local function deviation(filler)
      return nn.Linear{ 800, 200, weightFiller = filler }.weight:detach():std()
    end
    local function close(expected, found)
      assert.is_true(math.abs(found / expected - 1) < 0.02, ("%g, %g"):format(expected, found))
    end
    close(0.01, deviation{ "gaussian", deviation = 0.01 })
    assert.equal(0, deviation{ "constant", value = 3 })
    close(math.sqrt(2 / (800 + 200)), deviation "xavier")
    close(math.sqrt(2 / 800), deviation "msra")
  end)

  it("of TensorFlow: regularisers, activation, a name, no bias, frozen, channels last, reuse",
    function()
      local layer = nn.SpatialConvolution{ 3, 4, kernel = 3, pad = "same", name = "conv1",
        activation = "relu", bias = false, channelsLast = true, regularizer = { weight = 0.5 } }
      local x = torch.randn(2, 6, 5, 3)
      local y = layer:forward(x)
      assert.same({ 2, 6, 5, 4 }, sizes(y))
      assert.is_true(y:min() == 0)
      assert.is_nil(layer.bias)
      local squares = torch.pow(layer.weight:detach(), 2):sum()
      assert.is_true(math.abs(layer:penalty():item() / squares - 0.5) < 1e-5)
      local other = nn.SpatialConvolution{ 3, 4, kernel = 3, pad = "same", bias = false,
        weights = layer, frozen = true }
      local planes = other:forward(x:permute(1, 4, 2, 3)):relu():permute(1, 3, 4, 2)
      near(y:clone(), planes:clone(), 1e-5)
      assert.equal("conv1.weight", nn.Sequential():add(layer):namedParameters()[1].name)
      assert.equal(0, #(nn.Sequential():add(other):parameters() or {}))
    end)
end)
