-- The options of wick.train:
--
--   model         a module
--   criterion     a criterion, or function(output, target) that returns a recorded loss
--   data          what to train on: a wick.data.loader or .batches, a data set, a table of tensors
--   test          what to test on after every epoch, likewise
--   batch         samples of a batch, of sets that are no loaders (32)
--   prepare       function(batch, training) that returns input and target; without it they are
--                 batch.input or .data, and batch.target or .label
--   epochs        passes through the data (10)
--   optimMethod   a function of the package optim (optim.sgd), with `optimState`, its configuration
--                 and state
--   rate          a learning rate, or a schedule: function(progress from 0 to 1) (optim.schedule)
--   groups        rules for optim.groups; the layers' own multipliers count without it
--   clipNorm      the largest norm of the gradient: longer ones are scaled down to it
--   clipValue     the largest size of an entry of the gradient
--   average       a decay such as 0.999: testing and `best` use running averages of the weights
--   top           { 1, 5 }: how often the target is among so many best scores ({ 1 })
--   patience      ends when so many epochs in a row have brought nothing better
--   watch         what is better: function(epoch) that returns a number which grows (the first of
--                 `top` on the test set, or the loss, sign changed)
--   save          a folder for best.safetensors, weights to be used, and last.safetensors, from
--                 which the run goes on, bit for bit
--   resume        true: goes on from last.safetensors if it is there
--   seed          of the order of samples (drawn from the default generator)
--   dry           true: one batch through everything, and a report; nothing is changed
--   hooks         functions of the run by name: onStart, onEpoch, onBatch, onGradient, onStep,
--                 onEpochEnd, onBest, onEnd
--   log           function(line), for what is said (standard output); false: nothing is
--   finite        false: does not look for numbers that are none
local args = require "wick.args"
local class = require "torch.class"
local errors = require "wick.errors"
local optim = require "optim"
local source = require "wick.train.source"

local WHAT = "wick.train"

local options = {}

local declared = args{
  WHAT, { "model", "nn.Module" }, { "criterion", "nn.Criterion|function" }, { "data", "table" },
  { "test", "table?" }, { "prepare", "function?" }, { "optimMethod", "function?" },
  { "optimState", "table?" }, { "rate", "number|function?" }, { "groups", "table?" },
  { "clipNorm", "number?" }, { "clipValue", "number?" }, { "average", "number?" },
  { "top", "table", { 1 } }, { "patience", "integer?" }, { "watch", "function?" },
  { "save", "string?" }, { "seed", "integer?" }, { "hooks", "table?" },
  { "log", "function|boolean?" }, { "epochs", "integer", 10 }, { "batch", "integer", 32 },
  resume = false, dry = false, finite = true,
}

local HOOKS = {
  onStart = true, onEpoch = true, onBatch = true, onGradient = true, onStep = true,
  onEpochEnd = true, onBest = true, onEnd = true,
}

local function check_hooks(hooks)
  for name, hook in pairs(hooks) do
    if not HOOKS[name] then
      errors.raise("%s: there is no hook %s%s", WHAT, errors.value(name),
        errors.suggestion(errors.nearest(name, HOOKS)))
    elseif type(hook) ~= "function" then
      errors.raise("%s: the hook %s is %s, a function expected", WHAT, name, errors.value(hook))
    end
  end
end

local function check_positive(given, ...)
  for _, name in ipairs{ ... } do
    if given[name] and given[name] <= 0 then
      errors.raise("%s: %s is %s, it has to be positive", WHAT, name, errors.value(given[name]))
    end
  end
end

local function check_values(given)
  check_positive(given, "epochs", "batch", "clipNorm", "clipValue", "patience")
  if given.average and not (given.average > 0 and given.average < 1) then
    errors.raise("%s: average is %s; a decay between 0 and 1 such as 0.999 expected", WHAT,
      errors.value(given.average))
  elseif given.resume and not given.save then
    errors.raise("%s: resume goes on from what `save` kept; give the folder as save", WHAT)
  elseif given.patience and not given.test and not given.watch then
    errors.raise("%s: patience watches the test set; give one, or a function as watch", WHAT)
  end
  check_hooks(given.hooks)
end

local function print_line(line)
  io.write(line, "\n")
  io.flush()
end

local function no_line()
end

--- The options of a run by name, checked; data as sources of batches (wick.train.source).
function options.read(given)
  if type(given) ~= "table" or class.typename(given) then
    errors.raise("%s: expected a table of options such as { model = model, criterion = criterion, "
      .. "data = set }, got %s", WHAT, errors.value(given))
  end
  local read = declared:read(given)
  read.optimMethod = read.optimMethod or optim.sgd
  read.hooks, read.optimState = read.hooks or {}, read.optimState or {}
  check_values(read)
  read.data = source.of(WHAT, read.data, { batch = read.batch, shuffle = true, seed = read.seed })
  read.test = read.test and source.of(WHAT, read.test, { batch = read.batch })
  read.shows_bar = read.log == nil or read.log == true
  if read.shows_bar then read.log = print_line end
  read.log = read.log or no_line
  return read
end

return options
