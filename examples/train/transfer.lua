-- Transfer learning: ants and bees, told apart by a network that learned ImageNet.
--
--   wick examples/train/transfer.lua --data hymenoptera --weights squeezenet1_0.safetensors
--   wick examples/train/transfer.lua --data ... --weights ... --regime finetune --epochs 10
--
-- The folder has train/ and val/, a folder a class in each. The regimes of the lectures, from the
-- smallest set of images to the largest:
--
--   features   the frozen network's features, computed once, and a linear classifier
--   layer      a new last layer on the frozen network, with fresh augmentation in every epoch
--   finetune   that classifier as the last layer, and all others learn at a tenth of the rate
--   scratch    for comparison: the same network and time, beginning from random numbers
local torch = require "torch"
local nn = require "nn"
local optim = require "optim"
local paths = require "paths"
local checkpoint = require "wick.checkpoint"
local data = require "wick.data"
local models = require "wick.models"
local system = require "wick.system"
local train = require "wick.train"

local REGIMES = { "features", "layer", "finetune", "scratch" }
-- Epochs and the highest learning rate of each.
local RECIPES = {
  features = { epochs = 15, rate = 0.02 }, layer = { epochs = 6, rate = 0.02 },
  finetune = { epochs = 4, rate = 0.01 }, scratch = { epochs = 4, rate = 0.02 },
}

local function read_options()
  local cmd = torch.CmdLine()
  cmd:text("Ants against bees by transfer from SqueezeNet's ImageNet weights.")
  cmd:text()
  cmd:option("-data", "", "the folder with train/ and val/")
  cmd:option("-weights", "", "SqueezeNet's weights, a safetensors file; without it they are random")
  cmd:option("-regime", "all", "features, layer, finetune, scratch or all")
  cmd:option("-epochs", 0, "passes through the images; 0: 15, 6, 4 and 4")
  cmd:option("-rate", 0, "the highest learning rate; 0: 0.02, for finetune 0.01")
  cmd:option("-batch", 32, "images a step")
  cmd:option("-side", 227, "side of what the network sees")
  cmd:option("-width", 1, "of the network; weights are for 1")
  cmd:option("-seed", 1, "of new layers, order and augmentation")
  cmd:option("-save", "", "keeps weights and checkpoints in this folder, a folder a regime")
  local options = cmd:parse(arg)
  if options.data == "" then cmd:error("--data FOLDER says where train/ and val/ are") end
  if options.regime ~= "all" and not RECIPES[options.regime] then
    cmd:error("--regime is features, layer, finetune, scratch or all")
  end
  return options
end

-- Images -----------------------------------------------------------------------------------------

local function loader(options, part, stages, shuffle)
  return data.loader{
    data.imageFolder(paths.concat(options.data, part)), pipeline = stages, shuffle = shuffle,
    batchSize = options.batch, seed = options.seed, atLeast = options.side,
  }
end

-- The middle of an image, perhaps mirrored.
local function middle(options, mirrored)
  local short = options.side * 256 // 227
  return { { "Resize", short }, { "CenterCrop", options.side }, { "HFlip", mirrored and 1 or 0 } }
end

local function augmented(options)
  local short = options.side * 256 // 227
  return { { "Resize", short }, { "RandomCrop", options.side }, { "HFlip" } }
end

local MEAN = { 104, 117, 123 } -- of ImageNet: blue, green, red

-- What the network was trained on: blue first, 0 to 255, less the mean.
local function prepare(batch)
  local images = batch.input:float():index(2, torch.LongTensor{ 3, 2, 1 })
  for channel, mean in ipairs(MEAN) do images:select(2, channel):add(-mean) end
  return images, batch.target
end

-- The network ------------------------------------------------------------------------------------

