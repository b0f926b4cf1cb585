-- Zeros that are known and not written (core/tensor/zero.c) may not show.
local core = require "wick.core"
local torch = require "torch"

local LARGE = 100000 -- elements: small storages are written at once

local function filled(value)
  return torch.FloatTensor(LARGE):fill(value)
end

describe("a large tensor set to zero", function()
  it("reads as zeros, whichever way it is read", function()
    assert.equal(0, filled(3):zero():sum())
    assert.equal(0, filled(3):zero()[LARGE])
    assert.equal(0, filled(3):zero():storage()[17])
    assert.equal(0, filled(3):zero():narrow(1, 500, 20):max())
    assert.equal(0, torch.abs(filled(3):zero():clone()):max())
    local t = filled(3):zero()
    t:resize(LARGE + 5)
    assert.equal(0, t:narrow(1, 1, LARGE):sum())
    assert.equal(0, torch.add(filled(1), filled(3):zero()):sum() - LARGE)
  end)

  it("is written like any other", function()
    local t = filled(3):zero()
    t[7] = 5
    assert.equal(5, t:sum())
    t:zero():add(2)
    assert.equal(2 * LARGE, t:sum())
    t:zero():copy(filled(4))
    assert.equal(4 * LARGE, t:sum())
    t:zero():narrow(1, 1, 10):fill(1)
    assert.equal(10, t:sum())
  end)

  it("leaves what lies beside a part alone", function()
    local t = filled(3)
    t:narrow(1, 1, LARGE // 2):zero()
    assert.equal(3 * (LARGE - LARGE // 2), t:sum())
    t:narrow(1, LARGE // 2, 10):zero()
    assert.equal(3 * (LARGE - LARGE // 2 - 9), t:sum())
  end)

  it("counts as a write", function()
    local x = filled(2):requiresGrad()
    local y = x * 1
    local loss = torch.cmul(y, y):sum()
    torch.noGrad(function() y:zero() end)
    assert.has_error(function() loss:backward() end)
  end)
end)

describe("a gradient set to zero", function()
  local function network()
    local w = torch.randn(300, 300):float():requiresGrad()
    local v = torch.randn(300, 300):float():requiresGrad()
    return w, v, torch.randn(8, 300):float()
  end

  it("receives the next one, also when the parameter is used twice", function()
    local w, v, x = network()
    local function loss() return torch.mm(torch.mm(torch.mm(x, w), v), w):sum() end
    loss():backward()
    local first = w.grad:clone()
    w.grad:zero()
    v.grad:zero()
    loss():backward()
    assert.is_true(torch.abs(w.grad - first):max() <= 1e-6 * torch.abs(first):max())
    loss():backward()
    assert.is_true(torch.abs(w.grad - first * 2):max() <= 1e-5 * torch.abs(first):max())
  end)

  it("is zero when it comes back to itself", function()
    local w, v = network()
    torch.mul(w, 3):sum():backward()
    w.grad:zero()
    torch.add(w, v):backward(w.grad)
    assert.equal(0, torch.abs(w.grad):max())
    assert.equal(0, torch.abs(v.grad):max())
  end)

  it("is zero again when backward fails half-way", function()
    local w, v, x = network()
    torch.mm(torch.mm(x, w), v):sum():backward()
    w.grad:zero()
    v.grad:zero()
    local bad = torch.operation{
      forward = function(a) return a * 1 end, backward = function() error("on purpose") end,
    }
    assert.has_error(function() torch.mm(bad(torch.mm(x, w)), v):sum():backward() end)
    assert.equal(0, torch.abs(v.grad):max())
    assert.equal(0, torch.abs(w.grad):max())
  end)

  it("may be the gradient that backward starts with", function()
    local z, x, v = torch.ones(2):requiresGrad(), torch.ones(2):requiresGrad(),
      torch.ones(2):requiresGrad()
    for _, leaf in ipairs{ x, z, v } do leaf.grad = torch.Tensor(2):fill(3) end
    v.grad:zero()
    z.grad:zero();
    (x + z + v):backward(x.grad)
    assert.same({ 6, 3, 3 }, { x.grad[1], z.grad[1], v.grad[1] })
  end)

  -- torch.linear writes the weight's gradient where it is kept.
  describe("of torch.linear", function()
    local function layers()
      local w, v, x = network()
      w.grad, v.grad = torch.zeros(300, 300), torch.zeros(300, 300)
      return w, v, x
    end

    local function used_twice(w, v, x)
      return torch.linear(torch.linear(torch.linear(x, w), v), w)
    end

    it("is the same as one that had to be made", function()
      local w, v, x = layers()
      local grads = torch.grad(used_twice(w, v, x):sum(), { w, v })
      for _ = 1, 2 do
        w.grad:zero()
        v.grad:zero()
        used_twice(w, v, x):sum():backward()
        assert.is_true(torch.abs(w.grad - grads[1]):max() <= 1e-6 * torch.abs(grads[1]):max())
        assert.equal(0, torch.abs(v.grad - grads[2]):max())
      end
    end)

    it("takes no second copy on its way", function()
      local w = torch.randn(2000, 2000):requiresGrad()
      local x = torch.randn(4, 2000)
      w.grad = torch.Tensor(2000, 2000):zero()
      local loss = torch.linear(x, w):sum()
      collectgarbage()
      core.resetPeak()
      local before = core.liveBytes()
      loss:backward()
      assert.is_true(torch.memory().peak - before < 4e6)
    end)

    it("is zero again when backward fails behind it", function()
      local w, v, x = layers()
      local bad = torch.operation{
        forward = function(a) return a * 1 end, backward = function() error("on purpose") end,
      }
      w.grad:zero()
      v.grad:zero()
      assert.has_error(function()
        torch.linear(bad(torch.linear(x, w)), v):sum():backward()
      end)
      assert.equal(0, torch.abs(v.grad):max())
    end)
  end)
end)
