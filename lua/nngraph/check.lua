-- What is a node, and what to say of that which is none.
local class = require "torch.class"
local errors = require "wick.errors"

local check = {}

--- Whether a value is an nngraph.Node.
function check.is_node(value)
  return type(value) == "table" and class.typename(value) == "nngraph.Node"
end

-- The largest index, of lists that have holes too.
local function last_index(list)
  local last = 0
  for key in pairs(list) do
    if math.type(key) == "integer" and key > last then last = key end
  end
  return last
end

local function describe(value, place)
  if value == nil then return place .. " is nil (typo / bad index?)" end
  if class.isTypeOf(value, "nn.Module") then
    return ("%s is an nn.Module, specifically a %s, but the only valid thing to pass is an "
      .. "instance of nngraph.Node; a second pair of parentheses makes one of it: module()")
      :format(place, class.typename(value))
  end
  return ("%s should be an nngraph.Node but is of type %s"):format(place, class.type(value))
end

--- Raises unless the value is a node; `place` is its place in the message.
function check.node(value, place)
  if not check.is_node(value) then errors.raise("%s", describe(value, place)) end
end

--- Raises unless everything in the list is a node; `name` is the list's in the message. Returns how
-- many there are.
function check.nodes(list, name)
  if type(list) ~= "table" or class.typename(list) then
    errors.raise("%s: a list of nodes expected, got %s", name, errors.value(list))
  end
  local count = last_index(list)
  for i = 1, count do check.node(list[i], ("%s[%d]"):format(name, i)) end
  return count
end

return check
