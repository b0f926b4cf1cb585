-- Training gives the same bits again, and on any number of threads: work is cut by its size alone,
-- so that this needs no option.
local torch = require "torch"
local nn = require "nn"
local optim = require "optim"
local models = require "wick.models"

local STEPS = 2

-- The parameters after some steps with momentum from one seed, and the running statistics.
local function trained(make, input, target)
  torch.manualSeed(11)
  local model, criterion = make(), nn.CrossEntropyCriterion()
  local parameters, gradients = model:getParameters()
  local state = { learningRate = 0.05, momentum = 0.9, weightDecay = 1e-4 }
  for _ = 1, STEPS do
    optim.sgd(function()
      gradients:zero()
      local loss = criterion(model(input), target)
      loss:backward()
      return loss:item(), gradients
    end, parameters, state)
  end
  local results = { parameters:detach():clone() }
  model:apply(function(module)
    for _, field in ipairs(module:buffers()) do results[#results + 1] = module[field]:clone() end
  end)
  return results
end

local function assert_same(a, b)
  assert.equal(#a, #b)
  for i, tensor in ipairs(a) do assert.is_true(torch.equal(tensor, b[i])) end
end

local networks = {
  lenet5 = { function() return models.lenet5() end, { 32, 1, 32, 32 } },
  convnetjs = { function() return models.convnetjs() end, { 16, 3, 32, 32 } },
  resnet20 = { function() return models.cifarResnet(20) end, { 16, 3, 32, 32 } },
  ["a network with dropout and odd groups"] = { function()
    return nn.Sequential():add(nn.SpatialConvolution{ 3, 15, kernel = 3, pad = 1 })
      :add(nn.SpatialConvolution{ 15, 21, kernel = 3, groups = 3 }):add(nn.ReLU())
      :add(nn.SpatialAveragePooling(2, 2, 2, 2)):add(nn.Dropout(0.4))
      :add(nn.View(-1):setNumInputDims(3)):add(nn.Linear(21 * 49, 10))
  end, { 16, 3, 16, 16 } },
}

describe("training", function()
  local threads = torch.getnumthreads()
  after_each(function() torch.setnumthreads(threads) end)

  for name, case in pairs(networks) do
    it("gives the same bits on any number of threads: " .. name, function()
      torch.manualSeed(3)
      local input = torch.randn(table.unpack(case[2]))
      local target = torch.LongTensor(case[2][1]):random(10)
      torch.setnumthreads(1)
      local alone = trained(case[1], input, target)
      assert_same(alone, trained(case[1], input, target))
      for count = 2, math.max(3, threads) do
        torch.setnumthreads(count)
        assert_same(alone, trained(case[1], input, target))
      end
    end)
  end
end)
