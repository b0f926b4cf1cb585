-- torch.Generator: sources of random numbers beside the default one.
local torch = require "torch"

local function fails(expected, f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok)
  assert.truthy(message:find(expected, 1, true), message)
end

local function seeded(seed)
  local generator = torch.Generator()
  torch.manualSeed(generator, seed)
  return generator
end

-- What a function draws from a generator, and from the default one with the same seed.
local function both(f)
  local own = f(seeded(5))
  torch.manualSeed(5)
  return own, f()
end

describe("generators", function()
  it("give Torch7's numbers", function()
    local g = seeded(123)
    assert.equal("torch.Generator", torch.typename(g))
    assert.equal(2991312382, torch.random(g))
    assert.equal(10, torch.random(g, 1, 10))
    assert.equal(3, torch.random(g, 5))
    assert.equal(123, torch.initialSeed(g))
  end)

  it("leave the default one alone", function()
    torch.manualSeed(1)
    local expected = torch.rand(3):totable()
    torch.manualSeed(1)
    local g = seeded(9)
    torch.rand(g, 100)
    torch.manualSeed(g, 4)
    assert.is_true(torch.seed(g) == torch.initialSeed(g))
    assert.is_false(pcall(torch.random, g, 0))
    assert.same(expected, torch.rand(3):totable())
    assert.equal(1, torch.initialSeed())
  end)

  it("stand in front or behind the destination, in functions and methods", function()
    for name, f in pairs{
      rand = function(...) return torch.rand(...) end,
      randn = function(...) return torch.randn(...) end,
    } do
      local own, default = both(function(...)
        local list = { ... }
        list[#list + 1] = 4
        return f(table.unpack(list)):totable()
      end)
      assert.same(own, default, name)
    end
    for _, name in ipairs{ "uniform", "normal", "exponential", "cauchy", "logNormal", "geometric",
      "bernoulli", "random" } do
      local own, default = both(function(...)
        local list = { ... }
        if name == "exponential" or name == "geometric" then list[#list + 1] = 0.5 end
        local x = torch.FloatTensor(5)
        return x[name](x, table.unpack(list)):totable()
      end)
      assert.same(own, default, name)
    end
    local x = torch.Tensor()
    local own, default = both(function(generator)
      if generator then return torch.rand(x, generator, 3):totable() end
      return torch.rand(x, 3):totable()
    end)
    assert.same(own, default)
    assert.same(torch.randperm(seeded(3), 6):totable(), torch.randperm(seeded(3), 6):totable())
    local weights = torch.FloatTensor{ 1, 2, 3 }
    assert.same(torch.multinomial(seeded(3), weights, 5, true):totable(),
      torch.multinomial(seeded(3), weights, 5, true):totable())
  end)

  it("fork from a state", function()
    torch.manualSeed(1)
    torch.uniform()
    local g = torch.Generator()
    torch.setRNGState(g, torch.getRNGState())
    local expected = torch.randn(1001):totable()
    torch.rand(1000)
    assert.same(expected, torch.randn(g, 1001):totable())
    assert.equal(5048, torch.getRNGState(g):nElement())
    fails("not the state", torch.setRNGState, g, torch.ByteTensor(5048):zero())
    assert.equal(type(torch.random(g)), "number")
  end)

  it("are seeded apart", function()
    assert.not_equal(torch.random(torch.Generator()), torch.random(torch.Generator()))
  end)

  it("have a default one that is the context's", function()
    torch.manualSeed(7)
    local a = torch.random(torch._gen)
    torch.manualSeed(torch._gen, 7)
    assert.equal(a, torch.random())
    assert.equal(7, torch.initialSeed())
    local copy = torch.deserialize(torch.serialize(torch._gen))
    assert.equal(torch.random(copy), torch.random())
    assert.equal(torch.random(copy), torch.random(torch._gen))
  end)

  it("go into files", function()
    for _, format in ipairs{ "binary", "ascii" } do
      local g = seeded(3)
      torch.normal(g)
      local bytes = torch.serialize({ g, g }, format)
      local list = torch.deserialize(bytes, format)
      assert.is_true(rawequal(list[1], list[2]))
      assert.equal(torch.normal(g), torch.normal(list[1]))
    end
    local spoilt = torch.serialize(seeded(3)):sub(1, -5041) .. ("\255"):rep(5040)
    fails("not the state of a generator", torch.deserialize, spoilt)
    fails("position", torch.deserialize, spoilt)
  end)
end)
