-- Denoising and filling in: an autoencoder sees a digit with noise, or with a hole, and gives the
-- digit. Nobody says what noise is; it learns what digits are.
--
--   wick examples/apply/denoise.lua
--   wick examples/apply/denoise.lua --noise 0.4
local torch = require "torch"
local nn = require "nn"
local paths = require "paths"
local digits = paths.dofile("../digits.lua")
local learn = paths.dofile("../learn.lua")
local sheet = paths.dofile("../sheet.lua")

local cmd = torch.CmdLine()
cmd:text("An autoencoder that takes noise out of digits and fills holes in.")
cmd:option("-noise", 0.2, "the standard deviation of the noise, of pixels from 0 to 1")
cmd:option("-hole", 5, "the side of the hole, of 16 pixels")
cmd:option("-steps", 800, "of training, for each task")
cmd:option("-seed", 1, "of everything drawn")
cmd:option("-out", ".", "the folder for what is drawn")
local options = cmd:parse(arg)
torch.manualSeed(options.seed)

local SIDE = 16

-- Down to 32 maps of 4 x 4, and up again.
local function autoencoder()
  local model = nn.Sequential()
  model:add(nn.SpatialConvolution(1, 16, 3, 3, 1, 1, 1, 1)):add(nn.ReLU())
  model:add(nn.SpatialConvolution(16, 24, 3, 3, 2, 2, 1, 1)):add(nn.ReLU())
  model:add(nn.SpatialConvolution(24, 32, 3, 3, 2, 2, 1, 1)):add(nn.ReLU())
  model:add(nn.SpatialFullConvolution(32, 24, 4, 4, 2, 2, 1, 1)):add(nn.ReLU())
  model:add(nn.SpatialFullConvolution(24, 16, 4, 4, 2, 2, 1, 1)):add(nn.ReLU())
  return model:add(nn.SpatialConvolution(16, 1, 3, 3, 1, 1, 1, 1))
end

-- Two ways to spoil images -----------------------------------------------------------------------

local function with_noise(images)
  return images + torch.randn(images:size()) * options.noise
end

-- A square of grey somewhere within each image.
local function with_holes(images)
  local result, most = images:clone(), SIDE - options.hole + 1
  for i = 1, images:size(1) do
    local top, left = torch.random(1, most), torch.random(1, most)
    result[i][1]:sub(top, top + options.hole - 1, left, left + options.hole - 1):fill(0.5)
  end
  return result
end

-- What is lost between images from 0 to 1, in decibels.
local function decibels(images, others)
  return -10 * math.log(torch.pow(images - others, 2):mean(), 10)
end

-- Learning and measuring -------------------------------------------------------------------------

local images = digits.load("train", SIDE)
local test_images = digits.load("test", SIDE)
local rows = {}
for _, task in ipairs{ { "noise", with_noise }, { "holes", with_holes } } do
  local name, spoil = table.unpack(task)
  local model = autoencoder()
  learn.train(model, images, images, { steps = options.steps, rate = 0.003, change = spoil,
    criterion = nn.MSECriterion() })
  local spoilt = spoil(test_images)
  local mended = model:forward(spoilt):clamp(0, 1)
  local before, after = decibels(test_images, spoilt), decibels(test_images, mended)
  print(("%s: %.1f dB before, %.1f dB after, a gain of %.1f dB on %d digits it has not seen")
    :format(name, before, after, after - before, test_images:size(1)))
  for _, row in ipairs{ { name, spoilt }, { "mended", mended }, { "as it was", test_images } } do
    local pictures = { row[1] }
    for i = 1, 10 do pictures[i + 1] = { row[2][i * 3] } end
    rows[#rows + 1] = pictures
  end
end
sheet.save(options.out, "denoised.png", { tile = 64, rows = rows })
