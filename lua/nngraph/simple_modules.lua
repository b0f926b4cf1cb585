-- Modules that nngraph puts between nodes: the only entry of a table, and a table of one entry.
local errors = require "wick.errors"
local layer = require "nn.layer"
local nngraph = _G.nngraph

layer.define("nngraph.JustElement", "nn.Module", {
  doc = "The only entry of a table.",
}, function(_, input)
  if type(input) ~= "table" or #input ~= 1 then
    errors.raise("expecting one element in a table, got %s", type(input) == "table"
      and ("%d elements"):format(#input) or errors.value(input))
  end
  return input[1]
end)

layer.define("nngraph.JustTable", "nn.Module", {
  doc = "A table whose only entry is the input.",
}, function(_, input)
  return { input }
end)

return nngraph
