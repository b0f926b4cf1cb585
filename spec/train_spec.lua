-- wick.train: the loop, what it keeps, when it stops, and what it says.
local torch = require "torch"
local nn = require "nn"
local optim = require "optim"
local data = require "wick.data"
local train = require "wick.train"

local folder

before_each(function()
  torch.manualSeed(5)
  folder = os.tmpname()
  os.remove(folder)
end)

after_each(function() os.execute("rm -rf '" .. folder .. "'") end)

-- Three clouds of points in the plane.
local function clouds(count)
  local set = { input = torch.randn(count, 2), target = torch.LongTensor(count) }
  for i = 1, count do
    local class = (i - 1) % 3 + 1
    set.target[i] = class
    set.input[i]:mul(0.3):add(torch.Tensor{ math.cos(2 * class), math.sin(2 * class) })
  end
  return set
end

local function network()
  return nn.Sequential():add(nn.Linear{ 2, 8, name = "first" }):add(nn.BatchNormalization(8))
    :add(nn.ReLU()):add(nn.Dropout(0.1)):add(nn.Linear{ 8, 3, name = "last" })
end

-- Options of a small run, and what it said.
local function options(changes)
  local lines = {}
  local given = {
    model = network(), criterion = nn.CrossEntropyCriterion(), data = clouds(60), test = clouds(30),
    epochs = 4, batch = 10, rate = 0.1, optimState = { momentum = 0.9 }, seed = 3,
    log = function(line) lines[#lines + 1] = line end,
  }
  for name, value in pairs(changes or {}) do given[name] = value end
  return given, lines
end

local function bits(tensor)
  local values = tensor:detach():totable()
  for i, value in ipairs(values) do values[i] = string.pack("n", value) end
  return table.concat(values)
end

describe("wick.train", function()
  it("learns, and says how it goes", function()
    local given, lines = options{ epochs = 10, top = { 1, 2 } }
    local run = train(given)
    assert.is_true(run.testing.top[1] >= 90)
    assert.is_true(run.testing.top[2] >= run.testing.top[1])
    assert.equal(60, run.training.count)
    assert.equal(30, run.testing.count)
    assert.equal(60, run.step)
    assert.equal(12, #lines)
    assert.matches("^67 parameters, 6 batches an epoch, 10 epochs$", lines[1])
    assert.matches("^epoch  1/10   train loss %d%.%d+  top%-1 +%d+%.%d%d %%  top%-2 .*test loss",
      lines[2])
    assert.matches("^done after epoch 10, in .*; best was epoch %d+: loss", lines[12])
  end)

  it("takes loaders, data sets and criteria that are functions", function()
    local set = data.tensors{ input = torch.rand(12, 1, 2, 2), target = torch.ones(12):long() }
    local model = nn.Sequential():add(nn.View(4)):add(nn.Linear(4, 2))
    local cross = nn.CrossEntropyCriterion()
    local function criterion(output, target) return cross:forward(output, target) end
    local loader = data.loader{ set, batchSize = 5, workers = 0, shuffle = true, seed = 1 }
    for _, source in ipairs{ set, loader, data.batches({ data = torch.rand(12, 1, 2, 2),
      label = torch.ones(12):long() }) } do
      local given = options{ model = model, data = source, criterion = criterion, epochs = 1 }
      given.test = nil
      assert.equal(12, train(given).training.count)
    end
  end)

  it("asks `prepare` for input and target, and says what is missing without", function()
    local set, seen = clouds(20), {}
    local given = options{
      data = { input = set.input, class = set.target }, test = { input = set.input,
        class = set.target }, epochs = 1,
      prepare = function(batch, training)
        seen[training] = true
        return batch.input, batch.class
      end,
    }
    train(given)
    assert.same({ [true] = true, [false] = true }, seen)
    given.prepare = nil
    assert.error_matches(function() train(given) end, "a batch has no target; give a function")
  end)

  it("follows a schedule, under the optimiser's name for the rate", function()
    local rates = {}
    local given = options{ epochs = 2, rate = function(progress) return 1 - progress end,
      optimMethod = optim.adadelta, optimState = {},
      hooks = { onStep = function(run) rates[#rates + 1] = run.learning_rate end } }
    train(given)
    assert.equal(12, #rates)
    assert.equal(1, rates[1])
    assert.is_true(math.abs(rates[12] - 1 / 12) < 1e-12)
    assert.equal(rates[12], given.optimState.learningRateMultiplier)
  end)

  it("calls hooks in order, and ends where one says so", function()
    local calls, hooks = {}, {}
    for _, name in ipairs{ "onStart", "onEpoch", "onBatch", "onGradient", "onStep", "onEpochEnd",
      "onBest", "onEnd" } do
      hooks[name] = function() calls[#calls + 1] = name end
    end
    local note = hooks.onEpochEnd
    function hooks.onEpochEnd(run)
      note()
      run.stopped = true
    end
    train(options{ hooks = hooks, batch = 60 })
    assert.same({ "onStart", "onEpoch", "onBatch", "onGradient", "onStep", "onBest", "onEpochEnd",
      "onEnd" }, calls)
  end)

  it("stops when patience ends", function()
    local values = { 1, 3, 2, 3, 2.5 }
    local given, lines = options{ epochs = 9, patience = 3,
      watch = function(run) return values[run.epoch] end }
    local run = train(given)
    assert.equal(5, run.epoch)
    assert.equal(2, run.best.epoch)
    assert.matches("^stopped after epoch 5", lines[#lines])
  end)

  it("adds penalties, uses multipliers and leaves frozen parts alone", function()
    local model = nn.Sequential():add(nn.Linear{ 2, 4, frozen = true, activation = "tanh" })
      :add(nn.Linear{ 4, 4, learningRateMultiplier = 0 })
      :add(nn.Linear{ 4, 3, regularizer = { weight = 1 } })
    local before = {}
    for i = 1, 3 do before[i] = model:get(i).weight:clone() end
    local given = options{ model = model, epochs = 1 }
    local run = train(given)
    assert.is_true(torch.equal(before[1], model:get(1).weight))
    assert.is_true(torch.equal(before[2], model:get(2).weight))
    assert.is_true(model:get(3).weight:norm() < before[3]:norm() / 2)
    assert.is_true(run.training.loss > math.log(3))
    assert.error_matches(function() train(options{ model = network():freeze() }) end,
      "no parameters to train; unfreeze some")
  end)
end)

describe("the gradient", function()
  it("is clipped by norm and by value", function()
    local gradient = torch.Tensor{ 3, -4, 0 }
    assert.equal(5, train.clip(gradient, { norm = 1 }))
    assert.is_true((gradient - torch.Tensor{ 0.6, -0.8, 0 }):abs():max() < 1e-6)
    assert.is_true(math.abs(train.clip(gradient, { value = 0.5 }) - 1) < 1e-6)
    assert.same({ 0.5, -0.5, 0 }, gradient:totable())
    local norms = {}
    train(options{ clipNorm = 0.01, epochs = 1,
      hooks = { onGradient = function(run) norms[#norms + 1] = run.gradients:norm() end } })
    for _, norm in ipairs(norms) do assert.is_true(norm <= 0.0100001) end
  end)

  it("that is no number stops the run, and the layer is named", function()
    local model = network()
    model:get(1).bias:fill(1e30)
    model:get(2):freeze()
    model:get(5).weight:fill(1e30)
    local before = bits(model:getParameters())
    local ok, message = pcall(train, options{ model = model })
    assert.is_false(ok)
    assert.matches("wick.train: the loss is .* at step 1 of epoch 1 %(rate 0%.1%)", message)
    assert.matches("linear", message)
    assert.matches("last", message)
    assert.matches("The model is that before the step", message)
    assert.equal(before, bits(model:getParameters()))
  end)

  it("that is no number leaves the running statistics of the step before", function()
    local model = nn.Sequential():add(nn.BatchNormalization(2)):add(nn.Linear(2, 3))
    local seen
    local ok = pcall(train, options{ model = model, hooks = {
      onStep = function(run)
        seen = bits(run.model:get(1).running_mean)
        if run.step == 3 then run.model:get(2).weight:fill(1e38) end
      end } })
    assert.is_false(ok)
    assert.equal(seen, bits(model:get(1).running_mean))
    assert.is_false(bits(torch.zeros(2)) == seen)
  end)
end)

describe("averages of weights", function()
  it("follow the weights, and change places with them", function()
    local parameters = torch.Tensor{ 0, 0 }
    local average = train.average(parameters, 0.5)
    parameters:fill(1)
    for _ = 1, 20 do average:add(parameters) end
    assert.is_true((average.values - 1):abs():max() < 1e-4)
    parameters:fill(7)
    average:swap(parameters)
    assert.is_true((parameters - 1):abs():max() < 1e-4)
    average:swap(parameters)
    assert.equal(7, parameters:min())
  end)

  it("are what is tested and what stays after useAverage", function()
    local run = train(options{ average = 0.9 })
    local trained, averaged = run.parameters:clone(), run.average.values:clone()
    run:useAverage()
    assert.is_true(torch.equal(averaged, run.parameters))
    assert.is_false(torch.equal(trained, run.parameters))
    local again = train.test{ model = run.model, data = run.options.test }
    assert.equal(run.testing.top[1], again.top[1])
  end)
end)

describe("a run", function()
  it("goes on bit for bit", function()
    local rate = optim.schedule.oneCycle(0.2)
    local function run_with(changes)
      torch.manualSeed(5)
      local given = options(changes)
      given.rate, given.average, given.optimMethod = rate, 0.9, optim.adam
      given.optimState = {}
      return train(given)
    end
    local whole = run_with{}
    run_with{ save = folder, hooks = { onEpochEnd = function(run)
      run.stopped = run.epoch == 2
    end } }
    local rest = run_with{ save = folder, resume = true }
    assert.equal(whole.step, rest.step)
    assert.equal(bits(whole.parameters), bits(rest.parameters))
    assert.equal(bits(whole.average.values), bits(rest.average.values))
    assert.equal(whole.testing.loss, rest.testing.loss)
    assert.equal(whole.best.epoch, rest.best.epoch)
    assert.equal(4, #rest.history)
    for epoch, row in ipairs(whole.history) do
      for _, name in ipairs{ "training", "testing" } do
        assert.equal(row[name].loss, rest.history[epoch][name].loss)
      end
      assert.equal(row.rate, rest.history[epoch].rate)
      assert.is_true(row.seconds > 0)
    end
  end)

  it("keeps the best weights", function()
    local values, at_best = { 1, 5, 2, 3 }, nil
    local run = train(options{ save = folder, watch = function(run) return values[run.epoch] end,
      hooks = { onBest = function(run) at_best = bits(run.parameters) end } })
    assert.not_equal(at_best, bits(run.parameters))
    run:useBest()
    assert.equal(at_best, bits(run.parameters))
    local none = train(options{ epochs = 1 })
    assert.error_matches(function() none:useBest() end, "no best weights were kept")
  end)

  it("in the dry goes through everything and leaves no trace", function()
    local given, lines = options{ dry = true, average = 0.9, save = folder }
    local before = bits(given.model:getParameters())
    local mean = bits(given.model:get(2).running_mean)
    local random = torch.getRNGState()
    local run = train(given)
    assert.equal(before, bits(given.model:getParameters()))
    assert.equal(mean, bits(given.model:get(2).running_mean))
    assert.is_true(torch.equal(random, torch.getRNGState()))
    assert.same({ momentum = 0.9 }, given.optimState)
    assert.equal(0, run.step)
    assert.equal(5, #run.dry.layers)
    assert.equal("10 x 3", run.dry.layers[5].shape)
    assert.is_true(run.dry.bytes > 0 and run.dry.step > 0 and run.dry.test > 0)
    local text = table.concat(lines, "\n")
    assert.matches("dry run: input FloatTensor 10 x 2, target LongTensor 10", text)
    assert.matches("67 parameters; a step takes ", text)
    assert.is_nil(io.open(folder))
    given.model:add(nn.Linear(4, 4))
    assert.error_matches(function() train(given) end, "In 6 module of nn.Sequential")
  end)
end)

describe("train.findRate", function()
  it("finds a rate and puts everything back", function()
    local given = options()
    local before = bits(given.model:getParameters())
    given.from, given.to, given.steps = 1e-4, 100, 40
    local found = train.findRate(given)
    assert.is_true(found.rate > 1e-3 and found.rate < 5)
    assert.equal(#found.rates, #found.losses)
    assert.is_true(math.abs(found.rates[1] - 1e-4) < 1e-12)
    assert.equal(before, bits(given.model:getParameters()))
    assert.same({ momentum = 0.9 }, given.optimState)
    given.from = 0
    assert.error_matches(function() train.findRate(given) end, "rates go from 0 to 100")
  end)
end)

describe("tests", function()
  it("count the best scores", function()
    local scores = torch.Tensor{ { 3, 2, 1 }, { 3, 2, 1 }, { 3, 2, 1 } }
    local target = torch.LongTensor{ 1, 2, 3 }
    for k = 1, 3 do assert.equal(k, train.topk(scores, target, k)) end
    assert.error_matches(function() train.topk(scores, target, 4) end, "best 4 of 3 scores")
  end)

  it("of ensembles average probabilities", function()
    local first, second, x = nn.Linear(2, 3), nn.Linear(2, 3), torch.randn(4, 2)
    local together = train.ensemble{ first, second }
    local mean = (torch.softMax(first:forward(x)) + torch.softMax(second:forward(x))) / 2
    assert.is_true((together(x) - mean):abs():max() < 1e-6)
    assert.equal(2, together:size())
    assert.is_true(first.train ~= false)
    assert.equal(20, train.test{ model = together, data = clouds(20) }.count)
    assert.error_matches(function() train.ensemble{} end, "there are no models")
    assert.error_matches(function() train.ensemble{ first, output = "logits" } end,
      'output is "logits"; "scores"')
  end)

  it("augment with wick.data.tta", function()
    local model = nn.Sequential():add(nn.View(12)):add(nn.Linear(12, 2))
    local set = { input = torch.rand(6, 3, 2, 2), target = torch.LongTensor(6):fill(1) }
    local views = data.tta{ model, flips = true, output = "scores" }
    local measured = train.test{ model = views, data = set, batch = 4 }
    assert.equal(6, measured.count)
    local expected = views(set.input):select(2, 1):gt(0.5):sum() / 6 * 100
    assert.is_true(math.abs(measured.top[1] - expected) < 1e-9)
  end)
end)

describe("mistakes in options", function()
  it("are named", function()
    local function with(changes)
      return function() train(options(changes)) end
    end
    assert.error_matches(with{ epoch = 3 }, 'there is no option "epoch", did you mean "epochs"')
    assert.error_matches(with{ epochs = 0 }, "epochs is 0, it has to be positive")
    assert.error_matches(with{ average = 1 }, "average is 1; a decay between 0 and 1")
    assert.error_matches(with{ resume = true }, "resume goes on from what `save` kept")
    assert.error_matches(with{ hooks = { onEpochs = print } },
      'there is no hook "onEpochs", did you mean "onEpoch"')
    assert.error_matches(with{ data = {} }, "data is a table; a loader, a data set or a table")
    assert.error_matches(function() train(3) end, "expected a table of options")
    assert.error_matches(with{ criterion = function() return 1 end },
      "the criterion gave 1; a recorded loss expected")
    local given = options{ patience = 2 }
    given.test = nil
    assert.error_matches(function() train(given) end, "patience watches the test set")
  end)
end)
