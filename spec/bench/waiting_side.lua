-- How long training waits for a loader: waiting_side.lua threads batch. Trains ResNet-20 on images
-- of CIFAR-10's shape that are cropped and flipped, and prints the milliseconds of a step and how
-- much of the time was spent waiting, in per cent.
local torch = require "torch"
local nn = require "nn"
local optim = require "optim"
local data = require "wick.data"
local models = require "wick.models"

local STEPS = 40

torch.setnumthreads(tonumber(arg[1]))
torch.manualSeed(1)
local batch = tonumber(arg[2])
local set = { data = torch.ByteTensor(batch * STEPS, 3, 32, 32):random(0, 255),
  label = torch.LongTensor(batch * STEPS):random(10) }
local loader = data.loader{ set, batchSize = batch, shuffle = true, seed = 1, pipeline = {
  { "RandomCrop", 32, padding = 4 }, { "HFlip", 0.5 },
  { "Normalize", mean = { 0.49, 0.48, 0.45 }, std = { 0.25, 0.24, 0.26 } },
} }

local model = models.cifarResnet{ depth = 20 }
local criterion = nn.CrossEntropyCriterion()
local parameters, gradients = model:getParameters()
local state = { learningRate = 0.01, momentum = 0.9, dampening = 0, weightDecay = 1e-4 }

for samples in loader() do
  optim.sgd(function()
    gradients:zero()
    local loss = criterion(model(samples.input), samples.target)
    loss:backward()
    return loss, gradients
  end, parameters, state)
end
local report = loader:report()
print(("%.3f %.4f"):format((report.step + report.wait) / report.batches * 1000, 100 * report.share))
