-- What the lectures say of layers, sections 1 and 2, beyond the numbers in lectures_spec.lua:
-- activations, dropout, normalisations, groups, dilation, volumes, receptive fields.
local torch = require "torch"
local nn = require "nn"
local array = require "spec.support.array"
local models = require "wick.models"
local walk = require "spec.support.walk"

local function near(expected, found, margin)
  if type(expected) == "table" then expected = torch.DoubleTensor(expected) end
  assert.is_nil(walk.difference(array.of(found), array.of(expected), margin or 1e-12))
end

local function sizes(x)
  return x:size():totable()
end

describe("section 1, gradients:", function()
  it("a scalar's is a number, a vector's a vector; R^N to R^M has a Jacobian that is not formed",
    function()
      local x = torch.DoubleTensor{ 3 }:requiresGrad()
      near({ 6 }, torch.grad(torch.square(x), x))
      local v = torch.DoubleTensor{ 1, 2, 3 }:requiresGrad()
      near({ 2, 4, 6 }, torch.grad(torch.sum(torch.square(v)), v))
      local w = torch.DoubleTensor{ { 1, 2, 0 }, { 0, -1, 4 } }
      local y = torch.mv(w, v) -- the Jacobian is w
      near({ 1 * 5 + 0, 2 * 5 - 7, 4 * 7 }, torch.grad(y, v, torch.DoubleTensor{ 5, 7 }))
    end)

  it("add where a value is used twice", function()
    local x = torch.DoubleTensor{ 2, 5 }:requiresGrad()
    near({ 2 * 2 + 3, 2 * 5 + 3 }, torch.grad(torch.sum(torch.square(x) + x * 3), x))
  end)

  it("of scores and of the two-layer network are products of what is there", function()
    local x = torch.randn(4, 3):double()
    local w1 = torch.randn(5, 3):double():requiresGrad()
    local w2 = torch.randn(2, 5):double():requiresGrad()
    local upstream = torch.randn(4, 2):double()
    local sums = torch.mm(x, w1:t())
    local hidden = torch.relu(sums)
    local d1, d2 = table.unpack(torch.grad(torch.mm(hidden, w2:t()), { w1, w2 }, upstream))
    near(torch.mm(upstream:t(), hidden:detach()), d2)
    local back = torch.cmul(torch.mm(upstream, w2:detach()), sums:detach():gt(0):double())
    near(torch.mm(back:t(), x), d1)
  end)
end)

describe("section 2, activations:", function()
  it("relu, sigmoid, tanh and softmax", function()
    local x = torch.DoubleTensor{ -2, 0, math.log(3) }
    near({ 0, 0, math.log(3) }, nn.ReLU():double():forward(x))
    near({ 1 / (1 + math.exp(2)), 0.5, 0.75 }, nn.Sigmoid():double():forward(x))
    near({ (math.exp(-4) - 1) / (math.exp(-4) + 1), 0, 0.8 }, nn.Tanh():double():forward(x))
    local sum = math.exp(-2) + 1 + 3
    near({ math.exp(-2) / sum, 1 / sum, 3 / sum }, nn.SoftMax():double():forward(x))
  end)
end)

describe("section 2, dropout:", function()
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

describe("section 2, normalisation:", function()
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

describe("section 2, convolution:", function()
  it("in groups has fewer weights, and each sees its own channels", function()
    local layer = nn.SpatialConvolution{ 4, 6, kernel = 3, groups = 2, bias = false }
    assert.same({ 6, 2, 3, 3 }, sizes(layer.weight))
    local x = torch.randn(1, 4, 5, 5)
    local y = layer:forward(x):clone()
    x:narrow(2, 3, 2):zero()
    local other = layer:forward(x)
    near(y:narrow(2, 1, 3), other:narrow(2, 1, 3), 1e-6)
    assert.equal(0, other:narrow(2, 4, 3):abs():max())
  end)

  it("with dilation 2 sees 5 x 5 by 3 x 3", function()
    local layer = nn.SpatialConvolution{ 1, 1, kernel = 3, dilation = 2 }
    assert.same({ { 5, 5 }, { 1, 1 } }, { layer:window() })
    assert.same({ 1, 1, 1 }, sizes(layer:forward(torch.ones(1, 5, 5))))
  end)

  it("with a separable kernel is n x 1, then 1 x n", function()
    local x, column, row = torch.randn(1, 9, 9):double(), torch.randn(5):double(),
      torch.randn(5):double()
    local whole = torch.conv2d(x, torch.ger(column, row):view(1, 1, 5, 5))
    local split = torch.conv2d(torch.conv2d(x, column:view(1, 1, 5, 1)), row:view(1, 1, 1, 5))
    near(whole, split)
  end)

  it("of volumes slides along three dimensions", function()
    local layer = nn.VolumetricConvolution(2, 3, 3, 3, 3)
    assert.equal(3 * 2 * 27 + 3, layer.weight:nElement() + layer.bias:nElement())
    assert.same({ 3, 6, 5, 4 }, sizes(layer:forward(torch.randn(2, 8, 7, 6))))
    local ones = torch.ones(1, 1, 2, 2, 2):double()
    near({ { { { 36 } } } }, torch.conv3d(torch.range(1, 8):double():view(1, 2, 2, 2), ones))
  end)

  it("at stride 2 with a padding of 1 is every other one at stride 1", function()
    local x, w = torch.randn(2, 7, 7):double(), torch.randn(3, 2, 3, 3):double()
    local every = torch.conv2d(x, w, { pad = 1 })
    local other = torch.conv2d(x, w, { pad = 1, stride = 2 })
    for i = 1, 4 do
      for j = 1, 4 do
        near(every:select(3, 2 * j - 1):select(2, 2 * i - 1), other:select(3, j):select(2, i))
      end
    end
  end)
end)

describe("section 2, pooling:", function()
  it("of 2 at stride 2 halves, of 3 at stride 2 overlaps and fits odd sizes", function()
    for _, case in ipairs{ { 2, 32, 16 }, { 3, 55, 27 }, { 3, 27, 13 }, { 3, 13, 6 } } do
      local layer = nn.SpatialMaxPooling(case[1], case[1], 2, 2)
      assert.same({ 1, case[3], case[3] }, sizes(layer:forward(torch.ones(1, case[2], case[2]))))
    end
  end)
end)

describe("section 2, receptive fields:", function()
  -- What a pixel behind the last module of an image sees, as the summary prints it.
  local function seen(model, list)
    local last
    for line in model:summary(list):gmatch("[^\n]+") do
      local field = line:match("%d x %d+ x %d+%s+[%d,]+%s+[%d,]+%s+[%d,]+%s+(%d+)%s+%d+$")
      last = tonumber(field) or last
    end
    return last
  end

  it("are computed for any network", function()
    local three = nn.Sequential()
    for _ = 1, 3 do three:add(nn.SpatialConvolution(1, 1, 3, 3)) end
    assert.equal(7, seen(three, { 1, 15, 15 }))
    assert.equal(32, seen(models.lenet5(), { 1, 32, 32 }))
    -- 1 + 4 + 1 pixels, then as much again at steps of 2 and 4.
    assert.equal(1 + 5 * (1 + 2 + 4), seen(models.convnetjs(), { 3, 32, 32 }))
    assert.equal(212, seen(models.vgg{ "D", width = 1 / 64, size = 32 }, { 3, 32, 32 }))
  end)
end)
