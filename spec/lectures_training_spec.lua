-- The lectures' section 5, training practice: transfer learning, augmentation online and at test
-- time, initial values, optimisers, what is measured and what a network costs.
local torch = require "torch"
local nn = require "nn"
local data = require "wick.data"
local models = require "wick.models"
local optim = require "optim"
local train = require "wick.train"

local function difference(a, b)
  return torch.abs(a - b):max()
end

-- A trained network: a base, and a layer that answers for its 10 classes.
local function pretrained()
  local base = nn.Sequential():add(nn.SpatialConvolution{ 3, 4, kernel = 3, activation = "relu" })
    :add(nn.SpatialAdaptiveAveragePooling(1, 1)):add(nn.View(4):setNumInputDims(3))
  base.name = "base"
  return nn.Sequential():add(base):add(nn.Linear{ 4, 10, name = "head" })
end

-- One step of plain gradient descent; returns the parameters before it and their gradients.
local function step(model, config)
  local x, y = torch.randn(6, 3, 8, 8), torch.LongTensor{ 1, 2, 1, 2, 1, 2 }
  local criterion = nn.CrossEntropyCriterion()
  local parameters, gradients = model:getParameters()
  local before = parameters:clone()
  optim.sgd(function()
    gradients:zero()
    model:backward(x, criterion:backward(model:forward(x), y))
    return criterion:forward(model:forward(x), y), gradients
  end, parameters, config)
  return before, gradients:clone(), parameters
end

describe("transfer learning", function()
  it("from a small set trains a new last layer alone, on frozen features", function()
    local model = pretrained()
    local base = model:get(1)
    base:freeze()
    model:remove(2)
    model:add(nn.Linear{ 4, 2, name = "head" })
    assert.equal(2 * 4 + 2, model:getParameters():nElement())
    local kernel, head = base:get(1).weight:clone(), model:get(2).weight:detach():clone()
    step(model, { learningRate = 0.1 })
    assert.equal(0, difference(kernel, base:get(1).weight))
    assert.is_true(difference(head, model:get(2).weight:detach()) > 0)
  end)

  it("from a bigger one moves the base too, at a tenth of the rate", function()
    local model = pretrained()
    model:getParameters()
    local config = optim.groups(model, { { match = "^base", learningRateMultiplier = 0.1 } },
      { learningRate = 0.5 })
    local before, gradients, after = step(model, config)
    local of_base = 3 * 4 * 9 + 4
    local moved = before - after
    assert.is_true(difference(gradients:narrow(1, 1, of_base) * (0.5 * 0.1),
      moved:narrow(1, 1, of_base)) < 1e-6)
    local rest = before:nElement() - of_base
    assert.is_true(difference(gradients:narrow(1, of_base + 1, rest) * 0.5,
      moved:narrow(1, of_base + 1, rest)) < 1e-6)
    assert.is_true(moved:narrow(1, 1, of_base):norm() > 0)
  end)
end)

describe("augmentation", function()
  local image = torch.rand(3, 6, 8):mul(0.4):add(0.3) -- so that no change of colour leaves 0 to 1

  local function staged(...)
    return data.pipeline{ { ... } }(image, 1)
  end

  it("reflects, shifts, and changes colours as image a + b", function()
    local mirror = torch.flip(image, 3)
    assert.equal(0, difference(mirror, staged("HFlip", 1)))
    assert.equal(0, difference(image, data.pipeline{ { "HFlip", 1 }, { "HFlip", 1 } }(image)))
    local factors, stages = torch.zeros(20), data.pipeline{ { "MultiplyAdd", 0.2, 0.1 } }
    for seed = 1, 20 do
      local changed = stages(image, seed)
      -- Two pixels give a and b, and all others have the same.
      local a = (changed[1][2][3] - changed[2][5][1]) / (image[1][2][3] - image[2][5][1])
      local b = changed[1][2][3] - a * image[1][2][3]
      assert.is_true(a > 0.79 and a < 1.21 and math.abs(b) < 0.11, ("%g, %g"):format(a, b))
      assert.is_true(difference(image * a + b, changed) < 1e-4)
      factors[seed] = a
    end
    assert.is_true(factors:std() > 0.05)
  end)

  it("rotates and shears: a quarter turn is a transposed mirror image", function()
    local square = torch.rand(1, 7, 7)
    local function turned(degrees)
      return data.pipeline{ { "Rotate", { degrees, degrees } } }(square)
    end
    assert.equal(0, difference(square, turned(0)))
    local quarter = turned(90)
    local transposed = square:transpose(2, 3):clone()
    assert.is_true(difference(quarter, torch.flip(transposed, 2)) < 1e-5
      or difference(quarter, torch.flip(transposed, 3)) < 1e-5)
    local sheared = data.pipeline{ { "Shear", { 20, 20 } } }(square)
    assert.is_true(difference(square[1][4], sheared[1][4]) < 0.35) -- the middle row stays
    assert.is_true(difference(square[1][1], sheared[1][1]) > 0.05)
  end)

  it("is fresh in every epoch, and the same again from the same seed", function()
    local set = { image = torch.ByteTensor(4, 3, 8, 8):random(0, 255),
      label = torch.LongTensor{ 1, 2, 3, 4 } }
    local function epochs(seed)
      local loader, list = data.loader{ data.tensors{ input = set.image, target = set.label },
        batchSize = 4, shuffle = false, seed = seed, workers = 1,
        pipeline = { { "RandomCrop", 8, padding = 2 }, { "HFlip", 0.5 }, { "ToFloat" } } }, {}
      for epoch = 1, 2 do
        for batch in loader:epoch(epoch) do list[epoch] = batch.input:clone() end
      end
      return list
    end
    local first, again = epochs(3), epochs(3)
    assert.is_true(difference(first[1], first[2]) > 0)
    assert.equal(0, difference(first[1], again[1]))
    assert.equal(0, difference(first[2], again[2]))
  end)

  it("at test time is the mean of what is said of all views", function()
    local model = nn.Sequential():add(nn.View(3 * 6 * 8)):add(nn.Linear(3 * 6 * 8, 5))
    local both = torch.cat(image:view(1, 3, 6, 8), torch.flip(image, 3):view(1, 3, 6, 8), 1)
    local expected = torch.softMax(model:forward(both)):mean(1)
    local found = data.tta{ model, flips = true, output = "scores" }(image:view(1, 3, 6, 8))
    assert.is_true(difference(expected:view(5), found:view(5)) < 1e-6)
  end)
end)

