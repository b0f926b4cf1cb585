-- Random operations: the numbers that Torch7 gave, seeds, ranges and types, and streams that depend
-- neither on threads nor on each other.
local torch = require "torch"
local core = require "wick.core"
local array = require "spec.support.array"
local walk = require "spec.support.walk"

local function near(expected, found)
  assert.is_nil(walk.difference(array.of(found), array.of(expected), 5e-14))
end

-- The digits that Torch7 printed after torch.manualSeed(123).
describe("after the same seed Torch7's numbers come", function()
  before_each(function() torch.manualSeed(123) end)

  it("from random", function()
    assert.equal(2991312382, torch.random())
    assert.equal(10, torch.random(1, 10))
    assert.equal(3, torch.random(5))
    torch.manualSeed(1)
    assert.equal(1791095845, torch.random())
  end)

  it("from uniform and rand", function()
    near(torch.DoubleTensor{ 0.69646918727085, 0.71295532141812, 0.28613933874294 },
      torch.DoubleTensor{ torch.uniform(), torch.uniform(), torch.uniform() })
    torch.manualSeed(1)
    near(torch.DoubleTensor{ 0.41702199843712, 0.99718480813317 },
      torch.rand(2, { dtype = "torch.DoubleTensor" }))
    torch.manualSeed(1)
    near(torch.DoubleTensor{ 0.41702199843712 * 3 - 1 }, torch.DoubleTensor(1):uniform(-1, 2))
  end)

  it("from normal and randn", function()
    local expected = torch.DoubleTensor{ -0.52144306271244, -1.4914194359815, -0.23812953316813,
      1.0306183433273 }
    near(expected:narrow(1, 1, 2), torch.DoubleTensor{ torch.normal(), torch.normal() })
    torch.manualSeed(123)
    near(expected:view(2, 2), torch.randn(2, 2, { dtype = "torch.DoubleTensor" }))
    torch.manualSeed(123)
    near(expected * 2 + 5, torch.DoubleTensor(4):normal(5, 2))
  end)

  it("from randperm", function()
    assert.same({ 7, 3, 2, 4, 5, 8, 1, 6 }, torch.randperm(8):totable())
  end)

  it("from what is made of uniform numbers", function()
    local u = 2991312382 / 2 ^ 32
    local formulas = {
      [function() return torch.exponential(2) end] = -math.log(1 - u) / 2,
      [function() return torch.cauchy(1, 2) end] = 1 + 2 * math.tan(math.pi * (u - 0.5)),
      [function() return torch.geometric(0.3) end] = math.log(1 - u) / math.log(0.3) // 1 + 1,
      [function() return torch.bernoulli(0.7) end] = u <= 0.7 and 1 or 0,
      [function() return torch.bernoulli(0.69) end] = u <= 0.69 and 1 or 0,
      [function() return torch.logNormal(0.5, 0.25) end] = math.exp(0.5 - 0.25 * 0.52144306271244),
    }
    for draw, expected in pairs(formulas) do
      torch.manualSeed(123)
      assert.is_true(math.abs(draw() - expected) < 1e-12 * math.abs(expected) + 1e-13)
    end
  end)

  it("whether drawn one by one or as a tensor", function()
    for _, name in ipairs{ "uniform", "normal", "random", "bernoulli" } do
      torch.manualSeed(9)
      local one_by_one = {}
      for i = 1, 700 do one_by_one[i] = torch[name]() end
      torch.manualSeed(9)
      local together = torch.DoubleTensor(700)
      together[name](together)
      assert.same(array.list(array.of(together)), torch.DoubleTensor(one_by_one):totable(), name)
    end
  end)
end)

local generators = {
  random = {}, uniform = {}, normal = {}, exponential = { 2 }, cauchy = {}, logNormal = {},
  geometric = { 0.4 },
  bernoulli = { 0.3 },
}

local function filled(name, x)
  return x[name](x, table.unpack(generators[name]))
end

