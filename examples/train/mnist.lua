-- Trains LeNet-5 (LeCun and others, 1998) on handwritten digits: MNIST, or the small set that comes
-- along.
--
--   wick examples/train/mnist.lua --demo
--   wick examples/train/mnist.lua --data mnist --save net.safetensors
--   wick examples/train/mnist.lua --data mnist --save net.safetensors --resume net.safetensors
--
-- MNIST's images are padded from 28 x 28 to the network's 32 x 32, those of the small set enlarged
-- from 8 x 8. The same seed gives the same network, bit for bit, whatever the number of threads.
local torch = require "torch"
local nn = require "nn"
local optim = require "optim"
local xlua = require "xlua"
local checkpoint = require "wick.checkpoint"
local data = require "wick.data"
local system = require "wick.system"

local SIDE = 32
local MIB = 2 ^ 20

local function read_options()
  local cmd = torch.CmdLine()
  cmd:text("Trains LeNet-5 on handwritten digits.")
  cmd:text()
  cmd:option("-demo", false, "the 1,797 digits that come along instead of MNIST")
  cmd:option("-data", "", "the folder with MNIST's four files")
  cmd:option("-classic", false, "tanh and trainable subsampling, as in 1998")
  cmd:option("-epochs", -1, "passes through the training set; -1: 10, 20 for the demo")
  cmd:option("-batch", -1, "images a step; -1: 64, 32 for the demo")
  cmd:option("-shift", -1, "shifts training images by up to so many pixels; -1: 1, 2 for the demo")
  cmd:option("-rate", 0.03, "the highest learning rate")
  cmd:option("-seed", 1, "of weights, order and shifts")
  cmd:option("-threads", 0, "threads; 0: all cores")
  cmd:option("-save", "", "keeps a checkpoint, also a file of weights, here after every epoch")
  cmd:option("-resume", "", "goes on from this checkpoint, with its settings")
  cmd:option("-log", "", "writes the numbers of every epoch into this file")
  local options = cmd:parse(arg)
  if not options.demo and options.data == "" and options.resume == "" then
    cmd:error("--data FOLDER says where MNIST is; --demo takes the digits that come along")
  end
  for _, name in ipairs{ "epochs", "batch", "shift", "threads" } do
    options[name] = math.tointeger(options[name]) or cmd:error("-" .. name .. " is a whole number")
  end
  return options
end

-- Replaces what was left to us.
local function fill_in(options)
  local defaults = options.demo and { epochs = 20, batch = 32, shift = 2 }
    or { epochs = 10, batch = 64, shift = 1 }
  for name, default in pairs(defaults) do
    if options[name] < 0 then options[name] = default end
  end
  return options
end

-- The network ------------------------------------------------------------------------------------

local function add_stage(model, planes_in, planes_out, classic)
  model:add(nn.SpatialConvolution(planes_in, planes_out, 5, 5))
  model:add(classic and nn.Tanh() or nn.ReLU())
  model:add(classic and nn.SpatialSubSampling(planes_out, 2, 2, 2, 2)
    or nn.SpatialMaxPooling(2, 2, 2, 2))
end

-- 1 x 32 x 32 in, ten scores out.
local function lenet5(classic)
  local activation = classic and nn.Tanh or nn.ReLU
  local model = nn.Sequential()
  add_stage(model, 1, 6, classic)
  add_stage(model, 6, 16, classic)
  model:add(nn.SpatialConvolution(16, 120, 5, 5)):add(activation())
  model:add(nn.View(120)):add(nn.Linear(120, 84)):add(activation())
  return model:add(nn.Linear(84, 10))
end

-- Images -----------------------------------------------------------------------------------------

-- The matrix that enlarges a line of `from` pixels to `to` by linear interpolation between the
-- pixels' middles.
local function interpolation(from, to)
  local matrix = torch.zeros(to, from)
  for i = 1, to do
    local at = math.min(math.max((i - 0.5) * from / to + 0.5, 1), from)
    local low = math.min(math.floor(at), from - 1)
    matrix[i][low] = low + 1 - at
    matrix[i][low + 1] = at - low
  end
  return matrix
end

-- N x h x w images of any type as floats N x 1 x 32 x 32: a border of zeros where they are not much
-- smaller, enlarged where they are.
local function to_network_size(images)
  local n, height, width = images:size(1), images:size(2), images:size(3)
  images = images:float()
  if 2 * height > SIDE then
    local top, left = (SIDE - height) // 2, (SIDE - width) // 2
    local padded = torch.zeros(n, 1, SIDE, SIDE)
    padded:narrow(3, 1 + top, height):narrow(4, 1 + left, width):copy(images)
    return padded
  end
  local rows, columns = interpolation(height, SIDE), interpolation(width, SIDE)
  local wide = (images:view(n * height, width) * columns:t()):view(n, height, SIDE)
  local tall = wide:transpose(2, 3):contiguous():view(n * SIDE, height) * rows:t()
  return tall:view(n, SIDE, SIDE):transpose(2, 3):contiguous():view(n, 1, SIDE, SIDE)
end

-- Each image moved by up to `most` pixels in both directions, zeros moving in.
local function shift_randomly(images, most)
  if most == 0 then return images end
  local result = images:clone():zero()
  for i = 1, images:size(1) do
    local down, right = torch.random(-most, most), torch.random(-most, most)
    local height, width = SIDE - math.abs(down), SIDE - math.abs(right)
    local from = images[i]:narrow(2, 1 + math.max(-down, 0), height)
    local to = result[i]:narrow(2, 1 + math.max(down, 0), height)
    to:narrow(3, 1 + math.max(right, 0), width)
      :copy(from:narrow(3, 1 + math.max(-right, 0), width))
  end
  return result
