-- Graphs as text in the DOT language, which graphviz and others read.

local dot = {}

--- A word as it is, anything else quoted.
function dot.escape(text)
  if not text:find("[^a-zA-Z]") then return text end
  return '"' .. text:gsub('"', '\\"'):gsub("\n", "\\n") .. '"'
end

--- The name of a node in pictures: its own, or Node and its number.
function dot.name(node)
  return node.graphNodeName and node:graphNodeName() or ("Node%d"):format(node.id)
end

--- What stands in the node: its name and its label.
function dot.label(node)
  local label = node:label()
  return label == "" and dot.name(node) or dot.name(node) .. "\n" .. label
end

--- A node's attributes: graphviz's, which nodes may bring themselves.
function dot.attributes(node)
  return node.graphNodeAttributes and node:graphNodeAttributes() or {}
end

-- Attributes in the order of their names, the label among them.
local function attribute_text(node)
  local values = { label = dot.label(node) }
  for key, value in pairs(dot.attributes(node)) do values[key] = value end
  local keys = {}
  for key in pairs(values) do keys[#keys + 1] = tostring(key) end
  table.sort(keys)
  for i, key in ipairs(keys) do
    keys[i] = ("%s=%s"):format(key, dot.escape(tostring(values[key])))
  end
  return table.concat(keys, ", ")
end

--- The graph as text.
function dot.text(graph, title)
  local lines = { "digraph G {" }
  if title then
    lines[#lines + 1] = 'labelloc="t";'
    lines[#lines + 1] = ('label="%s";'):format((tostring(title):gsub('"', '\\"')))
  end
  lines[#lines + 1] = "node [shape = oval];"
  for _, node in ipairs(graph.nodes) do
    lines[#lines + 1] = ("n%d [%s];"):format(node.id, attribute_text(node))
  end
  for _, edge in ipairs(graph.edges) do
    lines[#lines + 1] = ("n%d -> n%d;"):format(edge.from.id, edge.to.id)
  end
  return table.concat(lines, "\n") .. "\n}\n"
end

return dot
