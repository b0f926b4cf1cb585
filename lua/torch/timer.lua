-- torch.Timer: a stopwatch of wall, user and system time that starts running. Returns its
-- constructor.
local class = require "torch.class"
local system = require "wick.system"

local home = {}
local Timer = class.class("torch.Timer", home)

local function now()
  local user, sys = system.cpu()
  return { real = system.ticks(), user = user, sys = sys }
end

function Timer:__init()
  self:reset()
  self.running = true
end

--- Sets the time back to zero, running or not. Returns the timer, as `stop` and `resume` do.
function Timer:reset()
  self.total = { real = 0.0, user = 0.0, sys = 0.0 }
  self.start = now()
  return self
end

--- The time on the watch in seconds: `{ real =, user =, sys = }`.
function Timer:time()
  local time = {}
  local mark = self.running and now()
  for clock, seconds in pairs(self.total) do
    time[clock] = mark and seconds + mark[clock] - self.start[clock] or seconds
  end
  return time
end

--- Stops the watch; what it shows stays.
function Timer:stop()
  self.total = self:time()
  self.running = false
  return self
end

--- Lets a stopped watch run on.
function Timer:resume()
  if not self.running then
    self.start = now()
    self.running = true
  end
  return self
end

function Timer:__tostring__()
  return ("torch.Timer [status: %s]"):format(self.running and "running" or "stopped")
end

return home.Timer
