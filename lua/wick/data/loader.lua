-- wick.data.loader: batches of a data set's samples, read and augmented by threads ahead of
-- training.
--
--   local loader = data.loader{ set, batchSize = 64, pipeline = stages, shuffle = true, seed = 1 }
--   for epoch = 1, 10 do
--     for batch in loader:epoch(epoch) do
--       train(batch.input, batch.target)
--     end
--   end
--
-- What is in a batch depends on data set, pipeline, seed and epoch alone: not on the number of
-- workers, nor on when it was made. The threads end when a loop is left early and after the first
-- epoch; who goes on to another has them stay, asleep, until `close`.
local args = require "wick.args"
local dataset = require "wick.data.dataset"
local errors = require "wick.errors"
local image_files = require "wick.data.image_files"
local sampler = require "wick.data.sampler"
local system = require "wick.system"
local torch = require "torch"
local Report = require "wick.data.loader_report"
local Run = require "wick.data.loader_run"

local WHAT = "wick.data.loader"

local Loader = {}
Loader.__index = Loader
Loader.__name = WHAT

-- Options ----------------------------------------------------------------------------------------

local declared = args{
  WHAT, { "dataset", "table" }, { "pipeline", "table?" }, batchSize = 32,
  { "workers", "integer", function() return system.cores() end },
  { "seed", "integer?" }, { "weights", "table|tensor?" }, { "samples", "integer?" },
  { "channels", "integer?" }, { "onError", "string|function", "raise" }, { "log", "function?" },
  { "atLeast", "integer|sizes?" }, { "limit", "integer", 0 }, { "prefetch", "integer", 2 },
  shuffle = false, dropLast = false, balance = false, replacement = true,
}

local function check_least(given, name, least)
  local value = math.tointeger(given[name])
  if not value or value < least then
    errors.raise("%s: %s is a whole number from %d on, not %s", WHAT, name, least,
      errors.value(given[name]))
  end
  given[name] = value
end

local function check_options(given)
  for name, least in pairs{ batchSize = 1, workers = 0, prefetch = 1, limit = 0 } do
    check_least(given, name, least)
  end
  if given.samples then check_least(given, "samples", 1) end
  if type(given.onError) == "string" and given.onError ~= "raise" and given.onError ~= "skip" then
    errors.raise('%s: onError is "raise", "skip" or a function, not %s', WHAT,
      errors.value(given.onError))
  end
  if given.weights and given.balance then
    errors.raise("%s: weights and balance are two ways to the same; give one", WHAT)
  end
end

-- Every sample's class, read without the files where that can be.
local function classes_of(set)
  local classes = {}
  for i = 1, set:size() do
    classes[i] = math.tointeger(dataset.entry(set, i).target)
    if not classes[i] then
      errors.raise("%s: balance wants classes as targets; sample %d has none", WHAT, i)
    end
  end
  return classes
end

-- What an epoch draws samples by: weights, or nil.
local function weights_of(given, set)
  if given.balance then return sampler.balance(classes_of(set)) end
  return given.weights and sampler.check_weights(WHAT, given.weights, set:size())
end

-- Height and width that JPEG images keep at least when they may come smaller; 0, 0: they may not.
local function least_of(at_least)
  if at_least == nil then return { 0, 0 } end
  local least = type(at_least) == "table" and at_least or { at_least, at_least }
  if #least ~= 2 or least[1] < 1 or least[2] < 1 then
    errors.raise("%s: atLeast is a side or { height, width }, of at least 1", WHAT)
  end
  return least
end

local function pipeline_of(pipeline)
  if pipeline == nil or pipeline.handle then return pipeline end
  return require("wick.data.pipeline")(pipeline)
end

-- The order of an epoch ---------------------------------------------------------------------------

--- Where the samples of an epoch stand, as a LongTensor; nil: 1, 2, 3 and so on.
function Loader:order(epoch)
  if self.weights then
    return sampler.weighted(self.weights, self.samples, self.seed, epoch, self.replacement)
  end
  return self.shuffle and sampler.permutation(self.count, self.seed, epoch) or nil
end

--- How many batches an epoch has.
function Loader:size()
  if self.dropLast then return self.samples // self.batchSize end
  return (self.samples + self.batchSize - 1) // self.batchSize
end

-- Iterating --------------------------------------------------------------------------------------

--- Whether the threads stay for another epoch: not before one has been gone through, as it may be
-- the only one.
function Loader:looksAhead()
  return self.workers > 0 and self.lastDone ~= nil
end

--- The epoch that is likely asked for after number `epoch`: the next, or the same once more when
-- that was so before, as in testing.
function Loader:epochAfter(epoch)
  return self.lastDone == epoch and epoch or epoch + 1
end

