-- The first output of a small network; prints the peak of the resident memory in MB.
local torch = require "torch"
local models = require "wick.models"

local model = models.lenet5()
model:evaluate()
torch.noGrad(model.forward, model, torch.randn(1, 1, 32, 32)):sum()
for line in io.lines("/proc/self/status") do
  local kilobytes = line:match("^VmHWM:%s+(%d+)")
  if kilobytes then print(tonumber(kilobytes) / 1024) end
end
