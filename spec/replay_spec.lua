-- Evaluating again and again: the core repeats the operations, and nobody can tell.
local torch = require "torch"
local nn = require "nn"
local core = require "wick.core"
local check_finite = require "wick.check_finite"
local cases = require "spec.support.nn_cases"

local new_replay = core.newReplay
local made, ran -- replays made, and runs of them that gave an output

-- A replay that counts its runs.
local function counting(...)
  local replay = new_replay(...)
  made = made + 1
  return {
    fits = function(_, input) return replay:fits(input) end,
    isSame = function() return replay:isSame() end,
    run = function(_, input)
      local output = replay:run(input)
      if output then ran = ran + 1 end
      return output
    end,
  }
end

local function network()
  local model = nn.Sequential()
    :add(nn.SpatialConvolution(3, 4, 3, 3, 1, 1, 1, 1)):add(nn.SpatialBatchNormalization(4))
    :add(nn.ReLU()):add(nn.SpatialMaxPooling(2, 2, 2, 2))
    :add(nn.ConcatTable()
      :add(nn.Identity()):add(nn.SpatialConvolution(4, 4, 1, 1)))
    :add(nn.CAddTable()):add(nn.Dropout(0.5)):add(nn.View(-1):setNumInputDims(3))
    :add(nn.Linear(64, 5)):add(nn.LogSoftMax())
  model:forward(torch.randn(4, 3, 8, 8))
  model:evaluate()
  return model
end

local function images(count)
  return torch.randn(count or 1, 3, 8, 8)
end

-- What the network answers when it is run module by module.
local function answer(model, input)
  local other = model:clone()
  other:retain()
  return other:forward(input):clone()
end

local function warm_up(model, input)
  for _ = 1, 3 do model:forward(input or images()) end
end

