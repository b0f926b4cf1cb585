-- Wick's half of a benchmark: network mode batch threads. Measures a sample for each line read.
local torch = require "torch"
local nn = require "nn"
local paths = require "paths"
local system = require "wick.system"

local network, mode, batch, threads = arg[1], arg[2], tonumber(arg[3]), tonumber(arg[4])

local networks = {}

function networks.lenet5()
  local model = nn.Sequential()
    :add(nn.SpatialConvolution(1, 6, 5, 5)):add(nn.ReLU()):add(nn.SpatialMaxPooling(2, 2))
    :add(nn.SpatialConvolution(6, 16, 5, 5)):add(nn.ReLU()):add(nn.SpatialMaxPooling(2, 2))
    :add(nn.SpatialConvolution(16, 120, 5, 5)):add(nn.ReLU()):add(nn.View(120))
    :add(nn.Linear(120, 84)):add(nn.ReLU()):add(nn.Linear(84, 10))
  return model, torch.randn(batch, 1, 32, 32), torch.LongTensor(batch):random(1, 10)
end

-- Seconds that this process's threads have waited for a core.
local function waited()
  local total = 0
  for _, thread in ipairs(paths.dir("/proc/self/task")) do
    local file = thread:find("^%d+$") and io.open("/proc/self/task/" .. thread .. "/schedstat")
    if file then
      total = total + tonumber(file:read("a"):match("%S+ (%S+)"))
      file:close()
    end
  end
  return total / 1e9
end

torch.setnumthreads(threads)
torch.manualSeed(1)
local model, x, y = networks[network]()
local criterion = nn.CrossEntropyCriterion()
local params, grads = model:getParameters()
local velocity = params:clone():zero()

local function train()
  grads:zero()
  criterion(model(x), y):backward()
  velocity:mul(0.9):add(grads)
  params:add(-0.01, velocity)
end

local function infer()
  torch.noGrad(model.forward, model, x)
end

if mode == "infer" then model:evaluate() end
local step = mode == "train" and train or infer
for _ = 1, 5 do step() end
for line in io.lines() do
  local steps, before, start = tonumber(line), waited(), system.clock()
  for _ = 1, steps do step() end
  local time = system.clock() - start
  print(("%.6f %.6f"):format(time / steps * 1000, (waited() - before) / time))
  io.stdout:flush()
end
