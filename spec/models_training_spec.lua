-- wick.models for photographs, trained: a narrow form of each, an eighth as wide and on images of
-- 64 x 64 or the smallest it takes, learns eight samples by heart. Those for small images are in
-- models_training_small_spec.lua, steps at the real sizes in models_memory_spec.lua.
local torch = require "torch"
require "nn"
local by_heart = require "spec.support.by_heart"
local models = require "wick.models"

local NARROW, IMAGE = 1 / 8, { 3, 64, 64 }

-- Builder, options but for the classes, sizes of an image, rate, seed of the weights.
local CASES = {
  { "alexnet", { size = 67, dropout = 0, width = NARROW }, { 3, 67, 67 }, 1e-3, 2 },
  { "vgg", { "A", size = 64, dropout = 0, width = NARROW }, IMAGE, 2e-3 },
  { "vgg", { "A-LRN", size = 64, dropout = 0, width = NARROW }, IMAGE, 2e-3 },
  { "vgg", { "B", size = 64, dropout = 0, width = NARROW }, IMAGE, 2e-3 },
  { "vgg", { "C", size = 64, dropout = 0, width = NARROW }, IMAGE, 2e-3 },
  { "vgg", { "D", size = 64, dropout = 0, width = NARROW }, IMAGE, 3e-4, 2 },
  { "vgg", { "E", size = 64, dropout = 0, width = NARROW }, IMAGE, 3e-4, 2 },
  { "googlenet", { dropout = 0, width = NARROW }, IMAGE, 1e-2 },
  { "inceptionV2", { dropout = 0, width = NARROW }, { 3, 75, 75 }, 1e-2 },
  { "resnet", { 18, width = NARROW }, IMAGE, 1e-2 },
  { "resnet", { 34, width = NARROW, shortcut = "A" }, IMAGE, 1e-2 },
  { "resnet", { 50, width = NARROW, shortcut = "C" }, IMAGE, 1e-2 },
  { "resnet", { 101, width = NARROW, early = true }, IMAGE, 1e-2 },
  { "resnet", { 152, width = NARROW, preactivation = true }, IMAGE, 1e-2 },
  { "densenet", { 121, growth = 4 }, IMAGE, 1e-2 },
  { "densenet", { 169, growth = 4 }, IMAGE, 1e-2 },
  { "densenet", { 201, growth = 4 }, IMAGE, 1e-2 },
  { "squeezenet", { dropout = 0, width = NARROW }, IMAGE, 3e-3, 2 },
  { "squeezenet", { dropout = 0, width = NARROW, version = 1.1 }, IMAGE, 3e-3, 2 },
}

describe("eight samples are learnt by heart by a narrow", function()
  by_heart.specs(CASES)

  -- Two classifiers half-way, or one.
  for name, case in pairs{
    googlenet = { { batchNorm = false, size = 80 }, { heads = 2 }, 2e-3 },
    inceptionV2 = { { size = 107 }, { heads = 1, weight = 0.4 }, 1e-2 },
  } do
    it(name .. " with auxiliary heads, which learn too", function()
      torch.manualSeed(1)
      local options, heads, rate = table.unpack(case)
      options.classes, options.width, options.dropout, options.auxiliary = 8, NARROW, 0, true
      local model = models[name](options)
      for _, dropout in ipairs((model:findModules("nn.Dropout"))) do dropout.p = 0 end
      local side = options.size
      local criterion = models.googlenetCriterion(heads)
      local loss = by_heart.drive(model, { 3, side, side }, 300, rate, criterion)
      assert.is_true(loss < by_heart.ENOUGH, ("the loss is %g"):format(loss))
    end)
  end
end)
