-- optim: lua/optim. Every optimiser against its formula written out for numbers, the end points
-- of Torch7's own runs on Rosenbrock's function, and what they promise about state, memory and
-- the tape.
local torch = require "torch"
local optim = require "optim"

-- (1 - a)^2 + 100 (b - a^2)^2 and its gradient.
local function rosenbrock(x)
  local a, b = x[1], x[2]
  local c = b - a * a
  return (1 - a) ^ 2 + 100 * c * c, x.new{ -2 * (1 - a) - 400 * a * c, 200 * c }
end

-- Where a method arrives from (0, 0), and the value before its last step.
local function run(name, config, steps, state)
  local x, values = torch.DoubleTensor(2):fill(0), nil
  for _ = 1, steps do values = select(2, optim[name](rosenbrock, x, config, state)) end
  return x, values[1]
end

local function value_after(...)
  return (select(2, run(...)))
end

-- The formulas, element by element: each returns what to subtract from x. `g` is the gradient with
-- the decay in it, `s` the element's state, `t` counts from 1.
local formulas = {}

function formulas.sgd(c, s, g, t)
  local rate = c.learningRate / (1 + (t - 1) * c.learningRateDecay)
  local damp = c.dampening or c.momentum
  s.v = s.v and c.momentum * s.v + (1 - damp) * g or g
  return rate * (c.nesterov and g + c.momentum * s.v or s.v)
end

function formulas.adam(c, s, g, t)
  s.m = 0.9 * (s.m or 0) + 0.1 * g
  s.v = 0.999 * (s.v or 0) + 0.001 * g * g
  local rate = c.learningRate / (1 + (t - 1) * c.learningRateDecay)
  return rate * math.sqrt(1 - 0.999 ^ t) / (1 - 0.9 ^ t) * s.m / (math.sqrt(s.v) + 1e-8)
end

function formulas.adamax(c, s, g, t)
  s.m = 0.9 * (s.m or 0) + 0.1 * g
  s.u = math.max(0.999 * (s.u or 0), math.abs(g) + 1e-38)
  return c.learningRate / (1 - 0.9 ^ t) * s.m / s.u
end

function formulas.adagrad(c, s, g, t)
  s.v = (s.v or 0) + g * g
  return c.learningRate / (1 + (t - 1) * c.learningRateDecay) * g / (math.sqrt(s.v) + 1e-10)
end

function formulas.adadelta(_, s, g)
  s.v = 0.9 * (s.v or 0) + 0.1 * g * g
  local delta = math.sqrt((s.a or 0) + 1e-6) / math.sqrt(s.v + 1e-6) * g
  s.a = 0.9 * (s.a or 0) + 0.1 * delta * delta
  return delta
end

function formulas.rmsprop(c, s, g)
  s.m = 0.99 * (s.m or c.initialMean) + 0.01 * g * g
  return c.learningRate * g / (math.sqrt(s.m) + 1e-8)
end

-- Ten steps of the formula for numbers.
local function by_formula(name, config, steps)
  local x, states = { 0.3, -0.2 }, { {}, {} }
  for t = 1, steps do
    local _, gradient = rosenbrock(torch.DoubleTensor(x))
    for i = 1, 2 do
      local g = gradient[i] + (config.weightDecay or 0) * x[i]
      x[i] = x[i] - formulas[name](config, states[i], g, t)
    end
  end
  return x
end

