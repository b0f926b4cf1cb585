-- wick.plot: figures drawn by our own means, as PNG, SVG, EPS or PDF. A figure is a table:
--
--   { curves = { { x = {...}, y = {...}, title = "loss", style = { line = true } } },  -- or
--     rows = matrix, map = "color",                                                    -- or
--     sheets = { { rows = rows of { x, y, z } } },
--     title =, xlabel =, ylabel =, zlabel =, grid =, log_x =, log_y =, legend = { "right", "top" },
--     axis = "equal", range = { x0, x1, y0, y1 }, width = 640, height = 480, scale = 1.5 }
--
-- The package gnuplot fills such tables in under Torch7's names; scripts rarely come here.
local Axes = require "wick.plot.axes"
local colors = require "wick.plot.colors"
local errors = require "wick.errors"
local legend = require "wick.plot.legend"
local matrix = require "wick.plot.matrix"
local series = require "wick.plot.series"
local surface = require "wick.plot.surface"

local plot = {}

-- A canvas for each ending of a file's name.
local canvases = {
  png = function(figure)
    return require("wick.plot.raster").new(figure.width, figure.height, figure.scale or 1.5)
  end,
  svg = function(figure) return require("wick.plot.svg").new(figure.width, figure.height) end,
  eps = function(figure)
    return require("wick.plot.vector").new(figure.width, figure.height, "eps")
  end,
  pdf = function(figure)
    return require("wick.plot.vector").new(figure.width, figure.height, "pdf")
  end,
}
canvases.ps = canvases.eps

local function visitor(curves, key, delta)
  return function(note)
    for _, curve in ipairs(curves) do
      local margin = key == "x" and series.margin(curve) or 0
      for i, value in ipairs(curve[key]) do
        note(value - margin)
        note(value + margin)
        if curve[delta] then note(value + curve[delta][i]) end
      end
      if key == "y" and (curve.style.boxes or curve.style.impulses) then note(0) end
    end
  end
end

-- Curves that stand on the ground do so without a gap below.
local function stands_on_zero(curves)
  for _, curve in ipairs(curves) do
    if not (curve.style.boxes or curve.style.impulses) then return false end
    for _, value in ipairs(curve.y) do
      if value < 0 then return false end
    end
  end
  return #curves > 0
end

-- Whether all places are integers, as epochs and classes are.
local function counts(curves)
  for _, curve in ipairs(curves) do
    for _, x in ipairs(curve.x) do
      if x % 1 ~= 0 then return false end
    end
  end
  return true
end

-- Curves of one name, say the line and the markers of one, share its colour.
local function give_colors(curves)
  local of_title, used = {}, 0
  for _, curve in ipairs(curves) do
    curve.style = curve.style or { line = true }
    local title = curve.title ~= "" and curve.title or nil
    curve.color = curve.style.color or of_title[title or curve]
    if not curve.color then
      curve.color = colors.cycle[used % #colors.cycle + 1]
      used = used + 1
    end
    of_title[title or curve] = curve.color
  end
end

local function draw_curves(canvas, figure)
  local curves = figure.curves or {}
  give_colors(curves)
  local axes = Axes.new(figure, visitor(curves, "x", "dx"), visitor(curves, "y", "dy"))
  local fixed = figure.range and tonumber(figure.range[3])
  if stands_on_zero(curves) and not axes.log_y and not fixed then axes.low_y = 0 end
  axes.whole_x = counts(curves)
  axes:place()
  axes:draw_grid(canvas)
  canvas:clip(axes.left, axes.top, axes.width, axes.height)
  for _, curve in ipairs(curves) do series.draw(canvas, curve, axes) end
  canvas:clip()
  axes:draw(canvas)
  if figure.legend ~= false then legend.draw(canvas, curves, axes, figure.legend) end
end

local function draw_sheets(canvas, figure)
  for i, sheet in ipairs(figure.sheets) do
    sheet.color = sheet.color or colors.cycle[(i - 1) % #colors.cycle + 1]
  end
  surface.draw(canvas, figure)
end

--- Draws a figure for a kind of file, "png", "svg", "eps" or "pdf"; the canvas that is returned has
-- a method `save(path)`, one for PNG also `tensor()`.
function plot.draw(figure, kind)
  local make = canvases[kind]
  if not make then
    errors.raise("plot: cannot write %s files; png, svg, eps and pdf are known", errors.value(kind))
  end
  figure.width, figure.height = figure.width or 640, figure.height or 480
  local canvas = make(figure)
  local draw = figure.rows and matrix.draw or figure.sheets and draw_sheets or draw_curves
  draw(canvas, figure)
  return canvas
end

--- Writes a figure into a file, whose kind its name's ending says.
function plot.save(figure, path)
  local kind = path:match("%.(%w+)$")
  plot.draw(figure, kind and kind:lower() or path):save(path)
end

--- The figure's pixels, a ByteTensor 3 x height x width.
function plot.tensor(figure)
  return plot.draw(figure, "png"):tensor()
end

return plot
