-- From the perceptron to residual networks: each system learns, by its own rule, from small
-- pictures: drawn letters, and handwritten digits. Networks that were made for photographs are
-- narrow here, so that each takes seconds.
--
--   wick examples/lectures/07_perceptron_to_resnet.lua
--   wick examples/lectures/07_perceptron_to_resnet.lua --only "LeNet-5, ResNet-20"
local torch = require "torch"
local nn = require "nn"
local image = require "image"
local paths = require "paths"
local models = require "wick.models"
local digits = paths.dofile("../digits.lua")
local learn = paths.dofile("../learn.lua")
local sheet = paths.dofile("../sheet.lua")

local cmd = torch.CmdLine()
cmd:text("From the perceptron to residual networks, each trained for seconds.")
cmd:option("-only", "", "some of the systems, separated by commas")
cmd:option("-images", 1438, "how many of the small digits to train on")
cmd:option("-effort", 1, "multiplies the steps of training")
cmd:option("-seed", 1, "of everything drawn")
cmd:option("-out", ".", "the folder for what is drawn")
local options = cmd:parse(arg)

local sets = {}

-- The digits at one size: { images, labels, test images, test labels }.
local function load_digits(side)
  if not sets[side] then
    local images, labels = digits.load("train", side, options.images)
    local test_images, test_labels = digits.load("test", side)
    sets[side] = { images, labels, test_images, test_labels }
  end
  return table.unpack(sets[side])
end

local function steps(count)
  return math.max(1, math.floor(count * options.effort))
end

local function report(year, name, model, text)
  local count = 0
  for _, p in ipairs((model:parameters())) do count = count + p:nElement() end
  print(("%d  %-22s %8d parameters  %s"):format(year, name, count, text))
end

-- Pictures of what was learned; each system adds a row.
local rows = {}

