-- What every pixel belongs to (Long, Shelhamer, Darrell, "Fully convolutional networks for semantic
-- segmentation", 2015). First a classifier of digits becomes fully convolutional: its dense layer,
-- written as a convolution, answers for every window of a scene in one pass. Then networks learn to
-- name pixels, of scenes with digits among strokes that mean nothing: a deep layer knows what is
-- there, shallow ones where exactly, and the sum of their scores, each made twice as large until it
-- meets the next, knows both.
--
--   wick examples/apply/segmentation.lua
--   wick examples/apply/segmentation.lua --side 96 --digits 8 --skips 3
local torch = require "torch"
local nn = require "nn"
local optim = require "optim"
local image = require "image"
local paths = require "paths"
local system = require "wick.system"
local digits = paths.dofile("../digits.lua")
local learn = paths.dofile("../learn.lua")
local scenes = paths.dofile("../scenes.lua")
local sheet = paths.dofile("../sheet.lua")

local cmd = torch.CmdLine()
cmd:text("Names the pixels of scenes: a classifier slid over them, and networks with skips.")
cmd:option("-side", 64, "of the scenes; a multiple of 8")
cmd:option("-digits", 4, "in a scene, at most")
cmd:option("-strokes", 3, "in a scene, which are no digits")
cmd:option("-train", 800, "scenes to learn from")
cmd:option("-test", 100, "scenes to be measured by")
cmd:option("-classify", 400, "steps of training of the classifier")
cmd:option("-steps", 600, "of training of each network for pixels")
cmd:option("-skips", "0,1,3", "networks by how many shallow layers have a say: 0 to 3")
cmd:option("-seed", 1, "of everything drawn")
cmd:option("-out", ".", "the folder for what is drawn")
local options = cmd:parse(arg)
torch.manualSeed(options.seed)

-- Class 1 is what is no digit, then come the digits from 0 to 9.
local WINDOW, CLASSES, INK = 16, 11, 0.35

-- Scenes and what their pixels are: N x 1 x side x side and N x side x side.
local function make_scenes(part, count)
  local images, labels = digits.load(part, WINDOW)
  local side = options.side
  local pictures = torch.FloatTensor(count, 1, side, side)
  local classes = torch.LongTensor(count, side, side)
  for i = 1, count do
    local picture, _, mask = scenes.compose(images, labels, { side = side, digits = options.digits,
      smallest = 14, largest = 26, strokes = options.strokes })
    pictures[i]:copy(picture)
    classes[i]:copy(mask + 1)
  end
  return pictures, classes
end

-- Of pixels named as they are, and of what two sets of pixels of a name share, the mean over all
-- names; in percent.
local function measure(answers, classes)
  local confusion = optim.ConfusionMatrix(CLASSES)
  confusion:batchAdd(answers:contiguous():view(-1), classes:view(-1))
  confusion:updateValids()
  return 100 * confusion.totalValid, 100 * confusion.averageUnionValid
end

local function report(name, answers, classes)
  print(("%-34s %5.1f %% of the pixels, mean intersection over union %5.1f %%"):format(name,
    measure(answers, classes)))
end

-- A classifier made fully convolutional ----------------------------------------------------------

-- A dense layer's weights, shaped as filters as large as the maps that it takes as a row.
local function as_convolution(dense, channels)
  local outputs, inputs = dense.weight:size(1), dense.weight:size(2)
  local side = math.floor(math.sqrt(inputs / channels))
  local filters = nn.SpatialConvolution(channels, outputs, side, side)
  torch.noGrad(function()
    filters.weight:copy(dense.weight:view(outputs, channels, side, side))
    filters.bias:copy(dense.bias)
  end)
  return filters
end

-- The same network without that row.
local function convolutional(classifier)
  local model, channels = nn.Sequential(), nil
  for _, layer in ipairs(classifier.modules) do
    local kind = torch.typename(layer)
    if kind == "nn.Linear" then
      model:add(as_convolution(layer, channels))
    elseif kind ~= "nn.View" then
      model:add(layer)
      if kind == "nn.SpatialConvolution" then channels = layer.weight:size(1) end
    end
  end
  return model
end

local function train_classifier()
  local images, labels = digits.load("train", WINDOW)
  local classifier = digits.network(WINDOW)
  learn.train(classifier, images, labels, { steps = options.classify })
  local test_images, test_labels = digits.load("test", WINDOW)
  print(("classifier: %.1f %% of digits it has not seen"):format(
    learn.accuracy(classifier, test_images, test_labels)))
  return classifier, test_images
end

-- Every window of a scene, one each `step` pixels, as a batch.
local function windows_of(scene, step)
  local rows = torch.unfold(torch.unfold(scene[1], 1, WINDOW, step), 2, WINDOW, step)
  return rows:contiguous():view(-1, 1, WINDOW, WINDOW)
end

local function show_conversion(classifier, model, images, scene)
  model:forward(scene:view(1, 1, options.side, options.side)) -- memory for it is there from now on
  local difference = torch.abs(model:forward(images):view(-1, 10) - classifier:forward(images))
  print(("as convolutions throughout: the same scores but for %.0e"):format(difference:max()))
  local began = system.clock()
  local one_by_one = classifier:forward(windows_of(scene, 4)):clone()
  local between = system.clock()
  local scores = model:forward(scene:view(1, 1, options.side, options.side))
  print(("%d x %d answers for a scene: window by window %.1f ms, in one pass %.1f ms")
    :format(scores:size(3), scores:size(4), 1000 * (between - began),
      1000 * (system.clock() - between)))
  assert(one_by_one:size(1) == scores:size(3) * scores:size(4))
end

-- What the classifier makes of pixels: those with ink are what the window around them is.
local function named_by_windows(model, pictures)
  local half = WINDOW // 2
  local padded = nn.SpatialZeroPadding(half, half, half, half):forward(pictures)
  local _, answer = model:forward(padded):max(2)
  local side = answer:size(3)
  local nearest = torch.LongTensor(options.side)
  for i = 1, options.side do nearest[i] = math.min(side, (i + 1) // 4 + 1) end
  local classes = answer:view(-1, side, side):index(2, nearest):index(3, nearest) + 1
  local ink = pictures:view(classes:size()):gt(INK):long()
  return torch.cmul(classes, ink) + (1 - ink)
end

-- Networks for pixels ----------------------------------------------------------------------------

local CHANNELS = { 16, 32, 48, 64 } -- at the whole size, a half, a quarter and an eighth

local function convolution(from, to)
  return nn.SpatialConvolution{ from, to, kernel = 3, pad = 1, weightFiller = "msra",
    biasFiller = 0 }
end

-- Scores twice as large in both directions, at first by interpolation.
local function doubled()
  local layer = nn.SpatialFullConvolution(CLASSES, CLASSES, 4, 4, 2, 2, 1, 1)
  local tent = torch.FloatTensor{ 0.25, 0.75, 0.75, 0.25 }
  local filter = torch.ger(tent, tent)
  torch.noGrad(function()
    layer.weight:zero()
    layer.bias:zero()
    for class = 1, CLASSES do layer.weight[class][class]:copy(filter) end
  end)
  return layer
end

-- Scores of every place of maps at one depth: those of all deeper maps, made larger, and, of the
-- last `skips` ones before the deepest, its own.
local function scores_from(depth, skips)
  local channels = CHANNELS[depth]
  local maps = nn.Sequential():add(convolution(CHANNELS[depth - 1] or 1, channels)):add(nn.ReLU())
    :add(convolution(channels, channels)):add(nn.ReLU())
  local own = nn.SpatialConvolution(channels, CLASSES, 1, 1)
  if depth == #CHANNELS then return maps:add(own) end
  local deeper = nn.Sequential():add(nn.SpatialMaxPooling(2, 2))
    :add(scores_from(depth + 1, skips)):add(doubled())
  if #CHANNELS - depth > skips then return maps:add(deeper) end
  return maps:add(nn.ConcatTable():add(own):add(deeper)):add(nn.CAddTable())
end

-- Most pixels are no digit; such a pixel counts a quarter.
local function criterion()
  local weights = torch.ones(CLASSES):float()
  weights[1] = 0.25
  return nn.SpatialClassNLLCriterion(weights)
end

local function train_network(skips, pictures, classes)
  local model = scores_from(1, skips)
  local logarithms = nn.Sequential():add(model):add(nn.SpatialLogSoftMax())
  learn.train(logarithms, pictures, classes, { steps = options.steps, batch = 16, rate = 0.003,
    criterion = criterion() })
  return model
end

local function answers_of(model, pictures)
  local answers = {}
  for i, batch in ipairs(pictures:split(20, 1)) do
    local _, best = model:forward(batch):max(2)
    answers[i] = best:select(2, 1):clone()
  end
  return torch.cat(answers, 1)
end

-- Both -------------------------------------------------------------------------------------------

local pictures, classes = make_scenes("train", options.train)
local test_pictures, test_classes = make_scenes("test", options.test)
local colours = torch.cat(torch.zeros(1, 3):float(), image.colormap(10):float(), 1)

local function coloured(answer)
  return colours:index(1, answer:contiguous():view(-1)):t():contiguous()
    :view(3, options.side, options.side)
end

local rows = { { "Scenes" }, { "What their pixels are" } }
for i = 1, math.min(8, options.test) do
  rows[1][i + 1], rows[2][i + 1] = { test_pictures[i] }, { coloured(test_classes[i]) }
end
local function show(name, answers)
  report(name, answers, test_classes)
  local row = { name }
  for i = 1, math.min(8, options.test) do row[i + 1] = { coloured(answers[i]) } end
  rows[#rows + 1] = row
end

local classifier, digits_unseen = train_classifier()
local everywhere = convolutional(classifier)
show_conversion(classifier, everywhere, digits_unseen, test_pictures[1])
report("no digit anywhere", test_classes:clone():fill(1), test_classes)
show("the classifier, where there is ink", named_by_windows(everywhere, test_pictures))
for skips in options.skips:gmatch("%d") do
  local model = train_network(tonumber(skips), pictures, classes)
  show(("a network with %d of 3 skips"):format(skips), answers_of(model, test_pictures))
end
sheet.save(options.out, "segmented.png", { tile = 2 * options.side, rows = rows })
