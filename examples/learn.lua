-- The loop of training that several scripts share, written out, and how right answers are counted.
-- wick.train has one with schedules, checkpoints and hooks.
local torch = require "torch"
local nn = require "nn"
local optim = require "optim"

local learn = {}

--- Trains by Adam on batches drawn at random. Options: `steps` (400), `batch` (32), `rate` (0.002),
-- `criterion` (cross-entropy), `change(images, step)`: what is seen instead, `report(step, loss)`.
-- Returns the mean loss of the last tenth.
function learn.train(model, images, targets, options)
  local steps, batch = options.steps or 400, math.min(options.batch or 32, images:size(1))
  local criterion = options.criterion or nn.CrossEntropyCriterion()
  local parameters, gradients = model:getParameters()
  local state, last = { learningRate = options.rate or 0.002 }, {}
  model:training()
  for step = 1, steps do
    local chosen = torch.randperm(images:size(1)):narrow(1, 1, batch):long()
    local input, target = images:index(1, chosen), targets:index(1, chosen)
    if options.change then input = options.change(input, step) end
    local _, losses = optim.adam(function()
      model:zeroGradParameters()
      local output = model:forward(input)
      local loss = criterion:forward(output, target)
      model:backward(input, criterion:backward(output, target))
      return loss, gradients
    end, parameters, state)
    if options.report then options.report(step, losses[1]) end
    if step > steps * 0.9 then last[#last + 1] = losses[1] end
  end
  model:evaluate()
  return torch.Tensor(last):mean()
end

--- The class of the highest output of each image.
function learn.answers(model, images)
  local _, best = model:forward(images):max(2)
  return best:view(-1)
end

--- Right answers in percent.
function learn.accuracy(model, images, labels)
  return 100 * learn.answers(model, images):eq(labels):sum() / labels:size(1)
end

return learn
