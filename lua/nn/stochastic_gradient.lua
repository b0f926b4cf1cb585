-- nn.StochasticGradient: a training loop that takes one example at a time.
local torch = require "torch"

local StochasticGradient = torch.class("nn.StochasticGradient")

--- nn.StochasticGradient(module, criterion). Fields: learningRate 0.01, learningRateDecay 0,
-- maxIteration 25, shuffleIndices true, verbose true, hookExample(self, example) and
-- hookIteration(self, iteration, error).
function StochasticGradient:__init(module, criterion)
  self.module, self.criterion = module, criterion
  self.learningRate, self.learningRateDecay = 0.01, 0
  self.maxIteration = 25
  self.shuffleIndices, self.verbose = true, true
end

local function say(self, text, ...)
  if self.verbose then print(text:format(...)) end
end

-- One step on an example; returns its loss.
local function step(self, example, rate)
  local module, criterion = self.module, self.criterion
  local input, target = example[1], example[2]
  local loss = criterion:forward(module:forward(input), target)
  module:zeroGradParameters()
  module:backward(input, criterion:backward(module.output, target))
  module:updateParameters(rate)
  if self.hookExample then self.hookExample(self, example) end
  return loss
end

local function order_of(self, n)
  if self.shuffleIndices then return torch.randperm(n):totable() end
  local order = {}
  for i = 1, n do order[i] = i end
  return order
end

--- Trains for maxIteration passes over a dataset with `size()` and entries {input, target}.
function StochasticGradient:train(dataset)
  local n = dataset:size()
  local order, rate = order_of(self, n), self.learningRate
  local iteration, mean = 1
  say(self, "# StochasticGradient: training")
  repeat
    local total = 0
    for i = 1, n do total = total + step(self, dataset[math.tointeger(order[i])], rate) end
    mean = total / n
    if self.hookIteration then self.hookIteration(self, iteration, mean) end
    say(self, "# current error = %.14g", mean)
    iteration = iteration + 1
    rate = self.learningRate / (1 + iteration * self.learningRateDecay)
  until self.maxIteration > 0 and iteration > self.maxIteration
  say(self, "# StochasticGradient: you have reached the maximum number of iterations")
  say(self, "# training error = %.14g", mean)
end
