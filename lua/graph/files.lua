-- Graphs as files: DOT text for other programs, and SVG pictures, for which nothing else is needed.
local dot = require "graph.dot"
local errors = require "wick.errors"
local picture = require "graph.picture"

local files = {}

files._dotEscape = dot.escape

local function check(g, name)
  if type(g) == "table" and g.nodes and g.edges then return end
  errors.raise("%s: expected a graph, as a gModule's fg and bg are, got %s", name, errors.value(g))
end

local writers = {
  dot = function(g, title, path)
    require("wick.core").io.writeFile(path, dot.text(g, title))
  end,
  svg = function(g, title, path)
    picture.draw(g, title):save(path)
  end,
}

local function write(g, title, path, ending)
  local writer = writers[ending]
  if not writer then
    errors.raise("graph: %s ends in neither .svg nor .dot, which is all there is",
      errors.value(path))
  end
  writer(g, title, path)
end

--- graph.dot(g [, title] [, name]): writes name.dot and name.svg. There are no windows: without a
-- name the picture goes to a temporary file, whose path is printed. Returns the picture's path.
function files.dot(g, title, name)
  check(g, "graph.dot")
  local path = name
  if not name then
    path = os.tmpname()
    os.remove(path)
    print(("graph.dot: %s.svg"):format(path))
  else
    write(g, title, path .. ".dot", "dot")
  end
  write(g, title, path .. ".svg", "svg")
  return path .. ".svg"
end

--- graph.graphvizFile(g, algorithm, path): writes the graph as a .svg or .dot file. The layout is
-- always in layers.
function files.graphvizFile(g, _, path)
  check(g, "graph.graphvizFile")
  write(g, nil, path, tostring(path):match("%.(%w+)$"))
end

--- graph.graphvizLayout(g [, algorithm]): the nodes' places in the unit square, y upwards, as a
-- tensor of n x 2. The layout is always in layers.
function files.graphvizLayout(g)
  check(g, "graph.graphvizLayout")
  return picture.positions(g)
end

return files
