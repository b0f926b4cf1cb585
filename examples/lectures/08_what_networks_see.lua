-- What networks see: the filters of the first layer, the maps of activation of every layer, the
-- patches that excite a filter most with what a deconvnet projects back from them (Zeiler and
-- Fergus, 2013), and DeepDream. All with a small network that learns digits first; with
-- SqueezeNet's weights, photographs as well.
--
--   wick examples/lectures/08_what_networks_see.lua
--   wick examples/lectures/08_what_networks_see.lua --image ../shared/data/images/dog.jpg
local torch = require "torch"
local nn = require "nn"
local image = require "image"
local paths = require "paths"
local checkpoint = require "wick.checkpoint"
local files = require "wick.image"
local models = require "wick.models"
local digits = paths.dofile("../digits.lua")
local learn = paths.dofile("../learn.lua")
local sheet = paths.dofile("../sheet.lua")

local cmd = torch.CmdLine()
cmd:text("Filters, activations, deconvnet projections and dreams.")
cmd:option("-weights", "../shared/data/squeezenet/squeezenet1_0.safetensors", "of SqueezeNet")
cmd:option("-image", "", "a photograph; hills in the evening unless given")
cmd:option("-steps", 400, "of training on digits")
cmd:option("-dream", 10, "steps of dreaming at each size")
cmd:option("-side", 224, "the side of the dream")
cmd:option("-seed", 1, "of everything drawn")
cmd:option("-out", ".", "the folder for what is drawn")
local options = cmd:parse(arg)
torch.manualSeed(options.seed)

-- 1. A network that reads digits -----------------------------------------------------------------

local SIDE = 28
local model = nn.Sequential()
model:add(nn.SpatialConvolution{ 1, 32, kernel = 5, pad = 2, name = "conv1" }):add(nn.ReLU())
model:add(nn.SpatialMaxPooling(2, 2))
model:add(nn.SpatialConvolution{ 32, 32, kernel = 3, pad = 1, name = "conv2" }):add(nn.ReLU())
model:add(nn.SpatialMaxPooling(2, 2))
model:add(nn.SpatialConvolution{ 32, 48, kernel = 3, pad = 1, name = "conv3" }):add(nn.ReLU())
model:add(nn.View(48 * 7 * 7):setNumInputDims(3)):add(nn.Linear(48 * 7 * 7, 10))

local images, labels = digits.load("train", SIDE)
local test_images, test_labels = digits.load("test", SIDE)
local untrained = model:get(1).weight:detach():clone()
learn.train(model, images, labels, { steps = options.steps })
print(("A network of three convolutions: %.1f %% of the test digits")
  :format(learn.accuracy(model, test_images, test_labels)))

