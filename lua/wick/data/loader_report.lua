-- How long training waits for a wick.data.loader, beside how long its steps take.
local errors = require "wick.errors"
local system = require "wick.system"

local Report = {}
Report.__index = Report

local LONG_ENOUGH = 2 -- seconds, and
local BATCHES_ENOUGH = 10 -- to judge
local TOO_MUCH = 0.1 -- of the time

--- Times of a loader called `what`; `log` is told once when training waits for data.
function Report.new(what, log, workers)
  return setmetatable({
    what = what, log = log, workers = workers, batches = 0, samples = 0, failed = 0, wait = 0,
    step = 0,
  }, Report)
end

function Report:share()
  local total = self.wait + self.step
  return total > 0 and self.wait / total or 0
end

local function advice(self)
  if self.workers < system.cores() then
    return ("workers = %d may help"):format(system.cores())
  end
  return "all cores read already: smaller files or fewer stages may help"
end

-- Says once that the loader is what takes the time.
local function warn(self)
  if self.warned or self.batches < BATCHES_ENOUGH or self.wait + self.step < LONG_ENOUGH then
    return
  end
  if self:share() <= TOO_MUCH then return end
  self.warned = true
  self.log(("%s: training waits for data %.0f %% of the time (%.1f of %.1f s); workers: %d; %s")
    :format(self.what, 100 * self:share(), self.wait, self.wait + self.step, self.workers,
      advice(self)))
end

--- The loop asks for a batch: what passed since it got one was a step.
function Report:begin_waiting()
  self.began = system.ticks()
  if self.given then self.step = self.step + self.began - self.given end
end

--- The loop gets the batch, or nil.
function Report:end_waiting(batch)
  self.given = system.ticks()
  self.wait = self.wait + self.given - self.began
  if batch then
    self.batches, self.samples = self.batches + 1, self.samples + #batch.index
  end
  warn(self)
end

--- The loop has ended: time until the next does not count.
function Report:stop()
  self.given = nil
end

function Report:count_failure()
  self.failed = self.failed + 1
end

local Times = {}

function Times:__tostring()
  return ("%d batches, %d samples%s; waited %.3f s, steps took %.3f s: waiting is %.1f %%"):format(
    self.batches, self.samples,
    self.failed > 0 and (", %s left out"):format(errors.number(self.failed)) or "", self.wait,
    self.step, 100 * self.share)
end

--- The times so far as a table, which is a line as text.
function Report:report()
  return setmetatable({
    batches = self.batches, samples = self.samples, failed = self.failed, wait = self.wait,
    step = self.step, share = self:share(),
  }, Times)
end

return Report
