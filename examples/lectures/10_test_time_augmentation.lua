-- Test-time augmentation: a trained network sees several views of every image, and the mean of its
-- answers is the answer. It costs as many times as much, and no training.
--
--   wick examples/lectures/10_test_time_augmentation.lua
local torch = require "torch"
local gnuplot = require "gnuplot"
local paths = require "paths"
local data = require "wick.data"
local digits = paths.dofile("../digits.lua")
local learn = paths.dofile("../learn.lua")
local sheet = paths.dofile("../sheet.lua")

local cmd = torch.CmdLine()
cmd:text("Several views of every image at test time.")
cmd:option("-images", 400, "how many of the small digits to train on")
cmd:option("-steps", 400, "of training")
cmd:option("-views", 32, "the most views of an image")
cmd:option("-seed", 1, "of everything drawn")
cmd:option("-out", ".", "the folder for what is drawn")
local options = cmd:parse(arg)
torch.manualSeed(options.seed)

-- A network that has seen digits turned and shifted ----------------------------------------------

local trained_with = data.pipeline{
  { "Affine", 20, scale = { 0.85, 1.15 }, translateX = 0.12, translateY = 0.12 },
}
-- The views of a test image are less different than that.
local stages = { { "Affine", 6, scale = { 0.93, 1.07 }, translateX = 0.04, translateY = 0.04 } }
local view = data.pipeline(stages)

local function through(pipeline, images, seed)
  local result = images:clone()
  for i = 1, images:size(1) do result[i] = pipeline(images[i], seed + i) end
  return result
end

local images, labels = digits.load("train", 16, options.images)
local model = digits.network(16)
learn.train(model, images, labels, { steps = options.steps, change = function(batch, step)
  return through(trained_with, batch, step * 100)
end })

-- Test images with noise, which training has not shown ------------------------------------------

local test_images, test_labels = digits.load("test", 16)
test_images = through(data.pipeline{ { "GaussianNoise", { 0.2, 0.2 } } }, test_images, 0)

local function accuracy(probabilities)
  local _, best = probabilities:max(2)
  return 100 * best:view(-1):eq(test_labels):sum() / test_labels:size(1)
end

local counts, rates, views = { 1 }, { accuracy(model:forward(test_images)) }, 2
print(("%d test images; one view: %.1f %% right"):format(test_labels:size(1), rates[1]))
while views <= options.views do
  local predict = data.tta{ model, pipeline = stages, times = views, output = "scores" }
  counts[#counts + 1], rates[#rates + 1] = views, accuracy(predict(test_images))
  print(("  the mean of %2d views %6.1f %%"):format(views, rates[#rates]))
  views = views * 2
end

-- An image that one view gets wrong and many get right -------------------------------------------

local many = data.tta{ model, pipeline = stages, times = options.views, output = "scores" }
local single, mean = torch.softMax(model:forward(test_images)), many(test_images)
local _, first = single:max(2)
local _, last = mean:max(2)
local rows = {}
for i = 1, test_labels:size(1) do
  local label = test_labels[i]
  if first[i][1] ~= label and last[i][1] == label and #rows < 4 then
    local row = { ("A %d. One view says %d; the mean of %d says %d with %.0f %%"):format(label - 1,
      first[i][1] - 1, options.views, label - 1, 100 * mean[i][label]), { test_images[i], "" } }
    for seed = 1, 7 do
      local seen = view(test_images[i], seed)
      local answer = learn.answers(model, seen:view(1, 1, 16, 16))[1] - 1
      row[seed + 2] = { seen, ("says %d"):format(answer) }
    end
    row[2][2] = ("says %d"):format(first[i][1] - 1)
    rows[#rows + 1] = row
  end
end
if #rows > 0 then
  sheet.save(options.out, "views.png", { title = "Several views", tile = 80, rows = rows })
end

if #counts > 1 then
  local path = paths.concat(options.out, "views-accuracy.png")
  gnuplot.pngfigure(path)
  gnuplot.raw("set logscale x")
  gnuplot.raw("unset key")
  gnuplot.plot("right answers", torch.Tensor(counts), torch.Tensor(rates), "+-")
  gnuplot.title("Test-time augmentation")
  gnuplot.xlabel("views of an image")
  gnuplot.ylabel("right answers, %")
  gnuplot.close()
  print("  drawn: " .. path)
end
