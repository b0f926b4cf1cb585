-- A learning rate for a start: the rate rises from step to step, and the loss tells where it begins
-- to learn and where it breaks (Smith, 2017).
local errors = require "wick.errors"
local Run = require "wick.train.run"
local undo = require "wick.train.undo"

local SMOOTHING = 0.9 -- of the running mean of losses
local BREAKS = 4 -- a loss so many times the lowest ends the search

-- Batches without end.
local function endless(data)
  local epoch, next_batch = 1, data:epoch(1)
  return function()
    local batch = next_batch()
    if batch then return batch end
    epoch = epoch + 1
    next_batch = data:epoch(epoch)
    return next_batch()
  end
end

-- Rates and smoothed losses, until the loss breaks.
local function search(run, from, to, steps)
  local found, mean, lowest = { rates = {}, losses = {} }, 0, math.huge
  local next_batch = endless(run.options.data)
  run.model:training()
  for i = 1, steps do
    local rate = from * (to / from) ^ ((i - 1) / math.max(steps - 1, 1))
    run:set_rate(rate)
    local loss = run:train_batch(next_batch())
    mean = SMOOTHING * mean + (1 - SMOOTHING) * loss
    local smooth = mean / (1 - SMOOTHING ^ i)
    if smooth ~= smooth or smooth > BREAKS * lowest then break end
    lowest = math.min(lowest, smooth)
    found.rates[i], found.losses[i] = rate, smooth
  end
  return found
end

-- A tenth of the rate at which the loss was lowest.
local function suggestion(found)
  local best = 1
  for i, loss in ipairs(found.losses) do
    if loss < found.losses[best] then best = i end
  end
  return found.rates[best] / 10
end

--- train.findRate{ model =, criterion =, data =, ..., from = 1e-6, to = 1, steps = 100 }: takes the
-- options of wick.train, tries rates from `from` to `to` on as many batches, puts everything back,
-- and returns { rate = a tenth of where the loss was lowest, rates = {...}, losses = {...} }, to be
-- looked at with gnuplot.plot.
return function(given)
  local options, range = {}, { from = 1e-6, to = 1, steps = 100 }
  for name, value in pairs(given) do
    if range[name] then range[name] = value else options[name] = value end
  end
  if not (range.from > 0 and range.to > range.from and range.steps >= 2) then
    errors.raise("train.findRate: rates go from %s to %s in %s steps; 0 < from < to and at least 2 "
      .. "steps expected", errors.value(range.from), errors.value(range.to),
      errors.value(range.steps))
  end
  options.finite, options.rate = false, nil
  local found = undo(Run.new(options), function(run)
    return search(run, range.from, range.to, range.steps)
  end)
  if #found.rates == 0 then
    errors.raise("train.findRate: the loss is no number from the first step on; lower `from`")
  end
  found.rate = suggestion(found)
  return found
end
