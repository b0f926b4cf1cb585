-- The package `wick.models`: networks of the literature, each a function that builds one with fresh
-- parameters. Options come in one table; `classes` is the number of outputs. Outputs are scores:
-- train with nn.CrossEntropyCriterion, or add nn.SoftMax for probabilities.
local families = {
  lenet5 = "lenet", convnetjs = "convnetjs", alexnet = "alexnet", vgg = "vgg", cifarVgg = "vgg",
  googlenet = "googlenet", resnet = "resnet", cifarResnet = "resnet", densenet = "densenet",
}

return setmetatable({}, {
  __index = function(models, name)
    if not families[name] then return nil end
    local family = require("wick.models." .. families[name])
    for builder, build in pairs(family) do rawset(models, builder, build) end
    return models[name]
  end,
})
