-- The package `totem`: torch.Tester and torch.TestSuite under the names that tests of nngraph and
-- others use, comparisons, and checks of modules (totem.nn).
local deep_equal = require "torch.deep_equal"

local torch = require "torch"

local totem = { Tester = torch.Tester, TestSuite = torch.TestSuite }

-- Scripts expect the global, as Torch7's package set it.
rawset(_G, "totem", totem)

-- Whether two values are the same up to a tolerance; in a second value, what differs.
for _, kind in ipairs{ "", "Tensors", "Storages", "Tables" } do
  totem[("are%sEq"):format(kind)] = deep_equal.values
  totem[("are%sNe"):format(kind)] = function(a, b, tolerance)
    return not deep_equal.values(a, b, tolerance)
  end
end

return setmetatable(totem, {
  __index = function(_, name)
    if name ~= "nn" then return nil end
    totem.nn = require "totem.nn"
    return totem.nn
  end,
})
