-- Plots in space: surfaces as coloured meshes, points and lines, seen from above at an angle. Far
-- pieces are drawn first, so that near ones lie on top.
local axes = require "wick.plot.axes"
local colors = require "wick.plot.colors"
local font = require "wick.plot.font"
local matrix = require "wick.plot.matrix"
local range = require "wick.plot.range"
local series = require "wick.plot.series"
local ticks = require "wick.plot.ticks"

local surface = {}

local TURN, TILT = math.rad(35), math.rad(60) -- about the upright axis; from above
local SIZE = 10

-- The box -----------------------------------------------------------------------------------------

-- The ranges of x, y and z over all sheets.
local function ranges(sheets)
  local box = {}
  for k = 1, 3 do
    box[k] = { range.of(function(note)
      for _, sheet in ipairs(sheets) do
        for _, row in ipairs(sheet.rows) do
          for _, point in ipairs(row) do note(point[k]) end
        end
      end
    end, 0.5) }
  end
  return box
end

-- From values to the picture: x, y, and a depth that grows towards the eye.
local function projector(figure, box)
  local cos_turn, sin_turn = math.cos(TURN), math.sin(TURN)
  local cos_tilt, sin_tilt = math.cos(TILT), math.sin(TILT)
  local unit = math.min((figure.width - 150) / 1.4, (figure.height - 90) / 1.34)
  local center_x, center_y = (figure.width - 40) / 2, figure.height / 2 + (figure.title and 6 or -6)
  local function share(k, value)
    return (value - box[k][1]) / (box[k][2] - box[k][1]) - 0.5
  end
  return function(x, y, z)
    local a, b, c = share(1, x), share(2, y), share(3, z) * 0.72
    local across, deep = a * cos_turn + b * sin_turn, b * cos_turn - a * sin_turn
    return center_x + across * unit, center_y - (deep * cos_tilt + c * sin_tilt) * unit,
      c * cos_tilt - deep * sin_tilt
  end
end

-- A mark's text stands off the box, away from its middle.
local function draw_axis(canvas, project, ends, place, away, label)
  local list = ticks.linear(ends[1], ends[2], 5)
  for _, mark in ipairs(list) do
    local x, y = project(place(mark[1]))
    canvas:line({ x, y, x + away[1] * 5, y + away[2] * 5 }, { color = "#555555", width = 0.8 })
    canvas:text(x + away[1] * 11, y + away[2] * 11 + SIZE * font.capital / 2, mark[2],
      { size = SIZE, align = away[3], color = "#222222" })
  end
  if label then
    local x, y = project(place((ends[1] + ends[2]) / 2))
    canvas:text(x + away[1] * 34, y + away[2] * 34 + 5, label,
      { size = 12, align = away[4] or "center", color = "#222222" })
  end
end

local function draw_box(canvas, figure, project, box)
  local x0, x1, y0, y1 = box[1][1], box[1][2], box[2][1], box[2][2]
  local z0, z1 = box[3][1], box[3][2]
  local function edge(ax, ay, az, bx, by, bz, color)
    local px, py = project(ax, ay, az)
    local qx, qy = project(bx, by, bz)
    canvas:line({ px, py, qx, qy }, { color = color or "#555555", width = 0.8 })
  end
  local soft = "#c9ced4"
  edge(x0, y0, z0, x0, y1, z0, soft)
  edge(x0, y1, z0, x1, y1, z0, soft)
  edge(x0, y1, z0, x0, y1, z1, soft)
  edge(x1, y1, z0, x1, y1, z1, soft)
  edge(x0, y0, z1, x0, y1, z1, soft)
  edge(x0, y1, z1, x1, y1, z1, soft)
  edge(x0, y0, z0, x1, y0, z0)
  edge(x1, y0, z0, x1, y1, z0)
  edge(x0, y0, z0, x0, y0, z1)
  draw_axis(canvas, project, box[1], function(v) return v, y0, z0 end,
    { -0.3, 1, "center", "right" }, figure.xlabel)
  draw_axis(canvas, project, box[2], function(v) return x1, v, z0 end, { 0.8, 0.6, "left", "left" },
    figure.ylabel)
  draw_axis(canvas, project, box[3], function(v) return x0, y0, v end, { -1, 0, "right", "right" },
    figure.zlabel)
