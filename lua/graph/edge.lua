-- graph.Edge: from one node to another.
local torch = require "torch"

local Edge = torch.class("graph.Edge")

--- An edge between two nodes; `weight` is the caller's business.
function Edge:__init(from, to, weight)
  self.from, self.to, self.weight = from, to, weight
end

return Edge
