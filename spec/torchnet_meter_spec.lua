-- The meters of torchnet: lua/torchnet/meter. Expected values are worked out by hand or by another
-- definition.
local tnt = require "torchnet"
local torch = require "torch"

local function near(expected, actual, bound)
  assert.is_true(math.abs(expected - actual) <= (bound or 1e-9),
    ("expected %.12g, got %.12g"):format(expected, actual))
end

local scores = torch.FloatTensor{
  { 0.7, 0.2, 0.1 }, { 0.1, 0.3, 0.6 }, { 0.4, 0.5, 0.1 }, { 0.2, 0.3, 0.5 },
}
local labels = torch.LongTensor{ 1, 2, 3, 3 }
local rows = torch.ByteTensor{ { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 }, { 0, 0, 1 } }

describe("meters of numbers", function()
  it("average", function()
    local meter = tnt.AverageValueMeter()
    for _, value in ipairs{ 2, 4, 4, 4, 5, 5, 7, 9 } do meter:add(value) end
    local mean, deviation = meter:value()
    near(5, mean)
    near(math.sqrt(32 / 7), deviation)
    meter:add{ value = torch.Tensor{ 14 }, n = 2 }
    near(6.8, (meter:value()))
    meter:reset()
    assert.equal(0, meter.n)
  end)

  it("average the last", function()
    local meter = tnt.MovingAverageValueMeter{ windowsize = 3 }
    assert.same({ 0, 0 }, { meter:value() })
    for i = 1, 7 do meter:add(i * i) end
    local mean, deviation = meter:value()
    near((25 + 36 + 49) / 3, mean)
    near(12.0138808, deviation, 1e-6)
  end)

  it("square differences", function()
    local meter = tnt.MSEMeter(true)
    meter:add(torch.FloatTensor{ 1, 2 }, torch.DoubleTensor{ 3, 2 })
    meter:add(torch.FloatTensor{ 5 }, torch.FloatTensor{ 9 })
    near(math.sqrt(20 / 3), meter:value())
  end)

  it("take time", function()
    local meter = tnt.TimeMeter{ unit = true }
    meter:stop()
    local stopped = meter:seconds()
    meter:incUnit(2)
    near(stopped / 2, meter:value())
    local copy = torch.deserialize(torch.serialize(meter))
    near(stopped, copy:seconds())
    meter:resume()
    repeat until meter:seconds() > stopped
    meter:reset()
    assert.equal(0, meter.n)
  end)
end)

describe("meters of classes", function()
  it("count errors", function()
    local meter = tnt.ClassErrorMeter{ topk = { 2, 1 } }
    meter:add(scores, labels)
    assert.same({ 50, 25 }, meter:value())
    near(25, meter:value{ k = 2 })
    meter:add(scores[1], torch.LongTensor{ 2 })
    near(60, meter:value(1))
    local accuracy = tnt.ClassErrorMeter{ accuracy = true }
    accuracy:add(scores:view(4, 3, 1, 1), labels:view(4, 1))
    near(50, accuracy:value(1))
  end)

  it("take outputs from a tape as they are", function()
    local weight = torch.ones(3):requiresGrad()
    local meter = tnt.ClassErrorMeter()
    meter:add(torch.cmul(scores, weight:view(1, 3):expandAs(scores)), labels)
    near(50, meter:value(1))
    assert.is_nil(weight.grad)
  end)

  it("count confusions", function()
    for _, target in ipairs{ labels, labels:view(4, 1), rows } do
      local meter = tnt.ConfusionMeter(3)
      meter:add(scores, target)
      assert.same({ { 1, 0, 0 }, { 0, 0, 1 }, { 0, 1, 1 } }, meter:value():totable())
    end
    local shares = tnt.ConfusionMeter{ k = 3, normalized = true }
    for _, label in ipairs{ 1, 2, 3 } do
      shares:add(torch.eye(3), torch.LongTensor(3):fill(1 + label % 2))
    end
    assert.equal(2, shares:value():sum())
    near(1 / 3, shares:value()[1][2])
    assert.equal(0, shares:value()[3]:sum())
  end)

  it("count confusions of several labels", function()
    local meter = tnt.MultiLabelConfusionMeter{ k = 3, normalized = false }
    meter:add(torch.Tensor{ { 3, 2, 1 } }, torch.Tensor{ { 1, 0, 1 } })
    assert.same({ { 1, 0, 0 }, { 0, 0, 0 }, { 0, 1, 0 } }, meter:value():totable())
    meter:add(torch.Tensor{ { 3, 2, 1 } }, torch.Tensor{ { 0, 0, 0 } })
    near(2, meter:value():sum())
    local shares = tnt.MultiLabelConfusionMeter(3)
    shares:add(scores, rows)
    near(3, shares:value():sum(), 1e-6)
  end)
end)

