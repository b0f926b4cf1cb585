-- A step that runs out of memory is as if it had not begun: leaves keep their gradients, running
-- statistics stay, and the step tried again gives exactly what an undisturbed one gives.
local torch = require "torch"
local core = require "wick.core"
local nn = require "nn"

-- Programs are handed a world, whose leaves, states and inputs are the same in every world.
local programs = {}

function programs.layers(world)
  local x = world:input(6, 100) -- zeros of 64 KiB are not written at once
  local w, b, v = world:leaf("w", 200, 100), world:leaf("b", 200), world:leaf("v", 7, 200)
  local y = torch.linear(torch.tanh(torch.linear(x, w, b)), v)
  return torch.nllLoss(torch.logSoftMax(y), torch.LongTensor{ 1, 2, 3, 4, 5, 6 })
end

function programs.residual(world)
  local x = world:input(2, 16, 10, 10)
  local first, second = world:leaf("first", 32, 16, 3, 3), world:leaf("second", 32, 32, 3, 3)
  local across, gain = world:leaf("across", 32, 16, 1, 1), world:leaf("gain", 32)
  local mean, variance = world:state("mean", 32), world:state("variance", 32)
  local y = torch.conv2d(x, first, nil, { pad = 1, stride = 2 })
  y = torch.relu(torch.batchNorm(y, gain, nil, mean, variance))
  y = torch.batchNorm(torch.conv2d(y, second, nil, { pad = 1 }), gain)
  y = torch.relu(y + torch.conv2d(x, across, nil, { stride = 2 }))
  return torch.maxPool2d(torch.conv2d(y, second, nil, { pad = 1 }), 2):mean()
end

function programs.first_layer(world)
  local x, w, b = world:leaf("x", 2, 3, 16, 16), world:leaf("w", 16, 3, 5, 5), world:leaf("b", 16)
  local y = torch.conv2d(x, w, b, { pad = 2 })
  y = torch.avgPool2d(torch.relu(y), 2)
  y = torch.conv2d(y, world:leaf("deep", 16, 1, 3, 3), nil, { pad = 1, groups = 16 })
  return torch.square(y:localResponseNorm(5)):sum()
end

function programs.in_place(world)
  local w, v = world:leaf("w", 30, 20), world:leaf("v", 20)
  local y = w * 2 + v
  y:cmul(world:input(30, 20))
  y:exp()
  local z = y:clone()
  z[3] = v
  z:tanh()
  return (z + y:t():clone():t()):sum()
end

function programs.views(world)
  local w, v = world:leaf("w", 24, 10), world:leaf("v", 10)
  local joined = torch.cat(w:narrow(1, 1, 12), w:narrow(1, 13, 12):t():t() * 3, 2)
  local rows = w:index(1, torch.LongTensor{ 1, 3, 3, 24 })
  local spread = torch.cmul(v:view(1, 10):expand(24, 10), w)
  return (torch.square(joined):sum() + rows:sum() + spread:sum()) * torch.mm(w, w:t()):sum()
end

function programs.types(world)
  local w, v = world:leaf("w", 24, 10), world:leaf("v", 24, 10, "torch.DoubleTensor")
  return torch.square(torch.cmul(w:double(), v):float() + torch.cmul(w, v:float())):sum()
end

function programs.drawn(world)
  torch.manualSeed(5)
  local y = torch.dropout(torch.linear(world:input(64, 20), world:leaf("w", 20, 20)), 0.4, true)
  y = torch.softMax(y)
  return y:max(2):sum() + y:sort(2):narrow(2, 1, 3):sum() + y:std(2):sum()
end

local World = {}
World.__index = World

-- `held`: what leaves have for gradients from before: nothing, zeros, other numbers.
local function new_world(held)
  return setmetatable({ held = held, leaves = {}, states = {}, inputs = {} }, World)
end

local function drawn(name, ...)
  local seed, state = 7, torch.getRNGState()
  for i = 1, #name do seed = seed * 31 % 65521 + name:byte(i) end
  torch.manualSeed(seed)
  local t = torch.randn(...):mul(0.3)
  torch.setRNGState(state)
  return t
end

