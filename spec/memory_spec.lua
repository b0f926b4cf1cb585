-- Training runs in constant memory, whichever way Lua's collector works and whatever else is alive.
local torch = require "torch"
local nn = require "nn"

local function resident()
  local file = assert(io.open("/proc/self/status"))
  local text = file:read("a")
  file:close()
  return tonumber(text:match("VmRSS:%s+(%d+)")) * 1024
end

local function network()
  return nn.Sequential()
    :add(nn.SpatialConvolution(1, 6, 5, 5)):add(nn.ReLU()):add(nn.SpatialMaxPooling(2, 2))
    :add(nn.View(6 * 14 * 14)):add(nn.Linear(6 * 14 * 14, 10))
end

local function modern(model, criterion, x, y)
  criterion(model(x), y):backward()
end

local function torch7(model, criterion, x, y)
  local output = model:forward(x)
  criterion:forward(output, y)
  model:backward(x, criterion:backward(output, y))
end

-- Peak tensor bytes and resident bytes after each number of steps.
local function train(way, batch, ...)
  torch.manualSeed(1)
  local model, criterion = network(), nn.CrossEntropyCriterion()
  local parameters, gradients = model:getParameters()
  local x, y = torch.randn(batch, 1, 32, 32), torch.LongTensor(batch):random(10)
  local marks, done = {}, 0
  for _, steps in ipairs{ ... } do
    for _ = done + 1, steps do
      gradients:zero()
      way(model, criterion, x, y)
      parameters:add(-0.01, gradients)
    end
    done = steps
    marks[#marks + 1] = { peak = torch.memory().peak, resident = resident() }
  end
  return marks
end

-- AddressSanitizer keeps freed memory for a while on purpose.
local function is_sanitized()
  local file = assert(io.open("/proc/self/maps"))
  local text = file:read("a")
  file:close()
  return text:find("libasan", 1, true) ~= nil
end

local function expect_flat(marks)
  assert.equal(marks[1].peak, marks[2].peak)
  if is_sanitized() then return end
  assert.is_true(marks[2].resident <= marks[1].resident * 1.02,
    ("resident memory went from %d to %d bytes"):format(marks[1].resident, marks[2].resident))
end

local function in_mode(mode, f)
  local before = collectgarbage(mode)
  f()
  collectgarbage(before)
end

describe("memory of a training run", function()
  for _, mode in ipairs{ "incremental", "generational" } do
    it("is flat with the collector " .. mode, function()
      in_mode(mode, function()
        expect_flat(train(modern, 16, 200, 500))
        expect_flat(train(torch7, 16, 200, 500))
      end)
    end)

    it("is flat for 10,000 steps beside two million tables, " .. mode .. " #long", function()
      in_mode(mode, function()
        local tables = {}
        for i = 1, 2000000 do tables[i] = { i } end
        expect_flat(train(modern, 32, 100, 10000))
        assert.equal(2000000, #tables)
      end)
    end)
  end

  it("peaks in Torch7's protocol where it does in the modern one", function()
    -- Torch7's backward always makes the gradient of the input as well.
    local function modern_with_input(model, criterion, x, y)
      criterion(model(x:detach():requiresGrad()), y):backward()
    end
    -- One step, in which nothing is collected: what the garbage of others adds is left to chance.
    local function peak(way)
      collectgarbage()
      collectgarbage("stop")
      torch.resetPeak()
      local before = torch.memory().live
      train(way, 256, 1)
      collectgarbage("restart")
      return torch.memory().peak - before
    end
    local ways = { peak(modern_with_input), peak(torch7) }
    assert.is_true(math.abs(ways[2] - ways[1]) < 0.01 * ways[1],
      ("modern %d bytes, Torch7's %d"):format(ways[1], ways[2]))
  end)
end)
