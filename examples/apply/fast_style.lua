-- Style transfer in one pass (Johnson, Alahi, Fei-Fei, "Perceptual losses for real-time style
-- transfer and super-resolution", 2016): a network learns to repaint photographs in one style, for
-- the same loss that style.lua takes the pixels of one picture downhill by. It takes minutes, once;
-- then every picture takes a fraction of a second. Both ways are compared in the end.
--
--   wick examples/apply/fast_style.lua --data hymenoptera/train --model scream.safetensors
--   wick examples/apply/fast_style.lua --model scream.safetensors --content a.jpg,b.jpg
--
-- The folder has photographs in folders. The second line finds the network trained by the first.
local torch = require "torch"
local nn = require "nn"
local optim = require "optim"
local image = require "image"
local paths = require "paths"
local checkpoint = require "wick.checkpoint"
local data = require "wick.data"
local system = require "wick.system"
local perceptual = paths.dofile("../perceptual.lua")
local sheet = paths.dofile("../sheet.lua")

local IMAGES = "../shared/data/images/"
local cmd = torch.CmdLine()
cmd:text("Trains a network that repaints photographs in one style, and compares it with descent.")
cmd:option("-data", "", "photographs to learn from; without it, parts of one that comes along")
cmd:option("-model", "", "where the network is; unless it is there, it is trained and saved there")
cmd:option("-content", IMAGES .. "person.jpg," .. IMAGES .. "dog.jpg", "photographs; or: hills")
cmd:option("-style", IMAGES .. "scream.jpg", "what they are to look like; or: marble")
cmd:option("-weights", "../shared/data/squeezenet/squeezenet1_0.safetensors",
  "of SqueezeNet; or: random")
cmd:option("-side", 320, "the longer side of the results and of the style")
cmd:option("-crop", 112, "the side of what it learns from")
cmd:option("-steps", 700, "of training")
cmd:option("-batch", 4, "pictures a step")
cmd:option("-rate", 0.003, "the highest learning rate")
cmd:option("-descent", 100, "steps at each of two sizes of the way without a network; 0: not done")
cmd:option("-styled", 2, "what style weighs; content weighs 1")
cmd:option("-smooth", 2, "what differences of neighbouring pixels weigh")
cmd:option("-channels", 16, "of the network's first layer")
cmd:option("-width", 1, "of a random SqueezeNet")
cmd:option("-seed", 1, "of everything drawn")
cmd:option("-out", ".", "the folder for what is drawn")
local options = cmd:parse(arg)
torch.manualSeed(options.seed)

local contents = {}
for path in options.content:gmatch("[^,]+") do contents[#contents + 1] = path end
for _, path in ipairs{ options.style, options.weights, table.unpack(contents) } do
  if path:find("%.") and not paths.filep(path) then
    print(("there is no %s; --content, --style and --weights say where they are"):format(path))
    return
  end
end

-- The network that paints ------------------------------------------------------------------------

-- A convolution that keeps the size (over the stride); borders are mirrored.
local function convolution(from, to, kernel, stride)
  local pad = kernel // 2
  return nn.Sequential():add(nn.SpatialReflectionPadding(pad, pad, pad, pad))
    :add(nn.SpatialConvolution{ from, to, kernel = kernel, stride = stride or 1 })
end

local function stage(from, to, kernel, stride)
  return convolution(from, to, kernel, stride):add(nn.InstanceNormalization(to)):add(nn.ReLU(true))
end

-- What a block adds to its input.
local function residual(channels)
  local added = stage(channels, channels, 3):add(convolution(channels, channels, 3))
    :add(nn.InstanceNormalization(channels))
  return nn.Sequential():add(nn.ConcatTable():add(nn.Identity()):add(added)):add(nn.CAddTable())
end

-- Down to a quarter of the size, where most of the work is done, and up again.
local function painter(channels)
  local model = nn.Sequential():add(stage(3, channels, 9))
    :add(stage(channels, 2 * channels, 3, 2)):add(stage(2 * channels, 4 * channels, 3, 2))
  for _ = 1, 4 do model:add(residual(4 * channels)) end
  for _, from in ipairs{ 4 * channels, 2 * channels } do
    model:add(nn.SpatialUpSamplingNearest(2)):add(stage(from, from // 2, 3))
  end
  return model:add(convolution(channels, 3, 9)):add(nn.Sigmoid())
end

-- Learning ---------------------------------------------------------------------------------------

local function photographs()
  local set
  if options.data ~= "" then
    set = data.imageFolder(options.data)
  else
    local hills = (image.lena() * 255):byte()
    set = data.tensors{ input = hills:view(1, 3, hills:size(2), hills:size(3))
      :repeatTensor(options.batch, 1, 1, 1) }
  end
  local short = options.crop * 3 // 2
  return data.loader{ set, batchSize = options.batch, shuffle = true, seed = options.seed,
    dropLast = true, atLeast = short,
    pipeline = { { "Resize", short }, { "RandomCrop", options.crop }, { "HFlip" }, "ToFloat" } }
end

-- Batches without end.
local function endless(loader)
  return coroutine.wrap(function()
    for epoch = 1, math.huge do
      for batch in loader:epoch(epoch) do coroutine.yield(batch.input) end
    end
  end)
end

local function train(model, net, criterion)
  local parameters, gradients = model:getParameters()
  local state, rate = {}, optim.schedule.cosine(options.rate)
  local next_pictures, sum, began = endless(photographs()), 0, system.clock()
  for step = 1, options.steps do
    local pictures = next_pictures()
    state.learningRate = rate((step - 1) / options.steps)
    local _, losses = optim.adam(function()
      gradients:zero()
      local loss = criterion(model(pictures), perceptual.content(net, pictures))
      loss:backward()
      return loss:item(), gradients
    end, parameters, state)
    if step == 1 then print(("before any step: loss %.3f"):format(losses[1])) end
    sum = sum + losses[1]
    if step % 50 == 0 then
      print(("step %d: loss %.3f, %.0f s"):format(step, sum / 50, system.clock() - began))
      sum = 0
    end
  end
end

local net = perceptual.network(options.weights ~= "random" and options.weights, options.width)
local weights = { content = 1, style = options.styled, smooth = options.smooth }
local style = perceptual.picture(options.style, options.side)
local criterion = perceptual.criterion(net, style, weights)
local model = painter(options.channels)
if options.model ~= "" and paths.filep(options.model) then
  checkpoint.load(options.model, { model = model })
else
  train(model, net, criterion)
  if options.model ~= "" then checkpoint.save(options.model, { model = model }) end
end
model:evaluate()

-- Both ways --------------------------------------------------------------------------------------

-- What the network, or descent, makes of a picture, and in how many seconds.
local function timed(paint, picture)
  local began = system.clock()
  local result = paint(picture)
  return result, system.clock() - began
end

-- The network quarters sizes; so both ways get such that it can.
local function whole_quarters(picture)
  local height, width = picture:size(3) // 4 * 4, picture:size(4) // 4 * 4
  return picture:narrow(3, 1, height):narrow(4, 1, width):contiguous()
end

local function loss_of(picture, content)
  return torch.noGrad(function()
    return criterion(picture, perceptual.content(net, content))
  end)
end

local ways = { { "one pass", function(picture) return model:forward(picture):clone() end } }
if options.descent > 0 then
  ways[2] = { ("%d steps of descent"):format(2 * options.descent), function(picture)
    return perceptual.paint(net, picture, style, { weights = weights, steps = options.descent })
  end }
end
local rows = { { false, { style[1], "the style" } } }
for i, path in ipairs(contents) do
  local content = whole_quarters(perceptual.picture(path, options.side))
  rows[i + 1] = { false, { content[1], "the photograph" } }
  print(("%s: loss %.3f"):format(paths.basename(path), loss_of(content, content)))
  for _, way in ipairs(ways) do
    local result, seconds = timed(way[2], content)
    print(("  %s: loss %.3f, %.2f s"):format(way[1], loss_of(result, content), seconds))
    table.insert(rows[i + 1], { result[1], ("%s: %.2f s"):format(way[1], seconds) })
  end
end
sheet.save(options.out, "fast-style.png", { tile = options.side, rows = rows })
