-- graph.Graph: lists of nodes and edges, each of which also maps its members to their places.
local class = require "torch.class"
local errors = require "wick.errors"
local Node = require "graph.node"
local torch = require "torch"

local Graph = torch.class("graph.Graph")

--- A graph without nodes; edges bring theirs.
function Graph:__init()
  self.nodes, self.edges = {}, {}
end

local function add_once(list, member)
  if list[member] then return end
  local place = #list + 1
  list[place], list[member] = member, place
end

--- Adds an edge and its nodes, or a list of edges; the nodes' children and `id` follow.
function Graph:add(edge)
  if type(edge) ~= "table" then
    errors.raise("graph.Edge or {graph.Edges} expected, got %s", errors.value(edge))
  elseif not class.typename(edge) then
    for _, one in ipairs(edge) do self:add(one) end
    return
  end
  for _, node in ipairs{ edge.from, edge.to } do
    add_once(self.nodes, node)
    node.id = self.nodes[node]
  end
  add_once(self.edges, edge)
  edge.from:add(edge.to)
end

-- The graph with nodes of its own on the same data; `from` and `to` name the ends of the new edges.
local function copy(self, from, to)
  local result, counterpart = _G.graph.Graph(), {}
  local function counterpart_of(node)
    counterpart[node] = counterpart[node] or node.new(node.data)
    return counterpart[node]
  end
  for _, edge in ipairs(self.edges) do
    local start, finish = counterpart_of(edge[from]), counterpart_of(edge[to])
    result:add(edge.new(start, finish, edge.weight))
  end
  return result, counterpart
end

--- A copy with new nodes, which share the data.
function Graph:clone()
  return (copy(self, "from", "to"))
end

--- A copy whose edges point the other way, and the table from this graph's nodes to its nodes.
function Graph:reverse()
  return copy(self, "to", "from")
end

local function without(self, far)
  local excluded, list = {}, {}
  for _, edge in ipairs(self.edges) do excluded[edge[far]] = true end
  for _, node in ipairs(self.nodes) do
    if not excluded[node] then list[#list + 1] = node end
  end
  return list
end

--- The nodes that nothing points to, in order.
function Graph:roots()
  return without(self, "to")
end

--- The nodes that point to nothing, in order.
function Graph:leaves()
  return without(self, "from")
end

-- All nodes, each after those it points to; nil when there is a cycle.
local function children_first(self, roots)
  local list, seen, open, cyclic = {}, {}, {}, false
  for _, root in ipairs(roots) do
    Node.walk(root, seen, function(node)
      open[node] = true
    end, function(node)
      open[node] = nil
      list[#list + 1] = node
    end, function(child)
      cyclic = cyclic or open[child] ~= nil
    end)
  end
  return not cyclic and #list == #self.nodes and list or nil
end

--- Whether there is a cycle.
function Graph:hasCycle()
  return children_first(self, self:roots()) == nil
end

--- The nodes in an order in which every edge points forwards, the reversed graph and its roots; an
-- error when there is a cycle.
function Graph:topsort()
  local reversed, counterpart = self:reverse()
  local original = {}
  for node, other in pairs(counterpart) do original[other] = node end
  local roots = reversed:roots()
  local list = children_first(reversed, roots)
  if not list then
    errors.raise("Graph has cycles: %d nodes, of which no order has every edge point forwards",
      #self.nodes)
  end
  for i, node in ipairs(list) do list[i] = original[node] end
  return list, reversed, roots
end

--- The graph in the DOT language of graphviz.
function Graph:todot(title)
  return require("graph.dot").text(self, title)
end

return Graph