--- The batches of an epoch, for a loop: `for batch in loader:epoch(n) do`. The epoch under way goes
-- on where it was left, as does one that `restore` went to; others begin at their first batch. A
-- batch has `input` and `target`, n samples each; `mask` and `boxes` (a list of tensors) where the
-- samples have them; and `index`, the list of their places in the data set. Numbers as targets make
-- a LongTensor, with fractions a FloatTensor. Leaving the loop early ends the threads.
function Loader:epoch(number)
  if math.tointeger(number) == nil then
    errors.raise("%s: an epoch is a whole number, not %s", WHAT, errors.value(number))
  end
  local run = self.waiting
  self.waiting = nil
  self:close()
  if number ~= self.current then self.current, self.position = math.tointeger(number), 0 end
  if not run or run.epoch ~= self.current then
    if run then run:close() end
    run = Run.start(self, self.current, nil, self.position)
  end
  self.run = run
  return function() return run:next() end, nil, nil, run
end

--- loader(): the rest of the epoch under way; after its end the next one.
function Loader:__call()
  return self:epoch(self.current)
end

--- Ends the threads, if there are any, and forgets what they made ahead; `loader()` goes on where
-- it was.
function Loader:close()
  if self.run then self.run:close() end
  if self.waiting then self.waiting:close() end
  self.run, self.waiting = nil, nil
end

Loader.__close = Loader.close

-- The place --------------------------------------------------------------------------------------

-- What has to be the same for a place to mean the same.
local LIKE = { "count", "samples", "batchSize", "shuffle", "dropLast" }

--- Where it is: a table of numbers for `restore`, such as wick.checkpoint keeps. The batch given
-- last counts as done.
function Loader:state()
  local state = { epoch = self.current, position = self.position, seed = self.seed }
  for _, name in ipairs(LIKE) do state[name] = self[name] end
  return state
end

--- Goes to where `state` was taken: the batches that follow are the same, bit for bit. The data set
-- has to have the same size, and what decides batches and order be as it was.
function Loader:restore(state)
  for _, name in ipairs(LIKE) do
    if state[name] ~= self[name] then
      errors.raise("%s: the place was kept with %s = %s, here it is %s", WHAT, name,
        errors.value(state[name]), errors.value(self[name]))
    end
  end
  self:close()
  self.current, self.position, self.seed = state.epoch, state.position, state.seed
end

--- How long training waited for data: `{ batches, samples, failed, wait, step, share }` in seconds,
-- `step` between batches, `share` of the waiting in both; as text, one line.
function Loader:report()
  return self.times:report()
end

function Loader:__tostring()
  return ("%s(%d samples, %d batches of %d, %d workers, epoch %d, position %d)"):format(WHAT,
    self.samples, self:size(), self.batchSize, self.workers, self.current, self.position)
end

-- Making -----------------------------------------------------------------------------------------

-- Options by name; a data set alone is one, too.
local function read(...)
  local first = ...
  if type(first) ~= "table" or dataset.is(first) then return declared:read(...) end
  local given = { batchSize = 32 }
  for name, value in pairs(first) do given[name] = value end
  return declared:read(given)
end

--- wick.data.loader{ dataset, ... }: options are
--
--   batchSize    samples of a batch (32); dropLast = true leaves a smaller last one out
--   pipeline     what happens to samples: wick.data.pipeline, or a list of stages
--   workers      threads (as many as there are cores); 0: the loop's own thread does it all
--   prefetch     batches that are made ahead (2)
--   shuffle      another order in every epoch (false)
--   seed         decides order and augmentation; drawn from the default generator when left out
--   weights      a number for each sample: how often it is drawn, in proportion
--   balance      true: every class is drawn equally often
--   replacement  whether what is drawn by weight may come several times in an epoch (true)
--   samples      of an epoch (the size of the data set)
--   channels     of images from files: 3, 1 or 0, those of the file (the data set's, else 3)
--   limit        the most bytes that unpacking an image may take
--   atLeast      a side or { height, width }: a JPEG image may come smaller by eighths, though not
--                than that, which takes less time; for pipelines that shrink photographs
--   onError      what to do about a sample that cannot be had: "raise"; "skip", which leaves it out
--                of its batch and says so; or a function of { index, path, message }
--   log          function(text), for what is said (standard error)
--
-- A data set answers `size()` and `get(i)`; those of wick.data do, and tables of tensors such as
-- `{ input = images, target = labels }` will do. `get` is called on the loop's thread, files are
-- read by the workers.
return function(...)
  local self = read(...)
  check_options(self)
  self.dataset = dataset.of(WHAT, self.dataset)
  self.count = self.dataset:size()
  if self.count < 1 then errors.raise("%s: the data set is empty", WHAT) end
  self.weights = weights_of(self, self.dataset)
  self.samples = self.samples or self.count
  if self.samples > self.count and not (self.weights and self.replacement) then
    errors.raise("%s: an epoch of %d samples is more than the %d there are; weights draw some of "
      .. "them again", WHAT, self.samples, self.count)
  end
  self.pipeline = pipeline_of(self.pipeline)
  self.least = least_of(self.atLeast)
  self.channels = image_files.check_channels(WHAT, self.channels or self.dataset.channels)
  local is_random = self.shuffle or self.weights or self.pipeline
  self.seed = self.seed or (is_random and torch.random(sampler.LARGEST_SEED) or 0)
  self.log = self.log or function(text) io.stderr:write(text, "\n") end
  self.current, self.position = 1, 0
  self.times = Report.new(WHAT, self.log, self.workers)
  return setmetatable(self, Loader)
end
