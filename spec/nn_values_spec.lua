--- What single layers compute: Torch7's reference values, modes, corner cases.
local torch = require "torch"
local nn = require "nn"

local function T(values)
  return torch.DoubleTensor(values)
end

local function assert_values(expected, found)
  found = found:contiguous():view(-1)
  assert.equal(#expected, found:nElement())
  for i, value in ipairs(expected) do
    assert.is_true(math.abs(value - found[i]) <= 5e-6 * (1 + math.abs(value)),
      ("element %d: %g is not %g"):format(i, found[i], value))
  end
end

local image = torch.range(1, 16):double():view(1, 4, 4)

-- Torch7's values.
local references = {
  { nn.SpatialCrossMapLRN(3, 1, 0.75, 1), T{ 1, 2, 3 }:view(3, 1, 1),
    { 0.479207, 0.544546, 0.854815 } },
  { nn.SpatialAveragePooling(3, 3, 2, 2, 1, 1), image, { 1.55556, 3.33333, 6.33333, 11 } },
  { nn.SpatialAveragePooling(3, 3, 2, 2, 1, 1):setCountExcludePad(), image, { 3.5, 5, 9.5, 11 } },
  { nn.SpatialAveragePooling(3, 3, 2, 2):ceil(), image, { 6, 7.5, 12, 13.5 } },
  { nn.SpatialMaxPooling(3, 3, 2, 2), image, { 11 } },
  { nn.SpatialMaxPooling(3, 3, 2, 2):ceil(), image, { 11, 12, 15, 16 } },
  { nn.SpatialUpSamplingBilinear(2), T{ { { 1, 2 }, { 3, 4 } } },
    { 1, 4 / 3, 5 / 3, 2, 5 / 3, 2, 7 / 3, 8 / 3, 7 / 3, 8 / 3, 3, 10 / 3, 3, 10 / 3, 11 / 3, 4 } },
  { nn.SpatialUpSamplingNearest(2), T{ { { 1, 2 } } }, { 1, 1, 2, 2, 1, 1, 2, 2 } },
  { nn.Normalize(2), T{ 3, 4 }, { 0.6, 0.8 } },
  { nn.Normalize(1), T{ { 3, -1 } }, { 0.75, -0.25 } },
  { nn.LogSigmoid(), T{ 2 }, { -0.126928 } },
  { nn.GatedLinearUnit(), T{ 1, 2, 0, 1 }, { 0.5, 1.46212 } },
  { nn.SoftMin(), T{ 0, math.log(3) }, { 0.75, 0.25 } },
  { nn.SoftSign(), T{ 1, -3 }, { 0.5, -0.75 } },
  { nn.SoftPlus(2), T{ 0, 20 }, { math.log(2) / 2, 20 } },
  { nn.HardShrink(), T{ 0.4, -1 }, { 0, -1 } },
  { nn.SoftShrink(), T{ 0.4, -1 }, { 0, -0.5 } },
  { nn.ReLU6(), T{ -1, 3, 9 }, { 0, 3, 6 } },
  { nn.Threshold(1, -5), T{ 0.5, 2 }, { -5, 2 } },
  { nn.LeakyReLU(0.1), T{ -1, 1 }, { -0.1, 1 } },
  { nn.ELU(2), T{ -1, 1 }, { 2 * (math.exp(-1) - 1), 1 } },
  { nn.PReLU(), T{ -1, 1 }, { -0.25, 1 } },
  { nn.Power(2), T{ -3 }, { 9 } },
  { nn.Padding(1, -2, 1, 7), T{ 1, 2 }, { 7, 7, 1, 2 } },
  { nn.Padding(1, 1, 1, 7, 2), T{ 1, 2 }, { 1, 7, 2 } },
  { nn.Padding(1, -1, 1, 7, 2), T{ 1, 2 }, { 1, 7, 2 } },
  { nn.SpatialReflectionPadding(2, 0, 0, 0), T{ { { 1, 2, 3 } } }, { 3, 2, 1, 2, 3 } },
  { nn.SpatialReplicationPadding(1, 2, 0, 0), T{ { { 1, 2 } } }, { 1, 1, 2, 2, 2 } },
  { nn.SpatialZeroPadding(1, -1, 0, 0), T{ { { 1, 2 } } }, { 0, 1 } },
  { nn.Select(1, 2), T{ { 1, 2 }, { 3, 4 } }, { 3, 4 } },
  { nn.Select(1, -1), T{ 1, 2, 3 }, { 3 } },
  { nn.Narrow(1, -1, 2), T{ 1, 2, 3 }, { 1 } },
  { nn.Max(), T{ 1, 5, 2 }, { 5 } },
  { nn.Mean(1), T{ { 1, 2 }, { 3, 4 } }, { 2, 3 } },
  { nn.Sum(2), T{ { 1, 2 }, { 3, 4 } }, { 3, 7 } },
  { nn.Replicate(2), T{ 1, 2 }, { 1, 2, 1, 2 } },
  { nn.Constant(3), T{ 1, 2 }, { 3 } },
  { nn.Constant({ 1, 2 }, 1), T{ { 0 }, { 0 } }, { 1, 2, 1, 2 } },
  { nn.DotProduct(), { T{ 1, 2 }, T{ 3, 4 } }, { 11 } },
  { nn.CosineDistance(), { T{ 1, 0 }, T{ 1, 1 } }, { math.sqrt(0.5) } },
  { nn.PairwiseDistance(1), { T{ { 1, 2 } }, T{ { 3, 5 } } }, { 5 } },
  { nn.MM(true), { T{ { 1 }, { 2 } }, T{ { 3 }, { 4 } } }, { 11 } },
  { nn.MV(), { T{ { 1, 2 } }, T{ 3, 4 } }, { 11 } },
  { nn.PixelShuffle(2), T{ 1, 2, 3, 4 }:view(4, 1, 1), { 1, 2, 3, 4 } },
  { nn.CMaxTable(), { T{ 1, 5 }, T{ 3, 4 } }, { 3, 5 } },
  { nn.SpatialLPPooling(1, 2, 2, 2), T{ { { 1, 2 }, { 2, 4 } } }, { 5 } },
}

describe("values of", function()
  for i, row in ipairs(references) do
    it(("row %d, %s"):format(i, tostring(row[1]):match("^[^\n]*")), function()
      assert_values(row[3], row[1]:double():forward(row[2]))
    end)
  end

  it("normalisation in the plane", function()
    for name, corner in pairs{ SpatialSubtractiveNormalization = -2.5,
      SpatialContrastiveNormalization = -1.02869, SpatialDivisiveNormalization = 0.164122 } do
      local layer = nn[name](1, torch.ones(3, 3)):double()
      assert_values({ corner }, layer:forward(image):narrow(2, 1, 1):narrow(3, 1, 1))
    end
    local flat = nn.SpatialDivisiveNormalization(1, torch.ones(3)):double()
    local zeros = torch.zeros(1, 4, 4):double():requiresGrad()
    flat(zeros):sum():backward()
    assert.is_true(zeros.grad:eq(zeros.grad):all())
  end)
end)

describe("nn.BatchNormalization", function()
  it("keeps running statistics and uses them in evaluation", function()
    local layer = nn.BatchNormalization(2):double()
    layer.weight:fill(1)
    assert_values({ -1, -1, 1, 1 }, layer:forward(T{ { 1, 2 }, { 3, 6 } }))
    assert_values({ 0.2, 0.4 }, layer.running_mean)
    assert_values({ 1.1, 1.7 }, layer.running_var)
    layer:evaluate()
    assert_values({ 0.8 / math.sqrt(1.1 + 1e-5), 1.6 / math.sqrt(1.7 + 1e-5) },
      layer:forward(T{ 1, 2 }))
    assert_values({ 0.2, 0.4 }, layer.running_mean)
  end)

  it("starts with weights in (0, 1) and no bias", function()
    local layer = nn.SpatialBatchNormalization(100)
    assert.is_true(layer.weight:min() >= 0 and layer.weight:max() <= 1)
    assert.is_true(layer.weight:std() > 0.2)
    assert.equal(0, layer.bias:detach():norm())
    assert.is_nil(nn.BatchNormalization(3, nil, nil, false).weight)
  end)

  it("converts, clones and saves its statistics with it", function()
    local layer = nn.BatchNormalization(2)
    layer:forward(torch.randn(4, 2))
    local clone = layer:clone():double()
    assert.equal("torch.DoubleTensor", clone.running_mean:type())
    assert.is_true(torch.equal(layer.running_var:double(), clone.running_var))
    clone:forward(torch.randn(4, 2):double())
    assert.is_false(torch.equal(layer.running_var:double(), clone.running_var))
  end)
end)

describe("nn.OneHot", function()
  it("makes rows with a 1 of numbers, and gives zeros back", function()
    local layer = nn.OneHot(3):double()
    local y = layer:forward(torch.LongTensor{ { 3, 1 } })
    assert.same({ { { 0, 0, 1 }, { 1, 0, 0 } } }, y:totable())
    assert.equal("torch.DoubleTensor", y:type())
    assert.same({ 0, 1, 0 }, layer:forward(2):totable())
    assert.same({ { 0, 0 } }, layer:backward(torch.LongTensor{ { 3, 1 } }, y):totable())
    assert.equal(0, layer:backward(2, y))
    assert.has_error(function() layer:forward(torch.LongTensor{ 1, 4 }) end,
      "nn.OneHot(3): numbers have to be 1 to 3, those given are 1 to 4")
  end)
end)

describe("nn.Kmeans", function()
  local points = T{ { 0, 0 }, { 2, 0 }, { 10, 10 }, { 10, 12 }, { 10, 14 } }

  it("assigns rows to the nearest centre and moves centres to their means", function()
    local layer = nn.Kmeans(2, 2):double()
    layer.weight:copy(T{ { 0, 1 }, { 9, 9 } })
    assert.same({ 1, 1, 2, 2, 2 }, layer:forward(points):totable())
    assert.equal(1 + 5 + 2 + 10 + 26, layer.loss)
    assert.equal(0, layer:backward(points, nil):norm())
    assert_values({ -1, 1, -1, -3 }, layer.gradWeight)
    assert.same({ 2, 3 }, layer.clusterSampleCount:totable())
    layer:updateParameters(1)
    assert_values({ 1, 0, 10, 12 }, layer.weight:detach())
  end)

  it("starts from rows, the further ones apart", function()
    local layer = nn.Kmeans(2, 2):double()
    layer:initKmeansPlus(points, 1)
    local centres = layer.weight:detach()
    assert.is_true((centres[1] - centres[2]):norm() > 9)
    layer:initRandom(points)
    assert.is_true(layer:forward(points):nElement() == 5)
    assert.has_error(function() layer:initRandom(points:narrow(1, 1, 1)) end,
      "nn.Kmeans: Need atleast k samples for initialization: 2, got 1")
    assert.has_error(function() nn.Kmeans(0, 2) end,
      "nn.Kmeans: Clusters cannot be 0 or negative, got 0")
  end)
end)

describe("nn.L1Penalty", function()
  it("adds the slope of its loss to the gradient, or gives it alone", function()
    local x = T{ 2, -3, 0 }
    local layer = nn.L1Penalty(0.5)
    assert.same({ 2, -3, 0 }, layer:forward(x):totable())
    assert.equal(2.5, layer.loss)
    assert.same({ 10.5, 9.5, 10 }, layer:backward(x, T{ 10, 10, 10 }):totable())
    local alone = nn.L1Penalty{ l1weight = 3, sizeAverage = true, provideOutput = false }
    alone:forward(x)
    assert.equal(5, alone.loss)
    assert.same({ 1, -1, 0 }, alone:backward(x, T{ 10, 10, 10 }):totable())
  end)
end)

describe("nn.LayerNormalization", function()
  it("brings every row to mean 0 and variance 1, then applies gain and bias", function()
    local layer = nn.LayerNormalization(3, 0.5):double()
    local y = layer:forward(T{ { 1, 2, 3 }, { -10, 0, 10 } })
    local d = math.sqrt(1.5)
    assert_values({ 0.5 - d, 0.5, 0.5 + d, 0.5 - d, 0.5, 0.5 + d }, y)
    assert_values({ 0.5 - d, 0.5, 0.5 + d }, layer:forward(T{ 1, 2, 3 }))
  end)
end)

describe("nn.InstanceNormalization", function()
  it("brings every plane of every image to mean 0 and variance 1", function()
    local layer = nn.InstanceNormalization(2, 0):double()
    local x = T{ 1, 3, 10, 50, 0, 4, -2, -4 }:view(2, 2, 1, 2)
    assert_values({ -1, 1, -1, 1, -1, 1, 1, -1 }, layer:forward(x))
    layer.weight[2], layer.bias[1] = 3, 0.5
    assert_values({ -0.5, 1.5, -3, 3, -0.5, 1.5, 3, -3 }, layer:forward(x))
    layer:evaluate()
    assert_values({ -0.5, 1.5, -3, 3 }, layer:forward(x[1]))
  end)

  it("says what it takes", function()
    local layer = nn.InstanceNormalization(2)
    assert.error_matches(function() layer:forward(torch.ones(1, 3, 2, 2)) end,
      "input must be 2 x H x W or N x 2 x H x W, got 1 x 3 x 2 x 2", 1, true)
  end)
end)

describe("nn.LookupTable", function()
  it("picks rows, and gives the gradient to them alone", function()
    local layer = nn.LookupTable(4, 2)
    local numbers = torch.LongTensor{ 2, 4, 2 }
    local y = layer:forward(numbers)
    assert.is_true(torch.equal(layer.weight:detach()[2], y[3]))
    layer:backward(numbers, torch.ones(3, 2))
    assert.same({ { 0, 0 }, { 2, 2 }, { 0, 0 }, { 1, 1 } }, layer.gradWeight:totable())
  end)

  it("divides gradients by how often a number is used when told so", function()
    local layer = nn.LookupTable(3, 1):scaleGradByFreq()
    local numbers = torch.LongTensor{ 2, 2, 3 }
    layer:forward(numbers)
    layer:backward(numbers, torch.Tensor{ { 1 }, { 3 }, { 5 } })
    assert.same({ { 0 }, { 2 }, { 5 } }, layer.gradWeight:totable())
    assert.is_nil(layer:accUpdateOnly().gradWeight)
    local before = layer.weight:detach():clone()
    layer:backwardUpdate(numbers, layer:forward(numbers):clone():fill(1), 0.5)
    assert_values({ 0, -0.5, -0.5 }, layer.weight:detach() - before)
  end)

  it("learns nothing for the padding and holds rows to a norm", function()
    local layer = nn.LookupTable(3, 2, 1, 0.5)
    layer.weight:fill(3)
    local numbers = torch.LongTensor{ { 1, 2 } }
    local y = layer:forward(numbers)
    assert.is_true(math.abs(y[1][1]:norm() - 0.5) < 1e-5)
    assert.equal(3, layer.weight:detach()[3][1])
    layer:backward(numbers, torch.ones(1, 2, 2))
    assert.same({ { 0, 0 }, { 1, 1 }, { 0, 0 } }, layer.gradWeight:totable())
  end)
end)

describe("dropout", function()
  it("scales in training or, in its first version, in evaluation", function()
    torch.manualSeed(2)
    local x = torch.ones(2000)
    local layer = nn.Dropout(0.25)
    local y = layer:forward(x)
    local kept = y:ne(0):sum()
    assert.is_true(math.abs(kept / 2000 - 0.75) < 0.04)
    assert.is_true(math.abs(y:max() - 4 / 3) < 1e-6)
    assert.is_true(torch.equal(y, layer:backward(x, x)))
    local first = nn.Dropout(0.25, true)
    assert.equal(1, first:forward(x):max())
    first:evaluate()
    assert.equal(0.75, first:forward(x):max())
    layer:setp(0.5)
    assert.equal(2, layer:forward(x):max())
  end)

  it("drops whole planes, and scales in evaluation", function()
    torch.manualSeed(2)
    local layer = nn.SpatialDropout(0.5)
    local y = layer:forward(torch.ones(4, 8, 3, 3))
    local sums = y:view(32, 9):sum(2)
    assert.equal(32, sums:eq(0):sum() + sums:eq(9):sum())
    assert.is_true(sums:eq(0):sum() > 5)
    layer:evaluate()
    assert.equal(0.5, layer:forward(torch.ones(8, 3, 3)):min())
  end)
end)

describe("nn.View", function()
  for _, row in ipairs{
    { { 24 }, { 2, 3, 4 }, { 24 } }, { { 12 }, { 2, 3, 4 }, { 2, 12 } },
    { { -1 }, { 2, 3, 4 }, { 24 } }, { { 3, -1 }, { 3, 4 }, { 3, 4 } },
    { { -1 }, { 2, 3, 4 }, { 2, 12 }, 2 }, { { 4 }, { 1, 4 }, { 1, 4 }, 1 },
    { { 1, 4 }, { 3, 4 }, { 3, 1, 4 } },
  } do
    it(("(%s) of %s"):format(table.concat(row[1], ", "), table.concat(row[2], "x")), function()
      local layer = nn.View(table.unpack(row[1]))
      if row[4] then layer:setNumInputDims(row[4]) end
      assert.same(row[3], layer:forward(torch.ones(table.unpack(row[2]))):size():totable())
    end)
  end

  it("takes sizes from a LongStorage and lets them be set anew", function()
    local layer = nn.View(torch.LongStorage{ 2, 2 }):resetSize(4)
    assert.same({ 4 }, layer:forward(torch.ones(2, 2)):size():totable())
    assert.has_error(function() nn.View(-1, -1) end)
  end)
end)

describe("convolution", function()
  it("is the sum of products in every window, kernels not flipped", function()
    local layer = nn.SpatialConvolution(1, 1, 2, 2):double()
    layer.weight:copy(T{ { { { 1, 2 }, { 3, 4 } } } })
    layer.bias:fill(10)
    assert_values({ 1 + 4 + 15 + 24 + 10 }, layer:forward(image):narrow(2, 1, 1):narrow(3, 1, 1))
  end)

  it("keeps the size with pad = \"same\", whatever the kernel", function()
    for kernel = 1, 5 do
      for _, dilation in ipairs{ 1, 2 } do
        local layer = nn.SpatialConvolution{ 1, 1, kernel = { kernel, 3 }, pad = "same",
          dilation = dilation }
        assert.same({ 1, 1, 7, 6 }, layer:forward(torch.ones(1, 1, 7, 6)):size():totable())
      end
    end
    local strided = nn.SpatialConvolution{ 1, 1, kernel = 3, stride = 2, pad = "same" }
    assert.same({ 1, 4, 3 }, strided:forward(torch.ones(1, 7, 6)):size():totable())
  end)

  it("draws within 1 / sqrt(inputs of an output), and takes a bias away", function()
    local layer = nn.SpatialConvolution(4, 50, 5, 5)
    assert.is_true(layer.weight:max() <= 0.1 and layer.weight:max() > 0.099)
    assert.is_true(layer.bias:min() >= -0.1)
    layer:reset(1)
    assert.is_true(layer.weight:max() > 1.7 and layer.weight:max() <= math.sqrt(3))
    assert.is_nil(layer:noBias().bias)
    assert.equal(1, #layer:parameters())
    assert.equal("nn.SpatialConvolution(4 -> 50, 5x5) without bias", tostring(layer))
  end)

  it("cuts fractions of padding, as Torch7 scripts rely on", function()
    local layer = nn.SpatialConvolution(1, 1, 4, 4, 1, 1, 3 / 2, 3 / 2)
    assert.equal(1, layer.padW)
  end)

  it("follows a table of connections", function()
    local layer = nn.SpatialConvolutionMap(nn.tables.oneToOne(2), 1, 1):double()
    layer.weight:copy(T{ 2, 3 }:view(2, 1, 1))
    layer.bias:fill(0)
    assert_values({ 2, 3 }, layer:forward(torch.ones(2, 1, 1):double()))
    assert.same({ { 1, 1 }, { 2, 1 }, { 1, 2 }, { 2, 2 } }, nn.tables.full(2, 2):totable())
    local counts = {}
    for _, row in ipairs(nn.tables.random(4, 6, 2):totable()) do
      counts[row[1]] = (counts[row[1]] or 0) + 1
    end
    assert.same({ 3, 3, 3, 3 }, counts)
  end)

  it("is undone in size by its transposed twin with a reference", function()
    local down = nn.SpatialConvolution(1, 2, 3, 3, 2, 2)
    local up = nn.SpatialFullConvolution(2, 1, 3, 3, 2, 2)
    for size = 5, 8 do
      local x = torch.randn(1, 1, size, size + 1)
      assert.same(x:size():totable(), up:forward{ down:forward(x):clone(), x }:size():totable())
    end
    assert.has_error(function() nn.SpatialFullConvolution(2, 1, 3, 3, 2, 2, 0, 0, 2) end)
  end)

  it("is undone by unpooling where the largest stood", function()
    local pooling = nn.SpatialMaxPooling(2, 2)
    local unpooling = nn.SpatialMaxUnpooling(pooling)
    assert.equal("nn.SpatialMaxUnpooling associated to nn.SpatialMaxPooling(2x2, 2,2)",
      tostring(unpooling))
    local y = unpooling:forward(pooling:forward(image):clone())
    assert_values({ 0, 0, 0, 0, 0, 6, 0, 8, 0, 0, 0, 0, 0, 14, 0, 16 }, y)
    assert.same({ 6, 8, 14, 16 }, pooling.indices:view(4):totable())
  end)
end)

describe("gradients of", function()
  it("reversal, of nothing, of the absolute value at zero, of the root at zero", function()
    local x = T{ 1, 2 }
    local reversal = nn.GradientReversal(0.5)
    assert_values({ 1, 2 }, reversal:forward(x))
    assert_values({ -0.5, -1 }, reversal:backward(x, T{ 1, 2 }))
    assert_values({ 0, 0 }, nn.ZeroGrad():backward(x, T{ 1, 2 }))
    assert_values({ 1 }, nn.Abs():backward(T{ 0 }, T{ 1 }))
    assert_values({ 0, 0.25 }, nn.Sqrt():backward(T{ 0, 4 }, T{ 1, 1 }))
  end)
end)

describe("nn.MapTable", function()
  it("trains one set of parameters on every entry", function()
    local map = nn.MapTable(nn.Linear(2, 1, false))
    map.module.weight:fill(1)
    local x = { torch.ones(1, 2), torch.ones(1, 2), torch.ones(1, 2) }
    map:zeroGradParameters()
    map:forward(x)
    map:backward(x, { torch.ones(1, 1), torch.ones(1, 1), torch.ones(1, 1) })
    assert.same({ { 3, 3 } }, map.module.gradWeight:totable())
    map:updateParameters(0.1)
    local weights = map:parameters()
    assert.equal(1, #weights)
    assert.is_true(math.abs(map:forward(x)[3][1][1] - 1.4) < 1e-6)
  end)
end)