describe("every generator", function()
  for name in pairs(generators) do
    it("repeats itself after its seed, in every layout: " .. name, function()
      torch.manualSeed(4)
      local first = filled(name, torch.DoubleTensor(30, 50))
      local second = filled(name, torch.DoubleTensor(30, 50))
      torch.manualSeed(4)
      local strided = torch.DoubleTensor(50, 30):t()
      filled(name, strided)
      assert.same(first:totable(), strided:totable())
      assert.is_true(first:ne(second):sum() > 0)
    end)

    it("does not depend on threads: " .. name, function()
      local before = torch.getnumthreads()
      local results = {}
      for threads = 1, 2 do
        torch.setnumthreads(threads)
        torch.manualSeed(8)
        results[threads] = filled(name, torch.FloatTensor(60000))
      end
      torch.setnumthreads(before)
      assert.equal(0, results[1]:ne(results[2]):sum())
    end)

    it("fills nothing into nothing: " .. name, function()
      torch.manualSeed(4)
      local state = torch.getRNGState()
      assert.same({ 0, 4 }, filled(name, torch.zeros(0, 4)):size():totable())
      assert.same(state:totable(), torch.getRNGState():totable())
    end)
  end

  it("goes on where a saved state left it", function()
    torch.manualSeed(6)
    torch.normal()
    local state = torch.getRNGState()
    local expected = torch.randn(40)
    torch.manualSeed(7)
    torch.setRNGState(state)
    assert.same(expected:totable(), torch.randn(40):totable())
  end)
end)

describe("integers", function()
  it("stay in their range, and reach its ends", function()
    torch.manualSeed(2)
    local x = torch.LongTensor(20000):random(-3, 4)
    assert.equal(-3, x:min())
    assert.equal(4, x:max())
    assert.equal(1, torch.IntTensor(5000):random(6):min())
    assert.equal(6, torch.IntTensor(5000):random(6):max())
  end)

  it("fill what a type can hold", function()
    local limits = { ByteTensor = 255, CharTensor = 127, ShortTensor = 32767,
      IntTensor = 2147483647,
      LongTensor = 4294967295, FloatTensor = 16777216, DoubleTensor = 4294967295 }
    for short, limit in pairs(limits) do
      torch.manualSeed(3)
      local x = torch[short](40000):random()
      assert.is_true(x:min() >= 0 and x:max() <= limit, short)
      assert.is_true(x:max() > limit * 0.99, short)
    end
  end)

  it("refuse ranges without a number in them", function()
    assert.matches("^random: upper bound must be strictly positive", walk.failure(torch.random, 0))
    assert.matches("^random: upper bound must be larger than lower bound",
      walk.failure(torch.random, 3, 1))
  end)
end)

describe("real numbers", function()
  it("have the moments of their distribution", function()
    torch.manualSeed(5)
    local n = 200000
    local function check(x, mean, deviation)
      assert.is_true(math.abs(x:mean() - mean) < 5 * deviation / math.sqrt(n))
      assert.is_true(math.abs(x:std() - deviation) < 0.02 * deviation)
    end
    check(torch.DoubleTensor(n):uniform(1, 3), 2, math.sqrt(4 / 12))
    check(torch.DoubleTensor(n):normal(2, 3), 2, 3)
    check(torch.DoubleTensor(n):exponential(2), 0.5, 0.5)
    check(torch.DoubleTensor(n):bernoulli(0.3), 0.3, math.sqrt(0.21))
    check(torch.DoubleTensor(n):geometric(0.5), 2, math.sqrt(2))
    check(torch.randn(n):double(), 0, 1)
    local median = torch.DoubleTensor(n):cauchy(1, 2):gt(1):sum() / n
    assert.is_true(math.abs(median - 0.5) < 0.01)
  end)

  it("are below the upper end in every type", function()
    torch.manualSeed(6)
    assert.equal(0, torch.FloatTensor(300000):uniform(0, 1):ge(1):sum())
    assert.equal(0, torch.FloatTensor(300000):uniform(0, 1):lt(0):sum())
  end)

  it("refuse parameters that make no distribution", function()
    assert.matches("^normal: standard deviation must be strictly positive",
      walk.failure(torch.normal, 0, 0))
    assert.matches("^geometric: ", walk.failure(torch.geometric, 1.5))
    assert.matches("^geometric: ", walk.failure(torch.geometric, 0 / 0))
    assert.matches("^bernoulli: ", walk.failure(torch.bernoulli, -0.1))
    assert.matches("^bernoulli: ", walk.failure(torch.bernoulli, 0 / 0))
    assert.matches("^randperm: ", walk.failure(torch.randperm, 0))
  end)

  it("are not made for integers", function()
    for _, name in ipairs{ "uniform", "normal", "exponential", "cauchy", "logNormal" } do
      local x = torch.IntTensor(3)
      assert.matches("^" .. name .. ": not defined for int32 tensors",
        walk.failure(x[name], x, table.unpack(generators[name])))
    end
  end)
end)