end

-- Pieces ------------------------------------------------------------------------------------------

-- The four corners of a cell of a mesh, projected; nil where one is no number.
local function cell(project, rows, i, j)
  local corners = { rows[i][j], rows[i][j + 1], rows[i + 1][j + 1], rows[i + 1][j] }
  local outline, depth, height = {}, 0, 0
  for k, corner in ipairs(corners) do
    local x, y, near = project(corner[1], corner[2], corner[3])
    if not (x - x == 0 and y - y == 0) then return nil end
    outline[2 * k - 1], outline[2 * k] = x, y
    depth, height = depth + near / 4, height + corner[3] / 4
  end
  return { outline = outline, depth = depth, height = height }
end

local function add_mesh(pieces, project, sheet)
  for i = 1, #sheet.rows - 1 do
    for j = 1, math.min(#sheet.rows[i], #sheet.rows[i + 1]) - 1 do
      pieces[#pieces + 1] = cell(project, sheet.rows, i, j)
    end
  end
end

local function add_points(pieces, project, sheet)
  for _, row in ipairs(sheet.rows) do
    for _, point in ipairs(row) do
      local x, y, near = project(point[1], point[2], point[3])
      if x - x == 0 and y - y == 0 then
        pieces[#pieces + 1] = { x = x, y = y, depth = near, sheet = sheet }
      end
    end
  end
end

local function draw_piece(canvas, piece, map, ends)
  if piece.outline then
    local outline = piece.outline
    local r, g, b = map((piece.height - ends[1]) / (ends[2] - ends[1]))
    canvas:area(outline, { color = colors.text(r, g, b) })
    outline[9], outline[10] = outline[1], outline[2]
    canvas:line(outline,
      { color = colors.text(r * 7 // 10, g * 7 // 10, b * 7 // 10), width = 0.6 })
  else
    series.marker(canvas, piece.x, piece.y, piece.sheet.marker, piece.sheet.color)
  end
end

local function draw_names(canvas, figure)
  local y = figure.title and 52 or 28
  for _, sheet in ipairs(figure.sheets) do
    if sheet.title and sheet.title ~= "" then
      local x = figure.width - 70 - font.width(sheet.title, 11)
      series.marker(canvas, x - 12, y - 4, sheet.marker or "square", sheet.color)
      canvas:text(x, y, sheet.title, { size = 11, color = "#222222" })
      y = y + 17
    end
  end
end

--- Draws figure.sheets: { rows = rows of { x, y, z }, marker = for points alone, color =, title =
-- }.
function surface.draw(canvas, figure)
  local box = ranges(figure.sheets)
  local project, pieces, has_mesh = projector(figure, box), {}, false
  for _, sheet in ipairs(figure.sheets) do
    local add = sheet.marker and add_points or add_mesh
    has_mesh = has_mesh or not sheet.marker
    add(pieces, project, sheet)
  end
  local places = {}
  for i, piece in ipairs(pieces) do places[piece] = i end
  table.sort(pieces, function(a, b)
    if a.depth ~= b.depth then return a.depth < b.depth end
    return places[a] < places[b]
  end)
  local map = colors.map(figure.map or "color")
  draw_box(canvas, figure, project, box)
  for _, piece in ipairs(pieces) do draw_piece(canvas, piece, map, box[3]) end
  axes.draw_title(canvas, figure, figure.width / 2)
  if has_mesh then
    matrix.draw_bar(canvas, colors.cells(figure.map or "color"), box[3][1], box[3][2],
      figure.width - 62, figure.height * 0.3, figure.height * 0.4)
  end
  draw_names(canvas, figure)
end

return surface
