-- An epoch of a wick.data.loader under way: batches are submitted ahead to the core's loader, whose
-- threads make them, and taken in the same order. From a loader's second epoch on its threads stay
-- for the epoch that follows, whose first batches they make while the last of this are taken.
local core = require "wick.core"
local dataset = require "wick.data.dataset"
local errors = require "wick.errors"

local WHAT = "wick.data.loader"
local TURN = 0.05 -- seconds after which a wait lets Lua see to Ctrl-C

local Run = {}
Run.__index = Run

-- Submitting -------------------------------------------------------------------------------------

local function is_interrupt(message)
  return type(message) == "string" and message:find("interrupted", 1, true) ~= nil
end

-- Reads what the data set gives for sample `i`; nil and the failure when it raises.
local function read(set, i)
  local went_well, entry = pcall(dataset.entry, set, i)
  if not went_well then
    if is_interrupt(entry) then error(entry, 0) end
    return nil, { index = i, message = tostring(entry) }
  elseif type(entry) ~= "table" then
    errors.raise("%s: sample %d is %s; a table such as { input = image, target = class } expected",
      WHAT, i, errors.value(entry))
  end
  return entry
end

-- Hands batch `number` of the epoch over to the workers.
local function submit(self, number)
  local loader = self.loader
  local first = (number - 1) * loader.batchSize
  local last = math.min(first + loader.batchSize, loader.samples)
  local entries, indices, failures = {}, {}, {}
  for k = first + 1, last do
    local index = self.order and self.order[k] or k
    local entry, failure = read(loader.dataset, index)
    if entry then
      entries[#entries + 1], indices[#indices + 1] = entry, index
    else
      failures[#failures + 1] = failure
    end
  end
  self.failures[number] = failures
  self.handle:submit(entries, indices, loader.seed, self.epoch, number)
end

-- Submits batches up to number `last`.
local function submit_up_to(self, last)
  for number = self.submitted + 1, math.min(last, self.batches) do
    self.submitted = number
    submit(self, number)
  end
end

-- Keeps the workers busy: so many batches are on their way, those of the next epoch among them when
-- it does not matter when samples are read.
local function submit_ahead(self)
  local loader = self.loader
  local last = loader.position + (loader.workers > 0 and loader.prefetch + 1 or 1)
  submit_up_to(self, last)
  if last <= self.batches or not loader:looksAhead() then return end
  self.following = self.following or Run.start(loader, loader:epochAfter(self.epoch), self.handle)
  if loader.dataset.steady then submit_up_to(self.following, last - self.batches) end
end

-- Taking -----------------------------------------------------------------------------------------

-- Does about a failure what was asked for.
local function see_to(self, failure)
  local loader = self.loader
  loader.times:count_failure()
  if loader.onError == "raise" then
    errors.raise("%s", failure.message)
  elseif loader.onError == "skip" then
    loader.log(("%s: left out: %s"):format(WHAT, failure.message))
  else
    loader.onError(failure)
  end
end

-- The batch that was submitted first, when it is ready.
local function take(self)
  local number = self.loader.position + 1
  local batch, failures
  repeat batch, failures = self.handle:take(TURN) until batch
  table.move(self.failures[number], 1, #self.failures[number], #failures + 1, failures)
  self.failures[number] = nil
  self.loader.position = number
  for _, failure in ipairs(failures) do see_to(self, failure) end
  return batch
end

-- The next batch that has a sample; nil at the end of the epoch.
local function next_batch(self)
  while self.loader.position < self.batches do
    submit_ahead(self)
    local batch = take(self)
    submit_ahead(self)
    if #batch.index > 0 then return batch end
  end
end

-- The loader is at the beginning of the next epoch; what follows has the threads, if they stay.
local function finish(self)
  local loader = self.loader
  if self.following then self.handle, loader.waiting = nil, self.following end
  self:close()
  loader.current, loader.position = self.epoch + 1, 0
  loader.lastDone = self.epoch
end

--- The next batch; nil after the last.
function Run:next()
  if not self.handle then return nil end
  local times = self.loader.times
  times:begin_waiting()
  local batch = next_batch(self)
  times:end_waiting(batch)
  if not batch then finish(self) end
  return batch
end

-- Beginning and ending ---------------------------------------------------------------------------

--- Ends the threads, if they are still this epoch's, and frees what they made.
function Run:close()
  if self.handle then self.handle:close() end
  self.handle = nil
  self.loader.times:stop()
end

Run.__close = Run.close

local function new_handle(loader)
  return core.loader{
    pipeline = loader.pipeline, workers = loader.workers, channels = loader.channels,
    limit = loader.limit, leastHeight = loader.least[1], leastWidth = loader.least[2],
  }
end

--- Begins epoch number `epoch` of `loader`, by the threads of `handle` or new ones, at its first
-- batch; `skipped` batches are done already.
function Run.start(loader, epoch, handle, skipped)
  return setmetatable({
    loader = loader, epoch = epoch, order = loader:order(epoch), batches = loader:size(),
    submitted = skipped or 0, failures = {}, handle = handle or new_handle(loader),
  }, Run)
end

return Run
