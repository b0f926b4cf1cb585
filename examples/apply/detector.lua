-- A classifier turned into a detector. A network tells 16 x 16 windows of digits from windows of
-- anything else; made of convolutions throughout, it looks at all windows of a picture at once. It
-- does so on a pyramid of smaller and smaller pictures, to find digits of any size; of windows that
-- found the same thing only the best stays (non-maximum suppression).
--
--   wick examples/apply/detector.lua
--   wick examples/apply/detector.lua --digits 20 --side 320
local torch = require "torch"
local nn = require "nn"
local image = require "image"
local paths = require "paths"
local files = require "wick.image"
local digits = paths.dofile("../digits.lua")
local learn = paths.dofile("../learn.lua")
local sheet = paths.dofile("../sheet.lua")

local cmd = torch.CmdLine()
cmd:text("Finds digits in a scene: sliding windows, an image pyramid, non-maximum suppression.")
cmd:option("-side", 224, "of the scene")
cmd:option("-digits", 12, "how many are put there, at most")
cmd:option("-scenes", 3, "how many scenes are searched")
cmd:option("-train", 1000, "scenes to learn from")
cmd:option("-steps", 4000, "of training")
cmd:option("-certain", 0.9, "the least probability of what is found")
cmd:option("-support", 6, "how many windows have to find the same thing")
cmd:option("-seed", 1, "of everything drawn")
cmd:option("-out", ".", "the folder for what is drawn")
local options = cmd:parse(arg)
torch.manualSeed(options.seed)

local WINDOW, STEP, SHRINK, NOTHING = 16, 2, 1.15, 11
local SMALLEST, LARGEST = 16, 48

-- Scenes with known digits -----------------------------------------------------------------------

local function area(box)
  return math.max(0, box[3] - box[1]) * math.max(0, box[4] - box[2])
end

-- How much two boxes {left, top, right, bottom} share: their intersection by their union, or by the
-- smaller of them, which is 1 for a box within another.
local function overlap(a, b, by_smaller)
  local left, top = math.max(a[1], b[1]), math.max(a[2], b[2])
  local right, bottom = math.min(a[3], b[3]), math.min(a[4], b[4])
  if left >= right or top >= bottom then return 0 end
  local shared = area{ left, top, right, bottom }
  return shared / (by_smaller and math.min(area(a), area(b)) or area(a) + area(b) - shared)
end

local function is_free(box, boxes)
  for _, other in ipairs(boxes) do
    if overlap(box, other) > 0 then return false end
  end
  return true
end

