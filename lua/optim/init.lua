-- The package `optim`: optimisers that take a function of value and gradient, learning rate
-- schedules, parameter groups, and what Torch7's scripts watched training with. Sets the global
-- `optim`, as they expect, and returns it.
require "torch"

local optim = {}
rawset(_G, "optim", optim)

for _, name in ipairs{
  "sgd", "nag", "asgd", "adam", "adamax", "adagrad", "adadelta", "rmsprop", "rprop",
  "cg", "lbfgs", "lswolfe", "polyinterp", "FistaLS", "cmaes", "de", "checkgrad", "groups",
  "schedule", "ConfusionMatrix", "Logger",
} do
  optim[name] = require("optim." .. name)
end

return optim