describe("bernoulli", function()
  it("takes a probability for each place", function()
    torch.manualSeed(7)
    local p = torch.FloatTensor(3, 2000)
    p[1]:fill(0)
    p[2]:fill(1)
    p[3]:fill(0.25)
    for _, x in ipairs{ torch.bernoulli(p), torch.ByteTensor(3, 2000):bernoulli(p) } do
      assert.equal(0, x[1]:sum())
      assert.equal(2000, x[2]:sum())
      assert.is_true(math.abs(x[3]:sum() - 500) < 100)
    end
  end)
end)

describe("multinomial", function()
  before_each(function() torch.manualSeed(11) end)

  it("draws in proportion to weights that need not be normalised", function()
    local x = torch.multinomial(torch.DoubleTensor{ 1, 0, 3 }, 8000, true)
    assert.equal("torch.LongTensor", x:type())
    assert.equal(0, x:eq(2):sum())
    assert.is_true(math.abs(x:eq(3):sum() - 6000) < 200)
  end)

  it("draws each category once without replacement, for every row", function()
    local x = torch.multinomial(torch.ones(4, 5), 5)
    local sorted = torch.sort(x, 2)
    for row = 1, 4 do assert.same({ 1, 2, 3, 4, 5 }, sorted[row]:totable()) end
  end)

  it("refuses what cannot be drawn from", function()
    assert.matches("^multinomial: ", walk.failure(torch.multinomial, torch.Tensor{ 1, 2 }, 3))
    assert.matches("^multinomial: ", walk.failure(torch.multinomial, torch.Tensor{ 0, 0 }, 1))
    assert.matches("^multinomial: ", walk.failure(torch.multinomial, torch.Tensor{ 1, -1 }, 1))
    assert.matches("^multinomial: ", walk.failure(torch.multinomial, torch.Tensor{ 1, 0 / 0 }, 1))
    assert.matches("^multinomial: ", walk.failure(torch.multinomial, torch.ones(2, 2, 2), 1))
  end)
end)

describe("dropout", function()
  it("keeps about 1 - p of the elements and scales them", function()
    torch.manualSeed(12)
    local x = torch.ones(200, 300)
    local y = torch.dropout(x, 0.3)
    local kept = y:ne(0):sum()
    assert.is_true(math.abs(kept / 60000 - 0.7) < 0.01)
    assert.equal(kept, torch.abs(y - 1 / 0.7):lt(1e-6):sum())
    local unscaled = torch.dropout(x, 0.3, true, false)
    assert.equal(60000, unscaled:eq(0):sum() + unscaled:eq(1):sum())
    assert.equal(0, torch.dropout(x, 0):ne(1):sum())
  end)

  it("repeats itself after its seed whatever the number of threads", function()
    local before, results = torch.getnumthreads(), {}
    for threads = 1, 2 do
      torch.setnumthreads(threads)
      torch.manualSeed(13)
      results[threads] = torch.dropout(torch.ones(100000), 0.5)
    end
    torch.setnumthreads(before)
    assert.equal(0, results[1]:ne(results[2]):sum())
  end)

  it("lets the gradient through where the value went through", function()
    torch.manualSeed(14)
    for _, name in ipairs{ "dropout", "featureDropout" } do
      local x = torch.ones(4, 6, 5):double():requiresGrad()
      local y = torch[name](x, 0.4)
      local g = torch.grad(y, x, torch.ones(4, 6, 5):double():fill(3))
      assert.is_nil(walk.difference(array.of(g), array.of(y:detach() * 3), 1e-12))
      assert.is_true(y:detach():eq(0):sum() > 0)
    end
  end)

  it("drops whole channels", function()
    torch.manualSeed(15)
    local y = torch.featureDropout(torch.ones(20, 30, 4, 4), 0.5)
    local sums = y:view(600, 16):sum(2)
    assert.equal(600, sums:eq(0):sum() + sums:eq(32):sum())
    assert.is_true(sums:eq(0):sum() > 200)
  end)

  it("touches neither values nor the generator in evaluation", function()
    torch.manualSeed(16)
    local state, x = torch.getRNGState(), torch.randn(3, 4)
    torch.setRNGState(state)
    local version = core.version(x)
    assert.same(x:totable(), torch.dropout(x, 0.5, false):totable())
    assert.equal(version, core.version(x))
    assert.same(state:totable(), torch.getRNGState():totable())
  end)

  it("refuses what is no probability", function()
    for _, p in ipairs{ -0.1, 1, 1.1, 0 / 0 } do
      assert.matches("^dropout: ", walk.failure(torch.dropout, torch.ones(3), p))
    end
  end)
end)