-- SqueezeNet up to the means over its last maps; the number of features.
local function base_network(options, weights)
  local base = models.squeezenet{ width = options.width }
  if weights ~= "" then checkpoint.load(weights, { model = base }) end
  for _ = 1, 5 do base:remove() end -- dropout, and what leads to a thousand classes
  base:add(nn.SpatialAdaptiveAveragePooling(1, 1))
  local features = base:check{ 3, options.side, options.side }
  features = features[#features].sizes[1]
  base:add(nn.View(features))
  base.name = "base"
  return base, features
end

-- Features of mean 0 and deviation 1, and a linear classifier.
local function head_network(features, classes)
  local head = nn.Sequential()
    :add(nn.BatchNormalization{ features, affine = false })
    :add(nn.Linear{ features, classes, weightFiller = { "gaussian", deviation = 0.01 },
      biasFiller = 0 })
  head.name = "head"
  return head
end

local function network(options, weights, classes)
  local base, features = base_network(options, weights)
  return nn.Sequential():add(base):add(head_network(features, classes))
end

-- Regimes ----------------------------------------------------------------------------------------

-- The base's features of the images in the middle, and mirrored ones as well.
local function features_of(options, base, part, mirrored)
  local inputs, targets = {}, {}
  base:evaluate()
  for _, flip in ipairs(mirrored and { false, true } or { false }) do
    for batch in loader(options, part, middle(options, flip)):epoch(1) do
      local images, target = prepare(batch)
      inputs[#inputs + 1] = torch.noGrad(base.forward, base, images):clone()
      targets[#targets + 1] = target
    end
  end
  return { input = torch.cat(inputs, 1), target = torch.cat(targets, 1) }
end

-- What all regimes have in common.
local function settings(options, regime, model, changes)
  local recipe = RECIPES[regime]
  local rate = options.rate > 0 and options.rate or recipe.rate
  local given = {
    model = model, criterion = nn.CrossEntropyCriterion(), batch = options.batch,
    seed = options.seed, epochs = options.epochs > 0 and options.epochs or recipe.epochs,
    rate = optim.schedule.warmup{ optim.schedule.cosine(rate), part = 0.1 },
    optimState = { momentum = 0.9, weightDecay = 1e-3 }, clipNorm = 5,
    save = options.save ~= "" and paths.concat(options.save, regime) or nil,
  }
  for name, value in pairs(changes) do given[name] = value end
  return given
end

-- Each makes the options of wick.train for a network.
local regimes = {}

function regimes.features(options, model)
  local base, head = model:get(1), model:get(2)
  return settings(options, "features", head, {
    data = features_of(options, base, "train", true), test = features_of(options, base, "val"),
    optimState = { momentum = 0.9, weightDecay = 0.03 },
  })
end

local function on_images(options, regime, model, changes)
  changes.data = loader(options, "train", augmented(options), true)
  changes.test, changes.prepare = loader(options, "val", middle(options)), prepare
  return settings(options, regime, model, changes)
end

function regimes.layer(options, model)
  model:get(1):freeze()
  return on_images(options, "layer", model, {})
end

function regimes.finetune(options, model)
  train(regimes.features(options, model))
  model:get(2):get(1):freeze() -- the features' means and deviations stay
  return on_images(options, "finetune", model, {
    groups = { { match = "^base", learningRateMultiplier = 0.1 } },
  })
end

function regimes.scratch(options, model)
  return on_images(options, "scratch", model, {})
end

-- Runs a regime; { regime, accuracy, seconds }.
local function run(options, regime)
  print(("\n%s"):format(regime))
  torch.manualSeed(options.seed)
  local began = system.ticks()
  local classes = #data.imageFolder(paths.concat(options.data, "train")).classes
  local model = network(options, regime == "scratch" and "" or options.weights, classes)
  local result = train(regimes[regime](options, model))
  return { regime, result.testing.top[1], system.ticks() - began }
end

local options = read_options()
local rows = {}
for _, regime in ipairs(options.regime == "all" and REGIMES or { options.regime }) do
  rows[#rows + 1] = run(options, regime)
end
print("\nregime      accuracy    time")
for _, row in ipairs(rows) do
  print(("%-10s  %6.2f %%  %5.1f s"):format(table.unpack(row)))
end
