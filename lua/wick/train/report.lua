-- What a run says: a line when it begins, one after every epoch, one at the end, and on a terminal
-- a bar within epochs.
local system = require "wick.system"
local torch = require "torch"

local report = {}

local MIB = 2 ^ 20

-- Time -------------------------------------------------------------------------------------------

local Clock = { __index = {} }

--- Adds the time since the last lap to `name`.
function Clock.__index:lap(name)
  local now = system.ticks()
  self[name], self.mark = self[name] + now - self.mark, now
end

--- A clock with the seconds of `data` and `steps`.
function report.clock()
  return setmetatable({ data = 0, steps = 0, mark = system.ticks() }, Clock)
end

--- Seconds as people say them: 0.85 ms, 850 ms, 12.3 s, 4 min 05 s, 2 h 10 min.
function report.duration(seconds)
  if seconds < 0.01 then return ("%.2g ms"):format(1000 * seconds) end
  if seconds < 1 then return ("%.0f ms"):format(1000 * seconds) end
  if seconds < 59.95 then return ("%.1f s"):format(seconds) end
  if seconds < 3600 then return ("%d min %02d s"):format(seconds // 60, seconds % 60 // 1) end
  return ("%d h %02d min"):format(seconds // 3600, seconds % 3600 // 60)
end

--- A number with commas: 61,706.
function report.thousands(number)
  local text = ("%d"):format(number):reverse():gsub("(%d%d%d)", "%1,"):reverse()
  return (text:gsub("^,", ""))
end

-- Lines ------------------------------------------------------------------------------------------

-- "loss 0.1234, top-1 97.50 %, top-5 99.10 %"
local function measured(measure, top)
  local words = {}
  if measure.loss then words[1] = ("loss %.4f"):format(measure.loss) end
  for _, k in ipairs(top) do
    if measure.top[k] then
      local name = #top > 1 and ("top-%d "):format(k) or ""
      words[#words + 1] = ("%s%6.2f %%"):format(name, measure.top[k])
    end
  end
  return table.concat(words, "  ")
end

--- The line of the last epoch.
function report.text(run)
  local given, time = run.options, run.time
  if not time then return ("wick.train(%d epochs to come)"):format(given.epochs) end
  local count = tostring(given.epochs)
  local words = {
    ("epoch %" .. #count .. "d/%s"):format(run.epoch, count),
    "train " .. measured(run.training, given.top),
  }
  if run.testing then words[#words + 1] = "test " .. measured(run.testing, given.top) end
  if run.learning_rate then words[#words + 1] = ("rate %.2g"):format(run.learning_rate) end
  local seconds = time.data + time.steps
  words[#words + 1] = report.duration(seconds)
  if seconds > 0.1 and time.data > 0.1 * seconds then
    words[#words + 1] = ("%.0f %% of it waiting for data"):format(100 * time.data / seconds)
  end
  if run.is_best then words[#words + 1] = "best" end
  return table.concat(words, "   ")
end

--- Says what begins.
function report.start(run)
  local given = run.options
  run.began = system.ticks()
  given.log(("%s parameters, %s batches an epoch, %d epoch%s%s"):format(
    report.thousands(run.parameters:nElement()), report.thousands(given.data:size()), given.epochs,
    given.epochs == 1 and "" or "s",
    run.epoch > 0 and (", going on after epoch %d"):format(run.epoch) or ""))
end

--- Says how the epoch was.
function report.epoch(run)
  run.options.log(report.text(run))
end

--- Says how it ended.
function report.finish(run)
  if not run.best then return end
  local early = run.stopped and run.epoch < run.options.epochs
  run.options.log(("%s after epoch %d, in %s; best was epoch %d: %s; at most %.0f MiB"):format(
    early and "stopped" or "done", run.epoch, report.duration(system.ticks() - run.began),
    run.best.epoch, measured(run.best.testing or run.best.training, run.options.top),
    torch.memory().peak / MIB))
end

--- On a terminal, moves the bar of the epoch, unless what is said goes elsewhere.
function report.progress(run)
  if not run.options.shows_bar or not system.columns() then return end
  require("xlua").progress(run.batch_number, run.options.data:size())
end

return report
