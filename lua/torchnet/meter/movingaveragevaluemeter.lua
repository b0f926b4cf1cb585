-- tnt.MovingAverageValueMeter: the mean and the standard deviation of the last numbers.
require "torchnet.meter"

local errors = require "wick.errors"
local method = require "torchnet.method"
local read = require "torchnet.meter.read"
local tnt = require "torchnet.env"

local torch = require "torch"

local MovingAverageValueMeter = torch.class("tnt.MovingAverageValueMeter", "tnt.Meter", tnt)

--- tnt.MovingAverageValueMeter(windowsize): over the last `windowsize` numbers.
MovingAverageValueMeter.__init = method("tnt.MovingAverageValueMeter",
  "tnt.MovingAverageValueMeter", {
    { name = "windowsize", type = "number" },
  }, function(self, windowsize)
    self.windowsize = math.tointeger(windowsize)
    if not self.windowsize or self.windowsize < 1 then
      errors.raise("tnt.MovingAverageValueMeter: windowsize is a positive integer, not %s",
        errors.number(windowsize))
    end
    self:reset()
  end)

--- Forgets all numbers.
function MovingAverageValueMeter:reset()
  self.n, self.valuequeue = 0, {}
end

--- meter:add(value).
MovingAverageValueMeter.add = method("tnt.MovingAverageValueMeter:add",
  "tnt.MovingAverageValueMeter", {
    { name = "value", check = read.isNumber },
  }, function(self, value)
    self.valuequeue[self.n % self.windowsize + 1] = read.number(value)
    self.n = self.n + 1
  end)

--- The mean and the standard deviation; 0 both without numbers.
function MovingAverageValueMeter:value()
  local sum, squares, n = 0, 0, #self.valuequeue
  for _, value in ipairs(self.valuequeue) do sum = sum + value end
  local mean = sum / math.max(1, n)
  for _, value in ipairs(self.valuequeue) do squares = squares + (value - mean) ^ 2 end
  return mean, math.sqrt(squares / math.max(1, n - 1))
end
