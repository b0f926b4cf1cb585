-- The numbers of the lectures on architectures, section 4: what each is made of, layer by layer.
-- Published parameters and multiply-adds are in models_spec.lua, rules of learning in
-- models_rules_spec.lua.
local torch = require "torch"
local nn = require "nn"
local counts = require "spec.support.counts"
local models = require "wick.models"

local function sizes(x)
  return x:size():totable()
end

-- Outputs of the modules of a sequence by class and number, "SpatialConvolution 2".
local function outputs_of(model, x)
  model:evaluate()
  local found, seen = {}, {}
  for _, module in ipairs(model.modules) do
    x = module:forward(x)
    local name = torch.typename(module):match("%a+$")
    seen[name] = (seen[name] or 0) + 1
    found[("%s %d"):format(name, seen[name])] = x
  end
  return found
end

local function assert_sizes(expected, outputs)
  for name, list in pairs(expected) do
    assert.same({ 1, table.unpack(list) }, sizes(outputs[name]), name)
  end
end

-- How many convolutions and linear layers lie on the way through a module: the longest of branches.
local function depth_of(module)
  local name = torch.typename(module)
  if name == "nn.SpatialConvolution" or name == "nn.Linear" then return 1 end
  local sum, most = 0, 0
  for _, child in ipairs(module.modules or {}) do
    local depth = depth_of(child)
    sum, most = sum + depth, math.max(most, depth)
  end
  return (name == "nn.Concat" or name == "nn.ConcatTable") and most or sum
end

local function count_of(model, name)
  return #model:findModules("nn." .. name)
end

describe("perceptron:", function()
  it("20 x 20 inputs, a step, w += a (d - y) x", function()
    local model = models.perceptron{ outputs = 1 }
    local x = torch.rand(20, 20)
    assert.equal(401, counts.parameters(model))
    local y = model:forward(x)[1][1]
    assert.is_true(y == 0 or y == 1)
    model:learn(x, torch.Tensor{ 1 - y }, 0.25)
    local expected = torch.mul(x:view(1, 400), 0.25 * (1 - y - y))
    assert.is_true(torch.abs(model.weight:detach() - expected):max() < 1e-7)
  end)
end)

describe("linear classifier and two-layer network on CIFAR-10:", function()
  it("f = W x + b with 3072 inputs, f = W2 max(0, W1 x)", function()
    local x = torch.randn(2, 3, 32, 32)
    local linear, two = models.linearClassifier(), models.twoLayerNetwork()
    assert.same({ 10, 3072 }, sizes(linear:get(2).weight))
    local w1, w2 = two:get(2).weight:detach(), two:get(4).weight:detach()
    local expected = torch.mm(torch.relu(torch.mm(x:view(2, 3072), w1:t())), w2:t())
    assert.is_true(torch.abs(two:forward(x) - expected):max() < 1e-4)
  end)
end)

describe("LeNet-5:", function()
  it("C1 6@28x28, S2 6@14x14, C3 16@10x10, S4 16@5x5, C5 120, F6 84, 10", function()
    assert_sizes({
      ["SpatialConvolution 1"] = { 6, 28, 28 }, ["SpatialSubSampling 1"] = { 6, 14, 14 },
      ["SpatialConvolutionMap 1"] = { 16, 10, 10 }, ["SpatialSubSampling 2"] = { 16, 5, 5 },
      ["SpatialConvolution 2"] = { 120, 1, 1 }, ["Linear 1"] = { 84 },
      ["CodeDistances 1"] = { 10 },
    }, outputs_of(models.lenet5Original(), torch.randn(1, 1, 32, 32)))
    assert.equal(60000, counts.parameters(models.lenet5Original()))
  end)
end)

