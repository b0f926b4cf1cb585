-- The networks that are measured, the same as in peer_networks.py: builder, pixels a side and
-- channels of an image, samples of a training step, of inference and of a layer measured alone.
local models = require "wick.models"

local function entry(build, side, channels, train, infer, layer)
  return { build = build, side = side, channels = channels, train = train, infer = infer,
    layer = layer }
end

return {
  order = {
    "lenet5", "convnetjs", "resnet20", "cifar_vgg16", "alexnet", "vgg16", "googlenet", "resnet18",
    "resnet50", "densenet121",
  },
  lenet5 = entry(models.lenet5, 32, 1, 64, 64, 64),
  convnetjs = entry(models.convnetjs, 32, 3, 64, 64, 64),
  resnet20 = entry(models.cifarResnet, 32, 3, 128, 128, 64),
  cifar_vgg16 = entry(models.cifarVgg, 32, 3, 128, 128, 64),
  alexnet = entry(models.alexnet, 227, 3, 16, 16, 8),
  vgg16 = entry(models.vgg, 224, 3, 8, 8, 2),
  googlenet = entry(models.googlenet, 224, 3, 16, 16, 8),
  resnet18 = entry(models.resnet, 224, 3, 16, 16, 8),
  resnet50 = entry(function() return models.resnet{ 50 } end, 224, 3, 8, 8, 4),
  densenet121 = entry(models.densenet, 224, 3, 8, 8, 4),
}
