-- Parameters of functions: tensors and numbers in nested tables.
local class = require "torch.class"

local nested = {}

-- Keys in an order that depends on them alone: numbers, then names.
local function ordered_keys(value)
  local keys = {}
  for key in pairs(value) do keys[#keys + 1] = key end
  table.sort(keys, function(a, b)
    local kind, other = type(a), type(b)
    if kind ~= other then return kind == "number" or other ~= "number" and kind < other end
    if kind == "number" or kind == "string" then return a < b end
    return tostring(a) < tostring(b)
  end)
  return keys
end
nested.orderedKeys = ordered_keys

--- Whether a value is a table that holds others, and no object of a class.
function nested.isTable(value)
  return type(value) == "table" and not class.typename(value)
end

--- f of every number and tensor in nested tables, in tables of the same shape; other values stay.
function nested.map(value, f)
  if type(value) == "number" or class.isTensor(value) then return f(value) end
  if not nested.isTable(value) then return value end
  local mapped = {}
  for _, key in ipairs(ordered_keys(value)) do mapped[key] = nested.map(value[key], f) end
  return mapped
end

--- Whether a tensor's type has gradients.
function nested.isFloating(x)
  local name = class.typename(x)
  return name == "torch.FloatTensor" or name == "torch.DoubleTensor"
end

--- The first floating tensor in nested tables, or nil.
function nested.firstTensor(value)
  if class.isTensor(value) then return nested.isFloating(value) and value or nil end
  if not nested.isTable(value) then return nil end
  for _, key in ipairs(ordered_keys(value)) do
    local found = nested.firstTensor(value[key])
    if found then return found end
  end
end

return nested
