-- Colours of plots: those of curves in turn, and maps from 0..1 to colours for matrices. A colour
-- is "#rrggbb"; a map returns red, green and blue from 0 to 255.
local errors = require "wick.errors"

local colors = {}

--- The colours that curves take in turn.
colors.cycle = {
  "#2f6fb7", "#e07b28", "#3d9a50", "#c8403e", "#8361b0", "#8c5f4d", "#d06aa8", "#6f7680",
  "#a3a035", "#2fa3b8",
}

-- Maps run straight between these colours, which lie at equal distances.
local maps = {
  gray = { 0x000000, 0xffffff },
  blues = { 0xf5f9fd, 0xc9def0, 0x8bbbdd, 0x4a90c6, 0x1f5fa4, 0x0b2f6b },
  viridis = { 0x440154, 0x472d7b, 0x3b528b, 0x2c728e, 0x21918c, 0x28ae80, 0x5ec962, 0xaddc30,
    0xfde725 },
  jet = { 0x00007f, 0x0000ff, 0x007fff, 0x00ffff, 0x7fff7f, 0xffff00, 0xff7f00, 0xff0000,
    0x7f0000 },
  hot = { 0x000000, 0xe60000, 0xffd200, 0xffffff },
  coolwarm = { 0x3b4cc0, 0x7b9ff9, 0xc0d4f5, 0xf2cbb7, 0xee8468, 0xb40426 },
}
maps.color, maps.grey = maps.viridis, maps.gray

local function between(stops, fraction)
  local place = math.min(math.max(fraction, 0), 1) * (#stops - 1)
  local i = math.min(math.floor(place), #stops - 2)
  local t, a, b = place - i, stops[i + 1], stops[i + 2]
  local function mix(shift)
    local from, to = (a >> shift) & 255, (b >> shift) & 255
    return math.floor(from + (to - from) * t + 0.5)
  end
  return mix(16), mix(8), mix(0)
end

local NOTHING = { 221, 221, 221 } -- what is no number

--- The map of that name as a function from 0..1 to a list { r, g, b }, one of 256 that are shared.
-- Not a number is light grey.
function colors.cells(name)
  local stops = maps[name]
  if not stops then
    errors.raise("plot: there is no colour map %s%s", errors.value(name),
      errors.suggestion(errors.nearest(tostring(name), maps)))
  end
  local steps = {}
  for i = 0, 255 do steps[i] = { between(stops, i / 255) } end
  return function(fraction)
    if fraction ~= fraction then return NOTHING end
    return steps[math.floor(math.min(math.max(fraction, 0), 1) * 255 + 0.5)]
  end
end

--- The same map, which returns red, green and blue.
function colors.map(name)
  local cells = colors.cells(name)
  return function(fraction)
    local cell = cells(fraction)
    return cell[1], cell[2], cell[3]
  end
end

--- Whether there is a map of that name.
function colors.is_map(name)
  return maps[name] ~= nil
end

--- "#rrggbb" of three numbers from 0 to 255.
function colors.text(r, g, b)
  return ("#%02x%02x%02x"):format(r, g, b)
end

--- Red, green and blue from 0 to 255 of "#rrggbb".
function colors.parts(text)
  local number = tonumber(text:sub(2), 16)
  return number >> 16, (number >> 8) & 255, number & 255
end

return colors
