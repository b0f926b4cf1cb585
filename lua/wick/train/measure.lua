-- How good a model is: its loss over a set, and how often the target is among the best scores.
local class = require "torch.class"
local errors = require "wick.errors"
local torch = require "torch"
local source = require "wick.train.source"

local measure = {}

--- train.topk(output, target, k): for how many rows of N x classes scores the class in `target` is
-- among the k best.
function measure.topk(output, target, k)
  if k > output:size(2) then
    errors.raise("wick.train: the best %d of %d scores cannot be counted", k, output:size(2))
  end
  local _, best = output:detach():topk(k, 2, true, true)
  return best:eq(target:view(-1, 1):expandAs(best)):sum()
end

-- Whether output and target are scores and classes, which can be counted.
local function can_count(output, target)
  return class.isTensor(output) and class.isTensor(target) and output:dim() == 2
    and target:type() == "torch.LongTensor" and target:nElement() == output:size(1)
end

local Meter = {}
Meter.__index = Meter

--- A meter for the sizes in the list `top`.
function measure.meter(top)
  return setmetatable({ top = top, hits = {}, losses = 0, count = 0, counted = 0 }, Meter)
end

--- Takes a batch's output, its target and its mean loss, a number or nil.
function Meter:add(output, target, loss)
  local count = class.isTensor(target) and target:size(1) or 1
  self.count = self.count + count
  if loss then self.losses, self.has_loss = self.losses + loss * count, true end
  if not can_count(output, target) then return end
  self.counted = self.counted + count
  for _, k in ipairs(self.top) do
    if k <= output:size(2) then
      self.hits[k] = (self.hits[k] or 0) + measure.topk(output, target, k)
    end
  end
end

--- { loss = the mean, top = { [1] = percent, [5] = percent }, count = samples }; loss is nil where
-- none was given, top has what could be counted.
function Meter:value()
  local top = {}
  for k, hits in pairs(self.hits) do top[k] = 100 * hits / self.counted end
  return { loss = self.has_loss and self.losses / self.count or nil, top = top,
    count = self.count }
end

-- The loss as a number.
local function loss_of(criterion, output, target)
  local loss = type(criterion) == "function" and criterion(output, target)
    or criterion:forward(output, target)
  return class.isTensor(loss) and loss:item() or loss
end

local function run_through(given, meter)
  for batch in given.data:epoch(1) do
    local input, target = source.pair("train.test", batch, given.prepare, false)
    local output = given.model(input)
    local loss = given.criterion and loss_of(given.criterion, output, target)
    meter:add(output, target, loss)
  end
end

-- In evaluation, and back to what it was.
local function evaluating(model, f)
  local training = class.isTypeOf(model, "nn.Module") and model.train ~= false
  if training then model:evaluate() end
  local ok, message = pcall(torch.noGrad, f)
  if training then model:training() end
  if not ok then error(message, 0) end
end

--- train.test{ model =, data =, criterion =, top = { 1 }, prepare =, batch = 32 }: goes through the
-- data once, in evaluation mode, and returns { loss, top, count }. `model` may also be a function
-- of inputs, a wick.data.tta or a train.ensemble, with scores or probabilities.
function measure.test(given)
  local meter = measure.meter(given.top or { 1 })
  local settings = {
    model = given.model, criterion = given.criterion, prepare = given.prepare,
    data = source.of("train.test", given.data, { batch = given.batch or 32 }),
  }
  evaluating(given.model, function() run_through(settings, meter) end)
  return meter:value()
end

return measure
