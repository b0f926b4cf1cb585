-- What several scripts do with the small handwritten digits that come along: load them, train a
-- classifier on them for seconds, and count its right answers. The loop is written out.
local torch = require "torch"
local nn = require "nn"
local optim = require "optim"
local data = require "wick.data"

local digits = {}

--- Images, N x 1 x side x side from 0 to 1, and their labels (1 is the digit 0) of a part, "train"
-- or "test": all of them or the first `count`.
function digits.load(part, side, count)
  local set = data.digits(part)
  count = math.min(count or math.huge, set.data:size(1))
  local enlarge = data.pipeline{ { "Resize", side } }
  local images = torch.FloatTensor(count, 1, side, side)
  for i = 1, count do
    images[i] = enlarge(set.data[i]:float():div(16):view(1, 8, 8), 0):clamp(0, 1)
  end
  return images, set.label:narrow(1, 1, count):clone()
end

--- Two stages of convolution and pooling, and ten scores, for images of side x side.
function digits.network(side)
  local features = 24 * (side // 4) * (side // 4)
  local model = nn.Sequential()
  model:add(nn.SpatialConvolution(1, 12, 3, 3, 1, 1, 1, 1)):add(nn.ReLU())
  model:add(nn.SpatialMaxPooling(2, 2))
  model:add(nn.SpatialConvolution(12, 24, 3, 3, 1, 1, 1, 1)):add(nn.ReLU())
  model:add(nn.SpatialMaxPooling(2, 2))
  return model:add(nn.View(features):setNumInputDims(3)):add(nn.Linear(features, 10))
end

--- Trains by Adam on batches drawn at random. Options: `steps` (400), `batch` (32), `rate` (0.002),
-- `criterion` (cross-entropy), `change(images, step)`: what is seen instead, `report(step, loss)`.
-- Returns the mean loss of the last tenth.
function digits.train(model, images, targets, options)
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
function digits.answers(model, images)
  local _, best = model:forward(images):max(2)
  return best:view(-1)
end

--- Right answers in percent.
function digits.accuracy(model, images, labels)
  return 100 * digits.answers(model, images):eq(labels):sum() / labels:size(1)
end

return digits
