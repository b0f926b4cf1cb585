-- The package `wick.models`: networks of the literature, each a function that builds one with fresh
-- parameters, which begin as their authors had them. Options come in one table; `classes` is the
-- number of outputs. Outputs are scores: train with nn.CrossEntropyCriterion, or add nn.SoftMax for
-- probabilities. docs/models.md lists them with their sources, parameters and multiply-adds.
local class = require "torch.class"

-- The functions of each file, by its name.
local files = {
  perceptron = "perceptron", adaline = "adaline madaline",
  classifiers = "linearClassifier twoLayerNetwork multilayer",
  rbm = "rbm", autoencoder = "deepAutoencoder", neocognitron = "neocognitron",
  lenet = "lenet5", lenet_original = "lenet5Original", lenet_codes = "lenet5Codes",
  convnetjs = "convnetjs", convnet = "convnet", alexnet = "alexnet", vgg = "vgg cifarVgg",
  googlenet = "googlenet googlenetCriterion inceptionModule naiveInceptionModule",
  inception = "inceptionV2 inceptionV3 factorisedConvolution", resnet = "resnet cifarResnet",
  densenet = "densenet cifarDensenet", squeezenet = "squeezenet",
}

-- Files of classes whose modules may stand in saved networks.
local classes = {
  Perceptron = "perceptron", Adaline = "adaline", Madaline = "adaline", RBM = "rbm",
  DeepAutoencoder = "autoencoder", SimpleCells = "neocognitron", ComplexCells = "neocognitron",
  Neocognitron = "neocognitron",
  CodeDistances = "lenet_original", Auxiliary = "auxiliary",
}

class.family("wick.models.", function(name)
  if classes[name] then require("wick.models." .. classes[name]) end
end)

local file_of = {}
for file, names in pairs(files) do
  for name in names:gmatch("%S+") do file_of[name] = file end
end

return setmetatable({}, {
  __index = function(models, name)
    if not file_of[name] then return nil end
    local builder = require("wick.models." .. file_of[name])[name]
    rawset(models, name, builder)
    return builder
  end,
})
