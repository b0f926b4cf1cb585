-- optim.polyinterp, FistaLS, cmaes and de: lua/optim. Against what can be computed by hand, and the
-- end points of Torch7's own runs.
local torch = require "torch"
local optim = require "optim"

local nan = 0 / 0

local function rosenbrock(x)
  local sum = 0
  for i = 1, x:size(1) - 1 do sum = sum + (1 - x[i]) ^ 2 + 100 * (x[i + 1] - x[i] ^ 2) ^ 2 end
  return sum
end

describe("optim.polyinterp", function()
  -- Rows of value and slope of a polynomial, coefficients from the constant up.
  local function rows(coefficients, places)
    local list = {}
    for i, x in ipairs(places) do
      local f, g = 0, 0
      for k = #coefficients, 1, -1 do
        f = f * x + coefficients[k]
        if k > 1 then g = g * x + (k - 1) * coefficients[k] end
      end
      list[i] = { x, f, g }
    end
    return list
  end

  it("finds the minimum of a cubic of two points", function()
    local cubic = { 1, -3, 0, 1 } -- x^3 - 3x + 1, least at 1
    assert.near(1, optim.polyinterp(rows(cubic, { 0, 3 })), 1e-12)
    assert.near(1, optim.polyinterp(torch.DoubleTensor(rows(cubic, { 3, 0 }))), 1e-12)
    assert.equal(2, optim.polyinterp(rows(cubic, { 0, 3 }), 2, 3))
    assert.equal(0.5, optim.polyinterp(rows(cubic, { 0, 3 }), 0, 0.5))
  end)

  it("bisects where a cubic has no minimum", function()
    assert.equal(1, optim.polyinterp(rows({ 0, 1, 0, 1 }, { 0, 2 })))
  end)

  it("fits as many coefficients as there are numbers", function()
    local parabola = { 4, -4, 1 }
    local list = rows(parabola, { 0, 1, 5 })
    for _, row in ipairs(list) do row[3] = nan end
    assert.near(2, optim.polyinterp(list), 1e-9)
    assert.near(2, optim.polyinterp{ { 0, 4, -4 }, { 5, 9, nan } }, 1e-9)
    local quartic = { 0, 0, -2, 0, 1 } -- least at -1 and 1
    local points = rows(quartic, { -0.5, 0.5, 2 })
    points[1][3], points[3][3] = nan, nan
    points[4] = { 1.5, 1.5 ^ 4 - 2 * 1.5 ^ 2, nan }
    assert.near(1, optim.polyinterp(points), 1e-9)
    assert.near(-1, optim.polyinterp(points, -3, 0), 1e-9)
  end)

  it("stays within the outermost points", function()
    assert.equal(3, optim.polyinterp{ { 0, 3, nan }, { 1, 2, nan }, { 3, 0, nan } })
    assert.error_matches(function() optim.polyinterp{ 1, 2 } end, "N x 3 numbers expected")
  end)
end)

