-- Where the time goes: notes every operation between start and stop.
--
--   local trace = require "wick.trace"
--   trace.start()
--   ...
--   print(trace.stop())
local core = require "wick.core"
local errors = require "wick.errors"

local trace = {}
local Trace = {}
Trace.__index = Trace

--- Notes every operation from now on. Costs two looks at the clock an operation.
function trace.start()
  core.traceStart()
end

--- Ends it and returns the trace: a list of { operation =, start =, seconds =, shape = } with the
-- methods below; printing it shows the totals.
function trace.stop()
  local events = core.traceStop()
  if not events then errors.raise("trace.stop: no trace was started") end
  return setmetatable(events, Trace)
end

-- Seconds of each event without those of the events inside it; events come in the order of their
-- ends.
local function own_seconds(events)
  local own, open = {}, {}
  for i, event in ipairs(events) do
    own[i] = event.seconds
    while #open > 0 and events[open[#open]].start >= event.start do
      own[i] = own[i] - events[table.remove(open)].seconds
    end
    open[#open + 1] = i
  end
  return own
end

--- Totals by operation, the longest first: a list of { operation =, calls =, seconds = }. What an
-- operation had to wait for, a convolution not computed before say, counts by itself.
function Trace:totals()
  local by_name, list, own = {}, {}, own_seconds(self)
  for i, event in ipairs(self) do
    local total = by_name[event.operation]
    if not total then
      total = { operation = event.operation, calls = 0, seconds = 0 }
      by_name[event.operation], list[#list + 1] = total, total
    end
    total.calls, total.seconds = total.calls + 1, total.seconds + own[i]
  end
  table.sort(list, function(a, b)
    if a.seconds ~= b.seconds then return a.seconds > b.seconds end
    return a.operation < b.operation
  end)
  return list
end

function Trace:__tostring()
  local lines = { ("%-24s %8s %12s %7s"):format("operation", "calls", "ms", "share") }
  local totals, all = self:totals(), 0
  for _, total in ipairs(totals) do all = all + total.seconds end
  for _, total in ipairs(totals) do
    lines[#lines + 1] = ("%-24s %8d %12.3f %6.1f%%"):format(total.operation, total.calls,
      total.seconds * 1000, all > 0 and 100 * total.seconds / all or 0)
  end
  return table.concat(lines, "\n")
end

--- Writes the trace for the timeline viewers of Chrome and Perfetto (JSON, times in microseconds).
function Trace:chrome(path)
  local first = self[1] and self[1].start or 0
  local rows = {}
  for i, event in ipairs(self) do
    rows[i] = ('{"name":"%s","ph":"X","pid":1,"tid":1,"ts":%.3f,"dur":%.3f,"args":{"shape":"%s"}}')
      :format(event.operation, (event.start - first) * 1e6, event.seconds * 1e6, event.shape)
  end
  core.io.writeFile(path, '{"traceEvents":[\n' .. table.concat(rows, ",\n") .. "\n]}\n")
end

return trace
