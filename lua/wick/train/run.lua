-- A training run: the loop, and what it keeps between its steps. Hooks are called with the run,
-- whose fields they may read and write:
--
--   options, model, parameters, gradients   what it was made of
--   epoch, step       epochs and steps that are done;   batch_number   the batch's, in its epoch
--   batch, input, target, output, loss, gradient_norm, learning_rate   of the step under way
--   training, testing   { loss, top, count } of the last epoch
--   best              { epoch, value, training, testing } of the best epoch
--   history           { training, testing, rate, seconds } of every epoch, before a resume too
--   stopped           set to true, it ends the run after the epoch
local class = require "torch.class"
local errors = require "wick.errors"
local optim = require "optim"
local system = require "wick.system"
local Average = require "wick.train.average"
local keep = require "wick.train.keep"
local measure = require "wick.train.measure"
local options = require "wick.train.options"
local report = require "wick.train.report"
local source = require "wick.train.source"
local step = require "wick.train.step"

local Run = {}
Run.__index = Run
Run.__name = "wick.train"

--- Calls a hook, if there is one.
function Run:call(name)
  local hook = self.options.hooks[name]
  if hook then hook(self) end
end

-- A step -----------------------------------------------------------------------------------------

-- What an optimiser calls its learning rate.
local RATES = { [optim.adadelta] = "learningRateMultiplier", [optim.asgd] = "eta0" }

--- The learning rate for the next step, from the schedule; nil where the optimiser has its own.
function Run:set_rate(rate)
  if type(rate) == "function" then
    rate = rate(self.step / (self.options.epochs * self.options.data:size()))
  end
  self.learning_rate = rate
  if rate then self.options.optimState[RATES[self.options.optimMethod] or "learningRate"] = rate end
end

--- A step on a batch; returns the loss before it.
function Run:train_batch(batch)
  local given = self.options
  self.batch = batch
  self:call("onBatch")
  self.input, self.target = source.pair("wick.train", self.batch, given.prepare, true)
  local _, losses = given.optimMethod(function()
    return step.evaluate(self, self.input, self.target)
  end, self.parameters, given.optimState)
  self.loss, self.step = losses[1], self.step + 1
  if self.average then self.average:add(self.parameters) end
  self:call("onStep")
  return self.loss
end

-- An epoch ---------------------------------------------------------------------------------------

local function train_epoch(self)
  local given, meter, clock = self.options, measure.meter(self.options.top), report.clock()
  self.model:training()
  self:call("onEpoch")
  self.batch_number = 0
  for batch in given.data:epoch(self.epoch + 1) do
    clock:lap("data")
    self.batch_number = self.batch_number + 1
    self:set_rate(given.rate)
    local loss = self:train_batch(batch)
    meter:add(self.output, self.target, loss)
    clock:lap("steps")
    report.progress(self)
  end
  self.epoch = self.epoch + 1
  self.training, self.time = meter:value(), clock
  self.batch, self.input, self.target, self.output = nil, nil, nil, nil
end

local function test_epoch(self)
  local given = self.options
  if not given.test then return end
  self.testing = measure.test{
    model = self.model, criterion = given.criterion, data = given.test, top = given.top,
    prepare = given.prepare,
  }
end

--- What `watch` says of the last epoch: the more the better.
function Run:value()
  if self.options.watch then return self.options.watch(self) end
  local seen = self.testing or self.training
  return seen.top[self.options.top[1]] or -seen.loss
end

-- Notes whether the epoch was the best, and how many have passed since.
local function judge(self)
  local value = self:value()
  self.is_best = not self.best or value > self.best.value
  if self.is_best then
    self.best = {
      epoch = self.epoch, value = value, training = self.training, testing = self.testing,
    }
    keep.best(self)
    self:call("onBest")
  end
  local patience = self.options.patience
  if patience and self.epoch - self.best.epoch >= patience then self.stopped = true end
end

-- With the averages of the weights in the place of the weights.
local function with_average(self, f)
  if not self.average then return f(self) end
  self.average:swap(self.parameters)
  local ok, message = pcall(f, self)
  self.average:swap(self.parameters)
  if not ok then error(message, 0) end
end

-- Adds a line to the history: how the epoch was, its last rate and how long training took.
local function note(self)
  self.history[self.epoch] = {
    training = self.training, testing = self.testing, rate = self.learning_rate,
    seconds = self.time.data + self.time.steps,
  }
end

local function test_and_judge(self)
  test_epoch(self)
  judge(self)
end

--- Trains to the last epoch, or until `stopped`; returns the run.
function Run:fit()
  if self.options.dry then return require("wick.train.dry_run")(self) end
  self:call("onStart")
  report.start(self)
  while self.epoch < self.options.epochs and not self.stopped do
    train_epoch(self)
    with_average(self, test_and_judge)
    note(self)
    self:call("onEpochEnd")
    keep.last(self)
    report.epoch(self)
  end
  source.close(self.options.data)
  source.close(self.options.test)
  report.finish(self)
  self:call("onEnd")
  return self
end

--- Puts the averages of the weights into the model, for good; returns the model.
function Run:useAverage()
  if self.average then
    self.average:swap(self.parameters)
    self.average = nil
  end
  return self.model
end

--- Puts the weights of the best epoch, which `save` kept, into the model; returns the model.
function Run:useBest()
  keep.load_best(self)
  return self.model
end

function Run:__tostring()
  return report.text(self)
end

-- Making -----------------------------------------------------------------------------------------

-- Whether a layer has learning-rate or weight-decay multipliers of its own.
local function has_multipliers(model)
  local found = false
  model:apply(function(module)
    local given = rawget(module, "options")
    found = found or given and (given.learningRateMultiplier or given.weightDecayMultiplier)
  end)
  return found
end

local run = {}

--- train.run(options): a run that has not begun; `fit` begins it. Its fields stand above.
function run.new(given)
  given = options.read(given)
  local parameters, gradients = given.model:getParameters()
  if parameters:nElement() == 0 then
    errors.raise("wick.train: %s has no parameters to train; unfreeze some",
      class.typename(given.model))
  end
  if given.groups or has_multipliers(given.model) then
    optim.groups(given.model, given.groups, given.optimState)
  end
  local self = setmetatable({
    options = given, model = given.model, parameters = parameters, gradients = gradients,
    average = given.average and Average(parameters, given.average), epoch = 0, step = 0,
    history = {}, batch_number = 0, began = system.ticks(),
  }, Run)
  if given.resume then keep.resume(self) end
  return self
end

return run
