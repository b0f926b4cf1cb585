-- What the tape recorded for a function, to look at: as text, an operation a line, and as a drawing
-- for Graphviz.
local core = require "wick.core"
local class = require "torch.class"

local graph = {}

local LEAF = "a leaf"

--- The operations behind a value, in their order: see core.history. Nothing for plain values.
function graph.of(value)
  return class.isTensor(value) and core.history(value) or {}
end

-- The shapes of what the nodes made, as those saw them that use it.
local function shapes_of(nodes, value)
  local shapes = { [#nodes] = table.concat(value:size():totable(), " x ") }
  for _, node in ipairs(nodes) do
    for _, input in ipairs(node) do
      if input.node > 0 then shapes[input.node] = input.shape end
    end
  end
  return shapes
end

local function arguments_of(node)
  local list = {}
  for i, input in ipairs(node) do
    list[i] = input.node > 0 and "v" .. input.node
      or input.shape ~= "" and ("(%s)"):format(input.shape) or nil
    if input.output > 1 and list[i] then list[i] = ("%s.%d"):format(list[i], input.output) end
  end
  return table.concat(list, ", ")
end

--- The graph of a value as text: `v3 = cmul(v1, v2)   3 x 2`. Leaves are what the function is
-- differentiated with respect to; what has no history stands by its shape, in brackets.
function graph.text(value)
  local nodes = graph.of(value)
  local shapes, lines, wide = #nodes > 0 and shapes_of(nodes, value), {}, 0
  for i, node in ipairs(nodes) do
    lines[i] = node.operation == LEAF and ("v%d: a leaf"):format(i)
      or ("v%d = %s(%s)"):format(i, node.operation, arguments_of(node))
    wide = math.max(wide, #lines[i])
  end
  for i, line in ipairs(lines) do
    lines[i] = (line .. (" "):rep(wide - #line + 3) .. (shapes[i] or "")):gsub("%s+$", "")
  end
  return table.concat(lines, "\n")
end

local function quoted(text)
  return '"' .. text:gsub('["\\]', "\\%0") .. '"'
end

--- The graph of a value in the language of Graphviz: `dot -Tsvg graph.dot > graph.svg`. Leaves are
-- boxes; lines are labelled with shapes.
function graph.dot(value)
  local lines = { "digraph autograd {", "  rankdir=TB;" }
  for i, node in ipairs(graph.of(value)) do
    lines[#lines + 1] = ("  v%d [label=%s%s];"):format(i, quoted(node.operation),
      node.operation == LEAF and ", shape=box" or "")
    for _, input in ipairs(node) do
      if input.node > 0 then
        lines[#lines + 1] = ("  v%d -> v%d [label=%s];"):format(input.node, i, quoted(input.shape))
      end
    end
  end
  lines[#lines + 1] = "}"
  return table.concat(lines, "\n") .. "\n"
end

--- Writes graph.dot(value) to a file.
function graph.save(value, path)
  core.io.writeFile(path, graph.dot(value))
end

return graph
