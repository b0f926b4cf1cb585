-- What tensors do under Torch7's mode and nowhere else.
local class = require "torch.class"
local core = require "wick.core"
local patch = require "torch7.patch"

local tensors = {}

-- An entry of a vector is a number, whichever dimension is named.
local function selecting(select)
  return function(x, dim, index)
    if class.isTensor(x) and x:dim() == 1 and index ~= nil then dim = 1 end
    return select(x, dim, index)
  end
end

-- A tensor alone is filled, as by the other functions that draw; outside the mode it holds
-- probabilities.
local function filling(bernoulli)
  return function(...)
    if select("#", ...) == 1 and class.isTensor((...)) then return (...):bernoulli() end
    return bernoulli(...)
  end
end

--- Puts the methods in place.
function tensors.install()
  local torch = require "torch"
  patch.set(torch, "bernoulli", filling(torch.bernoulli))
  for name, metatable in pairs(core.classes) do
    if name:find("Tensor$") then patch.set(metatable, "select", selecting(metatable.select)) end
  end
end

return tensors
