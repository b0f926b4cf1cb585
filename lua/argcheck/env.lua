-- How argcheck sees types; a program may put its own functions here for checkers made afterwards.
local class = require "torch.class"

local env = {}

--- The class name of a value, or what Lua's `type` says.
env.type = class.type

--- Whether the value is of that type: Lua's, "*" for any but nil, a class or one of its parents, or
-- a pattern such as "torch.*Tensor".
function env.istype(value, name)
  if name == "*" then return value ~= nil end
  if class.typename(value) then return class.isTypeOf(value, name) end
  return type(value) == name
end

return env
