-- The package `nngraph`: networks as graphs of modules, after Torch7's package of that name. A
-- module called with nodes, or with nothing, becomes a node; `nn.gModule(inputs, outputs)` makes a
-- module of what stands between them. Sets the global `nngraph` and returns it.
require "graph"
require "nn"

local nngraph = {}
rawset(_G, "nngraph", nngraph)

require "nngraph.node"
require "nngraph.simple_modules"
require "nngraph.module_from_criterion"
require "nngraph.gmodule"
require "nngraph.call"

nngraph.nest = require "nngraph.nest"
nngraph.simple_print = require "nngraph.simple_print"

for name, f in pairs(require "nngraph.inspect") do nngraph[name] = f end

return nngraph
