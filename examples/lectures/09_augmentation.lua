-- Augmentation: what does not change the answer is changed at random, afresh in every epoch, so
-- that a small set looks like a large one. Here: the same images, network and number of steps, with
-- and without; and sheets of what the network sees. examples/apply/augment.lua draws all stages.
--
--   wick examples/lectures/09_augmentation.lua
--   wick examples/lectures/09_augmentation.lua --images 100 --steps 1200
local torch = require "torch"
local image = require "image"
local paths = require "paths"
local data = require "wick.data"
local digits = paths.dofile("../digits.lua")
local learn = paths.dofile("../learn.lua")
local sheet = paths.dofile("../sheet.lua")

local cmd = torch.CmdLine()
cmd:text("What augmentation does, drawn and measured.")
cmd:option("-images", 100, "how many of the small digits to train on")
cmd:option("-steps", 800, "of training, with 25 images each")
cmd:option("-seed", 1, "of everything drawn")
cmd:option("-out", ".", "the folder for what is drawn")
local options = cmd:parse(arg)

-- The stages of the lecture ----------------------------------------------------------------------

local lecture = {
  { "reflection", { "HFlip", 0.5 } },
  { "shift", { "Translate", 0.2, 0.2 } },
  { "colour: image * a + b", { "MultiplyAdd", 0.4, 0.2 } },
  { "rotation", { "Rotate", 30 } },
  { "shear", { "Shear", 25 } },
  { "all at once", { "HFlip", 0.5 }, { "Affine", 20, shearX = 15, translateX = 0.1 },
    { "MultiplyAdd", 0.3, 0.1 } },
}
local picture = image.scale(image.lena(), 96, 96):float()
local rows = {}
for i, entry in ipairs(lecture) do
  local stages = data.pipeline{ table.unpack(entry, 2) }
  rows[i] = { entry[1], { picture, i == 1 and "the image" } }
  for seed = 1, 6 do rows[i][seed + 2] = { stages(picture, options.seed * 10 + seed) } end
end
sheet.save(options.out, "augmentation.png", { title = "Augmentation", rows = rows })

-- What it is good for ----------------------------------------------------------------------------

-- Mirror images of digits are no digits: which changes are harmless depends on the task.
local harmless = data.pipeline{
  { "Affine", 15, scale = { 0.85, 1.15 }, shearX = 10, translateX = 0.12, translateY = 0.12 },
}

local function augmented(images, step)
  local changed = images:clone()
  for i = 1, images:size(1) do changed[i] = harmless(images[i], step * 1000 + i) end
  return changed
end

local images, labels = digits.load("train", 16, options.images)
local test_images, test_labels = digits.load("test", 16)
print(("%d digits for training, %d for testing, %d steps"):format(images:size(1),
  test_images:size(1), options.steps))
for _, run in ipairs{ { "as they are" }, { "augmented", augmented } } do
  torch.manualSeed(options.seed)
  local model = digits.network(16)
  learn.train(model, images, labels, { steps = options.steps, batch = 25, change = run[2] })
  print(("  %-12s training %5.1f %%   test %5.1f %%"):format(run[1],
    learn.accuracy(model, images, labels), learn.accuracy(model, test_images, test_labels)))
end

rows = {}
for digit = 1, 4 do
  rows[digit] = { false, { images[digit * 2], digit == 1 and "by hand" } }
  for seed = 1, 8 do
    rows[digit][seed + 2] = { harmless(images[digit * 2], seed), digit == 1 and "seen" }
  end
end
sheet.save(options.out, "augmented-digits.png", { tile = 64, rows = rows })
