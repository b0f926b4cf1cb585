-- tnt.TimeMeter: seconds since it was made or reset.
require "torchnet.meter"

local method = require "torchnet.method"
local system = require "wick.system"
local tnt = require "torchnet.env"

local torch = require "torch"

local TimeMeter = torch.class("tnt.TimeMeter", "tnt.Meter", tnt)

--- tnt.TimeMeter([unit]): with `unit`, seconds a unit that `incUnit` counted.
TimeMeter.__init = method("tnt.TimeMeter", "tnt.TimeMeter", {
  { name = "unit", type = "boolean", default = false },
}, function(self, unit)
  self.unit = unit
  self:reset()
end)

-- A clock's reading means nothing in another process: what is saved has stopped.
TimeMeter.__transient = { since = true }

--- Begins anew.
function TimeMeter:reset()
  self.n, self.before, self.since = 0, 0, system.ticks()
end

--- Stops the clock.
function TimeMeter:stop()
  self.before, self.since = self:seconds(), nil
end

--- Goes on.
function TimeMeter:resume()
  self.since = self.since or system.ticks()
end

--- The seconds that the clock ran.
function TimeMeter:seconds()
  return self.before + (self.since and system.ticks() - self.since or 0)
end

--- meter:incUnit([value = 1]): counts units.
TimeMeter.incUnit = method("tnt.TimeMeter:incUnit", "tnt.TimeMeter", {
  { name = "value", type = "number", default = 1 },
}, function(self, value)
  self.n = self.n + value
end)

--- The seconds, or the seconds a unit.
function TimeMeter:value()
  return self.unit and self:seconds() / self.n or self:seconds()
end
