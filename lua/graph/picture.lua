-- Graphs as SVG pictures, drawn by our own means: boxes with the nodes' labels in layers, edges as
-- curves downwards. Attributes that nodes bring keep graphviz's names: color, fontcolor, fillcolor
-- with style = "filled", and tooltip, which shows when the pointer rests on the node.
local dot = require "graph.dot"
local font = require "wick.plot.font"
local layout = require "graph.layout"
local svg = require "wick.plot.svg"

local SIZE, LINE, PADDING, MARGIN, TITLE = 11, 15, 8, 16, 24
local LONGEST = 60 -- characters of a line

local picture = {}

-- A label's lines; \n and \l are graphviz's ends of lines.
local function lines_of(text)
  local lines = {}
  for line in (text:gsub("\\[nlr]", "\n") .. "\n"):gmatch("(.-)\n") do
    if line ~= "" then
      lines[#lines + 1] = #line > LONGEST and line:sub(1, LONGEST - 3) .. "..." or line
    end
  end
  return lines
end

local function measure(node)
  local lines = lines_of(dot.label(node))
  local width = 30
  for _, line in ipairs(lines) do width = math.max(width, font.width(line, SIZE) * 1.1) end
  return lines, width + 2 * PADDING, #lines * LINE + PADDING
end

-- A colour as an attribute; anything that is no plain word or number of one is left out.
local function color(value, default)
  value = value and tostring(value) or default
  return value:find("^#?%w+$") and value or default
end

local function draw_node(canvas, box, attributes)
  local x, y = box.x - box.width / 2, box.y - box.height / 2
  local filled = tostring(attributes.style or ""):find("filled") ~= nil
  canvas:open(attributes.tooltip)
  canvas:box(x, y, box.width, box.height,
    { color = filled and color(attributes.fillcolor, "#dddddd") or "#f4f6fa" })
  canvas:line({ x, y, x + box.width, y, x + box.width, y + box.height, x, y + box.height, x, y },
    { color = color(attributes.color, "#5577aa") })
  local ink = color(attributes.fontcolor, "#222222")
  for i, line in ipairs(box.lines) do
    canvas:text(box.x, y + PADDING / 2 + (i - 0.25) * LINE, line,
      { size = SIZE, align = "center", bold = i == 1, color = ink })
  end
  canvas:close()
end

-- Between two points an edge leaves and arrives upright.
local function curve(points, x1, y1, x2, y2)
  for i = 0, 10 do
    local t = i / 10
    points[#points + 1] = x1 + (x2 - x1) * t * t * (3 - 2 * t)
    points[#points + 1] = y1 + (y2 - y1) * t
  end
end

local function draw_edge(canvas, way, from, to)
  local down = way[1][2] <= way[#way][2] and 1 or -1
  way[1][2] = way[1][2] + down * from.height / 2
  way[#way][2] = way[#way][2] - down * (to.height / 2 + 6)
  local points = {}
  for i = 1, #way - 1 do curve(points, way[i][1], way[i][2], way[i + 1][1], way[i + 1][2]) end
  canvas:line(points, { color = "#777777" })
  local x, y = way[#way][1], way[#way][2]
  canvas:area({ x - 3.5, y, x + 3.5, y, x, y + down * 6 }, { color = "#777777" })
end

local function boxes_of(nodes)
  local boxes, widths, heights = {}, {}, {}
  for i, node in ipairs(nodes) do
    local lines, width, height = measure(node)
    boxes[i] = { lines = lines, width = width, height = height }
    widths[i], heights[i] = width, height
  end
  return boxes, widths, heights
end

local function pairs_of(graph)
  local list = {}
  for i, edge in ipairs(graph.edges) do
    list[i] = { graph.nodes[edge.from], graph.nodes[edge.to] }
  end
  return list
end

-- The graph laid out: boxes and the ways of edges, all of it moved by the margin.
local function arrange(graph, top)
  local boxes, widths, heights = boxes_of(graph.nodes)
  local edges = pairs_of(graph)
  local x, y, ways, width, height = layout.place(#boxes, edges, widths, heights, { 18, 34 })
  for i, box in ipairs(boxes) do box.x, box.y = x[i] + MARGIN, y[i] + top end
  for _, way in pairs(ways) do
    for _, point in ipairs(way) do point[1], point[2] = point[1] + MARGIN, point[2] + top end
  end
  return boxes, edges, ways, width + 2 * MARGIN, height + top + MARGIN
end

--- The picture of a graph as a canvas, which answers document() and save(path).
function picture.draw(graph, title)
  local top = MARGIN + (title and TITLE or 0)
  local boxes, edges, ways, width, height = arrange(graph, top)
  if title then width = math.max(width, font.width(title, 14) * 1.1 + 2 * MARGIN) end
  local canvas = svg.new(math.ceil(width), math.ceil(height))
  if title then
    canvas:text(width / 2, MARGIN + 8, title, { size = 14, align = "center", bold = true })
  end
  for i, edge in ipairs(edges) do
    if ways[i] then draw_edge(canvas, ways[i], boxes[edge[1]], boxes[edge[2]]) end
  end
  for i, node in ipairs(graph.nodes) do draw_node(canvas, boxes[i], dot.attributes(node)) end
  return canvas
end

--- The centres of the nodes in a unit square, y upwards, as a tensor of n x 2.
function picture.positions(graph)
  local torch = require "torch"
  local boxes, _, _, width, height = arrange(graph, MARGIN)
  local positions = torch.Tensor(#boxes, 2)
  for i, box in ipairs(boxes) do
    positions[i][1] = box.x / width
    positions[i][2] = 1 - box.y / height
  end
  return positions
end

return picture