describe("optim.FistaLS", function()
  -- |x - b|^2 / 2 + weight |x|_1, whose minimum is b shrunk by the weight.
  local b, weight = torch.DoubleTensor{ 3, -0.05, -2 }, 0.1

  local function f(x, what)
    local r = x - b
    if what == "dx" then return 0.5 * r:dot(r), r end
    return 0.5 * r:dot(r)
  end

  local function g(x) return weight * x:norm(1) end

  local function proximal(x, L)
    local threshold = weight / L
    for i = 1, x:size(1) do
      local v = x[i]
      x[i] = v > threshold and v - threshold or v < -threshold and v + threshold or 0
    end
  end

  it("solves what has a known answer, with and without momentum", function()
    for _, momentum in ipairs{ false, true } do
      local start = torch.DoubleTensor(3):zero()
      local params = { doFistaUpdate = momentum, errthres = 1e-14, maxiter = 300 }
      local x, history = optim.FistaLS(f, g, proximal, start, params)
      assert.equal(start, x)
      assert.near(2.9, x[1], 1e-5)
      assert.equal(0, x[2])
      assert.near(-1.9, x[3], 1e-5)
      local last = history[#history]
      assert.near(last.Fply + last.Gply, last.F, 1e-12)
      assert.is_true(last.F <= last.Q + 1e-12)
      assert.is_true(history[1].nline > 0 and last.L == params.L and params.L >= 1)
    end
  end)

  it("takes shorter steps until they are safe: L grows from 0.1 by 1.5", function()
    local params = { maxiter = 1 }
    optim.FistaLS(f, g, proximal, torch.DoubleTensor(3):zero(), params)
    assert.near(0.1 * 1.5 ^ 6, params.L, 1e-12)
    params = { maxiter = 1, maxline = 2, L = 0.01, Lstep = 2 }
    local _, history = optim.FistaLS(f, g, proximal, torch.DoubleTensor(3):zero(), params)
    assert.near(0.04, params.L, 1e-15)
    assert.equal(2, history[1].nline)
  end)

  it("refuses what are no functions", function()
    assert.error_matches(function() optim.FistaLS(f, 3, proximal, b) end,
      "argument 2 is 3, a function")
  end)
end)

describe("optim.de", function()
  local config = { popsize = 50, scaleFactor = 0.5, crossoverRate = 0.9, maxFEs = 3000 }

  it("ends where Torch7's does", function()
    local x = torch.DoubleTensor(2):zero()
    local found, values = optim.de(rosenbrock, x, config)
    assert.equal(x, found)
    assert.near(1, x[1], 1e-3)
    assert.near(1, x[2], 1e-3)
    assert.equal(3000, values:size(1))
    assert.is_true(values[3000] <= values[1500] and values[1500] <= values[1])
    assert.equal(rosenbrock(x), values[3000])
  end)

  it("has random numbers of its own", function()
    local function run()
      return (optim.de(rosenbrock, torch.DoubleTensor(2):zero(), { maxFEs = 300 })):totable()
    end
    torch.manualSeed(5)
    local first, next_number = run(), torch.uniform()
    torch.manualSeed(5)
    assert.equal(next_number, torch.uniform())
    assert.same(first, run())
  end)

  it("says what is missing", function()
    assert.error_matches(function() optim.de(rosenbrock, torch.zeros(2), {}) end,
      "maxFEs is missing")
    assert.error_matches(function()
      optim.de(rosenbrock, torch.zeros(2), { maxFEs = 9, popsize = 3 })
    end, "popsize is 3, at least 4")
  end)
end)

describe("optim.cmaes", function()
  it("finds the minimum of Rosenbrock's function", function()
    torch.manualSeed(3)
    local x = torch.DoubleTensor(4):zero()
    local found, values, evaluations = optim.cmaes(rosenbrock, x, { sigma = 0.5, maxEval = 10000 })
    assert.equal(x, found)
    assert.is_true(values[2] < 1e-10 and values[1] > values[2])
    assert.near(1, x[4], 1e-4)
    assert.equal(rosenbrock(x), values[2])
    assert.is_true(evaluations < 4000 and evaluations % 8 == 0)
  end)

  it("learns the shape of a long valley", function()
    torch.manualSeed(1)
    local function valley(x) return x[1] ^ 2 + 1e6 * x[2] ^ 2 end
    local x = torch.DoubleTensor{ 3, 2 }
    local _, values = optim.cmaes(valley, x, { sigma = 1, maxEval = 3000 })
    assert.is_true(values[2] < 1e-8)
  end)

  it("stops at a target or when the evaluations are used up", function()
    torch.manualSeed(1)
    local function sphere(x) return x:dot(x) end
    local _, values = optim.cmaes(sphere, torch.ones(3):double(), { sigma = 0.5, ftarget = 1e-3 })
    assert.is_true(values[2] <= 1e-3 and values[2] > 1e-9)
    local config = { sigma = 0.5, maxEval = 20, popsize = 5 }
    assert.equal(20, (select(3, optim.cmaes(sphere, torch.ones(3):double(), config))))
    assert.error_matches(function() optim.cmaes(sphere, torch.ones(3), {}) end, "sigma is nil")
  end)
end)
