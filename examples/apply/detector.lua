-- A classifier turned into a detector. A network tells windows with a digit in the middle from
-- windows of anything else; made of convolutions throughout, it looks at all windows of a picture
-- at once. It does so on a pyramid of smaller and smaller pictures, to find digits of any size; of
-- windows that found the same thing one stays (non-maximum suppression), and all of them vote on
-- its name. What it takes for digits wrongly, in scenes to learn from, it learns from once more.
--
--   wick examples/apply/detector.lua
--   wick examples/apply/detector.lua --digits 20 --side 320
local torch = require "torch"
local nn = require "nn"
local image = require "image"
local paths = require "paths"
local data = require "wick.data"
local files = require "wick.image"
local digits = paths.dofile("../digits.lua")
local learn = paths.dofile("../learn.lua")
local scenes = paths.dofile("../scenes.lua")
local sheet = paths.dofile("../sheet.lua")

local cmd = torch.CmdLine()
cmd:text("Finds digits in a scene: sliding windows, an image pyramid, non-maximum suppression.")
cmd:option("-side", 224, "of the scene")
cmd:option("-digits", 12, "how many are put there, at most")
cmd:option("-scenes", 3, "how many scenes are searched")
cmd:option("-train", 600, "scenes to learn from")
cmd:option("-hard", 60, "scenes searched for mistakes to learn from")
cmd:option("-steps", 3000, "of training; half of them after the search for mistakes")
cmd:option("-certain", 0.8, "the least probability of what is found")
cmd:option("-support", 4, "how many windows have to find the same thing")
cmd:option("-seed", 1, "of everything drawn")
cmd:option("-out", ".", "the folder for what is drawn")
local options = cmd:parse(arg)
torch.manualSeed(options.seed)

-- Windows show a digit of DIGIT pixels and what is around it.
local WINDOW, DIGIT, STEP, SHRINK, NOTHING = 24, 16, 2, 1.15, 11
local AROUND = (WINDOW - DIGIT) // 2
local SMALLEST, LARGEST = 16, 48
local overlap = scenes.overlap

local function compose(images, labels, side, count)
  return scenes.compose(images, labels, { side = side, digits = count, smallest = SMALLEST,
    largest = LARGEST })
end

-- Windows to learn from --------------------------------------------------------------------------

-- The window around a box; there is nothing beyond the scene.
local function window_of(scene, box)
  local size = box[3] - box[1]
  local border = size * AROUND / DIGIT
  local whole = math.floor(size + 2 * border + 0.5)
  local x, y = math.floor(box[1] - border + 0.5), math.floor(box[2] - border + 0.5)
  local window, side = torch.zeros(1, whole, whole):float(), scene:size(2)
  local left, top = math.max(x, 0), math.max(y, 0)
  local width, height = math.min(x + whole, side) - left, math.min(y + whole, side) - top
  if width > 0 and height > 0 then
    window:narrow(2, top - y + 1, height):narrow(3, left - x + 1, width)
      :copy(scene:narrow(2, top + 1, height):narrow(3, left + 1, width))
  end
  return files.resize(window, WINDOW, WINDOW)
end

-- A box that is moved by a share of its size and scaled.
local function near(box, right, down, scale)
  local size = box[3] - box[1]
  local x = (box[1] + box[3]) / 2 + right * size
  local y = (box[2] + box[4]) / 2 + down * size
  local half = size * scale / 2
  return { x - half, y - half, x + half, y + half }
end

-- The digit of which a box is close enough a view, if any; whether it is close to some.
local function seen_in(box, boxes)
  local best, most = nil, 0
  for _, other in ipairs(boxes) do
    local shared = overlap(box, other)
    if shared > most then best, most = other, shared end
  end
  return most > 0.65 and best or nil, most > 0.45
end

-- As others might have written it.
local rewrite = data.pipeline{ { "Rotate", 12 }, { "Shear", 10 }, { "Gamma", { 0.7, 1.4 } } }

