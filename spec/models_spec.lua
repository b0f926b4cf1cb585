-- wick.models: parameters and multiply-adds of the networks of the literature as they were
-- published, output depths, options and their mistakes, weights by name. The large ones are tagged
-- #long. WICK_DATA names the folder with squeezenet/ and images/ (../shared/data when it is not
-- set).
local torch = require "torch"
local nn = require "nn"
local checkpoint = require "wick.checkpoint"
local counts = require "spec.support.counts"
local image = require "wick.image"
local models = require "wick.models"

local real = os.getenv("WICK_DATA") or "../shared/data"

local function fails(f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok)
  return message
end

local guide = assert(io.open("docs/models.md")):read("a")

-- Parameters, multiply-adds of convolutions and linear layers, and that the guide has what the
-- summary says.
local function check(model, sizes, parameters, products)
  local found = counts.of(model, sizes)
  assert.equal(parameters, found.parameters)
  assert.is_truthy(guide:find(found.cells, 1, true), found.cells)
  assert.equal(products, found.products)
  assert.is_true(found.operations >= found.products and found.operations < 1.02 * found.products)
end

local IMAGE, CIFAR = { 3, 224, 224 }, { 3, 32, 32 }

local PUBLISHED = {
  { "alexnet", {}, { 3, 227, 227 }, 60965224, 724406816 }, -- 60 million
  { "resnet", { 18 }, IMAGE, 11689512, 1814073344 }, -- 1.8e9
  { "densenet", { 121 }, IMAGE, 7978856, 2834161664 },
  { "squeezenet", {}, { 3, 227, 227 }, 1248424, 861339936 }, -- 1.25 million, 1.72e9 / 2
  { "squeezenet", { version = 1.1 }, IMAGE, 1235496, 349151936 }, -- 0.72e9 / 2
  { "googlenet", { batchNorm = false }, IMAGE, 6998552, 1582671872 }, -- 1.5e9
  { "cifarResnet", { 20, shortcut = "A" }, CIFAR, 269722, 40551040 }, -- 0.27 million
  { "cifarResnet", { 32, shortcut = "A" }, CIFAR, 464154, 68862592 }, -- 0.46
  { "cifarResnet", { 44, shortcut = "A" }, CIFAR, 658586, 97174144 }, -- 0.66
  { "cifarResnet", { 56, shortcut = "A" }, CIFAR, 853018, 125485696 }, -- 0.85
  { "cifarResnet", { 110, shortcut = "A" }, CIFAR, 1727962, 252887680 }, -- 1.7
  { "cifarResnet", { 164, bottleneck = true, preactivation = true, early = true }, CIFAR, 1703258,
    244500992 }, -- 1.7
  { "cifarDensenet", { 40 }, CIFAR, 1019722, 264812928 }, -- 1.0
  { "cifarDensenet", { 100, bottleneck = true }, CIFAR, 769162, 287929692 }, -- 0.8
  { "convnetjs", {}, CIFAR, 22466, 3920000 },
  { "cifarVgg", {}, CIFAR, 14724042, 313201664 },
}

local LARGE = {
  { "vgg", { "A" }, IMAGE, 132863336, 7609090048 }, -- 133 million
  { "vgg", { "A-LRN" }, IMAGE, 132863336, 7609090048 },
  { "vgg", { "B" }, IMAGE, 133047848, 11308466176 }, -- 133
  { "vgg", { "C" }, IMAGE, 133638952, 11770888192 }, -- 134
  { "vgg", { "D" }, IMAGE, 138357544, 15470264320 }, -- 138
  { "vgg", { "E" }, IMAGE, 143667240, 19632062464 }, -- 144
  { "resnet", { 34 }, IMAGE, 21797672, 3663761408 }, -- 3.6e9
  { "resnet", { 50, early = true }, IMAGE, 25557032, 3857973248 }, -- 3.8e9
  { "resnet", { 50 }, IMAGE, 25557032, 4089184256 },
  { "resnet", { 101, early = true }, IMAGE, 44549160, 7570194432 }, -- 7.6e9
  { "resnet", { 152, early = true }, IMAGE, 60192808, 11282415616 }, -- 11.3e9
  { "densenet", { 169 }, IMAGE, 14149480, 3359843328 },
  { "densenet", { 201 }, IMAGE, 20013928, 4291365888 },
  { "googlenet", {}, IMAGE, 7005832, 1582671872 },
  { "cifarDensenet", { 100 }, CIFAR, 6979642, 1769516448 }, -- 7.0 million
  { "cifarDensenet", { 100, growth = 24 }, CIFAR, 27249082, 6889347744 }, -- 27.2
  { "cifarDensenet", { 250, growth = 24, bottleneck = true }, CIFAR, 15324406, 5418785724 }, -- 15.3
  { "cifarDensenet", { 190, growth = 40, bottleneck = true }, CIFAR, 25624430, 9301945740 }, -- 25.6
  { "inceptionV2", {}, { 3, 299, 299 }, 23834568, 5713216096 }, -- less than 25 million
  -- 10.2 million in the paper; the program its authors published makes this many.
  { "cifarResnet", { 1001, bottleneck = true, preactivation = true, early = true }, CIFAR, 10327706,
    1487849984 },
}

