-- The picture of a confusion matrix: a cell a pair of classes, the darker the larger its share of
-- the targets, with names, rates and counts.
local colors = require "wick.plot.colors"
local font = require "wick.plot.font"
local raster = require "wick.plot.raster"

local MARGIN, HEAD = 12, 54
local INK = "#222222"

local function recall(counts, i)
  local sum = 0
  for _, count in ipairs(counts[i]) do sum = sum + count end
  return sum > 0 and counts[i][i] / sum or 0, sum
end

-- The classes by their rates, or by how often they occur, largest first.
local function order_of(counts, by_score)
  local order, keys = {}, {}
  for i = 1, #counts do
    local rate, sum = recall(counts, i)
    order[i], keys[i] = i, by_score and rate or sum
  end
  table.sort(order, function(a, b)
    if keys[a] ~= keys[b] then return keys[a] > keys[b] end
    return a < b
  end)
  return order
end

-- Text that fits into a width, cut where it must be.
local function fitted(text, size, width)
  if font.width(text, size) <= width then return text end
  while #text > 1 and font.width(text .. "..", size) > width do
    text = text:sub(1, -2):gsub("[\192-\255][\128-\191]*$", "")
  end
  return text .. ".."
end

local function draw_cell(canvas, x, y, block, count, share, map)
  local r, g, b = map(share)
  canvas:box(x, y, block - 1, block - 1, { color = colors.text(r, g, b) })
  local text, size = ("%d"):format(count), math.min(11, block * 0.42)
  while size > 5 and font.width(text, size) > block - 4 do size = size - 0.5 end
  if count > 0 and size > 5 then
    canvas:text(x + block / 2, y + block / 2 + size * font.capital / 2, text,
      { size = size, align = "center", color = share > 0.55 and "#ffffff" or INK })
  end
end

local function draw_row(canvas, matrix, counts, order, row, o, map)
  local i = order[row]
  local rate, sum = recall(counts, i)
  local y = HEAD + (row - 1) * o.block
  local size = math.min(12, o.block * 0.55)
  local base = y + o.block / 2 + size * font.capital / 2
  local share = ("%.1f%%"):format(rate * 100)
  local name = tostring(matrix.classes[i] or i)
  canvas:text(MARGIN, base, fitted(name, size, o.legend - font.width(share, size) - 20),
    { size = size, color = INK })
  canvas:text(MARGIN + o.legend - 10, base, share, { size = size, align = "right", color = INK })
  for column = 1, #order do
    local count = counts[i][order[column]]
    draw_cell(canvas, MARGIN + o.legend + (column - 1) * o.block, y, o.block, count,
      sum > 0 and count / sum or 0, map)
  end
end

--- The picture as a FloatTensor 3 x height x width from 0 to 1. `mode` "score" or "occurrence"
-- orders the classes; a cell has `block` pixels a side, the names `legend` pixels.
return function(matrix, mode, block, legend)
  matrix:updateValids()
  local counts = matrix.mat:totable()
  local order = order_of(counts, mode ~= "occurrence")
  local o = { block = block, legend = legend }
  local side = #order * block
  local canvas = raster.new(math.max(2 * MARGIN + legend + side, 330), HEAD + side + MARGIN, 1)
  local map = colors.map("blues")
  canvas:text(MARGIN, 22, ("global correct: %.2f%%"):format(matrix.totalValid * 100),
    { size = 13, bold = true, color = INK })
  canvas:text(MARGIN, 42, "rows: targets, columns: predictions", { size = 10, color = "#555555" })
  for row = 1, #order do draw_row(canvas, matrix, counts, order, row, o, map) end
  return canvas:tensor():float():div(255)
end
