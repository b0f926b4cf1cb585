-- The fields of objects as they are saved, or sent to another thread.
local core = require "wick.core"
local class = require "torch.class"

local function emptied(value)
  if core.isLetGo(value) then return value.new() end
  if type(value) ~= "table" or class.typename(value) then return value end
  local copy = {}
  for key, entry in pairs(value) do copy[key] = emptied(entry) end
  return copy
end

--- The value of a field of an object. Outputs that a network let go of (nn/recall.lua) are empty
-- tensors there: nothing is computed to be saved.
return function(key, value)
  return key == "output" and emptied(value) or value
end