function World:leaf(name, ...)
  if self.leaves[name] then return self.leaves[name] end
  local size = { ... }
  local class = type(size[#size]) == "string" and table.remove(size) or "torch.FloatTensor"
  local t = drawn(name, table.unpack(size)):type(class)
  local grad = self.held and t:clone():fill(self.held)
  t:requiresGrad()
  if grad then t.grad = self.held == 0 and grad:zero() or grad end
  self.leaves[name] = t
  return t
end

function World:state(name, n)
  self.states[name] = self.states[name] or torch.zeros(n):fill(0.5)
  return self.states[name]
end

function World:input(...)
  local key = table.concat({ ... }, " x ")
  self.inputs[key] = self.inputs[key] or drawn(key, ...)
  return self.inputs[key]
end

-- `off`: how far elements may be apart (0).
local function assert_same(expected, found, what, off)
  for name, t in pairs(expected) do
    assert.equal(not t, not found[name], what .. ": " .. name)
    local apart = t and (t - found[name]):abs():max() or 0
    assert.is_true(apart <= (off or 0), what .. ": " .. name)
  end
end

function World:gradients()
  local all = {}
  for name, t in pairs(self.leaves) do all[name] = t.grad and t.grad:clone() or false end
  return all
end

-- The statistics as they were before the first step.
function World:rewind()
  for _, state in pairs(self.states) do state:fill(0.5) end
end

-- The world with all its tensors, before any step.
local function prepared(program, held)
  local world = new_world(held)
  torch.noGrad(function() program(world) end)
  world:rewind()
  return world
end

-- Fails the n-th allocation of a step, `alone` or with all later ones, and tries again; false if
-- the step came through: there is no n-th, or it was not needed (a collection may make room).
local function fails_and_recovers(program, held, n, alone, expected, off)
  local world, loss = prepared(program, held), nil
  local before = world:gradients()
  core.failAfter(n, alone)
  local ok, message = pcall(function()
    loss = program(world)
    loss:backward()
  end)
  core.failAfter(0)
  if not ok then
    assert.matches("out of memory", message)
    assert_same(before, world:gradients(), "after failure " .. n)
    local again, refusal = false, "freed by an earlier backward"
    if loss then again, refusal = pcall(loss.backward, loss) end
    if not again then
      assert.matches("freed by an earlier backward", refusal)
      assert_same(before, world:gradients(), "after refusal " .. n)
      world:rewind()
      program(world):backward()
    end
  end
  assert_same(expected, world:gradients(), "tried again " .. n, off)
  return not ok
end

describe("a step that runs out of memory", function()
  for name, program in pairs(programs) do
    it("leaves no trace in the gradients of " .. name, function()
      for _, held in ipairs{ false, 0, 0.25 } do
        local world = prepared(program, held)
        program(world):backward()
        local expected, count = world:gradients(), 0
        while fails_and_recovers(program, held, count + 1, false, expected) do count = count + 1 end
        assert.is_true(count > 20)
        -- What is computed again from stored values, as statistics are, may be rounded otherwise.
        for n = 1, held and count or 0, 3 do
          fails_and_recovers(program, held, n, true, expected, 1e-6)
        end
      end
    end)
  end

  it("may be tried again on a graph that is kept", function()
    local program = programs.first_layer
    local world = prepared(program, 0.25)
    program(world):backward()
    local expected, n, failed = world:gradients(), 0, true
    while failed do
      n = n + 1
      world = prepared(program, 0.25)
      local loss = program(world)
      core.failAfter(n)
      failed = not pcall(loss.backward, loss, { retain = true })
      core.failAfter(0)
      if failed then loss:backward() end
      assert_same(expected, world:gradients(), "kept graph " .. n)
    end
    assert.is_true(n > 10)
  end)

  it("leaves modules that go on as Torch7's protocol has it", function()
    local input, target = drawn("input", 4, 3, 8, 8), torch.LongTensor{ 1, 2, 3, 1 }
    local model, criterion = nn.Sequential(), nn.ClassNLLCriterion()
    model:add(nn.SpatialConvolution(3, 16, 3, 3, 1, 1, 1, 1)):add(nn.SpatialBatchNormalization(16))
    model:add(nn.ReLU(true)):add(nn.SpatialMaxPooling(2, 2)):add(nn.View(-1):setNumInputDims(3))
    model:add(nn.Linear(256, 3)):add(nn.LogSoftMax())
    local _, gradients = model:getParameters()
    local function step()
      gradients:zero()
      local loss = criterion:forward(model:forward(input), target)
      model:backward(input, criterion:backward(model.output, target))
      return loss
    end
    local loss = step()
    local expected, n, failed = gradients:clone(), 0, true
    while failed do
      n = n + 1
      core.failAfter(n)
      failed = not pcall(step)
      core.failAfter(0)
      assert.equal(loss, step())
      assert.is_true(torch.equal(expected, gradients), "failure " .. n)
    end
    assert.is_true(n > 50)
  end)
end)

describe("batchNorm", function()
  it("moves its running statistics only when all of the call succeeded", function()
    local x = drawn("x", 4, 16, 6, 6)
    for _, recorded in ipairs{ false, true } do
      local n, failed = 0, true
      while failed do
        n = n + 1
        local mean, variance = torch.zeros(32):narrow(1, 1, 16), torch.ones(16, 2):select(2, 1)
        local input = recorded and x:clone():requiresGrad() or x:clone()
        core.failAfter(n)
        failed = not pcall(torch.batchNorm, input, nil, nil, mean, variance)
        core.failAfter(0)
        assert.equal(failed, mean:abs():sum() == 0)
        assert.equal(failed, variance:sum() == 16)
      end
      assert.is_true(n > 3)
    end
  end)

  it("leaves them when its result is refused for a value that is not finite", function()
    local mean, variance = torch.zeros(2), torch.ones(2)
    local x = torch.Tensor{ { 1, 2 }, { 0 / 0, 3 } }
    core.setCheckFinite(true)
    local ok = pcall(torch.batchNorm, x, nil, nil, mean, variance)
    core.setCheckFinite(false)
    assert.is_false(ok)
    assert.same({ 0, 0 }, mean:totable())
    assert.same({ 1, 1 }, variance:totable())
  end)
end)
