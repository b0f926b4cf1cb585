-- Layered drawings of directed graphs (Sugiyama): every node below those that point to it, few
-- crossings, nodes near their neighbours. Edges that pass layers bend at points of their own there.
local MOST_BENDS = 20000 -- beyond it long edges go straight
local SWEEPS = 8

local layout = {}

-- Edges by place, without loops and with those that close a cycle turned round.
local function acyclic(count, edges)
  local out = {}
  for i = 1, count do out[i] = {} end
  for i, edge in ipairs(edges) do
    if edge[1] ~= edge[2] then table.insert(out[edge[1]], i) end
  end
  local state, ends = {}, {}
  for start = 1, count do
    local stack, places = {}, {}
    if not state[start] then stack[1], places[1], state[start] = start, 0, "open" end
    while #stack > 0 do
      local depth = #stack
      local node = stack[depth]
      places[depth] = places[depth] + 1
      local index = out[node][places[depth]]
      if not index then
        state[node], stack[depth] = "done", nil
      else
        local to = edges[index][2]
        ends[index] = state[to] == "open" and { to, node } or { node, to }
        if not state[to] then
          state[to], stack[depth + 1], places[depth + 1] = "open", to, 0
        end
      end
    end
  end
  return ends
end

-- The layer of each node: the number of edges on the longest way to it.
local function layers_of(count, ends)
  local waiting, out, layer, queue = {}, {}, {}, {}
  for i = 1, count do waiting[i], out[i], layer[i] = 0, {}, 1 end
  for _, edge in pairs(ends) do
    waiting[edge[2]] = waiting[edge[2]] + 1
    table.insert(out[edge[1]], edge[2])
  end
  for i = 1, count do
    if waiting[i] == 0 then queue[#queue + 1] = i end
  end
  local first = 1
  while queue[first] do
    local node = queue[first]
    for _, to in ipairs(out[node]) do
      layer[to] = math.max(layer[to], layer[node] + 1)
      waiting[to] = waiting[to] - 1
      if waiting[to] == 0 then queue[#queue + 1] = to end
    end
    first = first + 1
  end
  return layer
end

local function count_bends(ends, layer)
  local total = 0
  for _, edge in pairs(ends) do total = total + layer[edge[2]] - layer[edge[1]] - 1 end
  return total
end

-- What stands in the layers: nodes by their numbers and, above `count`, bends. `above` and `below`
-- list each one's neighbours; `ways` the bends of an edge from its upper end down.
local function make_layers(count, ends, layer, edge_count)
  local drawing = { rows = {}, above = {}, below = {}, ways = {}, layer = layer, size = count }
  for i = 1, count do
    drawing.above[i], drawing.below[i] = {}, {}
    drawing.rows[layer[i]] = drawing.rows[layer[i]] or {}
    table.insert(drawing.rows[layer[i]], i)
  end
  local straight = count_bends(ends, layer) > MOST_BENDS
  local function connect(a, b)
    table.insert(drawing.below[a], b)
    table.insert(drawing.above[b], a)
  end
  for index = 1, edge_count do
    local edge = ends[index]
    if edge then
      local last, way = edge[1], {}
      for row = layer[edge[1]] + 1, straight and 0 or layer[edge[2]] - 1 do
        local bend = drawing.size + 1
        drawing.size, drawing.layer[bend] = bend, row
        drawing.above[bend], drawing.below[bend] = {}, {}
        table.insert(drawing.rows[row], bend)
        connect(last, bend)
        last, way[#way + 1] = bend, bend
      end
      connect(last, edge[2])
      drawing.ways[index] = way
    end
  end
  return drawing
end

local function mean(list, of)
  local total = 0
  for _, entry in ipairs(list) do total = total + of[entry] end
  return #list > 0 and total / #list or nil
end

-- Sorts a layer by the mean place of its neighbours on one side.
local function sort_row(row, neighbours, place)
  local wish = {}
  for _, entry in ipairs(row) do wish[entry] = mean(neighbours[entry], place) or place[entry] end
  table.sort(row, function(a, b)
    if wish[a] ~= wish[b] then return wish[a] < wish[b] end
    return place[a] < place[b]
  end)
  for i, entry in ipairs(row) do place[entry] = i end
end

local function order_rows(drawing)
  local place = {}
  for _, row in ipairs(drawing.rows) do
    for i, entry in ipairs(row) do place[entry] = i end
  end
  for _ = 1, SWEEPS do
    for i = 2, #drawing.rows do sort_row(drawing.rows[i], drawing.above, place) end
    for i = #drawing.rows - 1, 1, -1 do sort_row(drawing.rows[i], drawing.below, place) end
  end
end

-- Puts a layer's entries as near to their wishes as their widths allow: the least squares solution,
-- found by merging neighbours that want to overlap. Entries of one block stand side by side.
local function settle(row, wish, width, gap, x)
  local blocks, offset = {}, {}
  for i, entry in ipairs(row) do
    offset[i] = i == 1 and 0 or offset[i - 1] + (width[row[i - 1]] + width[entry]) / 2 + gap
    local block = { sum = wish[entry] - offset[i], count = 1, last = i }
    while #blocks > 0 and blocks[#blocks].sum / blocks[#blocks].count > block.sum / block.count do
      local before = table.remove(blocks)
      block.sum, block.count = block.sum + before.sum, block.count + before.count
    end
    blocks[#blocks + 1] = block
  end
  local first = 1
  for _, block in ipairs(blocks) do
    for i = first, block.last do x[row[i]] = block.sum / block.count + offset[i] end
    first = block.last + 1
  end
end

local function horizontal(drawing, width, gap)
  local x = {}
  for i = 1, drawing.size do
    x[i], width[i] = 0, width[i] or 0
  end
  for sweep = 1, SWEEPS do
    local near = sweep % 2 == 1 and drawing.above or drawing.below
    local first, last, step = 1, #drawing.rows, 1
    if sweep % 2 == 0 then first, last, step = last, first, -1 end
    for i = first, last, step do
      local wish = {}
      for _, entry in ipairs(drawing.rows[i]) do wish[entry] = mean(near[entry], x) or x[entry] end
      settle(drawing.rows[i], wish, width, gap, x)
    end
  end
  return x
end

-- The entries' y, the layers' { top, bottom }, and the height of the whole.
local function vertical(drawing, height, gap)
  local y, spans, top = {}, {}, 0
  for i, row in ipairs(drawing.rows) do
    local highest = 0
    for _, entry in ipairs(row) do highest = math.max(highest, height[entry] or 0) end
    for _, entry in ipairs(row) do y[entry] = top + highest / 2 end
    spans[i] = { top, top + highest }
    top = top + highest + gap
  end
  return y, spans, top - gap
end

-- Moves everything so that the left edge is at 0; returns the width of the whole.
local function shift(x, width)
  local left, right = math.huge, -math.huge
  for i, value in ipairs(x) do
    left, right = math.min(left, value - width[i] / 2), math.max(right, value + width[i] / 2)
  end
  for i, value in ipairs(x) do x[i] = value - left end
  return right - left
end

-- The points of an edge from end to end; it goes upright past the layers where it bends.
local function way_of(drawing, edge, bends, turned, x, y, spans)
  local way = { { x[edge[1]], y[edge[1]] } }
  local first, last, step = 1, #bends, 1
  if turned then first, last, step = last, first, -1 end
  for i = first, last, step do
    local bend = bends[i]
    local span = spans[drawing.layer[bend]]
    way[#way + 1] = { x[bend], span[turned and 2 or 1] }
    way[#way + 1] = { x[bend], span[turned and 1 or 2] }
  end
  way[#way + 1] = { x[edge[2]], y[edge[2]] }
  return way
end

--- Lays out `count` nodes and edges { from, to } (numbers of nodes); widths and heights are lists,
-- `gap` the distances { across, down }. Returns x and y (downwards) of the nodes' centres, the ways
-- of the edges as lists of { x, y } from end to end (nil for a loop), width and height of it all.
function layout.place(count, edges, widths, heights, gap)
  local ends = acyclic(count, edges)
  local drawing = make_layers(count, ends, layers_of(count, ends), #edges)
  order_rows(drawing)
  local width = table.move(widths, 1, count, 1, {})
  local x = horizontal(drawing, width, gap[1])
  local y, spans, total = vertical(drawing, heights, gap[2])
  local breadth, ways = shift(x, width), {}
  for index, edge in ipairs(edges) do
    local bends = drawing.ways[index]
    if bends then
      ways[index] = way_of(drawing, edge, bends, ends[index][1] ~= edge[1], x, y, spans)
    end
  end
  return x, y, ways, breadth, total
end

return layout