describe("meters of rankings", function()
  -- The share of pairs of a positive and a negative in the right order.
  local function pairs_in_order(output, target)
    local good, all = 0, 0
    for i = 1, #output do
      for j = 1, #output do
        if target[i] == 1 and target[j] == 0 then
          all = all + 1
          good = good + (output[i] > output[j] and 1 or output[i] == output[j] and 0.5 or 0)
        end
      end
    end
    return good / all
  end

  it("measure the area under the curve", function()
    torch.manualSeed(1)
    local meter = tnt.AUCMeter()
    assert.equal(0.5, meter:value())
    local output, target = torch.rand(60):mul(9):floor(), torch.rand(60):mul(2):floor()
    meter:add(output:narrow(1, 1, 20), target:narrow(1, 1, 20))
    meter:add(output:narrow(1, 21, 40):view(40, 1), target:narrow(1, 21, 40):view(40, 1))
    local area, tpr, fpr = meter:value()
    near(pairs_in_order(output:totable(), target:totable()), area)
    assert.same({ 61, 61, 0, 1, 0, 1 },
      { tpr:size(1), fpr:size(1), tpr[1], tpr[61], fpr[1], fpr[61] })
  end)

  it("measure average precision", function()
    local meter, mean = tnt.APMeter(), tnt.mAPMeter()
    assert.equal(0, meter:value())
    assert.equal(0, mean:value())
    local output = torch.Tensor{ { 0.9, 1 }, { 0.8, 4 }, { 0.7, 3 }, { 0.6, 2 } }
    local target = torch.Tensor{ { 0, 1 }, { 1, 0 }, { 0, 0 }, { 1, 1 } }
    meter:add(output:narrow(1, 1, 3), target:narrow(1, 1, 3))
    meter:add{ output = output:narrow(1, 4, 1), target = target:narrow(1, 4, 1) }
    mean:add(output, target)
    near((1 / 2 + 2 / 4) / 2, meter:value()[1])
    near((1 / 3 + 2 / 4) / 2, meter:value()[2])
    near(meter:value():mean(), mean:value())
    local weighted = tnt.APMeter()
    weighted:add(output:select(2, 1), target:select(2, 1), torch.Tensor{ 3, 1, 0, 2 })
    near((1 / 4 + 3 / 6) / 2, weighted:value()[1])
  end)

  it("measure precision and recall", function()
    local output = torch.Tensor{ { 0.9, 0.2, 0.6 }, { 0.4, 0.8, 0.5 } }
    local target = torch.Tensor{ { 1, 0, 0 }, { 1, 1, 0 } }
    local precision = tnt.PrecisionMeter{ threshold = { 0.7, 0.5 } }
    local recall = tnt.RecallMeter{ threshold = { 0.5 }, perclass = true }
    assert.equal(100, precision:value(0.5))
    for i = 1, 2 do
      precision:add(output[i], target[i])
      recall:add(output[i], target[i])
    end
    assert.same({ [0.5] = 50, [0.7] = 100 }, precision:value())
    assert.same({ 50, 100, 100 }, recall:value(0.5):totable())
  end)

  it("measure the precision of the best", function()
    local target = torch.Tensor{ { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 }, { 1, 0, 1 } }
    local meter = tnt.PrecisionAtKMeter{ topk = { 1, 2 } }
    meter:add(scores, target)
    near(50, meter:value(1))
    near(100 * 4 / 8, meter:value(2), 12.5)
    local online = tnt.PrecisionAtKMeter{ topk = { 2 }, dim = 1, online = true }
    online:add(torch.Tensor{ { 0.1, 0.9 }, { 0.5, 0.2 } }, torch.Tensor{ { 1, 0 }, { 0, 0 } })
    online:add(torch.Tensor{ { 0.7, 0.8 }, { 0.6, 0.1 } }, torch.Tensor{ { 1, 1 }, { 1, 1 } })
    near(100 * 3 / 4, online:value(2)) -- 0.7 and 0.6; 0.9, which is no target, and 0.8
  end)

  it("measure gain", function()
    local meter = tnt.NDCGMeter{ K = { 1, 6 } }
    local output = torch.Tensor{ 6, 5, 4, 3, 2, 1 }
    meter:add(output, torch.Tensor{ 3, 2, 3, 0, 1, 2 })
    local function gain(list)
      local sum = list[1]
      for i = 2, #list do sum = sum + list[i] / (math.log(i) / math.log(2)) end
      return sum
    end
    near(1, meter:value(1))
    near(gain{ 3, 2, 3, 0, 1, 2 } / gain{ 3, 3, 2, 2, 1, 0 }, meter:value(6))
    meter:add(output, torch.zeros(6))
    near(0.5, meter:value(1))
    assert.equal(1, output:dim())
  end)
end)

