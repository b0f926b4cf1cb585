-- tnt.mAPMeter: the mean of the classes' average precisions.
require "torchnet.meter.apmeter"

local method = require "torchnet.method"
local tnt = require "torchnet.env"

local torch = require "torch"

local mAPMeter = torch.class("tnt.mAPMeter", "tnt.Meter", tnt)

--- tnt.mAPMeter().
mAPMeter.__init = method("tnt.mAPMeter", "tnt.mAPMeter", {}, function(self)
  self.apmeter = tnt.APMeter()
end)

--- Forgets all examples.
function mAPMeter:reset()
  self.apmeter:reset()
end

--- meter:add(output, target [, weight]), as of tnt.APMeter.
mAPMeter.add = method("tnt.mAPMeter:add", "tnt.mAPMeter", {
  { name = "output", type = "torch.*Tensor" },
  { name = "target", type = "torch.*Tensor" },
  { name = "weight", type = "torch.*Tensor", opt = true },
}, function(self, output, target, weight)
  self.apmeter:add{ output = output, target = target, weight = weight }
end)

--- The mean; 0 without examples.
function mAPMeter:value()
  local values = self.apmeter:value()
  return values == 0 and 0 or values:mean()
end
