-- The package `graph`: directed graphs of nodes that carry data, after Torch7's package of that
-- name. Sets the global `graph`, as scripts expect, and returns it. Nothing here recurses: a chain
-- of a million nodes is walked by loops.
require "torch"

local graph = {}
rawset(_G, "graph", graph)

require "graph.node"
require "graph.edge"
require "graph.graph"

local files = require "graph.files"
for _, name in ipairs{ "dot", "graphvizFile", "graphvizLayout", "_dotEscape" } do
  graph[name] = files[name]
end

return graph