local function filters_row(heading, weight, first, last)
  local row = { heading }
  for i = first, last do row[#row + 1] = { weight[i][1], signed = true } end
  return row
end

local weight = model:get(1).weight:detach()
sheet.save(options.out, "first-filters.png", { title = "32 filters of 5 x 5", tile = 40, rows = {
  filters_row("Before training", untrained, 1, 16), filters_row(false, untrained, 17, 32),
  filters_row("After: edges and strokes", weight, 1, 16), filters_row(false, weight, 17, 32),
} })

-- 2. One filter, one activation map --------------------------------------------------------------

-- The outputs of all layers, from the image at 0 on.
local function activations(net, input)
  local outputs = { [0] = input }
  for i = 1, net:size() do outputs[i] = net:get(i):forward(outputs[i - 1]):clone() end
  return outputs
end

local function maps_row(heading, maps, count)
  local row = { heading }
  for i = 1, math.min(count, maps:size(1)) do row[i + 1] = { maps[i], stretch = true } end
  return row
end

local digit = test_images[6]
local outputs = activations(model, digit)
sheet.save(options.out, "activations.png", { title = "One filter, one map", tile = 56, rows = {
  { "The image", { digit } }, maps_row("conv1, ReLU: 28 x 28", outputs[2], 14),
  maps_row("conv2, ReLU: 14 x 14", outputs[5], 14), maps_row("conv3, ReLU: 7 x 7", outputs[8], 14),
} })

-- 3. Deconvnet: what in the image excited a filter -----------------------------------------------

-- Sends one activation back through the layers to the pixels: through the switches of a pooling,
-- through the transposed filters, and by ReLU only what is positive.
local function project(net, layer, seen, signal)
  for i = layer, 1, -1 do
    if torch.typename(net:get(i)) == "nn.ReLU" then
      signal = torch.cmax(signal, 0)
    else
      net:get(i):forward(seen[i - 1])
      signal = net:get(i):updateGradInput(seen[i - 1], signal):clone()
    end
  end
  return signal
end

-- The strongest place of a map in each image, and the images by it: { value, image, row, column }.
local function strongest(net, layer, map, pictures, count)
  local list, maps = {}, pictures
  for i = 1, layer do maps = net:get(i):forward(maps) end
  for n = 1, pictures:size(1) do
    local plane = maps[n][map]
    local value, place = plane:contiguous():view(-1):max(1)
    local at, width = place[1] - 1, plane:size(2)
    list[n] = { value = value[1], image = n, row = at // width + 1, column = at % width + 1 }
  end
  table.sort(list, function(a, b) return a.value > b.value end)
  return table.pack(table.unpack(list, 1, count))
end

-- The square of pixels around a place of a layer with maps `step` times smaller.
local function patch(picture, top, step, sees)
  local function first(at)
    return math.max(1, math.min(SIDE - sees + 1, (at - 1) * step + step // 2 + 1 - sees // 2))
  end
  return picture:narrow(2, first(top.row), sees):narrow(3, first(top.column), sees)
end

-- Layers by their ReLU, the pixels from one output to the next, and how many pixels one sees.
local views = { { "conv1", 2, 1, 5 }, { "conv2", 5, 2, 10 }, { "conv3", 8, 4, 20 } }
local pictures = images:narrow(1, 1, math.min(500, images:size(1)))

-- What a layer's filter saw at its strongest place in one image, in pixels.
local function project_strongest(layer, map, top)
  local seen = activations(model, pictures[top.image])
  local signal = seen[layer]:clone():zero()
  signal[map][top.row][top.column] = top.value
  return project(model, layer, seen, signal)
end

-- The patches of one filter beside their projections, or nil where nothing comes back: a filter
-- that its bias alone excites.
local function patches_row(view, map)
  local name, layer, step, sees = table.unpack(view)
  local row = { ("%s, filter %d: its top patches, and what it saw in them"):format(name, map) }
  for i, top in ipairs(strongest(model, layer, map, pictures, 6)) do
    local projection = project_strongest(layer, map, top)
    if torch.abs(projection):max() == 0 then return nil end
    row[2 * i] = { patch(pictures[top.image], top, step, sees) }
    row[2 * i + 1] = { patch(projection, top, step, sees), signed = true }
  end
  return row
end

local rows = {}
for i, view in ipairs(views) do
  local map = 0
  while #rows < 3 * i and map < 32 do
    map = map + 1
    rows[#rows + 1] = patches_row(view, map)
  end
end
sheet.save(options.out, "deconvnet.png", { title = "Top patches and projections", tile = 56,
  rows = rows })

-- 4. Dreams --------------------------------------------------------------------------------------

-- One step uphill: the picture changes so that the layer says louder what it already says. The
-- gradient is that of half the sum of squares; its size is taken out, its direction kept.
local function climb(features, picture, rate)
  local x = picture:clone():requiresGrad()
  local loud = torch.pow(features(x), 2):mean()
  local gradient = torch.grad(loud, x)
  return picture + gradient * (rate / math.max(torch.abs(gradient):mean(), 1e-12))
end

-- What leaves on one side comes in on the other.
local function rolled(picture, by, dimension)
  local size = picture:size(dimension)
  by = by % size
  if by == 0 then return picture end
  return torch.cat(picture:narrow(dimension, size - by + 1, by),
    picture:narrow(dimension, 1, size - by), dimension)
end

-- From small to large: what was dreamt at one size is kept at the next. The picture is shifted a
-- little before each step, so that no grid appears.
local function dream(features, base, sizes, steps, rate, low, high)
  local picture
  for i, side in ipairs(sizes) do
    local now = image.scale(base, side, side)
    if i == 1 then
      picture = now
    else
      local coarse = image.scale(image.scale(base, sizes[i - 1], sizes[i - 1]), side, side)
      picture = image.scale(picture, side, side) + (now - coarse)
    end
    for _ = 1, steps do
      local right, down = torch.random(-8, 8), torch.random(-8, 8)
      local moved = climb(features, rolled(rolled(picture, down, 2), right, 3), rate)
      picture = rolled(rolled(moved, -down, 2), -right, 3):clamp(low, high)
    end
  end
  return picture
end

-- Of the small network: from grey, the digits that it would call a perfect 0, 1, 2, ...
local soft = torch.FloatTensor{ { 1, 2, 1 }, { 2, 12, 2 }, { 1, 2, 1 } } / 24

local function ideal(class)
  local picture = torch.FloatTensor(1, SIDE, SIDE):fill(0.2)
  for _ = 1, 60 do
    local x = picture:clone():requiresGrad()
    local score = model(x:view(1, 1, SIDE, SIDE)):view(-1)
    local gradient = torch.grad(score[class] - score:mean(), x)
    picture = picture + gradient * (0.02 / math.max(torch.abs(gradient):mean(), 1e-12))
    picture = image.convolve(picture, soft, "same"):clamp(0, 1)
  end
  return picture
end

local ideals, certain = { "What the network would like to see for 0 to 9" }, 0
for class = 1, 10 do
  local picture = ideal(class)
  local answer = learn.answers(model, picture:view(1, 1, SIDE, SIDE))[1]
  if answer == class then certain = certain + 1 end
  ideals[class + 1] = { picture }
end
print(("  it takes %d of its 10 dreams for the digit they began from"):format(certain))
sheet.save(options.out, "ideal-digits.png", { tile = 72, rows = { ideals } })

-- 5. The same with SqueezeNet --------------------------------------------------------------------

if not paths.filep(options.weights) then
  print("SqueezeNet: there is no " .. options.weights .. "; --weights says where its weights are")
  return
end

local net = models.squeezenet()
checkpoint.load(options.weights, { model = net })
net:evaluate()

-- BGR from 0 to 255 less the mean colour, as the weights want it; and back.
local MEAN = torch.FloatTensor{ 104, 117, 123 }:view(3, 1, 1)
local BACKWARD = torch.LongTensor{ 3, 2, 1 }
local function to_net(picture)
  return picture:index(1, BACKWARD) * 255 - MEAN:expandAs(picture)
end
local function from_net(picture)
  return ((picture + MEAN:expandAs(picture)) / 255):clamp(0, 1):index(1, BACKWARD)
end

local photograph = options.image ~= "" and files.load(options.image, 3) or image.lena()
photograph = image.crop(image.scale(photograph:float(), "^" .. options.side), "c", options.side,
  options.side)

local first = net:get(1).weight:detach()
rows = {}
for line = 0, 5 do
  rows[line + 1] = { line == 0 and "SqueezeNet: 96 filters of 7 x 7, learned from photographs" }
  for i = 1, 16 do
    rows[line + 1][i + 1] = { first[line * 16 + i]:index(1, BACKWARD), stretch = true }
  end
end
sheet.save(options.out, "squeezenet-filters.png", { tile = 40, rows = rows })

local x = to_net(photograph)
rows = { { "The image", { photograph } } }
for i, name in pairs{ [2] = "conv1", [5] = "fire3", [8] = "fire5", [11] = "fire8" } do
  local maps = x:view(1, 3, options.side, options.side)
  for place = 1, i do maps = net:get(place):forward(maps) end
  local heading = ("%s: %d x %d"):format(name, maps:size(4), maps:size(3))
  local row = maps_row(heading, maps[1]:clone(), 10)
  row.depth = i
  rows[#rows + 1] = row
end
table.sort(rows, function(a, b) return (a.depth or 0) < (b.depth or 0) end)
sheet.save(options.out, "squeezenet-maps.png", { title = "A photograph", tile = 88, rows = rows })

local function features_until(place)
  return function(picture)
    local maps = picture:view(1, 3, picture:size(2), picture:size(3))
    for i = 1, place do maps = net:get(i)(maps) end
    return maps
  end
end

local sizes = { options.side * 5 // 10, options.side * 7 // 10, options.side }
rows = { { "From shallow to deep layers: textures, then parts of things",
  { photograph, "the image" } } }
for _, entry in ipairs{ { "fire3", 5 }, { "fire5", 8 }, { "fire8", 11 } } do
  local dreamt = dream(features_until(entry[2]), x, sizes, options.dream, 2.5, -124, 152)
  table.insert(rows[1], { from_net(dreamt), entry[1] })
end
sheet.save(options.out, "dream.png", { title = "DeepDream", tile = options.side, rows = rows })
