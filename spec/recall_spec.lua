-- Outputs inside a network that evaluates make room, and come back when they are read.
local torch = require "torch"
local nn = require "nn"
local core = require "wick.core"

local SIDE = 96

-- Some 5 MB an output.
local function images()
  return torch.randn(8, 16, SIDE, SIDE)
end

local function block()
  return nn.Sequential()
    :add(nn.ConcatTable()
      :add(nn.Identity())
      :add(nn.Sequential():add(nn.SpatialConvolution(16, 16, 1, 1)):add(nn.Tanh())))
    :add(nn.CAddTable())
end

local function network()
  local model = nn.Sequential():add(nn.SpatialConvolution(16, 16, 1, 1)):add(nn.ReLU())
  for _ = 1, 6 do model:add(block()) end
  model:add(nn.SpatialAveragePooling(SIDE, SIDE)):add(nn.View(-1, 16))
  model:evaluate()
  return model
end

local function outputs(model)
  local list = {}
  for _, module in ipairs(model:listModules()) do
    local output = module.output
    for _, t in ipairs(type(output) == "table" and output or { output }) do list[#list + 1] = t end
  end
  return list
end

local function count_let_go(model)
  local n = 0
  for _, t in ipairs(outputs(model)) do
    if core.isLetGo(t) then n = n + 1 end
  end
  return n
end

describe("outputs inside a network that evaluates", function()
  before_each(function()
    torch.manualSeed(1)
    collectgarbage() -- or what is freed during a run would hide what the run takes
  end)

  it("make room", function()
    local model, x = network(), images()
    collectgarbage()
    local before = core.liveBytes()
    torch.noGrad(model.forward, model, x)
    assert.is_true(count_let_go(model) > 6)
    assert.is_true(core.liveBytes() - before < 8 * x:nElement() * 4)
  end)

  it("make room in every evaluation of a row", function()
    local model, x = network(), images()
    collectgarbage()
    local before = core.liveBytes()
    for _ = 1, 4 do
      torch.noGrad(model.forward, model, x)
      assert.is_true(count_let_go(model) > 6)
      collectgarbage()
      assert.is_true(core.liveBytes() - before < 8 * x:nElement() * 4)
    end
  end)

  it("stay where they are few bytes", function()
    local model = network()
    model:forward(torch.randn(1, 16, SIDE, SIDE))
    assert.equal(0, count_let_go(model))
  end)

  it("come back as they were", function()
    local model, x = network(), images()
    local keeper = model:clone():retain()
    local output, expected = model:forward(x), keeper:forward(x)
    assert.equal(0, (output - expected):abs():max())
    local wanted = outputs(keeper)
    for i, t in ipairs(outputs(model)) do assert.equal(0, (t - wanted[i]):abs():max()) end
    assert.equal(0, count_let_go(model))
    assert.is_true(rawequal(output, model.output))
  end)

  it("come back while something else is recorded", function()
    local model, x = network(), images()
    torch.noGrad(model.forward, model, x)
    local w = torch.ones(1):requiresGrad()
    local product = w * model:get(6).output:sum()
    product:backward()
    local sum = torch.noGrad(function() return model:get(6).output:sum() end)
    assert.near(sum, w.grad[1], 1e-3 * math.abs(sum))
  end)

  it("are the same objects before and after", function()
    local model, x = network(), images()
    model:forward(x)
    local held = model:get(6).output
    assert.is_true(core.isLetGo(held))
    assert.same({ 8, 16, SIDE, SIDE }, held:size():totable())
    assert.is_true(rawequal(held, model:get(6).output))
  end)

  it("say so when the input was written", function()
    local model, x = network(), images()
    model:forward(x)
    x:zero()
    assert.error_matches(function() model:get(6).output:sum() end,
      "nn.Sequential: .*evaluation mode.*its input was written since.*retain%(%)")
  end)

  it("say so when a parameter was written", function()
    local model, x = network(), images()
    model:forward(x)
    model:get(1).weight:zero()
    assert.error_matches(function() return model:get(6).output + 1 end, "a parameter was written")
  end)

  it("say so when the network was changed", function()
    local model, x = network(), images()
    model:forward(x)
    local held = model:get(6).output
    model:remove(3)
    assert.error_matches(function() held:sum() end, "cannot be computed again")
  end)

  it("do not stand in the way of backward", function()
    local model, x = network(), images()
    local keeper = model:clone():retain()
    local gradient = torch.randn(8, 16)
    model:forward(x)
    keeper:forward(x)
    assert.equal(0, (model:backward(x, gradient) - keeper:backward(x, gradient)):abs():max())
  end)

  it("are neither copied nor converted", function()
    local model, x = network(), images()
    model:forward(x)
    assert.is_nil(model:clone():get(6).output)
    model:double()
    assert.is_true(count_let_go(model) > 6)
    assert.error_matches(function() model:get(6).output:sum() end, "it was converted since")
  end)

  it("stay when a module of the script's own is among them", function()
    local Keeper = torch.class("nn.RecallKeeper", "nn.Module")
    function Keeper:updateOutput(input)
      self.seen = input
      return input + 0
    end
    local model, x = network(), images()
    model:insert(nn.RecallKeeper(), 2)
    model:evaluate()
    model:forward(x)
    assert.equal(0, count_let_go(model))
  end)

  it("stay when asked to", function()
    local model, x = network():retain(), images()
    model:forward(x)
    assert.equal(0, count_let_go(model))
  end)
end)