-- Rows of a weight as pictures of side x side.
local function show_weights(heading, weight, side, count)
  local row = { heading }
  for i = 1, count do
    row[i + 1] = { weight[i]:detach():contiguous():view(side, side), signed = true }
  end
  rows[#rows + 1] = row
end

-- 1957: the perceptron ---------------------------------------------------------------------------

-- 26 letters on 20 x 20 photocells, each at nine places.
local function draw_letters()
  local letters, desired = torch.zeros(26 * 9, 20, 20), torch.zeros(26 * 9, 26)
  for i = 1, 26 do
    local paper = torch.zeros(3, 40, 40)
    image.drawText(paper, string.char(64 + i), 11, 11,
      { size = 2, color = { 255, 255, 255 }, inplace = true })
    for place = 0, 8 do
      local n, down, right = (i - 1) * 9 + place + 1, place // 3, place % 3
      letters[n]:copy(paper[1]:sub(8 + down, 27 + down, 7 + right, 26 + right))
      desired[n][i] = 1
    end
  end
  return letters, desired
end

local function perceptron()
  local letters, desired = draw_letters()
  local model, passes, wrong = models.perceptron{ 400, 26 }, 0
  repeat
    local order = torch.randperm(letters:size(1)):long()
    wrong = model:learn(letters:index(1, order), desired:index(1, order))
    passes = passes + 1
  until wrong == 0 or passes >= steps(40)
  report(1957, "perceptron", model, wrong == 0
    and ("tells 26 letters at nine places apart after %d passes"):format(passes)
    or ("has %d of 234 letters wrong after %d passes"):format(wrong, passes))
  show_weights("Perceptron, 1957: what it looks for in A to J", model.weight, 20, 10)
end

-- 1960: Adaline and Madaline ---------------------------------------------------------------------

local function accuracy_of(output, labels)
  local _, best = output:max(2)
  return 100 * best:view(-1):eq(labels):sum() / labels:size(1)
end

local function adaline()
  local images, labels, test_images, test_labels = load_digits(8)
  local desired = torch.Tensor(labels:size(1), 10):fill(-1):scatter(2, labels:view(-1, 1), 1)
  local model = models.adaline{ 64, 10 }
  for _ = 1, steps(5) do model:learn(images, desired, 0.01) end
  report(1960, "Adaline", model, ("%.1f %% of the test digits")
    :format(accuracy_of(model:forward(test_images), test_labels)))
  show_weights("Adaline, 1960: what speaks for (red) and against 0 to 9", model.weight, 8, 10)
end

local function madaline()
  local x = torch.Tensor{ { 1, 1 }, { 1, -1 }, { -1, 1 }, { -1, -1 } }
  local model, passes = models.madaline{ 2, 3 }, 0
  repeat
    passes = passes + 1
  until model:learn(x, torch.Tensor{ -1, 1, 1, -1 }) == 0 or passes == 500
  report(1962, "Madaline", model, ("learns exclusive or in %d passes, which one unit cannot")
    :format(passes))
end

-- 1980: the neocognitron -------------------------------------------------------------------------

local function neocognitron()
  local images, labels, test_images, test_labels = load_digits(16)
  local few = math.min(images:size(1), steps(300))
  local model = models.neocognitron{ planes = { 12, 24, 200 } }
  local planes = model:learn(images:narrow(1, 1, few), labels:narrow(1, 1, few))
  local right = model:classify(test_images):eq(test_labels):sum()
  report(1980, "neocognitron", model, ("%.1f %% of the test digits, %d seen once; planes: %s")
    :format(100 * right / test_labels:size(1), few, table.concat(planes, ", ")))
  local patterns = model:get(1).weight
  show_weights("Neocognitron, 1980: patterns that its first S-cells chose",
    patterns:view(patterns:size(1), -1), 5, math.min(10, planes[1]))
end

-- 2006: an autoencoder of restricted Boltzmann machines ------------------------------------------

local function autoencoder()
  local images, _, test_images = load_digits(8)
  local model = models.deepAutoencoder{ 64, 100, 40, 8 }
  local machines = model:pretrain(images, { epochs = steps(12), batch = 20 })
  local flat = test_images:view(-1, 64)
  local before = torch.pow(model:forward(test_images) - flat, 2):mean()
  learn.train(model, images, images:view(-1, 64), { steps = steps(1500),
    criterion = nn.BCECriterion() })
  local output = model:forward(test_images)
  report(2006, "deep autoencoder", model, ("8 numbers a digit: error %.4f after pre-training, "
    .. "%.4f after backpropagation"):format(before, torch.pow(output - flat, 2):mean()))
  show_weights("Deep autoencoder, 2006: features of its first machine", machines[1].weight, 8, 10)
  local seen = { "Digits it has not seen, and what 8 numbers keep of them" }
  for i = 1, 5 do
    seen[2 * i], seen[2 * i + 1] = { test_images[i] }, { output[i]:view(8, 8), "8 numbers" }
  end
  rows[#rows + 1] = seen
end

-- Networks that learn by backpropagation ---------------------------------------------------------

-- Year, name, the side of the images, the builder and its options, steps, rate.
local networks = {
  { 1958, "linear classifier", 8, "linearClassifier", { inputs = 64 }, 600, 0.01 },
  { 1986, "multilayer, sigmoids", 8, "multilayer", { 64, 40, 10 }, 1200, 0.01 },
  { 1998, "LeNet-5", 32, "lenet5Original", {}, 300, 0.003 },
  { 2010, "two layers, ReLU", 8, "twoLayerNetwork", { inputs = 64 }, 800, 0.003 },
  { 2012, "AlexNet / 16", 67, "alexnet", { size = 67, width = 1 / 16, dropout = 0 }, 400, 0.001 },
  { 2014, "VGG-11 / 16", 32, "cifarVgg", { 11, width = 1 / 16 }, 200, 0.005 },
  { 2014, "GoogLeNet / 8", 32, "googlenet", { width = 1 / 8, dropout = 0 }, 250, 0.003 },
  { 2014, "ConvNetJS", 32, "convnetjs", {}, 250, 0.003 },
  { 2015, "ResNet-20 / 2", 16, "cifarResnet", { 20, width = 1 / 2 }, 250, 0.003 },
  { 2016, "DenseNet-22", 16, "cifarDensenet", { 22, 6, true }, 200, 0.01 },
}

-- Weights of deviation 0.01, as AlexNet has them, let the signal vanish in so narrow a network:
-- here they begin by He's rule, which keeps its size.
local function draw_anew(model)
  for _, kind in ipairs{ "nn.SpatialConvolution", "nn.Linear" } do
    for _, layer in ipairs((model:findModules(kind))) do
      local weight = layer.weight
      weight:normal(0, math.sqrt(2 * weight:size(1) / weight:nElement()))
      layer.bias:zero()
    end
  end
end

local function build(name, settings)
  if not (settings.inputs or name == "multilayer") then settings.channels = 1 end
  if name ~= "multilayer" then settings.classes = 10 end
  local model = models[name](settings)
  if name == "alexnet" then draw_anew(model) end
  return model
end

local function train(entry)
  local year, name, side, builder, settings, count, rate = table.unpack(entry)
  local model = build(builder, settings)
  local images, labels, test_images, test_labels = load_digits(side)
  learn.train(model, images, labels, { steps = steps(count), rate = rate })
  report(year, name, model, ("%.1f %% of the test digits")
    :format(learn.accuracy(model, test_images, test_labels)))
  local first = model:findModules("nn.SpatialConvolution")[1]
  if name == "LeNet-5" then
    show_weights("LeNet-5, 1998: its six first filters of 5 x 5", first.weight, 5, 6)
  end
end

-- All of them, by year ---------------------------------------------------------------------------

local systems = {
  { 1957, "perceptron", perceptron }, { 1960, "Adaline", adaline }, { 1962, "Madaline", madaline },
  { 1980, "neocognitron", neocognitron }, { 2006, "deep autoencoder", autoencoder },
}
for _, entry in ipairs(networks) do
  systems[#systems + 1] = { entry[1], entry[2], function() train(entry) end }
end
for i, system in ipairs(systems) do system.place = i end
table.sort(systems, function(a, b)
  if a[1] ~= b[1] then return a[1] < b[1] end
  return a.place < b.place
end)

local wanted = "," .. options.only:lower():gsub("%s*,%s*", ",") .. ","
for _, system in ipairs(systems) do
  if options.only == "" or wanted:find("," .. system[2]:lower() .. ",", 1, true) then
    torch.manualSeed(options.seed)
    system[3]()
  end
end
if #rows > 0 then
  sheet.save(options.out, "learned.png", { title = "What they learned", tile = 72, rows = rows })
end