end

-- The training and test sets, and what gives the training images mean 0 and deviation 1.
local function load_sets(options)
  local sets = {}
  for _, part in ipairs{ "train", "test" } do
    sets[part] = options.demo and data.digits(part) or data.mnist(options.data, part)
  end
  local sample = to_network_size(sets.train.data:narrow(1, 1,
    math.min(10000, sets.train.data:size(1))))
  local scale = { mean = sample:mean(), deviation = sample:std() }
  return sets, scale
end

-- What the network sees of a batch.
local function prepare(batch, scale, shift)
  local images = shift_randomly(to_network_size(batch.data), shift)
  return images:add(-scale.mean):div(scale.deviation), batch.label
end

-- Training ---------------------------------------------------------------------------------------

-- A run: everything that training needs and a checkpoint keeps.
local function new_run(options)
  torch.manualSeed(options.seed)
  local run = { options = options, epoch = 0, optimState = { momentum = 0.9, dampening = 0 } }
  run.sets, run.scale = load_sets(options)
  run.model = lenet5(options.classic)
  run.parameters, run.gradients = run.model:getParameters()
  run.criterion = nn.CrossEntropyCriterion()
  run.batches = data.batches(run.sets.train, {
    batch = options.batch, shuffle = true, seed = options.seed,
  })
  run.rate = optim.schedule.oneCycle(options.rate)
  return run
end

local function save(run)
  if run.options.save == "" then return end
  checkpoint.save(run.options.save, {
    model = run.model, optimState = run.optimState, batches = run.batches, epoch = run.epoch,
    options = run.options, scale = run.scale,
  })
end

-- Goes on where a checkpoint was kept; what shapes the run comes from there.
local function resume(options)
  local kept = checkpoint.load(options.resume).options
  for _, name in ipairs{ "demo", "classic", "epochs", "batch", "rate", "shift", "seed" } do
    options[name] = kept[name]
  end
  local run = new_run(options)
  local entries = checkpoint.load(options.resume, {
    model = run.model, optimState = run.optimState, batches = run.batches,
  })
  run.epoch = entries.epoch
  print(("goes on after epoch %d of %d"):format(run.epoch, options.epochs))
  return run
end

-- One step of gradient descent; returns the loss before it.
local function train_step(run, input, target)
  local function feval()
    run.gradients:zero()
    local output = run.model:forward(input)
    local loss = run.criterion:forward(output, target)
    run.model:backward(input, run.criterion:backward(output, target))
    return loss, run.gradients
  end
  local _, losses = optim.sgd(feval, run.parameters, run.optimState)
  return losses[1]
end

local function train_epoch(run)
  run.model:training()
  local steps = run.batches:size()
  local total, time = 0, { data = 0, step = 0 }
  local mark = system.ticks()
  local function lap(name)
    local now = system.ticks()
    time[name], mark = time[name] + now - mark, now
  end
  for number, batch in run.batches:iterate() do
    local input, target = prepare(batch, run.scale, run.options.shift)
    lap("data")
    run.optimState.learningRate = run.rate(
      (run.epoch * steps + number - 1) / (run.options.epochs * steps))
    total = total + train_step(run, input, target) * target:size(1)
    lap("step")
    if system.columns() then xlua.progress(number, steps) end
  end
  run.epoch = run.epoch + 1
  return { loss = total / run.sets.train.label:size(1), time = time, steps = steps }
end

-- The confusion matrix of the test set.
local function test(run)
  run.model:evaluate()
  local confusion = optim.ConfusionMatrix(run.sets.test.classes)
  for _, batch in data.batches(run.sets.test, { batch = 500 }):iterate() do
    local input, target = prepare(batch, run.scale, 0)
    confusion:batchAdd(run.model:forward(input), target)
  end
  confusion:updateValids()
  return confusion
end

local function report(run, logger, epoch, confusion)
  print(("epoch %2d/%d  loss %.4f  test %5.2f %%  data %.1f s  steps %.1f s (%.2f ms each)  "
    .. "memory %.0f MiB"):format(run.epoch, run.options.epochs, epoch.loss,
    100 * confusion.totalValid, epoch.time.data, epoch.time.step,
    1000 * epoch.time.step / epoch.steps, torch.memory().peak / MIB))
  if logger then
    logger:add{ loss = epoch.loss, accuracy = 100 * confusion.totalValid,
      seconds = epoch.time.data + epoch.time.step }
  end
end

io.stdout:setvbuf("line") -- whoever reads along through a pipe sees every epoch
local options = read_options()
if options.threads > 0 then torch.setnumthreads(options.threads) end
local run = options.resume ~= "" and resume(options) or new_run(fill_in(options))
local logger = options.log ~= "" and optim.Logger(options.log) or nil
print(("%d images for training, %d for testing, %d parameters, %d threads"):format(
  run.sets.train.label:size(1), run.sets.test.label:size(1), run.parameters:nElement(),
  torch.getnumthreads()))
local confusion = test(run)
while run.epoch < run.options.epochs do
  local epoch = train_epoch(run)
  save(run)
  confusion = test(run)
  report(run, logger, epoch, confusion)
end
print(confusion)
print(("test accuracy %.2f %%"):format(100 * confusion.totalValid))
