-- Torch7's functions that the walk over all operations does not show whole: reference values, forms
-- of calls, streams of random numbers.
local torch = require "torch"

local function fails(pattern, f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok)
  assert.matches(pattern, message)
end

describe("conv2 and its kin", function()
  local x, w = torch.Tensor{ { 1, 2, 3 } }, torch.Tensor{ { 1, 2 } }

  it("give Torch7's values", function()
    assert.same({ { 4, 7 } }, torch.conv2(x, w):totable())
    assert.same({ { 4, 7 } }, torch.conv2(x, w, "V"):totable())
    assert.same({ { 5, 8 } }, torch.xcorr2(x, w, "V"):totable())
    assert.same({ { 1, 4, 7, 6 } }, torch.conv2(x, w, "F"):totable())
    assert.same({ { 2, 5, 8, 3 } }, torch.xcorr2(x, w, "F"):totable())
  end)

  it("write into a destination, which may be the input", function()
    local to = torch.Tensor()
    assert.is_true(rawequal(to, torch.conv2(to, x, w)))
    assert.same({ { 4, 7 } }, to:totable())
    local y = x:clone()
    torch.conv2(y, y, w, "F")
    assert.same({ { 1, 4, 7, 6 } }, y:totable())
    assert.same({ { 4, 7 } }, x:conv2(w):totable())
  end)

  it("agree: a volume one deep is a plane, a turned kernel makes the other", function()
    torch.manualSeed(3)
    local image, kernel = torch.rand(3, 9, 8), torch.rand(2, 3, 3, 4)
    for _, mode in ipairs{ "V", "F" } do
      local plane = torch.conv2(image, kernel, mode)
      local volume = torch.conv3(image:view(3, 1, 9, 8), kernel:view(2, 3, 1, 3, 4), mode)
      assert.is_true((volume:squeeze(2) - plane):abs():max() < 1e-5)
      local turned = torch.xcorr2(image, torch.flip(torch.flip(kernel, 3), 4), mode)
      assert.is_true((turned - plane):abs():max() < 1e-5)
    end
  end)

  it("know integers, which wrap", function()
    local a, k = torch.ByteTensor(2, 3):fill(100), torch.ByteTensor(1, 3):fill(1)
    assert.same({ { 44 }, { 44 } }, torch.conv2(a, k):totable())
  end)

  it("refuse what does not go together", function()
    fails("conv2: Input image is smaller than kernel: 1 x 2 and 1 x 3", torch.conv2, w, x)
    fails("conv2: invalid number of input/kernel planes", torch.conv2, torch.rand(2, 4, 4),
      torch.rand(3, 2, 2))
    fails("conv2: input and kernel are", torch.conv2, torch.rand(4, 4), torch.rand(3, 2, 2))
    fails("conv3: input and kernel are", torch.conv3, torch.rand(4, 4), torch.rand(2, 2))
  end)
end)

describe("histograms", function()
  it("count what lies in each part, the largest in the last", function()
    local x = torch.Tensor{ 0, 1, 2, 3, 4, 5, -1 }
    assert.same({ 1, 1, 1, 2 }, torch.histc(x, 4, 0, 4):totable())
    assert.equal(7, torch.histc(x):sum())
    assert.equal(100, torch.histc(x):size(1))
    assert.same({ 0, 0, 3, 0 }, torch.histc(torch.Tensor{ 2, 2, 2 }, 4):totable())
    local to = torch.Tensor()
    torch.bhistc(to, torch.Tensor{ { 1, 1 }, { 2, 4 } }, 4, 0, 4)
    assert.same({ { 0, 2, 0, 0 }, { 0, 0, 1, 1 } }, to:totable())
    assert.same({ 0, 0 }, torch.histc(torch.Tensor(), 2):totable())
  end)

  it("refuse ranges that cannot be divided", function()
    fails("histc: from 2 to 1", torch.histc, torch.Tensor{ 1 }, 3, 2, 1)
    fails("histc: from .*inf", torch.histc, torch.Tensor{ 1, math.huge }, 3)
    fails("histc: 0 bins", torch.histc, torch.Tensor{ 1 }, 0)
    fails("bhistc: invalid dimension", torch.bhistc, torch.Tensor{ 1 })
    fails("histc: not defined for int32", torch.histc, torch.IntTensor{ 1 })
  end)
end)

