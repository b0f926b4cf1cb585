-- The package `cunn`: modules and criteria that go to a GPU, on machines without: `:cuda()` makes
-- them float. Returns nn, as Torch7's does.
require "cutorch"

local nn = require "nn"

require("cutorch.types").installModules("cuda")
require "cunn.data_parallel_table"

return nn
