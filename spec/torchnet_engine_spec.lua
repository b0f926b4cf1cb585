-- torchnet's iterators, engines and logs.
local nn = require "nn"
local optim = require "optim"
local scratch = require "spec.support.scratch"
local tnt = require "torchnet"
local torch = require "torch"

local function numbers(n)
  local data = {}
  for i = 1, n do data[i] = i end
  return tnt.TableDataset{ data = data }
end

local function collect(iterator)
  local list = {}
  for sample in iterator() do list[#list + 1] = sample end
  return list
end

describe("tnt.DatasetIterator", function()
  it("gives every sample, changed and chosen", function()
    assert.same({ 1, 2, 3 }, collect(numbers(3):iterator()))
    assert.same({ 9, 4 }, collect(numbers(4):iterator{
      perm = function(i) return 5 - i end, transform = function(x) return (x - 1) ^ 2 end,
      filter = function(x) return x > 1 end,
    }))
    local odd = numbers(6):iterator():filter(function(x) return x % 2 == 1 end)
    assert.same({ 2, 6, 10 }, collect(odd:transform(function(x) return 2 * x end)))
    assert.same({ 1, 3, 5 }, collect(odd))
  end)

  it("reaches the datasets inside", function()
    local iterator = numbers(30):shuffle():iterator():filter(function() return true end)
    local before = collect(iterator)
    iterator:exec("resample")
    assert.not_same(before, collect(iterator))
    assert.error_matches(function() iterator:exec("nothing") end, "unknown function <nothing>")
  end)
end)

describe("tnt.ParallelDatasetIterator", function()
  local function sorted(list)
    table.sort(list)
    return list
  end

  it("gets all samples in threads", function()
    local iterator = numbers(25):transform(function(x) return 2 * x end):parallel{ nthread = 2 }
    finally(function() iterator.__threads:terminate() end)
    for _ = 1, 2 do
      local list = sorted(collect(iterator))
      assert.equal(25, #list)
      assert.equal(50, list[25])
    end
    assert.equal(25, iterator:execSingle("size"))
    assert.same({ 25, 25 }, iterator:exec("size"))
  end)

  it("keeps the order when asked, and filters", function()
    local iterator = tnt.ParallelDatasetIterator{
      nthread = 3, ordered = true,
      init = function(number) require("torch").manualSeed(number) end,
      closure = function()
        local own = require "torchnet"
        local data = {}
        for i = 1, 20 do data[i] = { input = i, text = ("x"):rep(i % 3 * 20000) } end
        return own.TableDataset{ data = data }
      end,
      perm = function(i) return 21 - i end,
      transform = function(sample) return sample.input end,
      filter = function(x) return x % 4 == 0 end,
    }
    finally(function() iterator.__threads:terminate() end)
    assert.same({ 20, 16, 12, 8, 4 }, collect(iterator))
    local next_sample = iterator:run()
    assert.equal(20, next_sample())
    assert.error_matches(function() iterator:exec("size") end, "cannot exec during loop")
    assert.same({ 20, 16, 12, 8, 4 }, collect(iterator))
  end)

  it("leaves what other pools do as it is, and reports errors", function()
    local threads = require "threads"
    local before = threads.serialization()
    local iterator = numbers(3):transform(function(x)
      if x == 2 then error("sample two is broken") end
      return x
    end):parallel{ nthread = 1 }
    finally(function() pcall(iterator.__threads.terminate, iterator.__threads) end)
    assert.equal(before, threads.serialization())
    assert.error_matches(function() collect(iterator) end, "sample two is broken")
    assert.error_matches(function()
      tnt.ParallelDatasetIterator{ nthread = 1, closure = function() return 3 end }
    end, "closure should return a Dataset class, not 3")
  end)
end)

describe("engines", function()
  local function problem(seed)
    torch.manualSeed(seed)
    local data, weight = {}, torch.randn(4)
    for i = 1, 24 do
      local x = torch.randn(4)
      data[i] = { input = x, target = torch.Tensor{ x:dot(weight) } }
    end
    return tnt.TableDataset{ data = data }:batch(6):iterator()
  end

  local function network()
    torch.manualSeed(7)
    return nn.Sequential():add(nn.Linear(4, 8)):add(nn.Tanh()):add(nn.Linear(8, 1))
  end

  local function train(engine, net, iterator, options)
    options.network, options.criterion, options.iterator = net, nn.MSECriterion(), iterator
    engine:train(options)
    return net:getParameters()
  end

  it("call their hooks in order", function()
    local engine, calls = tnt.SGDEngine(), {}
    for _, name in ipairs{ "Start", "StartEpoch", "Sample", "Forward", "ForwardCriterion",
      "BackwardCriterion", "Backward", "Update", "EndEpoch", "End" } do
      engine.hooks["on" .. name] = function(state)
        calls[#calls + 1] = ("%s %d %d"):format(name, state.epoch or 0, state.t)
      end
    end
    local iterator = problem(1):transform(function(batch) return batch end)
    local one = numbers(1):transform(function()
      return { input = torch.zeros(2, 4), target = torch.zeros(2, 1) }
    end):iterator()
    train(engine, network(), one, { lr = 0.1, maxepoch = 2 })
    assert.equal("Start 0 0,StartEpoch 0 0,Sample 0 0,Forward 0 0,ForwardCriterion 0 0,"
      .. "BackwardCriterion 0 0,Backward 0 0,Update 0 1,EndEpoch 1 1,StartEpoch 1 1,Sample 1 1,"
      .. "Forward 1 1,ForwardCriterion 1 1,BackwardCriterion 1 1,Backward 1 1,Update 1 2,"
      .. "EndEpoch 2 2,End 2 2", table.concat(calls, ","))
    calls = {}
    engine:test{ network = network(), iterator = iterator, criterion = nn.MSECriterion() }
    assert.equal(2 + 3 * 4, #calls)
    assert.error_matches(function() engine.hooks.onUpdated = print end,
      'unknown hook <onUpdated>, did you mean "onUpdate"')
    assert.error_matches(function() return engine.hooks.onNothing end, "unknown hook <onNothing>")
  end)

  it("descend as the protocol of nn does", function()
    local iterator, net, criterion = problem(2), network(), nn.MSECriterion()
    for _ = 1, 3 do
      for sample in iterator() do
        net:zeroGradParameters()
        criterion:forward(net:forward(sample.input), sample.target)
        net:backward(sample.input, criterion:backward(net.output, sample.target))
        net:updateParameters(0.05)
      end
    end
    local expected = net:getParameters()
    local loss, engine = tnt.AverageValueMeter(), tnt.SGDEngine()
    engine.hooks.onStartEpoch = function() loss:reset() end
    engine.hooks.onForwardCriterion = function(state) loss:add(state.criterion.output) end
    local got = train(engine, network(), iterator, { lr = 0.05, maxepoch = 3 })
    assert.equal(0, (got - expected):abs():max())
    assert.is_true(loss:value() > 0)
    local by_optim = train(tnt.OptimEngine(), network(), iterator,
      { optimMethod = optim.sgd, config = { learningRate = 0.05 }, maxepoch = 3 })
    assert.is_true((by_optim - expected):abs():max() < 1e-6)
  end)

  it("go on where a saved run ended", function()
    local iterator = problem(3)
    local function options(epochs, config, state)
      return { optimMethod = optim.adam, config = config, optimState = state, maxepoch = epochs }
    end
    local whole = train(tnt.OptimEngine(), network(), iterator, options(4, { learningRate = 0.01 }))
    local net, state = network(), {}
    local engine, saved = tnt.OptimEngine(), nil
    engine.hooks.onEndEpoch = function(s)
      saved = torch.serialize{ network = s.network, optim = s.optim, epoch = s.epoch, t = s.t }
    end
    train(engine, net, iterator, options(2, { learningRate = 0.01 }, state))
    local before = torch.deserialize(saved)
    engine.hooks.onStart = function(s) s.epoch, s.t = before.epoch, before.t end
    local resumed = train(engine, before.network, iterator,
      options(4, { learningRate = 0.01 }, before.optim))
    assert.equal(0, (resumed - whole):abs():max())
    assert.equal(16, torch.deserialize(saved).t)
  end)

  it("say what is wrong", function()
    local engine = tnt.SGDEngine()
    assert.error_matches(function() engine:train{ network = network() } end,
      "invalid arguments.*tnt.SGDEngine:train.*criterion.*nn.Criterion")
    assert.error_matches(function()
      train(engine, network(), problem(1), { lr = -1, maxepoch = 1 })
    end, "lr should be positive or zero, not %-1")
    assert.error_matches(function() tnt.Engine{ "onX" }:train() end, "should implement the train")
  end)
end)

describe("tnt.Log", function()
  after_each(scratch.remove)

  local function lines_of(path)
    local lines = {}
    for line in io.lines(path) do lines[#lines + 1] = line end
    return lines
  end

  it("writes its values in several ways", function()
    local text, json, status = scratch.path(), scratch.path(), scratch.path()
    local view = "torchnet.log.view."
    local log = tnt.Log{
      keys = { "loss", "accuracy" },
      onFlush = {
        require(view .. "text"){ filename = text, keys = { "loss", "accuracy" },
          format = { "%.2f" } },
        require(view .. "json"){ filename = json, keys = { "loss", "accuracy" },
          format = { [2] = function(x) return ('"%d"'):format(x) end } },
      },
      onSet = { require(view .. "status"){ filename = status } },
    }
    log:set{ loss = 0.125, accuracy = 97.0 }
    log:status("half way", false)
    assert.equal(97, log:get("accuracy"))
    log:flush()
    assert.is_nil(log:get("loss"))
    log:set{ accuracy = 98 }
    log:attach("onClose", { function(l) assert.equal(98, l:get("accuracy")) end })
    log:close()
    assert.same({ "0.12 | accuracy 97" }, lines_of(text))
    assert.same({ '{"loss": "0.125", "accuracy": "\\"97\\""}' }, lines_of(json))
    assert.same({ "| half way" }, lines_of(status))
    local again = require(view .. "status"){ filename = status, append = true }
    again(log, "__status__", "| more")
    assert.same({ "| half way", "| more" }, lines_of(status))
  end)

  it("knows its keys", function()
    local log, seen = tnt.Log{ keys = { "loss" } }, {}
    log:attach("onGet", { function(_, key) seen[#seen + 1] = key end })
    log:get("loss")
    assert.same({ "loss" }, seen)
    assert.error_matches(function() log:set{ los = 1 } end, 'key <los>, did you mean "loss"')
    assert.error_matches(function() log:get("time") end, "unknown key <time>")
    assert.error_matches(function() log:attach("onRead", {}) end, "unknown event <onRead>")
    assert.error_matches(function() log:attach("onGet", { 1 }) end, "entry 1 is 1")
  end)
end)
