-- wick.data.tta: which views a network is shown, and what is made of its answers.
local nn = require "nn"
local pipeline = require "wick.data.pipeline"
local torch = require "torch"
local tta = require "wick.data.tta"

local image = torch.rand(1, 4, 6)

-- A network that notes what it sees and answers with the logarithms of one row after another.
local function recorder(answers)
  local seen = {}
  return function(batch)
    seen[#seen + 1] = batch:clone()
    local row = answers and answers[#seen] or { 0.5, 0.5 }
    return torch.log(torch.FloatTensor{ row }):expand(batch:size(1), #row)
  end, seen
end

local function flipped(picture)
  return pipeline{ { "HFlip", 1 } }(picture)
end

local function near(expected, actual)
  return torch.abs(torch.FloatTensor(expected) - actual):max() < 1e-5
end

describe("wick.data.tta shows", function()
  it("an image and its mirror image", function()
    local network, seen = recorder()
    tta{ network, flips = true }(image)
    assert.equal(2, #seen)
    assert.is_true(seen[1][1]:equal(image))
    assert.is_true(seen[2][1]:equal(flipped(image)))
  end)

  it("corners, middle and their mirror images", function()
    local network, seen = recorder()
    local predict = tta{ network, crops = 10, size = 3 }
    predict(image)
    assert.equal(10, predict:size())
    assert.equal(10, #seen)
    local places = { { 1, 1 }, { 1, 4 }, { 2, 1 }, { 2, 4 }, { 2, 3 } }
    for i, place in ipairs(places) do
      local part = image:narrow(2, place[1], 3):narrow(3, place[2], 3)
      assert.is_true(seen[2 * i - 1][1]:equal(part))
      assert.is_true(seen[2 * i][1]:equal(flipped(part)))
    end
  end)

  it("several scales, and every combination", function()
    local network, seen = recorder()
    tta{ network, scales = { 4, 8 }, flips = true }(image)
    assert.equal(4, #seen)
    assert.same({ 1, 1, 4, 6 }, seen[1]:size():totable())
    assert.same({ 1, 1, 8, 12 }, seen[4]:size():totable())
  end)

  it("what a pipeline makes, with seeds of its own", function()
    local network, seen = recorder()
    local stages = pipeline{ { "GaussianNoise" } }
    tta{ network, pipeline = stages, times = 3, seed = 5 }(image)
    for i = 1, 3 do assert.is_true(seen[i][1]:equal(stages(image, 4 + i))) end
  end)

  it("batches, and bytes as 0 to 1", function()
    local network, seen = recorder()
    local said = tta{ network }(torch.ByteTensor(5, 3, 4, 4):fill(255))
    assert.same({ 5, 2 }, said:size():totable())
    assert.equal(1, seen[1]:min())
  end)
end)

describe("wick.data.tta averages", function()
  local answers = { { 0.9, 0.1 }, { 0.5, 0.5 } }

  it("probabilities", function()
    local said = tta{ recorder(answers), flips = true }(image)
    assert.is_true(near({ 0.7, 0.3 }, said))
  end)

  it("logarithms of probabilities, which add up to 1 again", function()
    local said = tta{ recorder(answers), flips = true, average = "logProbabilities" }(image)
    local a, b = math.sqrt(0.9 * 0.5), math.sqrt(0.1 * 0.5)
    assert.is_true(near({ a / (a + b), b / (a + b) }, torch.exp(said)))
  end)

  it("what networks of each kind say", function()
    local scores = torch.FloatTensor{ { 2, 1, 0 } }
    local expected = torch.softMax(scores)[1]:totable()
    local function network() return scores end
    assert.is_true(near(expected, tta{ network, output = "scores" }(image)))
    local function certain() return torch.softMax(scores) end
    assert.is_true(near(expected, tta{ certain, output = "probabilities" }(image)))
  end)

  it("with the network evaluating, which is put back", function()
    local net = nn.Sequential():add(nn.View(24)):add(nn.Dropout(0.9)):add(nn.LogSoftMax())
    net:training()
    local expected = torch.softMax(image:view(24)):totable()
    assert.is_true(near(expected, tta{ net }(image)))
    assert.is_true(net.train)
    net:evaluate()
    tta{ net }(image)
    assert.is_false(net.train)
    net:training()
    local made = pcall(tta{ net }, torch.rand(1, 5, 5))
    assert.is_false(made)
    assert.is_true(net.train)
  end)
end)

describe("wick.data.tta says", function()
  local function says(text, options, input)
    local made, message = pcall(function() return tta(options)(input or image) end)
    assert.is_false(made)
    assert.is_truthy(message:find(text, 1, true), message)
  end

  it("what is wrong with options and images", function()
    local network = recorder()
    says("the network is missing", { flips = true })
    says('there is no option "flip", did you mean "flips"?', { network, flip = true })
    says("crops is 3; one of 10, 5 expected", { network, crops = 3 })
    says("size is false", { network, crops = 5 })
    says("scales is 3; a list of sides expected", { network, scales = 3 })
    says('average is "mean"; one of "logProbabilities", "probabilities" expected',
      { network, average = "mean" })
    says("is smaller than crops of 5", { network, crops = 5, size = 5 })
    says("images are torch.FloatTensor 4 x 6", { network }, image[1])
    says("a table of options expected, got 3", 3)
  end)
end)
