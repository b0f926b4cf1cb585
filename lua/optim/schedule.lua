-- optim.schedule: learning rates as plain functions of progress, which runs from 0 (before the
-- first step) to 1 (after the last):
--
--   local rate = optim.schedule.oneCycle{ 0.1, warmup = 0.3 }
--   config.learningRate = rate((step - 1) / steps)
local args = require "wick.args"
local errors = require "wick.errors"

local schedule = {}

local function between(progress)
  return math.min(math.max(progress, 0), 1)
end

-- From `from` to `to` along half a cosine.
local function along_cosine(from, to, progress)
  return to + (from - to) * (1 + math.cos(math.pi * progress)) / 2
end

-- Functions of { 0.1, finish = 0.01 } or (0.1, 0.01): `make` gets the arguments by name.
local function maker(declaration, make)
  local declared = args(declaration)
  return function(...)
    return make(declared:read(...))
  end
end

--- schedule.constant(rate): always the same.
schedule.constant = maker({ "optim.schedule.constant", { "rate", "number" } }, function(a)
  return function()
    return a.rate
  end
end)

--- schedule.step{ rate, at = {0.5, 0.75}, factor = 0.1 }: multiplied by `factor` at each of the
-- points `at`.
schedule.step = maker({
  "optim.schedule.step", { "rate", "number" }, { "at", "table", { 0.5, 0.75 } },
  { "factor", "number", 0.1 },
}, function(a)
  return function(progress)
    local rate = a.rate
    for _, point in ipairs(a.at) do
      if progress >= point then rate = rate * a.factor end
    end
    return rate
  end
end)

--- schedule.linear{ rate, finish = 0 }: a straight line down to `finish`.
schedule.linear = maker({
  "optim.schedule.linear", { "rate", "number" }, { "finish", "number", 0 },
}, function(a)
  return function(progress)
    return a.rate + (a.finish - a.rate) * between(progress)
  end
end)

--- schedule.exponential{ rate, finish = rate / 100 }: the same factor at every step.
schedule.exponential = maker({
  "optim.schedule.exponential", { "rate", "number" },
  { "finish", "number", function(a) return a.rate / 100 end },
}, function(a)
  return function(progress)
    return a.rate * (a.finish / a.rate) ^ between(progress)
  end
end)

--- schedule.cosine{ rate, finish = 0 }: half a cosine down to `finish`.
schedule.cosine = maker({
  "optim.schedule.cosine", { "rate", "number" }, { "finish", "number", 0 },
}, function(a)
  return function(progress)
    return along_cosine(a.rate, a.finish, between(progress))
  end
end)

--- schedule.oneCycle{ peak, start = peak / 25, finish = peak / 10000, warmup = 0.3 }: up to the
-- peak within the first `warmup` of the way, then down, each along a cosine (Smith and Topin,
-- 2018).
schedule.oneCycle = maker({
  "optim.schedule.oneCycle", { "peak", "number" },
  { "start", "number", function(a) return a.peak / 25 end },
  { "finish", "number", function(a) return a.peak / 10000 end }, { "warmup", "number", 0.3 },
}, function(a)
  return function(progress)
    progress = between(progress)
    if progress < a.warmup then return along_cosine(a.start, a.peak, progress / a.warmup) end
    if a.warmup >= 1 then return a.peak end
    return along_cosine(a.peak, a.finish, (progress - a.warmup) / (1 - a.warmup))
  end
end)

--- schedule.warmup{ schedule, part = 0.05, start = 0 }: rises in a straight line from `start` to
-- what `schedule` begins with, within the first `part` of the way; the schedule takes the rest.
schedule.warmup = maker({
  "optim.schedule.warmup", { "schedule", "function" }, { "part", "number", 0.05 },
  { "start", "number", 0 },
}, function(a)
  if a.part < 0 or a.part >= 1 then
    errors.raise("optim.schedule.warmup: part is %s; it is a fraction of the way, at least 0 and "
      .. "less than 1", errors.number(a.part))
  end
  return function(progress)
    progress = between(progress)
    if progress >= a.part then return a.schedule((progress - a.part) / (1 - a.part)) end
    return a.start + (a.schedule(0) - a.start) * progress / a.part
  end
end)

return schedule
