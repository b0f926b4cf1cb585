-- wick.models at their real sizes: every network in the table of docs/models.md has the parameters
-- and multiply-adds that the table says, and a training step on one image takes no more memory:
-- parameters, gradients and momentum, and what the layers keep for backward. WICK_STEPS=print
-- prints what each takes.
local torch = require "torch"
local nn = require "nn"
local models = require "wick.models"
local optim = require "optim"
local counts = require "spec.support.counts"
local model_table = require "spec.support.model_table"

local rows = model_table()

-- A step of gradient descent with momentum; returns the loss before it.
local function descend(model, x, criterion, target)
  local parameters, gradients = model:getParameters()
  local _, values = optim.sgd(function()
    gradients:zero()
    local output = model:forward(x)
    local loss = criterion:forward(output, target)
    model:backward(x, criterion:backward(output, target))
    return loss, gradients
  end, parameters, { learningRate = 1e-3, momentum = 0.9 })
  return values[1]
end

-- Rules of learning of their own, by builder.
local OWN = {
  perceptron = function(model, x) return model:learn(x, torch.eye(26)[{ { 3 } }]) end,
  adaline = function(model, x) return model:learn(x, torch.ones(1)) end,
  madaline = function(model, x) return model:learn(x, torch.ones(1)) end,
  neocognitron = function(model, x) return model:learn(x, torch.LongTensor{ 1 })[1] end,
  deepAutoencoder = function(model, x) return descend(model, x, nn.BCECriterion(), x) end,
}

local HEADS = {
  ["googlenet{batchNorm = false, auxiliary = true}"] = { heads = 2 },
  ["inceptionV2{auxiliary = true}"] = { heads = 1, weight = 0.4 },
}

-- A head that normalises maps of one pixel needs two images.
local function images_of(row)
  return row.builder == "inceptionV2" and HEADS[row.code] and 2 or 1
end

local function step(row)
  local model, x = row.build(), torch.rand(images_of(row), table.unpack(row.sizes))
  if OWN[row.builder] then return OWN[row.builder](model, x) end
  local heads = HEADS[row.code]
  local criterion = heads and models.googlenetCriterion(heads) or nn.CrossEntropyCriterion()
  return descend(model, x, criterion, torch.LongTensor(x:size(1)):fill(3))
end

local function check_counts(row)
  local model = row.build()
  assert.equal(row.parameters, counts.parameters(model))
  assert.equal(row.operations, counts.of(model, row.sizes).operations)
end

describe("the table of docs/models.md", function()
  it("has every network of wick.models", function()
    local found = {}
    for _, row in ipairs(rows) do found[row.builder] = true end
    local source = assert(io.open("lua/wick/models/init.lua")):read("a")
    local listed = source:match("local files = (%b{})")
    local parts = { googlenetCriterion = true, inceptionModule = true, naiveInceptionModule = true,
      factorisedConvolution = true, lenet5Codes = true, rbm = true, inceptionV3 = true }
    local count = 0
    for names in listed:gmatch('"([^"]+)"') do
      for name in names:gmatch("%S+") do
        assert.is_true(found[name] or parts[name], name)
        count = count + 1
      end
    end
    assert.is_true(count >= 29)
  end)
end)

describe("parameters, multiply-adds and the memory of a training step at the real size #long:",
  function()
    local threads = torch.getnumthreads()

    setup(function()
      torch.setnumthreads(2) -- scratch space grows with them
    end)

    teardown(function()
      torch.setnumthreads(threads)
    end)

    for _, row in ipairs(rows) do
      it(row.code, function()
        check_counts(row)
        collectgarbage()
        collectgarbage()
        local before = torch.memory().live
        torch.resetPeak()
        local loss = step(row)
        local taken = (torch.memory().peak - before) / 2 ^ 20
        if os.getenv("WICK_STEPS") == "print" then
          io.stderr:write(("%s\t%.2f\n"):format(row.code, taken))
        end
        assert.is_true(loss == loss and loss < math.huge)
        assert.is_true(taken <= row.mebibytes, ("%.1f MiB were taken"):format(taken))
        -- Small figures leave room for what the collector has not come to yet.
        local least = (row.mebibytes < 100 and 0.5 or 0.8) * row.mebibytes - 1
        assert.is_true(taken > least, ("only %.1f MiB were taken"):format(taken))
      end)
    end
  end)
