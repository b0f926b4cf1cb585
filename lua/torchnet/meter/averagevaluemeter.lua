-- tnt.AverageValueMeter: the mean and the standard deviation of numbers.
require "torchnet.meter"

local errors = require "wick.errors"
local method = require "torchnet.method"
local read = require "torchnet.meter.read"
local tnt = require "torchnet.env"

local torch = require "torch"

local AverageValueMeter = torch.class("tnt.AverageValueMeter", "tnt.Meter", tnt)

--- tnt.AverageValueMeter().
AverageValueMeter.__init = method("tnt.AverageValueMeter", "tnt.AverageValueMeter", {},
  function(self)
    self:reset()
  end)

--- Forgets all numbers.
function AverageValueMeter:reset()
  self.sum, self.n, self.var = 0, 0, 0
end

--- meter:add(value [, n = 1]): counts the value n times.
AverageValueMeter.add = method("tnt.AverageValueMeter:add", "tnt.AverageValueMeter", {
  { name = "value", check = read.isNumber },
  { name = "n", type = "number", default = 1 },
}, function(self, value, n)
  if n < 0 then
    errors.raise("tnt.AverageValueMeter:add: example weights cannot be negative, n is %s",
      errors.number(n))
  end
  value = read.number(value)
  self.sum = self.sum + n * value
  self.var = self.var + n * value * value
  self.n = self.n + n
end)

--- The mean and the standard deviation; that of a single value is not a number.
function AverageValueMeter:value()
  local mean = self.sum / self.n
  return mean, math.sqrt((self.var - self.n * mean * mean) / (self.n - 1))
end
