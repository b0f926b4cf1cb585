-- Images inside the core: blocked memory and pending tails may not show. Float networks, which use
-- them, are compared with the same networks in double, which do not.
local torch = require "torch"
local nn = require "nn"

local function distance(a, b)
  local difference = torch.abs(a:double() - b:double()):max()
  return difference / (torch.abs(b:double()):max() + 1e-9)
end

local function leaf(...)
  return torch.randn(...):float():requiresGrad()
end

local function in_double(t)
  return t:detach():double():requiresGrad()
end

-- Runs `network` on float leaves and on the same in double; their results and gradients agree.
local function compare(network, leaves, bound)
  local doubles = {}
  for i, t in ipairs(leaves) do doubles[i] = in_double(t) end
  local values = { network(table.unpack(leaves)) }
  local expected = { network(table.unpack(doubles)) }
  for i, value in ipairs(values) do
    local gradient = torch.randn(value:size()):float()
    value:backward(gradient, { retain = true })
    expected[i]:backward(gradient:double(), { retain = true })
  end
  for i, value in ipairs(values) do assert.is_true(distance(value, expected[i]) < bound) end
  for i, t in ipairs(leaves) do
    assert.is_true(distance(t.grad, doubles[i].grad) < bound, "gradient " .. i)
  end
end

local SHAPES = {
  { 16, 32, 3, 1, 1 }, { 3, 20, 5, 2, 2 }, { 32, 16, 1, 1, 0 }, { 17, 33, 3, 2, 1 },
  { 64, 64, 3, 1, 1 }, { 1, 8, 7, 2, 3 }, { 48, 5, 1, 2, 0 }, { 6, 7, 5, 1, 2 },
  { 1, 6, 5, 1, 0 },
}

