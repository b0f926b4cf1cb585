-- The frame of a plot in the plane: which values it covers, where they lie, and the marks, grid and
-- labels around it.
local font = require "wick.plot.font"
local range = require "wick.plot.range"
local ticks = require "wick.plot.ticks"

local axes = {}
axes.__index = axes

local INK, SOFT, GRID = "#222222", "#555555", "#dfe3e8"
local TICK_SIZE, LABEL_SIZE, TITLE_SIZE = 10.5, 12, 14

-- Ranges -----------------------------------------------------------------------------------------

local function is_finite(value)
  return value - value == 0
end

-- With some room around; what is given stays.
local function widened(low, high, room, from, to)
  local span = (high - low) * room
  low, high = from or low - span, to or high + span
  if low > high then low, high = high, low end
  return range.settle(low, high)
end

--- The axes of a figure: `visit_x(note)` and `visit_y(note)` note all values that are to be seen.
-- Values of a logarithmic axis are powers of ten from here on; what has none is left out.
function axes.new(figure, visit_x, visit_y, room)
  local self = setmetatable({ figure = figure, log_x = figure.log_x, log_y = figure.log_y }, axes)
  local asked = figure.range or {}
  local function scaled(visit, scale)
    return function(note)
      visit(function(value) note(value and scale(self, value)) end)
    end
  end
  local function bound(value, scale)
    value = tonumber(value)
    value = value and scale(self, value)
    return value and is_finite(value) and value or nil
  end
  local low_x, high_x = range.of(scaled(visit_x, axes.scale_x))
  local low_y, high_y = range.of(scaled(visit_y, axes.scale_y))
  room = room or { 0.02, 0.05 }
  if figure.axis == "fill" then room = { 0, 0 } end
  self.low_x, self.high_x = widened(low_x, high_x, room[1], bound(asked[1], axes.scale_x),
    bound(asked[2], axes.scale_x))
  self.low_y, self.high_y = widened(low_y, high_y, room[2], bound(asked[3], axes.scale_y),
    bound(asked[4], axes.scale_y))
  return self
end

local function power_of(value)
  return value > 0 and math.log(value, 10) or 0 / 0
end

--- A value on its axis: itself, or its power of ten.
function axes:scale_x(value)
  return self.log_x and power_of(value) or value
end

function axes:scale_y(value)
  return self.log_y and power_of(value) or value
end

-- Places -----------------------------------------------------------------------------------------

local function marks(is_log, low, high, count, whole)
  count = math.max(2, count)
  if is_log then return ticks.logarithmic(low, high, count) end
  return ticks.linear(low, high, count, whole and high - low >= 1)
end

-- Units of both axes get the same length, the frame shrinks about its middle.
local function make_equal(self)
  local unit = math.min(self.width / (self.high_x - self.low_x),
    self.height / (self.high_y - self.low_y))
  local width, height = unit * (self.high_x - self.low_x), unit * (self.high_y - self.low_y)
  self.left, self.top = self.left + (self.width - width) / 2, self.top + (self.height - height) / 2
  self.width, self.height = width, height
end

--- Finds room for the frame in the picture; `right` points are kept free beside it. The fields
-- whole_x and whole_y say that an axis counts and has no marks between whole numbers.
function axes:place(right)
  local figure = self.figure
  self.top = figure.title and 40 or 18
  self.height = figure.height - self.top - (figure.xlabel and 52 or 34)
  self.marks_y = marks(self.log_y, self.low_y, self.high_y, self.height / 55, self.whole_y)
  local widest = 0
  for _, mark in ipairs(self.marks_y) do
    widest = math.max(widest, mark[2] and font.width(mark[2], TICK_SIZE) or 0)
  end
  self.left = 18 + widest + (figure.ylabel and 20 or 0)
  self.width = figure.width - self.left - 20 - (right or 0)
  self.label_place = self.left - widest - 20
  self.marks_x = marks(self.log_x, self.low_x, self.high_x, self.width / 80, self.whole_x)
  if figure.axis == "equal" or figure.axis == "image" then make_equal(self) end
