-- nngraph.simple_print: the graph without the nodes that only pass things on.
local class = require "torch.class"
local files = require "graph.files"

local simple = {}

local function matters(node)
  local module = node.data and node.data.module
  return module ~= nil and class.typename(module) ~= "nn.Identity"
end

-- The nearest nodes behind `node` that matter.
local function successors(node)
  local list, seen, stack = {}, {}, { node }
  while #stack > 0 do
    for _, child in ipairs(table.remove(stack).children) do
      if not seen[child] then
        seen[child] = true
        table.insert(matters(child) and list or stack, child)
      end
    end
  end
  return list
end

-- A graph of the nodes that matter; they share the data.
local function simplified(g)
  local result, counterpart = _G.graph.Graph(), {}
  local function counterpart_of(node)
    counterpart[node] = counterpart[node] or node.new(node.data)
    return counterpart[node]
  end
  for _, node in ipairs(g.nodes) do
    for _, child in ipairs(matters(node) and successors(node) or {}) do
      result:add(_G.graph.Edge(counterpart_of(node), counterpart_of(child)))
    end
  end
  return result
end

--- simple_print.todot(g [, title]): DOT text of the graph without nodes that have no module or an
-- nn.Identity.
function simple.todot(g, title)
  return simplified(g):todot(title)
end

--- simple_print.dot(g [, title] [, name]): as graph.dot, of that graph.
function simple.dot(g, title, name)
  return files.dot(simplified(g), title, name)
end

return simple