describe("an optimiser", function()
  local cases = {
    { "sgd", momentum = 0 },
    { "sgd", momentum = 0.9 },
    { "sgd", momentum = 0.9, dampening = 0, nesterov = true },
    { "sgd", momentum = 0.5, dampening = 0.2 },
    { "adam" }, { "adamax" }, { "adagrad" }, { "adadelta" },
    { "rmsprop", initialMean = 0 }, { "rmsprop", initialMean = 0.1 },
  }
  for _, case in ipairs(cases) do
    local name = case[1]
    it("follows its formula: " .. name, function()
      local config = { learningRate = 1e-3, learningRateDecay = 0.1, weightDecay = 0.05 }
      for key, value in pairs(case) do
        if key ~= 1 then config[key] = value end
      end
      local before = {}
      for key, value in pairs(config) do before[key] = value end
      local x, state = torch.DoubleTensor{ 0.3, -0.2 }, {}
      for _ = 1, 10 do assert.equal(x, (optim[name](rosenbrock, x, config, state))) end
      local expected = by_formula(name, config, 10)
      assert.near(expected[1], x[1], 1e-13)
      assert.near(expected[2], x[2], 1e-13)
      assert.same(before, config)
    end)
  end

  it("ends where Torch7's does", function()
    local x, f = run("sgd", { learningRate = 1e-3 }, 10001)
    assert.near(0.9944, x[1], 5e-5)
    assert.near(0.9888, x[2], 5e-5)
    assert.near(3.13999e-05, f, 5e-11)
    f = value_after("adagrad", { learningRate = 1e-1 }, 10001)
    assert.near(5.034e-10, f, 5e-14)
    x, f = run("adadelta", { eps = 1e-10 }, 10001)
    assert.near(0.9932, x[1], 5e-5)
    assert.near(0.9861, x[2], 5e-5)
    assert.near(6.0347e-05, f, 5e-10)
    x = run("rmsprop", { learningRate = 5e-4 }, 10001)
    assert.near(5.629e-05, (rosenbrock(x)), 5e-9)
    -- The last digits of these wander with rounding; what is fixed is where they go.
    f = value_after("adam", { learningRate = 0.002 }, 1001)
    assert.near(0.0011442761094360024, f, 1e-12)
    f = value_after("adam", { learningRate = 0.002 }, 10001)
    assert.is_true(f < 1e-6, f)
    f = value_after("adamax", {}, 10001)
    assert.is_true(f < 1e-11, f)
  end)

  it("reaches the minimum: nag, rprop, asgd", function()
    local f = value_after("nag", { learningRate = 1e-4 }, 5000)
    assert.is_true(f < 1e-2, f)
    f = value_after("rprop", { stepsize = 0.01 }, 3000)
    assert.is_true(f < 1e-4, f)
    f = value_after("asgd", { eta0 = 1e-3, lambda = 1e-6 }, 5000)
    assert.is_true(f < 1e-2, f)
  end)

  it("ends where Torch7's does: cg, lbfgs, line search", function()
    local function batch(name, config)
      local x = torch.DoubleTensor(2):zero()
      local _, values, evaluations = optim[name](rosenbrock, x, config)
      return x, values, evaluations
    end
    local x, values, evaluations = batch("cg", { maxIter = 50 })
    assert.near(9.216e-11, (rosenbrock(x)), 5e-15)
    assert.same({ 18, 64 }, { #values, evaluations })
    x, values, evaluations = batch("lbfgs", { maxIter = 100, learningRate = 0.1 })
    assert.near(0.9995, x[1], 5e-5)
    assert.near(0.9991, x[2], 5e-5)
    assert.near(2.797e-07, values[#values], 5e-11)
    assert.equal(100, evaluations)
    x, values, evaluations = batch("lbfgs", { maxIter = 100, lineSearch = optim.lswolfe })
    assert.near(2.2454e-13, (rosenbrock(x)), 5e-18)
    assert.equal(26, evaluations)
    assert.equal(1, values[1])
  end)

  it("goes on from its state: lbfgs", function()
    local config = { maxIter = 5, lineSearch = optim.lswolfe }
    local x, first = torch.DoubleTensor(2):zero(), nil
    for i = 1, 10 do
      local _, values = optim.lbfgs(rosenbrock, x, config)
      if i == 1 then first = values[#values] end
    end
    assert.is_true((rosenbrock(x)) < 1e-8 * first)
    assert.is_true(#config.old_dirs > 5)
    x = torch.DoubleTensor{ 1, 1 }
    assert.same({ 0.0 }, select(2, optim.lbfgs(rosenbrock, x, {})))
  end)

  it("returns the value before the step, and a list", function()
    local x, values = optim.sgd(rosenbrock, torch.DoubleTensor{ 0, 0 }, {})
    assert.same({ 1.0 }, values)
    assert.near(2e-3, x[1], 1e-15)
  end)

  it("keeps its state in the config unless given another table", function()
    local config = { learningRate = 1e-3, momentum = 0.9 }
    run("sgd", config, 3)
    assert.equal(3, config.evalCounter)
    assert.equal("torch.DoubleTensor", config.dfdx:type())
    local state = {}
    config = { learningRate = 1e-3, momentum = 0.9 }
    local x = run("sgd", config, 3, state)
    assert.is_nil(config.dfdx)
    assert.equal(3, state.evalCounter)
    assert.same(x:totable(), run("sgd", { learningRate = 1e-3, momentum = 0.9 }, 3):totable())
    local keys = {
      adam = { "m", "t", "v" }, adagrad = { "evalCounter", "paramStd", "paramVariance" },
      adadelta = { "accDelta", "delta", "evalCounter", "paramStd", "paramVariance" },
      rmsprop = { "m", "tmp" }, adamax = { "m", "max", "t", "u" },
    }
    for name, expected in pairs(keys) do
      local found = {}
      state = {}
      run(name, {}, 1, state)
      for key in pairs(state) do found[#found + 1] = key end
      table.sort(found)
      assert.same(expected, found, name)
    end
  end)

  it("averages the parameters: asgd", function()
    local x, config = torch.DoubleTensor{ 0, 0 }, { t0 = 1, eta0 = 1e-3 }
    local path, average = {}, nil
    for i = 1, 5 do
      average = select(3, optim.asgd(rosenbrock, x, config))
      path[i] = x[1]
    end
    assert.near((path[3] + path[4] + path[5]) / 3, average[1], 1e-12)
    assert.equal(0.75, config.alpha)
    assert.equal(5, config.t)
  end)

  it("evaluates several times a call: rprop", function()
    local x, values = optim.rprop(rosenbrock, torch.DoubleTensor{ 0, 0 }, { niter = 4 })
    assert.equal(4, #values)
    assert.equal(1, values[1])
    assert.is_true(values[4] ~= values[1])
    assert.equal(2, x:size(1))
  end)

  it("sizes each parameter's steps by the signs: rprop", function()
    local signs = { 1, 1, -1, -1 }
    local x, state, i = torch.DoubleTensor{ 0 }, {}, 0
    local function feval()
      i = i + 1
      return 0, torch.DoubleTensor{ signs[i] }
    end
    local steps = {}
    for k = 1, 4 do
      local before = x[1]
      optim.rprop(feval, x, { stepsize = 1 }, state)
      steps[k] = x[1] - before
    end
    assert.near(-1, steps[1], 1e-12)
    assert.near(-1.2, steps[2], 1e-12)
    assert.near(0, steps[3], 1e-12)
    assert.near(0.6, steps[4], 1e-12)
  end)

  it("takes a rate and a decay for each parameter", function()
    for _, name in ipairs{ "sgd", "nag", "adam", "adamax", "adagrad", "adadelta", "rmsprop" } do
      local config = { learningRate = 1e-2, learningRates = torch.DoubleTensor{ 1, 0 } }
      local x, plain = torch.DoubleTensor{ 0.5, 0.5 }, torch.DoubleTensor{ 0.5, 0.5 }
      optim[name](rosenbrock, x, config)
      optim[name](rosenbrock, plain, { learningRate = 1e-2 })
      assert.near(plain[1], x[1], 1e-15, name)
      assert.equal(0.5, x[2], name)
    end
    local function flat()
      return 0, torch.DoubleTensor{ 0, 0 }
    end
    local x = torch.DoubleTensor{ 2, 2 }
    optim.sgd(flat, x, { learningRate = 0.1, weightDecays = torch.DoubleTensor{ 0.5, 0 } })
    assert.same({ 1.9, 2.0 }, x:totable())
    optim.sgd(flat, x, {
      learningRate = 0.1, weightDecay = 1, weightDecays = torch.DoubleTensor{ 0.5, 0 },
    })
    assert.near(1.71, x[1], 1e-15)
    assert.near(1.8, x[2], 1e-15)
  end)

  it("writes a recorded leaf without recording", function()
    for _, name in ipairs{
      "sgd", "adam", "adagrad", "adadelta", "rmsprop", "rprop", "nag", "lbfgs", "cg",
    } do
      local w = torch.DoubleTensor{ 1, 2 }:requiresGrad()
      local before, nodes = w:sum():item(), torch.memory().nodes
      local config = { momentum = 0.9 }
      for _ = 1, 3 do
        optim[name](function()
          w.grad = nil
          local loss = torch.cmul(w, w):sum()
          loss:backward()
          return loss, w.grad
        end, w, config)
      end
      assert.is_true(math.abs(w:sum():item()) < before, name)
      assert.is_true(w:isLeaf())
      collectgarbage()
      assert.is_true(torch.memory().nodes <= nodes + 1, name)
    end
  end)

  it("steps without growing memory", function()
    local x = torch.randn(1000)
    local gradient = torch.randn(1000)
    local function feval()
      return 0, gradient
    end
    for _, name in ipairs{ "sgd", "adam", "adagrad", "adadelta", "rmsprop", "adamax" } do
      local config = { momentum = 0.9, weightDecay = 0.1 }
      optim[name](feval, x, config)
      optim[name](feval, x, config)
      local before = torch.memory().total
      for _ = 1, 20 do optim[name](feval, x, config) end
      -- A buffer of x would be 4,000 bytes a step; the objects of views are a few hundred.
      assert.is_true(torch.memory().total - before < 20 * 2000, name)
    end
  end)

  it("says what is wrong with its arguments", function()
    local x = torch.DoubleTensor{ 0, 0 }
    assert.error_matches(function()
      optim.sgd(rosenbrock, x, { nesterov = true, momentum = 0.9 })
    end, "optim.sgd: Nesterov momentum requires a momentum and zero dampening")
    assert.error_matches(function() optim.nag(rosenbrock, x, { momentum = 0 }) end,
      "optim.nag: the momentum is 0")
    assert.error_matches(function() optim.adam(function() return 1 end, x) end,
      "optim.adam: the function returned nil as its gradient")
    assert.error_matches(function() optim.adam(function() return 1, torch.ones(3) end, x) end,
      "the gradient torch.FloatTensor 3 has 3 elements, the parameters torch.DoubleTensor 2 have 2")
    assert.error_matches(function() optim.sgd(rosenbrock, { 1, 2 }) end,
      "optim.sgd: the parameters are a table, a tensor expected")
    assert.error_matches(function() optim.sgd(rosenbrock, x, { learningRates = 3 }) end,
      "optim.sgd: learningRates is 3; it has one element a parameter")
  end)

  it("refuses the option names of other libraries", function()
    assert.error_matches(function()
      optim.adam(rosenbrock, torch.zeros(2), { lr = 0.1 })
    end, 'optim.adam: there is no option "lr"; it is learningRate')
  end)
end)