describe("meters", function()
  it("go on where they were saved", function()
    local made = {
      tnt.AverageValueMeter, tnt.ClassErrorMeter, tnt.APMeter, tnt.AUCMeter, tnt.MSEMeter,
      function() return tnt.ConfusionMeter(3) end, function() return tnt.PrecisionMeter{} end,
      function() return tnt.PrecisionAtKMeter{ topk = { 1 }, online = true } end,
    }
    local function add(meter)
      local kind = torch.type(meter)
      if kind == "tnt.AverageValueMeter" then return meter:add(3) end
      if kind == "tnt.ClassErrorMeter" then return meter:add(scores, labels) end
      if kind == "tnt.AUCMeter" then return meter:add(scores:select(2, 3), rows:select(2, 3)) end
      meter:add(scores, rows:float())
    end
    for _, new in ipairs(made) do
      local meter = new()
      add(meter)
      local copy = torch.deserialize(torch.serialize(meter))
      add(meter)
      add(copy)
      assert.equal(torch.serialize{ meter:value() }, torch.serialize{ copy:value() })
    end
  end)

  it("say what is wrong", function()
    local function refuses(pattern, f) assert.error_matches(f, pattern) end
    local two = torch.ones(2)
    refuses("example weights cannot be negative", function() tnt.AverageValueMeter():add(1, -1) end)
    refuses("invalid arguments: %(tnt.AverageValueMeter, string%)",
      function() tnt.AverageValueMeter():add("x") end)
    refuses("windowsize is a positive integer", function() tnt.MovingAverageValueMeter(0) end)
    refuses("target and output do not match: torch.FloatTensor 2 and torch.FloatTensor 4 x 3",
      function() tnt.ClassErrorMeter():add(scores, two) end)
    refuses("top 5 of 3 classes",
      function() tnt.ClassErrorMeter{ topk = { 5 } }:add(scores, labels) end)
    refuses("invalid value 2 %(not provided at construction time; there is 1%)",
      function() tnt.ClassErrorMeter():value(2) end)
    refuses("for 4 classes", function() tnt.ConfusionMeter(4):add(scores, labels) end)
    refuses("label 7 of example 2 is none of 1 to 3",
      function() tnt.ConfusionMeter(3):add(scores, torch.Tensor{ 1, 7, 1, 1 }) end)
    refuses("multi%-label setting is not supported",
      function() tnt.ConfusionMeter(3):add(scores, torch.ones(4, 3)) end)
    refuses("targets should be binary", function() tnt.APMeter():add(two, two * 2) end)
    refuses("do not match: torch.DoubleTensor 2 x 1 and torch.DoubleTensor 3 x 1",
      function() tnt.APMeter():add(two, torch.ones(3)) end)
    refuses("Weight should be non%-negative", function() tnt.APMeter():add(two, two, -two) end)
    refuses("weights come with all examples or with none", function()
      local meter = tnt.APMeter()
      meter:add(two, two)
      meter:add(two, two, two)
    end)
    refuses("dimensionality of output .* should be 1",
      function() tnt.AUCMeter():add(scores, two) end)
    refuses("threshold should be between 0 and 1, not 2",
      function() tnt.RecallMeter{ threshold = { 2 } } end)
    refuses("3 candidates", function() tnt.PrecisionAtKMeter():add(scores, rows) end)
    refuses("too few results for value of K",
      function() tnt.NDCGMeter{ K = { 3 } }:add(two, two) end)
    refuses("should implement the add", function() tnt.Meter():add(1) end)
  end)
end)
