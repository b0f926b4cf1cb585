-- The package `clnn`: modules and criteria that go to OpenCL's devices, on machines without:
-- `:cl()` makes them float. Returns nn.
require "cltorch"

require("cutorch.types").installModules("cl")

return require "nn"
