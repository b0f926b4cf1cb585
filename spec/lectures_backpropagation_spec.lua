-- The lectures' section 1, backpropagation: its numbers, and what it says of gradients. Where a
-- slide prints values that its own operands do not give, the operands hold.
local torch = require "torch"
local slides = require "spec.support.slides"

local near, leaf, sizes = slides.near, slides.leaf, slides.sizes

describe("backpropagation", function()
  it("sends the gradient of relu where the input is positive", function()
    local x = leaf{ 1, -2, 3, -1 }
    local z = torch.relu(x)
    near({ 1, 0, 3, 0 }, z)
    near({ 4, 0, 5, 0 }, torch.grad(z, x, torch.DoubleTensor{ 4, -1, 5, 9 }))
  end)

  it("sends the gradient of a matrix product through the transposes", function()
    local x, w = leaf{ { 2, 1, -3 }, { -3, 4, 2 } },
      leaf{ { 3, 2, 1, -1 }, { 2, 1, 3, 2 }, { 3, 2, 1, -2 } }
    local y = torch.mm(x, w)
    near({ { -1, -1, 2, 6 }, { 5, 2, 11, 7 } }, y)
    local upstream = torch.DoubleTensor{ { 2, 3, -3, 9 }, { -8, 1, 4, 6 } }
    local dx, dw = table.unpack(torch.grad(y, { x, w }, upstream))
    near({ { 0, 16, -9 }, { -24, 9, -30 } }, dx)
    near({ { 28, 3, -18, 0 }, { -30, 7, 13, 33 }, { -22, -7, 17, -15 } }, dw)
    near(upstream * w:detach():t(), dx)
    near(x:detach():t() * upstream, dw)
  end)

  it("never forms the Jacobian, which would take 256 GB here", function()
    local n, d, m = 64, 4096, 4096
    assert.equal(256 * 2 ^ 30, (n * d) * (n * m) * 4)
    local before = torch.memory().live
    torch.setMemoryLimit(before + 2 ^ 28)
    local x, w = torch.ones(n, d):requiresGrad(), torch.ones(d, m):requiresGrad()
    local dx, dw = table.unpack(torch.grad(torch.mm(x, w), { x, w }, torch.ones(n, m)))
    torch.setMemoryLimit(0)
    assert.equal(m, dx[{ n, d }])
    assert.equal(n, dw[{ d, m }])
  end)

  it("gives every variable a gradient of its own shape", function()
    local x = torch.randn(5, 3072):requiresGrad()
    local w1, w2 = torch.randn(100, 3072):requiresGrad(), torch.randn(10, 100):requiresGrad()
    local scores = torch.linear(torch.relu(torch.linear(x, w1)), w2)
    assert.same({ 5, 10 }, sizes(scores))
    for i, g in ipairs(torch.grad(torch.crossEntropy(scores, torch.LongTensor{ 1, 2, 3, 4, 5 }),
      { x, w1, w2 })) do
      assert.same(sizes(({ x, w1, w2 })[i]), sizes(g))
    end
  end)
end)

describe("a gradient", function()
  it("of a scalar is a number, of R^N a vector; R^N to R^M has a Jacobian that is not formed",
    function()
      local x = torch.DoubleTensor{ 3 }:requiresGrad()
      near({ 6 }, torch.grad(torch.square(x), x))
      local v = torch.DoubleTensor{ 1, 2, 3 }:requiresGrad()
      near({ 2, 4, 6 }, torch.grad(torch.sum(torch.square(v)), v))
      local w = torch.DoubleTensor{ { 1, 2, 0 }, { 0, -1, 4 } }
      local y = torch.mv(w, v) -- the Jacobian is w
      near({ 1 * 5 + 0, 2 * 5 - 7, 4 * 7 }, torch.grad(y, v, torch.DoubleTensor{ 5, 7 }))
    end)

  it("adds up where a value is used twice", function()
    local x = torch.DoubleTensor{ 2, 5 }:requiresGrad()
    near({ 2 * 2 + 3, 2 * 5 + 3 }, torch.grad(torch.sum(torch.square(x) + x * 3), x))
  end)

  it("of scores and of the two-layer network is a product of what is there", function()
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