local function title(row)
  local options = {}
  for name, value in pairs(row[2]) do
    options[#options + 1] = type(name) == "number" and tostring(value)
      or ("%s = %s"):format(name, value)
  end
  table.sort(options)
  return ("%s{%s}"):format(row[1], table.concat(options, ", "))
end

local function check_all(rows)
  for _, row in ipairs(rows) do
    it(title(row), function()
      check(models[row[1]](row[2]), table.unpack(row, 3))
      collectgarbage()
    end)
  end
end

describe("published parameters and multiply-adds:", function()
  check_all(PUBLISHED)

  it("networks of vectors and of small images in the guide", function()
    for name, sizes in pairs{
      perceptron = { 20, 20 }, adaline = { 4, 4 }, madaline = { 4, 4 }, linearClassifier = CIFAR,
      twoLayerNetwork = CIFAR, deepAutoencoder = { 784 }, neocognitron = { 1, 16, 16 },
      lenet5Original = { 1, 32, 32 }, lenet5 = { 1, 32, 32 }, convnet = CIFAR,
    } do
      local cells = counts.of(models[name](), sizes).cells
      assert.is_truthy(guide:match("`" .. name .. "[({][^\n]*"):find(cells, 1, true), cells)
    end
    local cells = counts.of(models.multilayer{ 784, 300, 10 }, { 784 }).cells
    assert.is_truthy(guide:find(cells, 1, true), cells)
  end)

  it("lenet5Original{}: 60,000 before the codes", function()
    local found = counts.of(models.lenet5Original(), { 1, 32, 32 })
    assert.equal(60000, found.parameters)
    -- C1, C3 with its 60 connections, C5, F6.
    assert.equal(28 * 28 * 6 * 25 + 10 * 10 * 60 * 25 + 16 * 25 * 120 + 120 * 84, found.products)
    assert.equal(61706, counts.parameters(models.lenet5()))
  end)

  it("auxiliary heads are there for training alone", function()
    local model = models.googlenet{ batchNorm = false, auxiliary = true }
    assert.equal(13378280, counts.parameters(model))
    assert.equal(27161264, counts.parameters(models.inceptionV2{ auxiliary = true }))
    assert.equal(models.inceptionV2, models.inceptionV3)
  end)

  it("autoencoder, perceptron, linear and two-layer classifiers", function()
    local sizes, sum = { 784, 1000, 500, 250, 30 }, 0
    for i = 1, 4 do sum = sum + 2 * sizes[i] * sizes[i + 1] + sizes[i] + sizes[i + 1] end
    assert.equal(sum, counts.parameters(models.deepAutoencoder()))
    assert.equal(26 * 401, counts.parameters(models.perceptron()))
    assert.equal(10 * 3073, counts.parameters(models.linearClassifier()))
    assert.equal(100 * 3073 + 10 * 101, counts.parameters(models.twoLayerNetwork()))
  end)
end)

describe("published parameters and multiply-adds #long:", function()
  check_all(LARGE)
end)

describe("GoogLeNet", function()
  it("has the output depths of its table", function()
    local found, x = {}, torch.randn(1, 3, 64, 64)
    local model = models.googlenet{ classes = 5 }
    model:evaluate()
    for _, module in ipairs(model.modules) do
      x = module:forward(x)
      if torch.typename(module) == "nn.Concat" then found[#found + 1] = x:size(2) end
    end
    assert.same({ 256, 480, 512, 512, 512, 528, 832, 832, 1024 }, found)
  end)

  it("gives a table of scores while training and scores alone in evaluation", function()
    local model = models.googlenet{ batchNorm = false, auxiliary = true, width = 1 / 16,
      classes = 5, size = 96 }
    local x, y = torch.randn(2, 3, 96, 96), torch.LongTensor{ 1, 5 }
    local outputs = model:forward(x)
    assert.equal(3, #outputs)
    for _, scores in ipairs(outputs) do assert.same({ 2, 5 }, scores:size():totable()) end
    local criterion, plain = models.googlenetCriterion(), nn.CrossEntropyCriterion()
    local loss = criterion:forward(outputs, y)
    local expected = 0
    for i, weight in ipairs{ 1, 0.3, 0.3 } do
      expected = expected + weight * plain:forward(outputs[i], y)
    end
    assert.is_true(math.abs(loss - expected) < 1e-5)
    model:zeroGradParameters()
    model:backward(x, criterion:backward(outputs, y))
    local _, gradients = model:parameters()
    assert.is_true(gradients[1]:norm() > 0)
    model:evaluate()
    assert.same({ 2, 5 }, model:forward(x):size():totable())
  end)

  it("needs images that its heads can see", function()
    assert.matches("32 x 32 are too small for auxiliary heads",
      fails(models.googlenet, { auxiliary = true, size = 32 }))
  end)
end)

describe("options", function()
  it("number the classes and scale the width", function()
    for name, options in pairs{
      resnet = { 18, width = 1 / 8 }, squeezenet = { width = 1 / 8 }, cifarVgg = { width = 1 / 8 },
      cifarDensenet = { 22, 4 }, convnet = { width = 4, neurons = 8 }, convnetjs = {},
    } do
      options.classes, options.channels = 7, 2
      local scores = models[name](options):forward(torch.randn(2, 2, 32, 32))
      assert.same({ 2, 7 }, scores:size():totable(), name)
    end
  end)

  it("are refused by name where they are wrong", function()
    assert.matches("wick.models.vgg: the configuration is \"F\"", fails(models.vgg, { "F" }))
    assert.matches("resnet: depth is 20, it has to be 18, 34", fails(models.resnet, { 20 }))
    assert.matches("cifarResnet: depth is 21, it has to be 6 n %+ 2",
      fails(models.cifarResnet, { 21 }))
    assert.matches("depth is 32, it has to be 9 n %+ 2 with a bottleneck",
      fails(models.cifarResnet, { 32, bottleneck = true }))
    assert.matches("the version is 1.2", fails(models.squeezenet, { version = 1.2 }))
    assert.matches("inceptionV2: images of 96 x 96 are too small",
      fails(models.inceptionV2, { auxiliary = true, size = 96 }))
    assert.matches("the shortcut is \"D\"", fails(models.resnet, { 18, shortcut = "D" }))
    assert.matches("densenet: depth is 120", fails(models.densenet, { 120 }))
    assert.matches("cifarDensenet: depth is 41", fails(models.cifarDensenet, { 41 }))
    assert.matches("there is no option \"clases\".*classes", fails(models.alexnet, { clases = 3 }))
    assert.matches("64 x 64 are too small", fails(models.alexnet, { size = 64 }))
    assert.matches("the activation is \"step\"",
      fails(models.multilayer, { { 3, 2 }, activation = "step" }))
    assert.matches("6 poolings leave nothing of 32 x 32", fails(models.convnet, { stages = 6 }))
    assert.is_nil(models.lenet6)
  end)

  it("of a residual network choose its shortcuts", function()
    local function count(shortcut)
      return counts.parameters(models.resnet{ 18, shortcut = shortcut })
    end
    local projections = (64 * 128 + 256) + (128 * 256 + 512) + (256 * 512 + 1024)
    assert.equal(11689512 - projections, count "A")
    assert.equal(11689512, count "B")
    local same = 2 * (64 * 64 + 128) + (128 ^ 2 + 256) + (256 ^ 2 + 512) + (512 ^ 2 + 1024)
    assert.equal(11689512 + math.tointeger(same), count "C")
  end)

  it("of a pre-activated network leave x as it is where sizes allow", function()
    local model = models.cifarResnet{ 8, preactivation = true, shortcut = "A", classes = 3 }
    assert.equal(counts.parameters(models.cifarResnet{ 8, shortcut = "A", classes = 3 }),
      counts.parameters(model))
    for _, convolution in ipairs((model:findModules("nn.SpatialConvolution"))) do
      convolution.weight:zero()
    end
    model:get(1).weight:fill(1)
    model:evaluate()
    local block, x = model:get(2), torch.randn(1, 16, 8, 8)
    assert.is_true(torch.equal(x, block:forward(x)))
  end)

  it("of the general pattern count its layers", function()
    local model = models.convnet{ convolutions = 3, stages = 2, hidden = 2, width = 4,
      neurons = 6, size = 16, classes = 3 }
    assert.equal(6, #model:findModules("nn.SpatialConvolution"))
    assert.equal(2, #model:findModules("nn.SpatialMaxPooling"))
    assert.equal(3, #model:findModules("nn.Linear"))
    assert.equal(8, #model:findModules("nn.ReLU"))
    assert.equal(0, #models.convnet{ pool = false, width = 1, size = 4 }
      :findModules("nn.SpatialMaxPooling"))
  end)
end)

-- To the nearest whole number, the even one from the middle.
local function rounded(x)
  local down = math.floor(x)
  local above = x - down
  return (above > 0.5 or above == 0.5 and down % 2 == 1) and down + 1 or down
end

describe("initial values", function()
  local function near(expected, found)
    assert.is_true(math.abs(found - expected) < 0.03 * expected, ("%g, %g"):format(expected, found))
  end

  it("of AlexNet have a deviation of 0.01, biases 1 where ReLUs shall begin active", function()
    local model = models.alexnet{ width = 1 / 4, size = 67 }
    local biases = {}
    for _, name in ipairs{ "SpatialConvolution", "Linear" } do
      for _, layer in ipairs((model:findModules("nn." .. name))) do
        near(0.01, layer.weight:detach():std())
        biases[#biases + 1] = layer.bias:detach():mean()
      end
    end
    assert.same({ 0, 1, 0, 1, 1, 1, 1, 0 }, biases)
  end)

  it("of residual networks keep the size of gradients, and normalisation begins as the identity",
    function()
      local model = models.resnet{ 18 }
      local layer = model:get(6):get(1):get(1):get(1)
      near(math.sqrt(2 / (9 * 64)), layer.weight:detach():std())
      for _, norm in ipairs((model:findModules("nn.SpatialBatchNormalization"))) do
        assert.is_true(norm.weight:detach():eq(1):all() and norm.bias:detach():eq(0):all())
      end
    end)

  it("of LeNet-5 lie within 2.4 / fan-in, of the ConvNetJS network have variance 1 / fan-in",
    function()
      local lenet, convnetjs = models.lenet5Original(), models.convnetjs()
      local bound = torch.abs(lenet:findModules("nn.SpatialConvolution")[2].weight:detach()):max()
      assert.is_true(bound <= 2.4 / 400 and bound > 2.3 / 400)
      local layer = convnetjs:findModules("nn.SpatialConvolution")[3]
      near(math.sqrt(1 / 500), layer.weight:detach():std())
      near(0.1, layer.bias:detach():mean())
    end)
end)

-- The centre of an image as SqueezeNet was trained on it: BGR from 0 to 255, minus the means.
local function prepare(path)
  local photo = image.load(path, 3, "byte")
  local height, width = photo:size(2), photo:size(3)
  local scale = 256 / math.min(height, width)
  local h, w = rounded(height * scale), rounded(width * scale)
  local small = image.resize(photo, h, w):float()
  local crop = small:narrow(2, (h - 227) // 2 + 1, 227):narrow(3, (w - 227) // 2 + 1, 227)
  local x = torch.FloatTensor(3, 227, 227)
  for channel, mean in ipairs{ 104, 117, 123 } do
    x[channel]:copy(crop[4 - channel]):add(-mean)
  end
  return x
end

local function is_there(path)
  local file = io.open(path)
  return file ~= nil and file:close()
end

describe("SqueezeNet", function()
  local weights = real .. "/squeezenet/squeezenet1_0.safetensors"
  local ANSWERS = {
    eagle = { { "kite", 0.768 }, { "bald eagle", 0.184 } },
    kite = { { "sandbar", 0.748 }, { "seashore", 0.202 } },
    dog = { { "dogsled", 0.453 }, { "Eskimo dog", 0.105 } },
    cat = { { "kit fox", 0.310 }, { "Pembroke", 0.270 } },
  }

  it("has the names of the published weights", function()
    local names = {}
    for _, entry in ipairs(models.squeezenet{ width = 1 / 8 }:namedParameters()) do
      names[#names + 1] = entry.name
    end
    assert.equal(52, #names)
    assert.equal("conv1.weight", names[1])
    assert.equal("fire2.conv1x1_1.weight", names[3])
    assert.equal("fire9.conv3x3_2.bias", names[50])
    assert.equal("conv_final.bias", names[52])
  end)

  it("answers on photographs as its published weights do", function()
    if not is_there(weights) then pending("there is no " .. weights) return end
    local model = models.squeezenet()
    checkpoint.load(weights, { model = model })
    model:evaluate()
    local classes = {}
    for line in io.lines(real .. "/squeezenet/classes.txt") do classes[#classes + 1] = line end
    for name, expected in pairs(ANSWERS) do
      local x = prepare(("%s/images/%s.jpg"):format(real, name))
      local scores = torch.noGrad(model.forward, model, x:view(1, 3, 227, 227))
      local values, indices = torch.topk(torch.softMax(scores)[1], 2, 1, true, true)
      for i, answer in ipairs(expected) do
        local class = classes[math.tointeger(indices[i])]
        assert.is_truthy(class:find(answer[1], 1, true), ("%s: %s"):format(name, class))
        assert.is_true(math.abs(values[i] - answer[2]) < 0.0006, ("%s: %g"):format(name, values[i]))
      end
    end
  end)
end)
