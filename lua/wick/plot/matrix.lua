-- Matrices as coloured cells, the first row on top, with a bar that says which colour is which
-- value.
local Axes = require "wick.plot.axes"
local colors = require "wick.plot.colors"
local font = require "wick.plot.font"
local range = require "wick.plot.range"
local ticks = require "wick.plot.ticks"

local matrix = {}

local BAR, SIZE = 14, 10.5

-- The smallest and largest number of the rows.
local function extent(rows)
  return range.of(function(note)
    for _, row in ipairs(rows) do
      for _, value in ipairs(row) do note(value) end
    end
  end, 0.5)
end

local function colored(rows, low, high, cells)
  local lines = {}
  for i, row in ipairs(rows) do
    local line = {}
    for j, value in ipairs(row) do line[j] = cells((value - low) / (high - low)) end
    lines[i] = line
  end
  return lines
end

--- Draws a bar of a map's colours from `low` to `high`, `cells` being of colors.cells.
function matrix.draw_bar(canvas, cells, low, high, left, top, height)
  local rows = {}
  for i = 1, 128 do rows[i] = { cells((128 - i) / 127) } end
  canvas:image(left, top, BAR, height, rows)
  local right, bottom = left + BAR, top + height
  local style = { color = "#555555", width = 0.8, snap = true }
  canvas:line({ left, top, right, top, right, bottom, left, bottom, left, top }, style)
  for _, mark in ipairs(ticks.linear(low, high, math.max(2, height / 55))) do
    local y = bottom - (mark[1] - low) / (high - low) * height
    canvas:line({ right, y, right + 4, y }, style)
    canvas:text(right + 7, y + SIZE * font.capital / 2, mark[2], { size = SIZE, color = "#222222" })
  end
end

--- Draws figure.rows, a list of lists of numbers, with the map figure.map.
function matrix.draw(canvas, figure)
  local rows = figure.rows
  local low, high = extent(rows)
  local function visit_x(note)
    note(0.5)
    note(#rows[1] + 0.5)
  end
  local function visit_y(note)
    note(0.5)
    note(#rows + 0.5)
  end
  local axes = Axes.new(figure, visit_x, visit_y, { 0, 0 })
  local cells = colors.cells(figure.map or "color")
  axes.downwards, axes.whole_x, axes.whole_y = true, true, true
  axes:place(70)
  canvas:clip(axes.left, axes.top, axes.width, axes.height)
  local x, y = axes:x(0.5), axes:y(0.5)
  canvas:image(x, y, axes:x(#rows[1] + 0.5) - x, axes:y(#rows + 0.5) - y,
    colored(rows, low, high, cells))
  canvas:clip()
  axes:draw(canvas)
  matrix.draw_bar(canvas, cells, low, high, axes.left + axes.width + 16, axes.top, axes.height)
end

return matrix