-- A noisy picture of 1 x side x side with digits in it, and their boxes with a label each.
local function compose(images, labels, side, count)
  local scene, boxes = torch.zeros(1, side, side), {}
  for _ = 1, count * 4 do
    local size = torch.random(SMALLEST, math.min(LARGEST, side // 2))
    local left, top = torch.random(0, side - size), torch.random(0, side - size)
    local box = { left, top, left + size, top + size }
    if #boxes < count and is_free(box, boxes) then
      local n = torch.random(1, images:size(1))
      box.label = labels[n]
      scene:narrow(2, top + 1, size):narrow(3, left + 1, size)
        :copy(files.resize(images[n], size, size):clamp(0, 1))
      boxes[#boxes + 1] = box
    end
  end
  return (scene + torch.randn(scene:size()) * 0.06):clamp(0, 1), boxes
end

-- Windows to learn from --------------------------------------------------------------------------

local function window_of(scene, left, top, size)
  local part = scene:narrow(2, top + 1, size):narrow(3, left + 1, size)
  return files.resize(part:contiguous(), WINDOW, WINDOW)
end

local function within(value, scene, size)
  return math.max(0, math.min(scene:size(2) - size, math.floor(value + 0.5)))
end

-- Windows of one scene: each digit a little shifted and too large or small; and as many windows
-- anywhere, most of them beside digits, which are no digit unless they cover one.
local function add_windows(list, scene, boxes)
  local function add(left, top, size, label)
    list[#list + 1] = { window_of(scene, left, top, size), label }
  end
  for _, box in ipairs(boxes) do
    local size = box[3] - box[1]
    for _ = 1, 2 do
      local near = math.min(math.floor(size * torch.uniform(0.92, 1.15)), scene:size(2))
      local shift = (size - near) / 2
      add(within(box[1] + shift + size * torch.uniform(-0.08, 0.08), scene, near),
        within(box[2] + shift + size * torch.uniform(-0.08, 0.08), scene, near), near, box.label)
    end
    for _ = 1, 5 do
      local other = math.floor(size * math.exp(torch.uniform(-0.8, 0.8)))
      other = math.max(8, math.min(other, scene:size(2)))
      local middle = (size - other) / 2
      local left = within(box[1] + middle + size * torch.uniform(-0.9, 0.9), scene, other)
      local top = within(box[2] + middle + size * torch.uniform(-0.9, 0.9), scene, other)
      if overlap({ left, top, left + other, top + other }, box) < 0.5 then
        add(left, top, other, NOTHING)
      end
    end
  end
end

local function make_windows(images, labels, scenes)
  local list = {}
  for _ = 1, scenes do add_windows(list, compose(images, labels, 128, 6)) end
  local windows, classes = torch.Tensor(#list, 1, WINDOW, WINDOW), torch.LongTensor(#list)
  for i, entry in ipairs(list) do
    windows[i]:copy(entry[1])
    classes[i] = entry[2]
  end
  return windows, classes
end

-- The network ------------------------------------------------------------------------------------

-- No layer knows the size of the picture: a window gives 11 x 1 x 1, a larger picture a map of
-- answers, one every STEP pixels.
local model = nn.Sequential()
model:add(nn.SpatialConvolution(1, 16, 3, 3, 1, 1, 1, 1)):add(nn.ReLU())
model:add(nn.SpatialMaxPooling(2, 2))
model:add(nn.SpatialConvolution(16, 24, 3, 3, 1, 1, 1, 1)):add(nn.ReLU())
model:add(nn.SpatialConvolution(24, 64, WINDOW // STEP, WINDOW // STEP)):add(nn.ReLU())
model:add(nn.SpatialConvolution(64, 11, 1, 1))

local images, labels = digits.load("train", WINDOW)
local windows, classes = make_windows(images, labels, options.train)
local classifier = nn.Sequential():add(model):add(nn.View(11):setNumInputDims(3))
learn.train(classifier, windows, classes, { steps = options.steps })
local test_images, test_labels = digits.load("test", WINDOW)
local unseen, unseen_classes = make_windows(test_images, test_labels, 40)
print(("windows it has not seen: %.1f %% right"):format(
  learn.accuracy(classifier, unseen, unseen_classes)))

-- Searching --------------------------------------------------------------------------------------

-- Everything that one level of the pyramid takes for a digit, in pixels of the scene.
local function search_level(level, scale, found)
  local scores = model:forward(level:view(1, 1, level:size(2), level:size(3)))
  local best, label = torch.softMax(scores)[1]:narrow(1, 1, 10):max(1)
  for _, place in ipairs(best[1]:ge(options.certain):nonzero():totable()) do
    local row, column = table.unpack(place)
    local left, top = (column - 1) * STEP * scale, (row - 1) * STEP * scale
    found[#found + 1] = { left, top, left + WINDOW * scale, top + WINDOW * scale,
      label = label[1][row][column], certainty = best[1][row][column] }
  end
end

-- The mean of the windows that found the same thing as one of them, the certain ones more.
local function refined(box, found)
  local sums, weight, support = { 0, 0, 0, 0 }, 0, 0
  for _, other in ipairs(found) do
    if overlap(box, other) > 0.4 then
      for i = 1, 4 do sums[i] = sums[i] + other[i] * other.certainty end
      weight, support = weight + other.certainty, support + 1
    end
  end
  return { sums[1] / weight, sums[2] / weight, sums[3] / weight, sums[4] / weight,
    support = support }
end

-- Keeps the most certain of those that overlap.
local function suppress(found)
  table.sort(found, function(a, b) return a.certainty > b.certainty end)
  local kept = {}
  for _, box in ipairs(found) do
    local is_new = true
    for _, other in ipairs(kept) do
      if overlap(box, other, true) > 0.4 then is_new = false end
    end
    if is_new then kept[#kept + 1] = box end
  end
  for i, box in ipairs(kept) do kept[i] = refined(box, found) end
  return kept
end

-- A digit is seen by many windows; what few saw is none. The window at the mean box names it.
local function name(scene, boxes)
  local kept = {}
  for _, box in ipairs(boxes) do
    local size = math.floor(box[3] - box[1] + 0.5)
    local window = window_of(scene, within(box[1], scene, size), within(box[2], scene, size), size)
    local scores = classifier:forward(window:view(1, 1, WINDOW, WINDOW))
    local _, label = scores:narrow(2, 1, 10):max(2)
    box.label = label[1][1]
    if box.support >= options.support then kept[#kept + 1] = box end
  end
  return kept
end

local function detect(scene)
  local found, windows_seen, scale = {}, 0, 1
  while scale * WINDOW <= LARGEST * 1.1 do
    local side = math.floor(scene:size(2) / scale)
    search_level(files.resize(scene, side, side), scene:size(2) / side, found)
    windows_seen = windows_seen + ((side - WINDOW) // STEP + 1) ^ 2
    scale = scale * SHRINK
  end
  return name(scene, suppress(found)), #found, windows_seen
end

-- How many of the known digits were found, how many with the right name, and what else was.
local function compare(boxes, found)
  local hits, right, wrong = 0, 0, #found
  for _, box in ipairs(boxes) do
    for _, other in ipairs(found) do
      if overlap(box, other) > 0.4 then
        hits, wrong = hits + 1, wrong - 1
        if box.label == other.label then right = right + 1 end
        break
      end
    end
  end
  return hits, right, wrong
end

-- Scenes of digits that it has not seen ----------------------------------------------------------

local function drawn(scene, found)
  local picture = (scene:expand(3, scene:size(2), scene:size(3)) * 255):byte()
  picture = files.resize(picture, 2 * scene:size(2), 2 * scene:size(3), { filter = "nearest" })
  local last = picture:size(2)
  for _, box in ipairs(found) do
    local left, top = math.max(1, 2 * box[1] // 1), math.max(1, 2 * box[2] // 1)
    picture = image.drawRect(picture, left, top, math.min(last, 2 * box[3] // 1),
      math.min(last, 2 * box[4] // 1), { color = { 255, 190, 40 }, lineWidth = 2 })
    picture = image.drawText(picture, ("%d"):format(box.label - 1), left + 4, top + 4,
      { color = { 120, 220, 120 }, size = 2 })
  end
  return picture
end

local total, hits, right, wrong, row = 0, 0, 0, 0, { "Boxes and names are the network's" }
for n = 1, options.scenes do
  local scene, boxes = compose(test_images, test_labels, options.side, options.digits)
  local found, before, seen = detect(scene)
  local hit, named, other = compare(boxes, found)
  print(("scene %d: %d windows, %d say a digit, %d boxes remain; %d of %d digits found")
    :format(n, seen, before, #found, hit, #boxes))
  total, hits, right, wrong = total + #boxes, hits + hit, right + named, wrong + other
  if n <= 3 then row[n + 1] = { drawn(scene, found) } end
end
print(("%d of %d digits found, %d with the right name, and %d things that are no digits")
  :format(hits, total, right, wrong))
sheet.save(options.out, "detected.png", { tile = 2 * options.side, rows = { row } })
