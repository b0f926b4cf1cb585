-- tnt.MSEMeter: the mean of squared differences.
require "torchnet.meter"

local method = require "torchnet.method"
local read = require "torchnet.meter.read"
local tnt = require "torchnet.env"

local torch = require "torch"

local MSEMeter = torch.class("tnt.MSEMeter", "tnt.Meter", tnt)

--- tnt.MSEMeter([root]): with `root`, the square root of the mean.
MSEMeter.__init = method("tnt.MSEMeter", "tnt.MSEMeter", {
  { name = "root", type = "boolean", default = false },
}, function(self, root)
  self.root = root
  self:reset()
end)

--- Forgets all examples.
function MSEMeter:reset()
  self.n, self.sesum = 0, 0
end

--- meter:add(output, target): tensors of the same size.
MSEMeter.add = method("tnt.MSEMeter:add", "tnt.MSEMeter", {
  { name = "output", type = "torch.*Tensor" },
  { name = "target", type = "torch.*Tensor" },
}, function(self, output, target)
  read.checkSame("tnt.MSEMeter:add", output, target)
  local difference = output:detach():double() - target:detach():double()
  self.n = self.n + difference:nElement()
  self.sesum = self.sesum + difference:cmul(difference):sum()
end)

--- The mean; 0 without examples.
function MSEMeter:value()
  local mean = self.sesum / math.max(1, self.n)
  return self.root and math.sqrt(mean) or mean
end
