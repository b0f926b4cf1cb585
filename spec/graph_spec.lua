-- The package graph: walks, orders, copies, DOT text, pictures.
require "torch"
local graph = require "graph"
local layout = require "graph.layout"
local scratch = require "spec.support.scratch"

-- A graph of nodes 1 .. count and edges "1-2 2-3".
local function make(count, edges)
  local g, nodes = graph.Graph(), {}
  for i = 1, count do nodes[i] = graph.Node(i) end
  for a, b in edges:gmatch("(%d+)%-(%d+)") do
    g:add(graph.Edge(nodes[tonumber(a)], nodes[tonumber(b)]))
  end
  return g, nodes
end

local function data_of(nodes)
  local list = {}
  for i, node in ipairs(nodes) do list[i] = node.data end
  return table.concat(list, " ")
end

local function walked(node, name)
  local list = {}
  node[name](node, function(one) list[#list + 1] = one end)
  return data_of(list)
end

describe("graphs", function()
  it("hold every node and edge once", function()
    local g, nodes = make(3, "1-2 1-3 2-3")
    g:add{ g.edges[1], graph.Edge(nodes[3], graph.Node(4)) }
    assert.equal("1 2 3 4", data_of(g.nodes))
    assert.equal(4, #g.edges)
    assert.equal(3, g.nodes[nodes[3]])
    assert.equal(3, nodes[3].id)
    assert.equal("1", data_of(g:roots()))
    assert.equal("4", data_of(g:leaves()))
  end)

  it("are walked depth first and breadth first", function()
    local _, nodes = make(5, "1-2 2-3 1-4 4-3 3-5")
    assert.equal("5 3 2 4 1", walked(nodes[1], "dfs"))
    assert.equal("1 2 4 3 5", walked(nodes[1], "bfs"))
    local before, after = {}, {}
    nodes[1]:visit(function(node) before[#before + 1] = node end,
      function(node) after[#after + 1] = node end)
    assert.equal("1 2 3 5 4", data_of(before))
    assert.equal("5 3 2 4 1", data_of(after))
    assert.equal(5, #nodes[1]:graph().edges)
  end)

  it("are sorted, reversed and copied", function()
    local g, nodes = make(4, "1-2 1-3 2-3 2-4 3-4")
    assert.equal("1 2 3 4", data_of((g:topsort())))
    local reversed, counterpart = g:reverse()
    assert.equal("4", data_of(reversed:roots()))
    assert.equal(1, counterpart[nodes[1]].data)
    assert.equal("4 2 3", (data_of((reversed:topsort())):gsub(" 1$", ""):gsub("3 2", "2 3")))
    local copy = g:clone()
    assert.equal("1 2 3 4", data_of((copy:topsort())))
    assert.is_false(copy.nodes[1] == g.nodes[1])
  end)

  it("know their cycles", function()
    assert.is_false((make(4, "1-2 1-3 2-3 2-4 3-4")):hasCycle())
    for _, edges in ipairs{ "1-2 2-3 3-2", "1-2 2-1", "1-2 2-2", "1-2 3-4 4-3" } do
      local g = make(4, edges)
      assert.is_true(g:hasCycle())
      local message = scratch.fails("Graph has cycles", function() g:topsort() end)
      assert.matches("^spec/graph_spec.lua:%d+", message)
    end
    local _, nodes = make(3, "1-2 2-3 3-2")
    assert.is_true(nodes[1]:hasCycle())
  end)

  it("of a hundred thousand nodes in a row meet no limit", function()
    local g, last = graph.Graph(), graph.Node(1)
    for i = 2, 100000 do
      local node = graph.Node(i)
      g:add(graph.Edge(last, node))
      last = node
    end
    local sorted = g:topsort()
    assert.equal(100000, #sorted)
    assert.equal(100000, sorted[100000].data)
    assert.is_false(g.nodes[1]:hasCycle())
  end)

  it("say what they take", function()
    local g, node = graph.Graph(), graph.Node(1)
    scratch.fails("graph.Edge or {graph.Edges} expected, got 3", g.add, g, 3)
    scratch.fails("add takes a node or a list of nodes, got 3", node.add, node, 3)
    scratch.fails("expected a graph", graph.dot, {})
  end)
end)

describe("layouts", function()
  -- x, y and ways of nodes 40 x 20, 10 and 30 apart.
  local function place(count, edges)
    local widths, heights = {}, {}
    for i = 1, count do widths[i], heights[i] = 40, 20 end
    return layout.place(count, edges, widths, heights, { 10, 30 })
  end

  it("put every node below those that point to it, apart from its neighbours", function()
    local x, y, ways, width, height = place(4, { { 1, 2 }, { 1, 3 }, { 2, 4 }, { 3, 4 } })
    assert.same({ 10, 60, 60, 110 }, y)
    assert.is_true(math.abs(x[2] - x[3]) >= 50)
    assert.is_true(math.abs(x[1] - (x[2] + x[3]) / 2) < 1e-9)
    assert.equal(120, height)
    assert.equal(90, width)
    assert.same({ { x[1], y[1] }, { x[2], y[2] } }, ways[1])
  end)

  it("lead long edges past the layers between", function()
    local x, _, ways = place(3, { { 1, 2 }, { 2, 3 }, { 1, 3 } })
    assert.equal(4, #ways[3])
    assert.is_true(math.abs(ways[3][2][1] - x[2]) >= 20)
    assert.equal(ways[3][2][1], ways[3][3][1])
  end)

  it("draw cycles with one edge upwards, and no loop", function()
    local _, y, ways = place(2, { { 1, 2 }, { 2, 1 }, { 1, 1 } })
    assert.is_true(y[1] < y[2])
    assert.is_true(ways[2][1][2] > ways[2][2][2])
    assert.is_nil(ways[3])
  end)

  it("untangle crossings", function()
    local x = place(4, { { 1, 4 }, { 2, 3 } })
    assert.is_true((x[1] - x[2]) * (x[4] - x[3]) > 0)
  end)
end)

describe("graphs as files", function()
  after_each(scratch.remove)

  it("are DOT text", function()
    local g = make(2, "1-2")
    assert.equal('digraph G {\nlabelloc="t";\nlabel="a \\"b\\"";\nnode [shape = oval];\n'
      .. 'n1 [label="Node1\\n1"];\nn2 [label="Node2\\n2"];\nn1 -> n2;\n}\n', g:todot('a "b"'))
    assert.equal("red", graph._dotEscape("red"))
    assert.equal('"Say \\"hello\\""', graph._dotEscape('Say "hello"'))
    assert.equal('"a\\nb"', graph._dotEscape("a\nb"))
  end)

  it("are SVG pictures whose tags match", function()
    local path = scratch.path()
    local g, nodes = make(3, "1-2 2-3 1-3")
    nodes[1].data = "<first> & \"last\""
    nodes[2].graphNodeAttributes = function()
      return { tooltip = "a < b", style = "filled", fillcolor = "red" }
    end
    nodes[3].graphNodeAttributes = function() return { color = '"/><script>' } end
    assert.equal(path .. ".svg", graph.dot(g, "Title", path))
    local file = assert(io.open(path .. ".svg"))
    local text = file:read("a")
    file:close()
    local open = {}
    for slash, name, tail in text:gmatch("<(/?)(%a+)[^>]-(/?)>") do
      if slash == "/" then assert.equal(name, table.remove(open)) end
      if slash == "" and tail == "" then open[#open + 1] = name end
    end
    assert.equal(0, #open)
    assert.truthy(text:find("&lt;first&gt; &amp;", 1, true))
    assert.truthy(text:find("<title>a &lt; b</title>", 1, true))
    assert.truthy(text:find('fill="red"', 1, true))
    assert.is_nil(text:find("script", 1, true))
    assert.truthy(io.open(path .. ".dot")):close()
    os.remove(path .. ".svg")
    os.remove(path .. ".dot")
  end)

  it("have places in the unit square, roots on top", function()
    local positions = graph.graphvizLayout((make(3, "1-2 2-3")))
    assert.is_true(positions[1][2] > positions[2][2] and positions[2][2] > positions[3][2])
    assert.is_true(math.abs(positions[1][1] - positions[3][1]) < 1e-6)
    assert.is_true(positions:min() >= 0 and positions:max() <= 1)
  end)
end)