-- Windows of one scene: each digit a little turned, shifted and too large or small; and others
-- beside it, within it and around it, which are no digit. Those between are left out.
local function add_windows(list, scene, boxes)
  for _, box in ipairs(boxes) do
    for _ = 1, 3 do
      local view = near(box, torch.uniform(-0.1, 0.1), torch.uniform(-0.1, 0.1),
        math.exp(torch.uniform(-0.12, 0.12)))
      list[#list + 1] = { rewrite(window_of(scene, view), #list), box.label }
    end
    for _ = 1, 5 do
      local view = near(box, torch.uniform(-1, 1), torch.uniform(-1, 1),
        math.exp(torch.uniform(-0.9, 0.9)))
      local _, close = seen_in(view, boxes)
      if not close then list[#list + 1] = { window_of(scene, view), NOTHING } end
    end
  end
end

-- Thousands of small tensors, which Lua would go through again and again, as two large ones.
local function as_tensors(list)
  local windows, classes = torch.FloatTensor(#list, 1, WINDOW, WINDOW), torch.LongTensor(#list)
  for i, entry in ipairs(list) do
    windows[i]:copy(entry[1])
    classes[i] = entry[2]
  end
  return windows, classes
end

local function make_windows(images, labels, count)
  local list = {}
  for _ = 1, count do add_windows(list, compose(images, labels, 128, 6)) end
  return as_tensors(list)
end

-- The network ------------------------------------------------------------------------------------

-- No layer knows the size of the picture: a window gives 11 x 1 x 1, a larger picture a map of
-- answers, one every STEP pixels.
local model = nn.Sequential()
model:add(nn.SpatialConvolution(1, 16, 3, 3, 1, 1, 1, 1)):add(nn.ReLU())
model:add(nn.SpatialMaxPooling(STEP, STEP))
model:add(nn.SpatialConvolution(16, 32, 3, 3, 1, 1, 1, 1)):add(nn.ReLU())
model:add(nn.SpatialConvolution(32, 64, WINDOW // STEP, WINDOW // STEP)):add(nn.ReLU())
model:add(nn.Dropout(0.3)):add(nn.SpatialConvolution(64, 11, 1, 1))

-- Searching --------------------------------------------------------------------------------------

-- Everything that one level of the pyramid takes for a digit: boxes in pixels of the scene, with
-- the probabilities of all classes.
local function search_level(level, scale, found)
  local padded = nn.SpatialZeroPadding(AROUND, AROUND, AROUND, AROUND):forward(level)
  local scores = model:forward(padded:view(1, 1, padded:size(2), padded:size(3)))
  local certainties = torch.softMax(scores)[1]
  local sure = (1 - certainties[NOTHING]):ge(options.certain):nonzero()
  for _, spot in ipairs(sure:dim() > 0 and sure:totable() or {}) do
    local row, column = table.unpack(spot)
    local left, top = (column - 1) * STEP * scale, (row - 1) * STEP * scale
    local box = { left, top, left + DIGIT * scale, top + DIGIT * scale }
    box.classes = certainties:narrow(1, 1, 10):select(2, row):select(2, column):clone()
    box.certainty = box.classes:sum()
    found[#found + 1] = box
  end
  return certainties:size(2) * certainties:size(3)
end

-- All boxes in a scene, and how many windows were seen for that.
local function search(scene)
  local found, windows_seen, scale = {}, 0, 1
  while scale * DIGIT <= LARGEST * 1.1 do
    local side = math.floor(scene:size(2) / scale)
    windows_seen = windows_seen
      + search_level(files.resize(scene, side, side), scene:size(2) / side, found)
    scale = scale * SHRINK
  end
  return found, windows_seen
end

-- What all boxes that found the same thing as one of them say: the mean place, each counted by its
-- certainty; how many they are; and the name with most votes of those that see it best.
local function together(box, found)
  local mean, support, votes = { 0, 0, 0, 0 }, 0, box.classes:clone()
  for _, other in ipairs(found) do
    if overlap(box, other) > 0.5 then
      for i = 1, 4 do mean[i] = mean[i] + other[i] * other.certainty end
      support = support + other.certainty
    end
  end
  for i = 1, 4 do mean[i] = mean[i] / support end
  for _, other in ipairs(found) do
    if overlap(mean, other) > 0.7 then votes:add(other.classes) end
  end
  local _, label = votes:max(1)
  mean.support, mean.label = support, label[1]
  return mean
end

-- Keeps the best supported of those that overlap; what few windows saw is no digit.
local function suppress(found)
  local candidates, kept = {}, {}
  for i, box in ipairs(found) do candidates[i] = together(box, found) end
  table.sort(candidates, function(a, b) return a.support > b.support end)
  for _, box in ipairs(candidates) do
    local is_new = box.support >= options.support
    for _, other in ipairs(kept) do
      is_new = is_new and overlap(box, other, true) < 0.35
    end
    if is_new then kept[#kept + 1] = box end
  end
  return kept
end

local function detect(scene)
  local found, windows_seen = search(scene)
  return suppress(found), #found, windows_seen
end

-- Learning ---------------------------------------------------------------------------------------

-- Windows that it takes for digits in scenes to learn from and that are none, and digits by their
-- right names that it gives wrong ones.
local function find_mistakes(images, labels)
  local list = {}
  for _ = 1, options.hard do
    local scene, boxes = compose(images, labels, 128, 6)
    for _, box in ipairs((search(scene))) do
      local digit, close = seen_in(box, boxes)
      local _, label = box.classes:max(1)
      if digit and label[1] ~= digit.label then
        list[#list + 1] = { window_of(scene, box), digit.label }
      elseif not close then
        list[#list + 1] = { window_of(scene, box), NOTHING }
      end
    end
  end
  return list
end

local function with_mistakes(windows, classes, images, labels)
  local list = find_mistakes(images, labels)
  print(("%d windows to learn from, and %d more of its mistakes"):format(windows:size(1), #list))
  if #list == 0 then return windows, classes end
  local more, more_classes = as_tensors(list)
  return torch.cat(windows, more, 1), torch.cat(classes, more_classes, 1)
end

local images, labels = digits.load("train", DIGIT)
local classifier = nn.Sequential():add(model):add(nn.View(11):setNumInputDims(3))
local windows, classes = make_windows(images, labels, options.train)
learn.train(classifier, windows, classes, { steps = options.steps // 2 })
windows, classes = with_mistakes(windows, classes, images, labels)
learn.train(classifier, windows, classes, { steps = options.steps // 2, rate = 0.001 })

local test_images, test_labels = digits.load("test", DIGIT)
local unseen, unseen_classes = make_windows(test_images, test_labels, 40)
print(("windows it has not seen: %.1f %% right"):format(
  learn.accuracy(classifier, unseen, unseen_classes)))

-- Scenes of digits that it has not seen ----------------------------------------------------------

-- How many of the known digits were found, how many with the right name, and what else was.
local function compare(boxes, found)
  local hits, right, wrong = 0, 0, #found
  for _, box in ipairs(boxes) do
    for _, other in ipairs(found) do
      if overlap(box, other) > 0.5 then
        hits, wrong = hits + 1, wrong - 1
        if box.label == other.label then right = right + 1 end
        break
      end
    end
  end
  return hits, right, wrong
end

-- How many digits it names right that somebody else has found: more than that it cannot.
local function named_in_place(scene, boxes)
  local right = 0
  for _, box in ipairs(boxes) do
    local scores = classifier:forward(window_of(scene, box):view(1, 1, WINDOW, WINDOW))
    local _, label = scores:narrow(2, 1, 10):max(2)
    if label[1][1] == box.label then right = right + 1 end
  end
  return right
end

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

local total, hits, right, wrong, in_place = 0, 0, 0, 0, 0
local row = { "Boxes and names are the network's" }
for n = 1, options.scenes do
  local scene, boxes = compose(test_images, test_labels, options.side, options.digits)
  local found, before_suppression, seen = detect(scene)
  local hit, named, other = compare(boxes, found)
  print(("scene %d: %d windows, %d say a digit, %d boxes remain; %d of %d digits found")
    :format(n, seen, before_suppression, #found, hit, #boxes))
  total, hits, right, wrong = total + #boxes, hits + hit, right + named, wrong + other
  in_place = in_place + named_in_place(scene, boxes)
  if n <= 3 then row[n + 1] = { drawn(scene, found) } end
end
print(("%d of %d digits found, %d with the right name, and %d things that are no digits")
  :format(hits, total, right, wrong))
print(("shown where the digits are, the network names %d right"):format(in_place))
sheet.save(options.out, "detected.png", { tile = 2 * options.side, rows = { row } })