describe("AlexNet:", function()
  local model = models.alexnet{ width = 1 / 8 }

  it("eight layers, conv1 of 96 11 x 11 at stride 4, overlapping pooling", function()
    assert.equal(8, depth_of(model))
    assert_sizes({
      ["SpatialConvolution 1"] = { 96 // 8, 55, 55 }, ["SpatialMaxPooling 1"] = { 96 // 8, 27, 27 },
      ["SpatialConvolution 2"] = { 256 // 8, 27, 27 },
      ["SpatialMaxPooling 2"] = { 256 // 8, 13, 13 },
      ["SpatialConvolution 5"] = { 256 // 8, 13, 13 },
      ["SpatialMaxPooling 3"] = { 256 // 8, 6, 6 },
      ["Linear 1"] = { 4096 // 8 }, ["Linear 3"] = { 1000 },
    }, outputs_of(model, torch.randn(1, 3, 227, 227)))
    local pool = model:findModules("nn.SpatialMaxPooling")[1]
    assert.is_true(pool.kW == 3 and pool.dW == 2)
  end)

  it("two groups, local response normalisation, dropout", function()
    local groups = {}
    for i, layer in ipairs((model:findModules("nn.SpatialConvolution"))) do
      groups[i] = layer.groups
    end
    assert.same({ 1, 2, 1, 2, 2 }, groups)
    assert.equal(2, count_of(model, "SpatialCrossMapLRN"))
    assert.equal(2, count_of(model, "Dropout"))
  end)
end)

describe("VGG:", function()
  it("11, 11, 13, 16, 16 and 19 layers of weights in A, A-LRN, B, C, D and E", function()
    local expected = { A = 11, ["A-LRN"] = 11, B = 13, C = 16, D = 16, E = 19 }
    for letter, depth in pairs(expected) do
      local model = models.vgg{ letter, width = 1 / 32 }
      assert.equal(depth, depth_of(model), letter)
      assert.equal(5, count_of(model, "SpatialMaxPooling"))
      assert.equal(letter == "A-LRN" and 1 or 0, count_of(model, "SpatialCrossMapLRN"))
      local small = 0
      for _, layer in ipairs((model:findModules("nn.SpatialConvolution"))) do
        assert.is_true(layer.kW == 3 or layer.kW == 1)
        if layer.kW == 1 then small = small + 1 end
      end
      assert.equal(letter == "C" and 3 or 0, small)
    end
  end)

  -- Channels of the convolutions between poolings; a 1 stands behind those of 1 x 1.
  it("the whole table", function()
    local B = "64 64 | 128 128 | 256 256 | 512 512 | 512 512"
    local A = B:gsub("(%d+) %1", "%1", 2)
    local table_of = {
      A = A, ["A-LRN"] = A, B = B,
      C = "64 64 | 128 128 | 256 256 256:1 | 512 512 512:1 | 512 512 512:1",
      D = "64 64 | 128 128 | 256 256 256 | 512 512 512 | 512 512 512",
      E = "64 64 | 128 128 | 256 256 256 256 | 512 512 512 512 | 512 512 512 512",
    }
    for letter, expected in pairs(table_of) do
      local words, linear = {}, {}
      for _, module in ipairs(models.vgg{ letter, width = 1 / 32 }.modules) do
        local name = torch.typename(module)
        if name == "nn.SpatialConvolution" then
          words[#words + 1] = module.nOutputPlane * 32 .. (module.kW == 1 and ":1" or "")
        elseif name == "nn.SpatialMaxPooling" then
          words[#words + 1] = "|"
        elseif name == "nn.Linear" then
          linear[#linear + 1] = module.weight:size(1)
        end
      end
      assert.equal(expected .. " |", table.concat(words, " "), letter)
      assert.same({ 4096 // 32, 4096 // 32, 1000 }, linear)
    end
  end)

  it("maps of 112, 56, 28, 14 and 7 with 64, 128, 256, 512 and 512 channels", function()
    assert_sizes({
      ["SpatialMaxPooling 1"] = { 64 // 32, 112, 112 }, ["SpatialMaxPooling 2"] = { 4, 56, 56 },
      ["SpatialMaxPooling 3"] = { 8, 28, 28 }, ["SpatialMaxPooling 4"] = { 16, 14, 14 },
      ["SpatialMaxPooling 5"] = { 16, 7, 7 }, ["Linear 1"] = { 4096 // 32 },
    }, outputs_of(models.vgg{ "A", width = 1 / 32 }, torch.randn(1, 3, 224, 224)))
  end)
end)

describe("GoogLeNet:", function()
  it("22 layers, maps of 112, 56, 28, 14, 7 and 1", function()
    local model = models.googlenet{ width = 1 / 8 }
    assert.equal(22, depth_of(model))
    local outputs = outputs_of(model, torch.randn(1, 3, 224, 224))
    for name, side in pairs{
      ["SpatialConvolution 1"] = 112, ["SpatialMaxPooling 1"] = 56, ["SpatialMaxPooling 2"] = 28,
      ["Concat 2"] = 28, ["SpatialMaxPooling 3"] = 14, ["Concat 7"] = 14,
      ["SpatialMaxPooling 4"] = 7, ["Concat 9"] = 7, ["SpatialAdaptiveAveragePooling 1"] = 1,
    } do
      assert.equal(side, outputs[name]:size(3), name)
    end
    assert.equal(0.4, model:findModules("nn.Dropout")[1].p)
  end)

  it("depths of 256, 480, 512, 512, 512, 528, 832, 832 and 1024", function()
    local outputs, found = outputs_of(models.googlenet(), torch.randn(1, 3, 32, 32)), {}
    for i = 1, 9 do found[i] = outputs["Concat " .. i]:size(2) end
    assert.same({ 256, 480, 512, 512, 512, 528, 832, 832, 1024 }, found)
  end)

  -- 1 x 1; reduction and 3 x 3; reduction and 5 x 5; projection of the pooling.
  it("the table's widths in modules 3a to 5b, and what each module costs", function()
    local widths = {
      "64 96 128 16 32 32", "128 128 192 32 96 64", "192 96 208 16 48 64", "160 112 224 24 64 64",
      "128 128 256 24 64 64", "112 144 288 32 64 64", "256 160 320 32 128 128",
      "256 160 320 32 128 128", "384 192 384 48 128 128",
    }
    local millions = { 128, 304, 73, 88, 100, 119, 170, 54, 71 } -- multiply-adds, in the paper
    local model = models.googlenet{ width = 1 / 8 }
    local found, products = {}, {}
    for i, module in ipairs((model:findModules("nn.Concat"))) do
      local list = {}
      for _, convolution in ipairs((module:findModules("nn.SpatialConvolution"))) do
        list[#list + 1] = math.tointeger(convolution.nOutputPlane * 8)
      end
      found[i] = table.concat(list, " ")
    end
    assert.same(widths, found)
    for _, row in ipairs(models.googlenet{ batchNorm = false }:costs{ 3, 224, 224 }) do
      local place = tonumber(row.name:match("^%d+"))
      if row.name:find("%.") and row.module:find("Convolution") then
        products[place] = (products[place] or 0) + row.multiplyAdds
      end
    end
    local places = {}
    for place in pairs(products) do places[#places + 1] = place end
    table.sort(places)
    assert.equal(9, #places)
    for i, place in ipairs(places) do
      -- 5a's row in the paper is higher by 3 million than its own widths give.
      local margin = i == 8 and 3.5 or 1
      assert.is_true(math.abs(products[place] / 1e6 - millions[i]) < margin, widths[i])
    end
  end)

  -- 28 x 28 x 256 to 128 of 1 x 1, 192 of 3 x 3 and 96 of 5 x 5, reduced to 64 channels. The slide
  -- prints 358 million for the reduced module, in which its 192 of 3 x 3 are counted twice.
  it("854 million multiply-adds in the naive module, 271 million with reduction", function()
    local maps = { 256, 28, 28 }
    local naive = models.naiveInceptionModule{ 256, { 128, 192, 96 } }
    local reduced = models.inceptionModule{ 256, { 128, 64, 192, 64, 96, 64 } }
    local x = torch.zeros(1, 256, 28, 28)
    assert.equal(672, naive:forward(x):size(2))
    assert.equal(480, reduced:forward(x):size(2))
    local before, after = counts.of(naive, maps).operations, counts.of(reduced, maps).operations
    assert.equal(854, before // 1000000)
    assert.equal(271, after // 1000000)
    assert.equal(358, (after + 28 * 28 * 192 * 3 * 3 * 64) // 1000000)
  end)
end)

describe("Inception v2:", function()
  it("n x n as n x 1 and 1 x n sees as much with 2 / n of the weights", function()
    for _, n in ipairs{ 3, 5, 7 } do
      local split = models.factorisedConvolution{ 8, 8, n }
      local weights, width, height = 0, 1, 1
      for _, layer in ipairs((split:findModules("nn.SpatialConvolution"))) do
        weights = weights + layer.weight:nElement()
        width, height = width + layer.kW - 1, height + layer.kH - 1
      end
      assert.same({ n, n, 2 * n * 64 }, { width, height, weights })
      assert.same({ 1, 8, 9, 9 }, sizes(split:forward(torch.randn(1, 8, 9, 9))))
    end
  end)

  it("maps of 35 x 35 x 288, 17 x 17 x 768, 8 x 8 x 1280 and 8 x 8 x 2048", function()
    local outputs = outputs_of(models.inceptionV2{ width = 1 / 8 }, torch.randn(1, 3, 299, 299))
    assert_sizes({
      ["Concat 3"] = { 288 // 8, 35, 35 }, ["Concat 4"] = { 768 // 8, 17, 17 },
      ["Concat 8"] = { 768 // 8, 17, 17 }, ["Concat 9"] = { 1280 // 8, 8, 8 },
      ["Concat 11"] = { 2048 // 8, 8, 8 },
    }, outputs)
  end)
end)

describe("ResNet:", function()
  it("18, 34, 50, 101 and 152 layers, batch normalisation, no dropout", function()
    for _, depth in ipairs{ 18, 34, 50, 101, 152 } do
      local model = models.resnet{ depth, width = 1 / 16 }
      assert.equal(depth, depth_of(model))
      assert.equal(0, count_of(model, "Dropout"))
      assert.equal(count_of(model, "SpatialConvolution"),
        count_of(model, "SpatialBatchNormalization"))
    end
    for _, depth in ipairs{ 20, 32, 44, 56, 110 } do
      assert.equal(depth, depth_of(models.cifarResnet{ depth, width = 1 / 16, shortcut = "A" }))
    end
  end)

  it("H(x) = F(x) + x: a block whose F is 0 passes what is positive", function()
    local model = models.resnet{ 18, width = 1 / 8 }
    local block, x = model:get(5), torch.rand(2, 8, 7, 7)
    for _, layer in ipairs((block:findModules("nn.SpatialConvolution"))) do layer.weight:zero() end
    assert.is_true(torch.equal(x, block:forward(x)))
  end)
end)

describe("DenseNet:", function()
  it("121, 169 and 201 layers, each adding `growth` channels to all before", function()
    for _, depth in ipairs{ 121, 169, 201 } do
      assert.equal(depth, depth_of(models.densenet{ depth, growth = 1 }))
    end
    local layer, x = models.densenet{ growth = 4 }:get(5), torch.randn(2, 8, 5, 5)
    local y = layer:forward(x)
    assert.same({ 2, 12, 5, 5 }, sizes(y))
    assert.is_true(torch.equal(x, y:narrow(2, 1, 8)))
  end)
end)

describe("ConvNetJS on CIFAR-10:", function()
  it("5 x 5 of 16, 20 and 20, pooled to 16, 8 and 4, and ten scores", function()
    assert_sizes({
      ["SpatialConvolution 1"] = { 16, 32, 32 }, ["SpatialMaxPooling 1"] = { 16, 16, 16 },
      ["SpatialConvolution 2"] = { 20, 16, 16 }, ["SpatialMaxPooling 2"] = { 20, 8, 8 },
      ["SpatialConvolution 3"] = { 20, 8, 8 }, ["SpatialMaxPooling 3"] = { 20, 4, 4 },
      ["Linear 1"] = { 10 },
    }, outputs_of(models.convnetjs(), torch.randn(1, 3, 32, 32)))
  end)
end)

describe("the general pattern:", function()
  it("[(CONV-RELU)*N-POOL]*M-(FC-RELU)*K", function()
    local model = models.convnet{ convolutions = 2, stages = 2, hidden = 1, width = 2, neurons = 3,
      size = 8 }
    local names = {}
    for i, module in ipairs(model.modules) do names[i] = torch.typename(module):match("%u%a*$") end
    local stage = "SpatialConvolution ReLU SpatialConvolution ReLU SpatialMaxPooling "
    assert.equal(stage .. stage .. "View Linear ReLU Linear", table.concat(names, " "))
    assert.equal("nn.SoftMax", torch.typename(model:add(nn.SoftMax()):get(#model)))
    assert.is_true(math.abs(model:forward(torch.randn(1, 3, 8, 8)):sum() - 1) < 1e-5)
  end)
end)

describe("sizes:", function()
  local function millions(name, options)
    local count = counts.parameters(models[name](options)) / 1e6
    collectgarbage()
    return math.floor(count + 0.5)
  end

  it("60,000 parameters in LeNet-5, 60 million in AlexNet", function()
    assert.equal(60000, counts.parameters(models.lenet5Original()))
    assert.equal(60, counts.parameters(models.alexnet()) // 1000000)
  end)

  it("138 to 144 million in VGG-16 and VGG-19, 133 and 134 in the smaller ones #long", function()
    for letter, count in pairs{ A = 133, ["A-LRN"] = 133, B = 133, C = 134, D = 138, E = 144 } do
      assert.equal(count, millions("vgg", { letter }), letter)
    end
  end)
end)