-- A parameter of 3 whose gradient is 2 p at first and whatever `gradients` says afterwards.
local function run(method, config, gradients)
  local p = torch.DoubleTensor{ 3 }
  local seen = {}
  for i, g in ipairs(gradients) do
    method(function() return 0, torch.DoubleTensor{ g } end, p, config)
    seen[i] = p[1]
  end
  return seen
end

describe("optimisers", function()
  it("SGD with momentum: v = 0.9 v + g, p = p - 0.1 v", function()
    local seen = run(optim.sgd, { learningRate = 0.1, momentum = 0.9, dampening = 0 }, { 1, 2, -1 })
    local v, p = 0, 3
    for i, g in ipairs{ 1, 2, -1 } do
      v = 0.9 * v + g
      p = p - 0.1 * v
      assert.is_true(math.abs(p - seen[i]) < 1e-12)
    end
  end)

  it("weight decay: g + 0.01 p", function()
    local seen = run(optim.sgd, { learningRate = 0.1, weightDecay = 0.01 }, { 1 })
    assert.is_true(math.abs(3 - 0.1 * (1 + 0.03) - seen[1]) < 1e-12)
  end)

  it("Adadelta: the root of past steps over the root of past gradients", function()
    local seen = run(optim.adadelta, { rho = 0.95, eps = 1e-6 }, { 1, 2, -1 })
    local squares, steps, p = 0, 0, 3
    for i, g in ipairs{ 1, 2, -1 } do
      squares = 0.95 * squares + 0.05 * g ^ 2
      local move = math.sqrt(steps + 1e-6) / math.sqrt(squares + 1e-6) * g
      steps = 0.95 * steps + 0.05 * move ^ 2
      p = p - move
      assert.is_true(math.abs(p - seen[i]) < 1e-10, ("%g, %g"):format(p, seen[i]))
    end
  end)
end)

describe("metrics", function()
  it("top-1 and top-5: the right class is first, or among the first five", function()
    local scores = torch.zeros(4, 10)
    for i = 1, 4 do scores[i]:copy(torch.range(10, 1, -1)) end -- the classes from 1 on, in order
    local model = nn.Sequential():add(nn.Identity())
    local report = train.test{ model = model, top = { 1, 5 },
      data = { input = scores, target = torch.LongTensor{ 1, 5, 6, 2 } } }
    assert.equal(25, report.top[1])
    assert.equal(75, report.top[5])
  end)

  it("an ensemble answers with the mean of its networks' probabilities", function()
    local first, second = nn.Linear(4, 3), nn.Linear(4, 3)
    local x = torch.randn(5, 4)
    local expected = (torch.softMax(first:forward(x)) + torch.softMax(second:forward(x))) / 2
    assert.is_true(difference(expected, train.ensemble{ first, second }(x)) < 1e-6)
  end)
end)

describe("choosing a model", function()
  it("begins with what a network costs: parameters, multiply-adds, memory", function()
    local costs = models.convnetjs():costs{ 3, 32, 32 }
    assert.equal(22466, costs.parameters)
    assert.equal(4 * 22466, costs.parameterBytes)
    assert.equal(3920000, costs.multiplyAdds)
    -- Convolution, ReLU and pooling three times, then the vector and the scores.
    local numbers = 16 * 32 * 32 * 2 + 16 * 16 * 16 + 20 * 16 * 16 * 2 + 20 * 8 * 8
      + 20 * 8 * 8 * 2 + 20 * 4 * 4 + 320 + 10
    assert.equal(4 * numbers, costs.bytes)
  end)
end)