describe("images inside the core", function()
  before_each(function() torch.manualSeed(7) end)

  for _, s in ipairs(SHAPES) do
    local from, to, kernel, stride, pad = table.unpack(s)
    local title = ("convolve %d to %d channels by %d x %d, stride %d")
      :format(from, to, kernel, kernel, stride)
    it(title, function()
      compare(function(x, w, b) return x:conv2d(w, b, { stride = stride, pad = pad }) end,
        { leaf(3, from, 13, 14), leaf(to, from, kernel, kernel), leaf(to) }, 2e-5)
    end)
  end

  it("convolve without a batch", function()
    compare(function(x, w) return x:conv2d(w, nil, { pad = 1 }):relu() end,
      { leaf(16, 9, 8), leaf(16, 16, 3, 3) }, 2e-5)
  end)

  it("convolve the other way", function()
    compare(function(x, w, b) return x:convTranspose2d(w, b, { stride = 2, pad = 1, adj = 1 }) end,
      { leaf(2, 32, 5, 6), leaf(32, 16, 3, 3), leaf(16) }, 2e-5)
  end)

  it("carry a tail of everything at once, and every value inside still reads", function()
    compare(function(x, w, b, z, scale, shift)
      local y = x:conv2d(w, b, { pad = 1 })
      local normal = y:batchNorm(scale, shift)
      local sum = normal + z:conv2d(w, nil, { pad = 1 })
      return sum:relu(), y, normal, sum
    end, { leaf(4, 16, 8, 8), leaf(16, 16, 3, 3), leaf(16), leaf(4, 16, 8, 8), leaf(16), leaf(16) },
      5e-5)
  end)

  it("pool, join and average", function()
    compare(function(x, w)
      local y = x:conv2d(w):relu()
      local low = y:maxPool2d(2, { indices = false })
      local mean = low:avgPool2d(3, { stride = 1, pad = 1 })
      local all = torch.cat({ low, mean, (low:maxPool2d(3, { stride = 1, pad = 1 })) }, 2)
      return all, all:adaptiveAvgPool2d(1), y:localResponseNorm(5)
    end, { leaf(2, 16, 11, 9), leaf(32, 16, 2, 2) }, 2e-5)
  end)

  it("give second derivatives", function()
    local x, w = leaf(2, 16, 6, 6), leaf(16, 16, 3, 3)
    local function penalty(a, b)
      local y = a:conv2d(b):relu():maxPool2d(2, { indices = false })
      local g = torch.grad((torch.cat({ y, y * 2 }, 2) ^ 2):sum(), a, { record = true })
      return (g ^ 2):sum()
    end
    local xd, wd = in_double(x), in_double(w)
    penalty(x, w):backward()
    penalty(xd, wd):backward()
    assert.is_true(distance(w.grad, wd.grad) < 1e-4)
    assert.is_true(distance(x.grad, xd.grad) < 1e-4)
  end)

  it("keep what they were computed from when that is written before they are read", function()
    local x, w = torch.randn(2, 16, 8, 8):float(), torch.randn(16, 16, 3, 3):float()
    local expected = x:double():conv2d(w:double()):relu()
    local y = x:conv2d(w)
    local relu = y:relu()
    w:zero()
    x:fill(7)
    assert.is_true(distance(relu, expected) < 1e-5)
    assert.is_true(distance(y:relu(), expected) < 1e-5)
    local z = torch.ones(2, 16, 8, 8):float():conv2d(torch.ones(16, 16, 1, 1):float())
    local sum = z:clone():add(z)
    local residual = z + y:narrow(3, 1, 6):contiguous():repeatTensor(1, 1, 2, 2):narrow(3, 1, 8)
      :narrow(4, 1, 8):contiguous()
    assert.equal(32, sum:max())
    assert.same({ 2, 16, 8, 8 }, residual:size():totable())
  end)

  it("are convolved with what the weight holds now, not at an earlier call", function()
    local x, all = torch.randn(2, 16, 9, 9):float(), torch.randn(2, 24 * 16 * 9):float()
    local w = all[1]:view(24, 16, 3, 3)
    local function check(options)
      local expected = torch.conv2d(x:double(), w:double(), nil, options)
      assert.is_true(distance(x:conv2d(w, nil, options), expected) < 2e-5)
    end
    local writes = {
      function() w:mul(2) end, function() all:add(1) end, function() w[3][2][1][1] = 50 end,
      function() w:copy(torch.randn(24, 16, 3, 3)) end, function() all:storage():fill(0.5) end,
      function() w:storage()[7] = -40 end, function() all[2]:fill(3) end,
      function() w = all[2]:view(24, 16, 3, 3) end, function() all:zero() end,
      function() torch.FloatTensor(all:storage()):normal() end,
    }
    for _, write in ipairs(writes) do
      for _, options in ipairs{ { pad = 1 }, { pad = 1 }, { stride = 2 } } do check(options) end
      write()
    end
    check{ pad = 1 }
  end)

  it("let go of what was made of a weight, with it and in training", function()
    local x = torch.randn(1, 64, 8, 8):float()
    local function weight() return torch.randn(64, 64, 3, 3):float() end
    local function in_use()
      collectgarbage()
      collectgarbage()
      return torch.memory().live
    end
    local w = weight()
    local before = in_use()
    x:conv2d(w, nil, { pad = 1 }):sum()
    local pack = in_use() - before
    assert.is_true(pack > 64 * 64 * 9 * 4)
    for _ = 1, 5 do
      w:mul(0.5)
      x:conv2d(w, nil, { pad = 1 }):sum()
    end
    assert.is_true(in_use() - before < 1.1 * pack)
    w:mul(0.5)
    x:conv2d(w:requiresGrad(), nil, { pad = 1 }):sum()
    assert.is_true(in_use() - before < 0.1 * pack)
    x:conv2d(w:detach(), nil, { pad = 1 }):sum()
    assert.is_true(in_use() - before > 0.9 * pack)
    w:set()
    assert.is_true(in_use() < before)
  end)

  it("are written in place as any tensor", function()
    local x, w = torch.randn(2, 16, 8, 8):float(), torch.randn(16, 16, 3, 3):float()
    local y = x:conv2d(w)
    local alias = y:view(2, -1)
    y:add(torch.ones(2, 16, 6, 6):float())
    torch.relu(y, y)
    y:mul(2)
    local expected = (x:double():conv2d(w:double()) + 1):relu() * 2
    assert.is_true(distance(y, expected) < 1e-5)
    assert.is_true(distance(alias, expected:view(2, -1)) < 1e-5)
    y[{ 1, 2, 3, 4 }] = 55
    assert.equal(55, y[{ 1, 2, 3, 4 }])
    assert.equal(55, alias[{ 1, 36 + 12 + 4 }])
  end)

  it("go through views, copies and storages", function()
    local x, w = torch.randn(2, 16, 8, 8):float(), torch.randn(20, 16, 3, 3):float()
    local expected = x:double():conv2d(w:double())
    assert.is_true(distance(x:conv2d(w):view(2, 20, 36), expected:view(2, 20, 36)) < 1e-5)
    assert.is_true(distance(x:conv2d(w):clone(), expected) < 1e-5)
    assert.is_true(distance(x:conv2d(w):transpose(2, 4), expected:transpose(2, 4)) < 1e-5)
    assert.is_true(math.abs(x:conv2d(w):storage()[1] - expected:storage()[1]) < 1e-4)
    local y = x:conv2d(w):relu()
    y:resize(5)
    assert.equal(5, y:nElement())
  end)

  it("refuse a stale value like any tensor", function()
    local w = leaf(16, 16, 3, 3)
    local y = torch.randn(1, 16, 6, 6):float():conv2d(w):relu()
    local loss = (y ^ 2):sum()
    torch.noGrad(function() y:zero() end)
    assert.has_error(function() loss:backward() end)
  end)

  it("leave inner outputs to be read after forward", function()
    local model = nn.Sequential():add(nn.SpatialConvolution(3, 16, 3, 3))
      :add(nn.SpatialBatchNormalization(16)):add(nn.ReLU(true))
      :add(nn.SpatialMaxPooling(2, 2)):float()
    local double = model:clone():double()
    local x = torch.randn(2, 3, 8, 8):float()
    for _, mode in ipairs{ "training", "evaluate" } do
      model[mode](model)
      double[mode](double)
      model:forward(x)
      double:forward(x:double())
      for i = 1, 4 do
        if i ~= 2 then -- nn.ReLU(true) wrote over it
          assert.is_true(distance(model:get(i).output, double:get(i).output) < 1e-5)
        end
      end
    end
  end)

  it("are pooled without a list of places, unless an unpooling wants it", function()
    local convolution, pooling = nn.SpatialConvolution(3, 16, 3, 3), nn.SpatialMaxPooling(2, 2)
    local images = torch.randn(2, 3, 10, 10):float()
    pooling:float():forward(convolution:float():forward(images))
    assert.is_nil(pooling.indices)
    nn.SpatialMaxUnpooling(pooling)
    pooling:forward(convolution:forward(images))
    assert.same({ 2, 16, 4, 4 }, pooling.indices:size():totable())
  end)
end)
