-- What stands beside the optimisers in lua/optim: the gradient check, parameter groups, schedules.
local torch = require "torch"
local nn = require "nn"
local optim = require "optim"

-- (1 - a)^2 + 100 (b - a^2)^2 and its gradient.
local function rosenbrock(x)
  local a, b = x[1], x[2]
  local c = b - a * a
  return (1 - a) ^ 2 + 100 * c * c, x.new{ -2 * (1 - a) - 400 * a * c, 200 * c }
end

describe("optim.checkgrad", function()
  it("compares with differences", function()
    local x = torch.DoubleTensor{ 0.3, -0.7 }
    local difference, given, estimate = optim.checkgrad(rosenbrock, x)
    assert.is_true(difference < 1e-7, difference)
    assert.near(given[1], estimate[1], 1e-5)
    assert.same({ 0.3, -0.7 }, x:totable())
    difference = optim.checkgrad(function(y)
      local f, g = rosenbrock(y)
      return f, g:mul(1.1)
    end, x)
    assert.near(0.1 / 2.1, difference, 1e-4)
  end)
end)

describe("optim.groups", function()
  local function network()
    local model = nn.Sequential()
    return model:add(nn.Linear(2, 3)):add(nn.Tanh()):add(nn.Linear{ 3, 1, name = "last" })
  end

  it("gives a rate and a decay to each parameter", function()
    local model = network()
    model:getParameters()
    local config = optim.groups(model, {
      { match = "bias$", learningRateMultiplier = 2, weightDecayMultiplier = 0 },
      { match = "^last", weightDecay = 0.5 },
    }, { weightDecay = 0.25, learningRate = 0.1 })
    assert.same({ 1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 2 }, config.learningRates:totable())
    assert.same({ 0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0, 0, 0, 0.5, 0.5, 0.5, 0 },
      config.weightDecays:totable())
    assert.equal(0, config.weightDecay)
    assert.equal(0.1, config.learningRate)
  end)

  it("finds modules by class", function()
    local model = network()
    model:getParameters()
    local config = optim.groups(model, { { module = "Linear", learningRateMultiplier = 3 } })
    assert.equal(39, config.learningRates:sum())
  end)

  it("works with sgd", function()
    local model = network()
    local parameters, gradients = model:getParameters()
    local config = optim.groups(model, { { match = "weight", learningRateMultiplier = 0 } },
      { learningRate = 0.1 })
    local before = parameters:clone()
    gradients:fill(1)
    optim.sgd(function() return 0, gradients end, parameters, config)
    local moved = (before - parameters):totable()
    assert.equal(0, moved[1])
    assert.near(0.1, moved[7], 1e-6)
    assert.near(0.1, moved[13], 1e-6)
  end)

  it("refuses what would do nothing", function()
    local model = network()
    assert.error_matches(function() optim.groups(model, {}) end,
      "call model:getParameters%(%) first")
    model:getParameters()
    assert.error_matches(function() optim.groups(model, { { match = "biass" } }) end,
      'rule 1 %("biass"%) applies to no parameter .* is called "1.weight"')
    assert.error_matches(function()
      optim.groups(model, { { match = "bias", learnigRateMultiplier = 2 } })
    end, 'rule 1 has no option "learnigRateMultiplier", did you mean "learningRateMultiplier"')
    assert.error_matches(function() optim.groups(model, { { weightDecay = 2 } }) end,
      "rule 1 says nothing about what it is for")
    assert.error_matches(function()
      optim.groups(model, { { match = "bias", weightDecayMultiplier = 0 } })
    end, "multiplies the weight decay, but the configuration has none")
  end)
end)

describe("optim.schedule", function()
  local schedule = optim.schedule

  it("gives rates from progress", function()
    assert.equal(0.5, schedule.constant(0.5)(0.7))
    local rate = schedule.step{ 1, at = { 0.25, 0.5 }, factor = 0.5 }
    assert.same({ 1.0, 0.5, 0.25 }, { rate(0.2) * 1.0, rate(0.25), rate(1) })
    assert.near(0.55, schedule.linear(1, 0.1)(0.5), 1e-15)
    assert.near(0.1, schedule.exponential(1)(0.5), 1e-15)
    assert.near(0.5, schedule.cosine(1)(0.5), 1e-15)
    assert.near(0, schedule.cosine(1)(1), 1e-15)
    assert.near(0.1 + 0.9 * (1 + math.cos(math.pi / 3)) / 2, schedule.cosine(1, 0.1)(1 / 3), 1e-15)
  end)

  it("goes up and down in one cycle", function()
    local rate = schedule.oneCycle{ 0.5, warmup = 0.4 }
    assert.near(0.02, rate(0), 1e-15)
    assert.near(0.26, rate(0.2), 1e-15)
    assert.near(0.5, rate(0.4), 1e-15)
    assert.near((0.5 + 5e-5) / 2, rate(0.7), 1e-15)
    assert.near(5e-5, rate(1), 1e-15)
    assert.near(1, schedule.oneCycle{ 1, warmup = 0 }(0), 1e-15)
    assert.near(1, schedule.oneCycle{ 1, warmup = 1 }(1), 1e-15)
  end)

  it("warms another schedule up", function()
    local rate = schedule.warmup{ schedule.linear(1), part = 0.2 }
    assert.near(0, rate(0), 1e-15)
    assert.near(0.5, rate(0.1), 1e-15)
    assert.near(1, rate(0.2), 1e-15)
    assert.near(0.5, rate(0.6), 1e-15)
    assert.error_matches(function() schedule.warmup{ schedule.linear(1), part = 1 } end,
      "part is 1; it is a fraction")
  end)

  it("refuses unknown options", function()
    assert.error_matches(function() schedule.cosine{ 1, finnish = 0 } end,
      'optim.schedule.cosine: there is no option "finnish", did you mean "finish"')
  end)
end)
