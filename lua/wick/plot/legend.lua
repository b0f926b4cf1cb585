-- The legend: names of curves beside a sample of each, in the corner where the fewest points are
-- unless a place was asked for.
local font = require "wick.plot.font"
local series = require "wick.plot.series"

local legend = {}

local SIZE, ROW, SAMPLE, PAD = 11, 17, 26, 8

-- Rows of the legend: { title =, curves = those of that name }.
local function named(curves)
  local list, rows, widest = {}, {}, 0
  for _, curve in ipairs(curves) do
    local title = curve.title
    if title and title ~= "" then
      if not rows[title] then
        rows[title] = { title = title, curves = {} }
        list[#list + 1] = rows[title]
      end
      table.insert(rows[title].curves, curve)
      widest = math.max(widest, font.width(title, SIZE))
    end
  end
  return list, widest
end

local function position(axes, horizontal, vertical, width, height)
  local left, top = axes.left + 8, axes.top + 8
  if horizontal == "right" then
    left = axes.left + axes.width - width - 8
  elseif horizontal == "center" then
    left = axes.left + (axes.width - width) / 2
  end
  if vertical == "bottom" then
    top = axes.top + axes.height - height - 8
  elseif vertical == "middle" then
    top = axes.top + (axes.height - height) / 2
  end
  return left, top
end

-- How many points of the curves lie under a rectangle.
local function covered(axes, curves, left, top, width, height)
  local count = 0
  for _, curve in ipairs(curves) do
    for i = 1, #curve.y do
      local dx, dy = curve.dx and curve.dx[i] or 0, curve.dy and curve.dy[i] or 0
      local x, y = axes:x(curve.x[i] + dx), axes:y(curve.y[i] + dy)
      if x > left - 6 and x < left + width + 6 and y > top - 6 and y < top + height + 6 then
        count = count + 1 / #curve.y
      end
    end
  end
  return count
end

local corners = {
  { "right", "top" }, { "left", "top" }, { "right", "bottom" }, { "left", "bottom" },
}

local function best_corner(axes, curves, width, height)
  local best, fewest = corners[1], math.huge
  for _, corner in ipairs(corners) do
    local left, top = position(axes, corner[1], corner[2], width, height)
    local count = covered(axes, curves, left, top, width, height)
    if count < fewest - 1e-9 then best, fewest = corner, count end
  end
  return best[1], best[2]
end

--- Draws the legend of the curves that have names.
function legend.draw(canvas, curves, axes, place)
  local list, widest = named(curves)
  if #list == 0 then return end
  local width, height = widest + SAMPLE + 3 * PAD, #list * ROW + PAD
  local horizontal, vertical = place and place[1], place and place[2]
  if not place then horizontal, vertical = best_corner(axes, curves, width, height) end
  local left, top = position(axes, horizontal, vertical, width, height)
  canvas:box(left, top, width, height, { color = "#ffffff", opacity = 0.85 })
  canvas:line({ left, top, left + width, top, left + width, top + height, left, top + height, left,
    top }, { color = "#c9ced4", width = 0.8, snap = true })
  for i, row in ipairs(list) do
    local y = top + PAD / 2 + (i - 0.5) * ROW
    for _, curve in ipairs(row.curves) do
      series.sample(canvas, curve, left + PAD + SAMPLE / 2, y, SAMPLE)
    end
    canvas:text(left + 2 * PAD + SAMPLE, y + SIZE * font.capital / 2, row.title,
      { size = SIZE, color = "#222222" })
  end
end

return legend