end

--- Where values lie in the picture.
function axes:x(value)
  return self.left + (self:scale_x(value) - self.low_x) / (self.high_x - self.low_x) * self.width
end

function axes:y(value)
  local share = (self:scale_y(value) - self.low_y) / (self.high_y - self.low_y)
  if self.downwards then share = 1 - share end
  return self.top + self.height - share * self.height
end

-- Drawing ----------------------------------------------------------------------------------------

local function place_x(self, value)
  return self.left + (value - self.low_x) / (self.high_x - self.low_x) * self.width
end

local function place_y(self, value)
  local share = (value - self.low_y) / (self.high_y - self.low_y)
  if self.downwards then share = 1 - share end
  return self.top + self.height - share * self.height
end

--- The lines across the frame, which lie behind everything.
function axes:draw_grid(canvas)
  if not self.figure.grid then return end
  local right, bottom = self.left + self.width, self.top + self.height
  local function draw_line(mark, points)
    canvas:line(points, { color = GRID, width = mark[3] and 0.4 or 0.8, snap = true })
  end
  for _, mark in ipairs(self.marks_x) do
    local x = place_x(self, mark[1])
    draw_line(mark, { x, self.top, x, bottom })
  end
  for _, mark in ipairs(self.marks_y) do
    local y = place_y(self, mark[1])
    draw_line(mark, { self.left, y, right, y })
  end
end

local function draw_marks(self, canvas)
  local style = { color = SOFT, width = 0.8, snap = true }
  local bottom = self.top + self.height
  for _, mark in ipairs(self.marks_x) do
    local x, length = place_x(self, mark[1]), mark[3] and 2.5 or 4.5
    canvas:line({ x, bottom, x, bottom + length }, style)
    if mark[2] then
      canvas:text(x, bottom + 17, mark[2], { size = TICK_SIZE, align = "center", color = INK })
    end
  end
  for _, mark in ipairs(self.marks_y) do
    local y, length = place_y(self, mark[1]), mark[3] and 2.5 or 4.5
    canvas:line({ self.left - length, y, self.left, y }, style)
    if mark[2] then
      canvas:text(self.left - 8, y + TICK_SIZE * font.capital / 2, mark[2],
        { size = TICK_SIZE, align = "right", color = INK })
    end
  end
end

--- The title above a frame whose middle is at `x`, inside the picture.
function axes.draw_title(canvas, figure, x)
  if not figure.title then return end
  local size = TITLE_SIZE
  while size > 8 and font.width(figure.title, size) > figure.width - 24 do size = size - 0.5 end
  local half = font.width(figure.title, size) / 2 + 12
  x = math.max(half, math.min(x, figure.width - half))
  canvas:text(x, 25, figure.title, { size = size, align = "center", color = INK, bold = true })
end

local function draw_labels(self, canvas)
  local figure = self.figure
  local x, y = self.left + self.width / 2, self.top + self.height / 2
  axes.draw_title(canvas, figure, x)
  if figure.xlabel then
    canvas:text(x, self.top + self.height + 40, figure.xlabel,
      { size = LABEL_SIZE, align = "center", color = INK })
  end
  if figure.ylabel then
    canvas:text(self.label_place + 6, y, figure.ylabel,
      { size = LABEL_SIZE, align = "center", color = INK, upright = true })
  end
end

--- The frame, its marks and its labels, which lie on top.
function axes:draw(canvas)
  local left, top = self.left, self.top
  local right, bottom = left + self.width, top + self.height
  canvas:line({ left, top, right, top, right, bottom, left, bottom, left, top },
    { color = SOFT, width = 0.8, snap = true })
  draw_marks(self, canvas)
  draw_labels(self, canvas)
end

return axes
