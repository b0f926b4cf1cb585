-- The package `nn`: modules, containers and criteria under Torch7's names. Sets the global `nn`, as
-- Torch7 scripts expect, and returns it.
require "torch"

local nn = {}
rawset(_G, "nn", nn)

for _, file in ipairs{
  "module", "container", "criterion", "sequential",
} do
  require("nn." .. file)
end

return nn