describe("bits", function()
  it("are those of the type", function()
    local x = torch.ByteTensor{ 12, 200 }
    assert.same({ 8, 8 }, torch.bitand(x, 10):totable())
    assert.same({ 14, 202 }, torch.bitor(x, 10):totable())
    assert.same({ 6, 194 }, torch.bitxor(x, 10):totable())
    assert.same({ 48, 32 }, torch.lshift(x, 2):totable())
    assert.same({ 3, 50 }, torch.rshift(x, 2):totable())
    assert.same({ 0, 0 }, torch.lshift(x, 8):totable())
    assert.same({ 0, 0 }, torch.rshift(x, 200):totable())
    assert.same({ 127, 63 }, torch.crshift(torch.CharTensor{ -1, -1 },
      torch.CharTensor{ 1, 2 }):totable())
    assert.same({ 4, 200 }, x:cbitand(torch.ByteTensor{ 4, 255 }):totable())
    assert.same({ 0.75, 24 }, torch.Tensor{ 3, 96 }:rshift(2):totable())
    fails("bitand: is only supported for integer type tensors, not float32", torch.bitand,
      torch.Tensor{ 1 }, 1)
  end)
end)

describe("renorm, cross and match", function()
  it("give Torch7's values", function()
    local x = torch.DoubleTensor{ { 3, 4 }, { 0.3, 0.4 } }
    assert.is_true(rawequal(x, x:renorm(2, 1, 1)))
    assert.is_true(math.abs(x[1]:norm() - 1) < 1e-6)
    assert.is_true(math.abs(x[2]:norm() - 0.5) < 1e-12)
    assert.same({ 0, 0, 1 }, torch.cross(torch.Tensor{ 1, 0, 0 },
      torch.Tensor{ 0, 1, 0 }):totable())
    assert.same({ { 25, 100 } }, torch.match(torch.Tensor{ { 0, 0 } },
      torch.Tensor{ { 3, 4 }, { 6, 8 } }):totable())
    fails("cross: no dimension of size 3 in a: 2", torch.cross, torch.ones(2), torch.ones(2))
    fails("cross: dimension 1 does not have size 3 in 2 x 3", torch.cross, torch.ones(2, 3),
      torch.ones(2, 3), 1)
    fails("renorm: need at least 2 dimensions", torch.renorm, torch.ones(3), 2, 1, 1)
    fails("renorm: non%-positive%-norm", torch.renorm, torch.ones(3, 3), 0, 1, 1)
  end)
end)

describe("the alias method", function()
  local probs = torch.DoubleTensor{ 0.2, 0.3, 0.5, 0 }

  it("draws each category as often as its weight says", function()
    torch.manualSeed(11)
    local state = torch.multinomialAliasSetup(probs)
    assert.equal("torch.LongTensor", state[1]:type())
    local drawn = torch.multinomialAlias(torch.LongTensor(200, 100), state)
    for i = 1, 4 do
      local share = drawn:eq(i):double():mean()
      assert.is_true(math.abs(share - probs[i]) < 0.015, i .. ": " .. share)
    end
    assert.equal(0, drawn:eq(4):sum())
  end)

  it("fills the tables given, for weights that need not add up to 1", function()
    local state = { torch.LongTensor(), torch.DoubleTensor() }
    local other, chance = state[1], state[2]
    assert.is_true(rawequal(state, torch.multinomialAliasSetup(probs * 7, state)))
    assert.is_true(rawequal(other, state[1]) and rawequal(chance, state[2]))
    assert.equal(4, chance:nElement())
    -- Each place gives 1 / 4: its own share, and the rest to another.
    local total = torch.zeros(4):double()
    for i = 1, 4 do
      total[i] = total[i] + chance[i] / 4
      total[other[i]] = total[other[i]] + (1 - chance[i]) / 4
    end
    assert.is_true((total - probs):abs():max() < 1e-12)
  end)

  it("draws the same after the same seed, whatever the layout", function()
    local state = torch.multinomialAliasSetup(probs)
    torch.manualSeed(5)
    local a = torch.multinomialAlias(torch.LongTensor(30), state)
    torch.manualSeed(5)
    local b = torch.multinomialAlias(torch.LongTensor(30, 2):select(2, 1), state)
    assert.same(a:totable(), b:totable())
  end)

  it("refuses what is no distribution and no table", function()
    fails("multinomialAliasSetup_: weight 2 of 2 is %-1", torch.multinomialAliasSetup,
      torch.Tensor{ 1, -1 })
    fails("add up to 0", torch.multinomialAliasSetup, torch.zeros(3))
    fails("goes into a LongTensor", torch.multinomialAlias, torch.Tensor(3), {})
    fails("is a table", torch.multinomialAlias, torch.LongTensor(3))
    fails("none of the 2 categories", torch.multinomialAlias, torch.LongTensor(3),
      { torch.LongTensor{ 1, 9 }, torch.Tensor{ 0.5, 0.5 } })
    fails("one entry a category", torch.multinomialAlias, torch.LongTensor(3),
      { torch.LongTensor{ 1 }, torch.Tensor{ 0.5, 0.5 } })
  end)
end)
