-- nngraph.nest: nodes in nested tables as one node whose output is nested alike.
local check = require "nngraph.check"
local errors = require "wick.errors"

local nest

-- The node for a node, or for a list of what nest takes.
function nest(input)
  if check.is_node(input) then return input end
  if type(input) ~= "table" or #input == 0 then
    errors.raise("what is this in the nest input? %s; nngraph.nest takes nodes and lists of them "
      .. "that are not empty", errors.value(input))
  end
  if #input == 1 then return _G.nngraph.JustTable()(nest(input[1])) end
  local children = {}
  for i, child in ipairs(input) do children[i] = nest(child) end
  return _G.nn.Identity()(children)
end

--- nngraph.nest(nodes): one node for nested tables of nodes: nngraph.nest{ a, { b }, c }.
return function(...)
  local count = select("#", ...)
  if count > 1 then errors.raise("Use {input1, input2} to pass multiple inputs.") end
  if count == 0 or (...) == nil then errors.raise("nngraph.nest: Pass an input.") end
  return nest((...))
end