describe("evaluating again and again", function()
  before_each(function()
    torch.manualSeed(1)
    made, ran = 0, 0
    core.newReplay = counting
  end)
  after_each(function() core.newReplay = new_replay end)

  it("is repeated by the core from the third time on", function()
    local model = network()
    for i = 1, 5 do
      local x = images()
      assert.is_true(torch.equal(answer(model, x), model:forward(x)))
      assert.are.equal(math.max(0, i - 2), ran)
    end
    assert.are.equal(1, made)
  end)

  it("gives the same output object, and a fresh one when called", function()
    local model = network()
    warm_up(model)
    local x = images()
    assert.is_true(rawequal(model:forward(x), model:forward(x)))
    local one, other = torch.noGrad(model, x), torch.noGrad(model, images())
    assert.is_false(torch.equal(one, other))
    assert.is_true(torch.equal(one, answer(model, x)))
    assert.are.equal(5, ran)
  end)

  it("keeps a program for each of several shapes", function()
    local model = network()
    for count = 1, 3 do warm_up(model, images(count)) end
    ran = 0
    for _ = 1, 2 do
      for count = 1, 3 do
        local x = images(count)
        assert.is_true(torch.equal(answer(model, x), model:forward(x)))
      end
    end
    assert.are.equal(6, ran)
    assert.are.equal(3, made)
  end)

  it("is not done in training, under retain, or for modules of others", function()
    local trained, retained, own = network(), network(), network()
    trained:training()
    retained:retain()
    local place = {}
    torch.class("replaySpec.Own", "nn.Module", place)
    function place.Own.updateOutput(_, input) return input * 2 end
    own:add(place.Own())
    own:evaluate()
    for _, model in ipairs{ trained, retained, own } do
      for _ = 1, 4 do model:forward(images(2)) end
    end
    assert.are.equal(0, made)
  end)

  it("is not done where a module does more than compute", function()
    local model, printed, print_before = network(), 0, print
    model:add(nn.PrintSize("out")):evaluate()
    _G.print = function() printed = printed + 1 end
    warm_up(model)
    _G.print = print_before
    assert.are.equal(3, printed)
    local profile = nn.Profile(nn.Linear(2, 2), 100)
    model = nn.Sequential():add(profile)
    model:evaluate()
    warm_up(model, torch.randn(1, 2))
    assert.are.equal(3, profile.numFwds)
    assert.are.equal(0, ran)
  end)

  it("sees what is written into parameters and running statistics", function()
    local model = network()
    warm_up(model)
    model:get(1).weight:mul(2)
    model:get(2).running_mean:add(0.5)
    local x = images()
    assert.is_true(torch.equal(answer(model, x), model:forward(x)))
    assert.are.equal(2, ran)
  end)

  -- What a script may do to a network between two evaluations.
  local changes = {
    ["a module more"] = function(model) model:add(nn.MulConstant(3)) end,
    ["a module less"] = function(model) model:remove() end,
    ["another module in a place"] = function(model) model.modules[3] = nn.Tanh() end,
    ["another weight"] = function(model) model:get(9).weight = torch.randn(5, 64) end,
    ["a weight without bias"] = function(model) model:get(9).bias = nil end,
    ["a weight made to look elsewhere"] = function(model)
      model:get(9).weight:set(torch.randn(5, 64))
    end,
    ["parameters in one storage"] = function(model) model:getParameters():mul(0.5) end,
    ["another option"] = function(model) model:get(4).ceil_mode = true end,
    ["a method of its own"] = function(model)
      model:get(3).updateOutput = function(_, input) return input * 3 end
    end,
    ["training inside"] = function(model) model:get(2):training() end,
    ["another constant"] = function(model) model:get(4).kW = 1 end,
  }
  for what, change in pairs(changes) do
    it("notices " .. what, function()
      local model = network()
      warm_up(model, images(2))
      local x = images(2)
      change(model)
      local other = model:clone()
      other:retain()
      local ok, expected = pcall(other.forward, other, x)
      local again, output = pcall(model.forward, model, x)
      assert.are.equal(ok, again)
      if ok then assert.is_true(torch.equal(expected, output)) end
    end)
  end

  it("notices another method of a class", function()
    local model = network()
    warm_up(model)
    local method = nn.ReLU.updateOutput
    nn.ReLU.updateOutput = function(_, input) return input * 3 end
    local x = images()
    local expected, output = answer(model, x), model:forward(x)
    nn.ReLU.updateOutput = method
    assert.is_true(torch.equal(expected, output))
  end)

  it("notices a conversion", function()
    local model = network()
    warm_up(model)
    model:double()
    local x = images():double()
    for _ = 1, 4 do
      assert.is_true(torch.equal(answer(model, x), model:forward(x)))
    end
    assert.are.equal(2, made)
  end)

  describe("outputs inside", function()
    it("read right after forward, and stay those of their input", function()
      local model = network()
      warm_up(model)
      local one, other = images(), images()
      model:forward(one)
      local held = model:get(3).output
      model:forward(other)
      local retained = model:clone()
      retained:retain()
      for place = 1, 10 do
        retained:forward(other)
        local expected, output = retained:get(place).output, model:get(place).output
        if torch.isTensor(expected) then expected, output = { expected }, { output } end
        for i, t in ipairs(expected) do assert.is_true(torch.equal(t, output[i])) end
      end
      retained:forward(one)
      assert.is_true(torch.equal(retained:get(3).output, held))
    end)

    it("make way when a part is run by itself on an input of another size", function()
      local part = nn.Sequential():add(nn.SpatialConvolution(1, 4, 3, 3))
        :add(nn.SpatialMaxPooling(1, 1))
      local whole = nn.Sequential():add(part):add(nn.View(4):setNumInputDims(3))
      whole:evaluate()
      local window, picture = torch.randn(1, 1, 3, 3), torch.randn(1, 1, 6, 5)
      local wanted = part:forward(picture):clone()
      for _ = 1, 4 do whole:forward(window) end
      assert.is_true(torch.equal(wanted, part:forward(picture)))
    end)

    it("say so when they cannot come back", function()
      local model, x = network(), images()
      warm_up(model, x)
      model:forward(x)
      model:get(1).weight:mul(2)
      assert.error_matches(function() return model:get(3).output:sum() end,
        "a parameter was written since")
      model:forward(x)
      x:zero()
      assert.error_matches(function() return model:get(3).output:sum() end,
        "its input was written since")
      model:forward(x)
      local output = model:get(3).output
      model:add(nn.Identity())
      assert.error_matches(function() return output:sum() end, "the network was changed since")
    end)
  end)

  it("does not keep a network from being saved, cleared or looked at", function()
    local uses = {
      function(model) return torch.deserialize(torch.serialize(model)) end,
      function(model) return model:clearState() end,
      function(model) return model:clone() end,
      function(model) return model:double():float() end,
      function(model)
        model:summary{ 3, 8, 8 }
        return model
      end,
    }
    for _, use in ipairs(uses) do
      local model, x = network(), images()
      warm_up(model, x)
      x:zero() -- outputs inside cannot come back
      local same = use(model)
      same:evaluate()
      assert.is_true(torch.equal(answer(model, x), same:forward(x)))
    end
  end)

  it("lets backward follow", function()
    local model, x = network(), images()
    local grad = torch.randn(1, 5)
    local other = model:clone()
    warm_up(model)
    model:forward(x)
    other:forward(x)
    model:zeroGradParameters()
    other:zeroGradParameters()
    assert.is_true(torch.equal(other:backward(x, grad), model:backward(x, grad)))
    local _, grads = model:parameters()
    local _, expected = other:parameters()
    for i, g in ipairs(expected) do assert.is_true(torch.equal(g, grads[i])) end
    model:forward(x)
    model:get(1).weight:mul(2)
    assert.error_matches(function() model:backward(x, grad) end, "a parameter was written")
  end)

  it("names the module in an error", function()
    local model, x = network(), images()
    warm_up(model, x)
    x:fill(0 / 0)
    assert.error_matches(function()
      check_finite(true)
      local ok, message = pcall(model.forward, model, x)
      check_finite(false)
      assert(ok, message)
    end, "SpatialConvolution")
    assert.is_true(model:forward(images()):sum() < 0)
  end)

  it("does not grow", function()
    local model = network()
    warm_up(model)
    local function live()
      for _ = 1, 50 do model:forward(images()) end
      collectgarbage()
      return core.liveBytes()
    end
    local before = live()
    assert.is_true(live() <= before)
  end)

  for _, case in ipairs(cases) do
    it("is the same for " .. case.name, function()
      local function input()
        if type(case.input) == "function" then return case.input() end
        return torch.randn(table.unpack(case.input)):double()
      end
      local ok, module = pcall(case.make)
      assert(ok, module)
      module = nn.Sequential():add(module):double()
      module:evaluate()
      for i = 1, 5 do
        local x = input()
        torch.manualSeed(i)
        local other = module:clone()
        other:retain()
        local expected = other:forward(x)
        torch.manualSeed(i)
        local output = module:forward(x)
        if torch.isTensor(expected) then
          expected, output = { expected }, { output }
        end
        for k, t in ipairs(expected) do
          assert.is_true(not torch.isTensor(t) or torch.equal(t, output[k])
            or t:ne(t):any() and t:ne(t):equal(output[k]:ne(output[k])))
        end
      end
    end)
  end
end)
