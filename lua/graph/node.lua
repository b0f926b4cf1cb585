-- graph.Node: a value and the nodes it points to, its children, as a list that also maps a child to
-- its place.
local class = require "torch.class"
local errors = require "wick.errors"
local torch = require "torch"

local Node = torch.class("graph.Node")

--- A node that carries `data`. `visited` and `marked` are there for Torch7, which reads them in
-- files; walks here keep such notes to themselves.
function Node:__init(data)
  self.data = data
  self.id = 0
  self.children = {}
  self.visited, self.marked = false, false
end

--- Points to a child, or to each of a list; one that is a child already stays where it is.
function Node:add(child)
  if type(child) ~= "table" then
    errors.raise("graph.Node: add takes a node or a list of nodes, got %s", errors.value(child))
  elseif not class.typename(child) then
    for _, one in ipairs(child) do self:add(one) end
  elseif not self.children[child] then
    local place = #self.children + 1
    self.children[place], self.children[child] = child, place
  end
end

--- What pictures say about the node.
function Node:label()
  return tostring(self.data)
end

local function nothing() end

-- Walks depth first from `start` through nodes that are not in `seen`, parents before their
-- children to `pre`, after them to `post`; `again` sees every child that was seen before.
local function walk(start, seen, pre, post, again)
  local stack, places, depth = { start }, { 0 }, 1
  seen[start] = true
  pre(start)
  while depth > 0 do
    local node = stack[depth]
    places[depth] = places[depth] + 1
    local child = node.children[places[depth]]
    if child == nil then
      stack[depth] = nil
      depth = depth - 1
      post(node)
    elseif seen[child] then
      again(child)
    else
      seen[child] = true
      pre(child)
      depth = depth + 1
      stack[depth], places[depth] = child, 0
    end
  end
end
Node.walk = walk

--- Calls pre(node) before and post(node) after a node's children, depth first, once for each node
-- that can be reached; both are optional.
function Node:visit(pre, post)
  walk(self, {}, pre or nothing, post or nothing, nothing)
end

--- Calls f(node) for every node that can be reached, children before their parents.
function Node:dfs(f)
  walk(self, {}, nothing, f, nothing)
end

--- Calls f(node) for every node that can be reached, nearest first.
function Node:bfs(f)
  local queue, seen, first = { self }, { [self] = true }, 1
  while queue[first] do
    local node = queue[first]
    f(node)
    for _, child in ipairs(node.children) do
      if not seen[child] then
        seen[child] = true
        queue[#queue + 1] = child
      end
    end
    first = first + 1
  end
end

--- Whether a cycle can be reached from the node.
function Node:hasCycle()
  local open, found = {}, false
  walk(self, {}, function(node)
    open[node] = true
  end, function(node)
    open[node] = nil
  end, function(child)
    found = found or open[child] ~= nil
  end)
  return found
end

--- The graph of everything that can be reached.
function Node:graph()
  local g = _G.graph.Graph()
  self:bfs(function(node)
    for _, child in ipairs(node.children) do g:add(_G.graph.Edge(node, child)) end
  end)
  return g
end

return Node
