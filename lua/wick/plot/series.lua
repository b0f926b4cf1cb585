-- Curves: how the points of one are drawn. A curve is { x = , y = , title =, color =, style = {} };
-- the style says line (with width and dash), marker (a shape), boxes, impulses, steps, vectors
-- (with curve.dx and curve.dy) or filled.
local series = {}

local MARKER = 3.2 -- half the size

-- Markers ----------------------------------------------------------------------------------------

local function polygon(canvas, x, y, shape, color)
  local points = {}
  for i = 1, #shape, 2 do
    points[i], points[i + 1] = x + shape[i] * MARKER, y + shape[i + 1] * MARKER
  end
  canvas:area(points, { color = color })
end

local function strokes(canvas, x, y, shape, color)
  for i = 1, #shape, 4 do
    canvas:line({ x + shape[i] * MARKER, y + shape[i + 1] * MARKER, x + shape[i + 2] * MARKER,
      y + shape[i + 3] * MARKER }, { color = color, width = 1.3 })
  end
end

local markers = {
  plus = { strokes, { -1, 0, 1, 0, 0, -1, 0, 1 } },
  cross = { strokes, { -0.8, -0.8, 0.8, 0.8, -0.8, 0.8, 0.8, -0.8 } },
  star = { strokes, { -1, 0, 1, 0, -0.5, -0.87, 0.5, 0.87, -0.5, 0.87, 0.5, -0.87 } },
  square = { polygon, { -0.85, -0.85, 0.85, -0.85, 0.85, 0.85, -0.85, 0.85 } },
  triangle = { polygon, { 0, -1.15, 1, 0.7, -1, 0.7 } },
  diamond = { polygon, { 0, -1.15, 1.15, 0, 0, 1.15, -1.15, 0 } },
}

--- Draws one marker: "disc", "dot" or a name of the table above.
function series.marker(canvas, x, y, shape, color)
  local known = markers[shape]
  if known then
    known[1](canvas, x, y, known[2], color)
  else
    canvas:disc(x, y, shape == "dot" and 1.1 or MARKER * 0.85, { color = color })
  end
end

-- Kinds of curves --------------------------------------------------------------------------------

local function each(curve, axes, f)
  for i = 1, #curve.y do
    local x, y = axes:x(curve.x[i]), axes:y(curve.y[i])
    if x - x == 0 and y - y == 0 then f(x, y, i) end
  end
end

-- The height that boxes and impulses stand on.
local function ground(axes)
  local low, high = axes.low_y, axes.high_y
  if axes.log_y then return axes.top + axes.height end
  return axes:y(math.min(math.max(0, low), high))
end

local function points_of(curve, axes)
  local points = {}
  for i = 1, #curve.y do
    points[2 * i - 1], points[2 * i] = axes:x(curve.x[i]), axes:y(curve.y[i])
  end
  return points
end

local function line_style(curve)
  local style = curve.style
  return { color = curve.color, width = style.width or 1.7, dash = style.dash }
end

local kinds = {}

function kinds.filled(canvas, curve, axes)
  local points, base = points_of(curve, axes), ground(axes)
  local n = #points
  if n < 4 then return end
  points[n + 1], points[n + 2], points[n + 3], points[n + 4] = points[n - 1], base, points[1], base
  canvas:area(points, { color = curve.color, opacity = 0.25 })
end

-- Boxes are as wide as the nearest neighbours are apart.
local function box_width(curve)
  local xs, width = table.move(curve.x, 1, #curve.x, 1, {}), math.huge
  table.sort(xs)
  for i = 2, #xs do
    if xs[i] > xs[i - 1] then width = math.min(width, xs[i] - xs[i - 1]) end
  end
  return width < math.huge and width or 1
end

--- Half of what boxes take beside their place.
function series.margin(curve)
  return curve.style.boxes and box_width(curve) / 2 or 0
end

function kinds.boxes(canvas, curve, axes)
  local half, base = box_width(curve) / 2, ground(axes)
  for i = 1, #curve.y do
    local left, right = axes:x(curve.x[i] - half * 0.92), axes:x(curve.x[i] + half * 0.92)
    local y = axes:y(curve.y[i])
    if y - y == 0 and left - left == 0 then
      local top = math.min(y, base)
      canvas:box(left, top, right - left, math.max(y, base) - top,
        { color = curve.color, opacity = 0.85 })
    end
  end
end

function kinds.impulses(canvas, curve, axes)
  local base = ground(axes)
  each(curve, axes, function(x, y)
    canvas:line({ x, base, x, y }, { color = curve.color, width = curve.style.width or 1.4 })
  end)
end

function kinds.steps(canvas, curve, axes)
  local points, last = {}, nil
  each(curve, axes, function(x, y)
    if last then points[#points + 1], points[#points + 2] = x, last end
    points[#points + 1], points[#points + 2] = x, y
    last = y
  end)
  canvas:line(points, line_style(curve))
end

function kinds.line(canvas, curve, axes)
  canvas:line(points_of(curve, axes), line_style(curve))
end

function kinds.marker(canvas, curve, axes)
  each(curve, axes, function(x, y)
    series.marker(canvas, x, y, curve.style.marker, curve.color)
  end)
end

function kinds.vectors(canvas, curve, axes)
  each(curve, axes, function(x, y, i)
    local tx, ty = axes:x(curve.x[i] + curve.dx[i]), axes:y(curve.y[i] + curve.dy[i])
    local length = math.sqrt((tx - x) ^ 2 + (ty - y) ^ 2)
    canvas:line({ x, y, tx, ty }, { color = curve.color, width = 1.2 })
    if length > 1 then
      local ux, uy, head = (tx - x) / length, (ty - y) / length, math.min(7, length * 0.5)
      local bx, by, side = tx - head * ux, ty - head * uy, head * 0.4
      canvas:area({ tx, ty, bx - side * uy, by + side * ux, bx + side * uy, by - side * ux },
        { color = curve.color })
    end
  end)
end

local order = { "filled", "boxes", "impulses", "steps", "line", "marker", "vectors" }

--- Draws a curve into its axes.
function series.draw(canvas, curve, axes)
  for _, kind in ipairs(order) do
    if curve.style[kind] then kinds[kind](canvas, curve, axes) end
  end
end

--- Draws what stands for the curve in a legend, `width` points wide, its middle at (x, y).
function series.sample(canvas, curve, x, y, width)
  local style = curve.style
  if style.boxes then
    canvas:box(x - width / 2, y - 4, width, 8, { color = curve.color, opacity = 0.85 })
  elseif style.line or style.impulses or style.steps or style.vectors then
    canvas:line({ x - width / 2, y, x + width / 2, y }, line_style(curve))
  end
  if style.marker then
    series.marker(canvas, x, y, style.marker == "dot" and "disc" or style.marker, curve.color)
  end
end

return series
