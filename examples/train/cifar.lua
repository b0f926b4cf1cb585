-- CIFAR-10 (Krizhevsky, 2009): ten kinds of things in 32 x 32 colour pixels, told apart by one of
-- two networks, each with the recipe that goes with it:
--
--   wick examples/train/cifar.lua --data cifar10 --model convnetjs     (minutes on two cores)
--   wick examples/train/cifar.lua --data cifar10 --model resnet20      (half an hour)
--   wick examples/train/cifar.lua --data cifar10 --model resnet20 --epochs 80 --rate 0.2  (an hour)
--   wick examples/train/cifar.lua --data cifar10 --model resnet20 --save run --resume
--
-- A second cycle at a lower rate makes a trained network better: --weights run/last.safetensors.
-- The folder has train/ and test/ with a folder a class, as JPEG or PNG files, or the six files of
-- the set's binary version. What one sees: after every epoch, how many of the test images are
-- right; with --save a picture of that, too. The same seed gives the same network, bit for bit.
--
-- Networks and recipes: Karpathy's ConvNetJS demo (2014) with Adadelta (Zeiler, 2012); He and
-- others, "Deep residual learning for image recognition" (2015), with SGD in one cycle (Smith,
-- 2018).
local torch = require "torch"
local gnuplot = require "gnuplot"
local nn = require "nn"
local optim = require "optim"
local paths = require "paths"
local checkpoint = require "wick.checkpoint"
local data = require "wick.data"
local models = require "wick.models"
local train = require "wick.train"

-- How each network is trained; `shift` is how many pixels images move at most.
local RECIPES = {
  convnetjs = {
    network = models.convnetjs, epochs = 30, batch = 64, shift = 2, rate = 1,
    schedule = optim.schedule.cosine, method = optim.adadelta,
    state = { rho = 0.95, eps = 1e-6, weightDecay = 1e-4 },
  },
  resnet20 = {
    network = models.cifarResnet, epochs = 20, batch = 128, shift = 4, rate = 0.4,
    schedule = optim.schedule.oneCycle, method = optim.sgd,
    state = { momentum = 0.9, dampening = 0, nesterov = true, weightDecay = 5e-4 },
  },
}

local function read_options()
  local cmd = torch.CmdLine()
  cmd:text("Tells the ten classes of CIFAR-10 apart.")
  cmd:text()
  cmd:option("-data", "", "the folder with train/ and test/, or with the binary version's files")
  cmd:option("-model", "convnetjs", "convnetjs or resnet20")
  cmd:option("-epochs", 0, "passes through the images; 0: 30, 20 for resnet20")
  cmd:option("-batch", 0, "images a step; 0: 64, 128 for resnet20")
  cmd:option("-rate", 0, "the highest learning rate; 0: 1, 0.4 for resnet20")
  cmd:option("-images", 0, "trains on so many images, drawn at random; 0: all")
  cmd:option("-weights", "", "begins with these, a safetensors file, not with random ones")
  cmd:option("-tests", 0, "tests on so many of the images for it; 0: all")
  cmd:option("-seed", 1, "of weights, order, flips and shifts")
  cmd:option("-threads", 0, "threads; 0: all cores")
  cmd:option("-save", "", "a folder for weights, the state of the run, and the curve")
  cmd:option("-resume", false, "goes on from what --save kept")
  cmd:option("-dry", false, "one batch through everything, and what the whole would take")
  local options = cmd:parse(arg)
  if options.data == "" then cmd:error("--data FOLDER says where the images are") end
  if not paths.dirp(options.data) then cmd:error("there is no folder " .. options.data) end
  if not RECIPES[options.model] then cmd:error("--model is convnetjs or resnet20") end
  for _, name in ipairs{ "epochs", "batch", "images", "tests", "seed", "threads" } do
    options[name] = math.tointeger(options[name]) or cmd:error("--" .. name .. " is a whole number")
  end
  for _, name in ipairs{ "epochs", "batch", "rate" } do
    if options[name] <= 0 then options[name] = RECIPES[options.model][name] end
  end
  return options
end

-- Images -----------------------------------------------------------------------------------------

-- The images of "train" or "test", unpacked once and kept as bytes, and their classes; all when
-- `count` is 0, else so many, drawn at random.
local function read_part(folder, part, count)
  local files = paths.concat(folder, part)
  local set = paths.dirp(files) and data.imageFolder(files):inMemory()
    or data.tensors(data.cifar10(folder, part))
  return count > 0 and set:shuffle():split(count) or set
end

local NORMALIZE = { "Normalize", mean = { 0.491, 0.482, 0.447 }, std = { 0.247, 0.243, 0.262 } }

-- Every epoch shows the images in another order, moved a little, and half of them mirrored.
local function train_loader(options, shift)
  return data.loader{
    read_part(options.data, "train", options.images), batchSize = options.batch, shuffle = true,
    seed = options.seed,
    pipeline = { { "RandomCrop", 32, padding = shift }, { "HFlip", 0.5 }, NORMALIZE },
  }
end

local function test_loader(options)
  return data.loader{
    read_part(options.data, "test", options.tests), batchSize = 250, pipeline = { NORMALIZE },
  }
end

-- The network, from a file or with random weights.
local function network(options)
  local model = RECIPES[options.model].network()
  if options.weights ~= "" then checkpoint.load(options.weights, { model = model }) end
  return model
end

-- The curve --------------------------------------------------------------------------------------

-- Accuracy after every epoch, as numbers and as a picture.
local function keep_curve(run, folder)
  local logger = optim.Logger(paths.concat(folder, "curve.txt"))
  local seen, unseen = {}, {}
  for epoch, row in ipairs(run.history) do
    seen[epoch], unseen[epoch] = row.training.top[1], row.testing.top[1]
    logger:add{ epoch = epoch, training = seen[epoch], test = unseen[epoch], rate = row.rate,
      seconds = row.seconds }
  end
  gnuplot.pngfigure(paths.concat(folder, "curve.png"))
  gnuplot.plot({ "training, augmented", torch.Tensor(seen), "-" },
    { "test", torch.Tensor(unseen), "-" })
  gnuplot.xlabel("epoch")
  gnuplot.ylabel("right, %")
  gnuplot.grid(true)
  gnuplot.movelegend("right", "bottom")
  gnuplot.close()
end

local options = read_options()
if options.threads > 0 then torch.setnumthreads(options.threads) end
torch.manualSeed(options.seed)
local recipe = RECIPES[options.model]
local run = train{
  model = network(options), criterion = nn.CrossEntropyCriterion(),
  data = train_loader(options, recipe.shift), test = test_loader(options),
  epochs = options.epochs, seed = options.seed, rate = recipe.schedule(options.rate),
  optimMethod = recipe.method, optimState = recipe.state,
  save = options.save ~= "" and options.save or nil, resume = options.resume, dry = options.dry,
  hooks = {
    onEpochEnd = function(run) if options.save ~= "" then keep_curve(run, options.save) end end,
  },
}
if run.testing then print(("test accuracy %.2f %%"):format(run.testing.top[1])) end
