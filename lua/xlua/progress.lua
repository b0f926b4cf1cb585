-- xlua.progress: a bar on one line, with the time a step takes and the time that is left.
local errors = require "wick.errors"
local system = require "wick.system"

local state = nil -- of the bar under way: { start, last, current }

local function format_time(seconds)
  return require("xlua").formatTime(seconds)
end

-- The bar with "current/goal" in its middle.
local function bar(width, current, goal)
  local filled = math.floor(width * math.min(1, math.max(0, current / goal)))
  local text = ("="):rep(filled)
  if filled < width then text = text .. ">" .. ("."):rep(width - filled - 1) end
  local label = (" %s/%s "):format(errors.number(current), errors.number(goal))
  local from = math.max(0, (width - #label) // 2)
  return text:sub(1, from) .. label .. text:sub(from + #label + 1)
end

local function times(current, goal, now)
  if current >= goal then
    local total = now - state.start
    return (" Tot: %s | Step: %s"):format(format_time(total), format_time(total / goal))
  elseif current <= 0 then
    return ""
  end
  local step = (now - state.start) / math.max(1, current - state.first)
  return (" ETA: %s | Step: %s"):format(format_time(step * (goal - current)), format_time(step))
end

--- Shows that `current` of `goal` steps are done; the last one ends the line.
return function(current, goal)
  local now = system.ticks()
  if not state or current <= state.current then
    state = { start = now, first = current <= 1 and 0 or current, current = current }
  end
  state.current = current
  local columns = math.min(system.columns() or 80, 120)
  local line = (" [%s] %s"):format(bar(math.max(columns - 34, 10), current, goal),
    times(current, goal, now))
  io.write("\r", line, (" "):rep(math.max(0, columns - 1 - #line)))
  if current >= goal then
    io.write("\n")
    state = nil
  end
  io.flush()
end
