-- The package `cltorch`: OpenCL's tensors under their names, on the CPU; see cutorch.
local names = require "cutorch.names"

local torch = require "torch"

local cltorch = {}

--- 1, the one device there is.
function cltorch.getDeviceCount() return 1 end
cltorch.getDevice = cltorch.getDeviceCount

for name in ("setDevice synchronize finish setTrace setAddFinish"):gmatch("%S+") do
  cltorch[name] = function() end
end

cltorch.manualSeed = torch.manualSeed

require("cutorch.types").install("Cl", "cl")
names.tell("cltorch")
rawset(_G, "cltorch", cltorch)

return cltorch
