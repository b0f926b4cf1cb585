-- The font of pictures made of pixels: every letter is a few strokes with round ends, so that it
-- can be drawn at any size and turned. A capital is 14 units high, a small letter 10.
local font = {}

local CAPITAL = 14 -- units
local GAP = 3.3 -- between letters
local SPACE = 4.6
local CURVE_STEPS = 7

--- The height of capitals for text of size 1.
font.capital = 0.72

local unit = font.capital / CAPITAL

-- A letter is its width and its strokes: M x y begins one, L x y goes on straight, Q cx cy x y
-- along a curve pulled towards (cx, cy), A cx cy rx ry from to along an ellipse, in degrees.
local letters = {
  ["0"] = { 9, "A 4.5 7 4.5 7 0 360" },
  ["1"] = { 9, "M 1.6 11.2 L 5.2 14 L 5.2 0" },
  ["2"] = { 9, "M 0.4 10.3 Q 0.6 14 4.5 14 Q 8.6 14 8.6 10.4 Q 8.6 8.2 6.2 5.8 L 0.3 0 L 9 0" },
  ["3"] = { 9, "M 0.7 11.7 Q 1.8 14 4.4 14 Q 8.3 14 8.3 10.8 Q 8.3 7.5 4.4 7.5 L 3 7.5 "
    .. "M 4.4 7.5 Q 9 7.5 9 3.8 Q 9 0 4.4 0 Q 1 0 0 2.8" },
  ["4"] = { 9, "M 6.9 0 L 6.9 14 L 0 4 L 9.3 4" },
  ["5"] = { 9, "M 8 14 L 1.6 14 L 1 7.4 Q 2.4 8.8 4.6 8.8 Q 9 8.8 9 4.5 Q 9 0 4.4 0 "
    .. "Q 1.2 0 0 2.5" },
  ["6"] = { 9, "A 4.6 4.5 4.4 4.5 0 360 M 7.4 14 Q 0.2 11 0.2 4.5" },
  ["7"] = { 9, "M 0 14 L 9 14 L 3.2 0" },
  ["8"] = { 9, "A 4.5 10.7 3.7 3.3 0 360 A 4.5 3.7 4.5 3.7 0 360" },
  ["9"] = { 9, "A 4.4 9.5 4.4 4.5 0 360 M 1.6 0 Q 8.8 3 8.8 9.5" },
  A = { 11, "M 0 0 L 5.5 14 L 11 0 M 1.9 4.7 L 9.1 4.7" },
  B = { 9.8, "M 0 7.4 L 5 7.4 Q 9 7.4 9 10.7 Q 9 14 5 14 L 0 14 L 0 0 L 5 0 Q 9.8 0 9.8 3.7 "
    .. "Q 9.8 7.4 5 7.4" },
  C = { 11.2, "A 6.8 7 6.8 7 48 312" },
  D = { 11, "M 0 0 L 0 14 L 4 14 Q 11 14 11 7 Q 11 0 4 0 L 0 0" },
  E = { 8.6, "M 8.4 14 L 0 14 L 0 0 L 8.6 0 M 0 7.3 L 7.4 7.3" },
  F = { 8.2, "M 8.2 14 L 0 14 L 0 0 M 0 7 L 7.2 7" },
  G = { 12.4, "A 6.8 7 6.8 7 48 325 L 12.4 6.6 L 7.6 6.6" },
  H = { 10, "M 0 0 L 0 14 M 10 0 L 10 14 M 0 7.2 L 10 7.2" },
  I = { 0, "M 0 0 L 0 14" },
  J = { 6.5, "M 6.5 14 L 6.5 4 Q 6.5 0 3 0 Q 0.4 0 0 2.6" },
  K = { 9.8, "M 0 0 L 0 14 M 9.4 14 L 0 5.2 M 3.6 8.6 L 9.8 0" },
  L = { 8, "M 0 14 L 0 0 L 8 0" },
  M = { 12, "M 0 0 L 0 14 L 6 3.5 L 12 14 L 12 0" },
  N = { 10, "M 0 0 L 0 14 L 10 0 L 10 14" },
  O = { 13.4, "A 6.7 7 6.7 7 0 360" },
  P = { 9.4, "M 0 0 L 0 14 L 5 14 Q 9.4 14 9.4 10.2 Q 9.4 6.4 5 6.4 L 0 6.4" },
  Q = { 13.4, "A 6.7 7 6.7 7 0 360 M 8.4 3.4 L 12.8 -1.2" },
  R = { 9.8, "M 0 0 L 0 14 L 5 14 Q 9.2 14 9.2 10.3 Q 9.2 6.6 5 6.6 L 0 6.6 M 5 6.6 L 9.8 0" },
  S = { 9.8, "M 9.2 11.5 Q 8 14 5 14 Q 0.7 14 0.7 10.6 Q 0.7 7.9 5 7.2 Q 9.8 6.4 9.8 3.6 "
    .. "Q 9.8 0 5.2 0 Q 1.2 0 0.1 2.9" },
  T = { 10.4, "M 0 14 L 10.4 14 M 5.2 14 L 5.2 0" },
  U = { 10, "M 0 14 L 0 5 Q 0 0 5 0 Q 10 0 10 5 L 10 14" },
  V = { 10.8, "M 0 14 L 5.4 0 L 10.8 14" },
  W = { 15.6, "M 0 14 L 3.8 0 L 7.8 13 L 11.8 0 L 15.6 14" },
  X = { 9.8, "M 0.2 14 L 9.8 0 M 9.6 14 L 0 0" },
  Y = { 10, "M 0 14 L 5 6.6 L 10 14 M 5 6.6 L 5 0" },
  Z = { 9.6, "M 0.2 14 L 9.4 14 L 0 0 L 9.6 0" },
  a = { 8.8, "A 4.3 5 4.3 5 0 360 M 8.8 10 L 8.8 0" },
  b = { 8.8, "A 4.5 5 4.3 5 0 360 M 0 15 L 0 0" },
  c = { 7.6, "A 4.6 5 4.6 5 48 312" },
  d = { 8.8, "A 4.3 5 4.3 5 0 360 M 8.8 15 L 8.8 0" },
  e = { 8.8, "M 0.1 5.2 L 8.8 5.2 A 4.4 5 4.4 5 2 312" },
  f = { 5.4, "M 2.2 0 L 2.2 11.5 Q 2.2 15.3 5.4 14.8 M 0 10 L 5 10" },
  g = { 8.8, "A 4.3 5 4.3 5 0 360 M 8.8 10 L 8.8 -0.4 Q 8.8 -4.6 4.4 -4.6 Q 2 -4.6 0.7 -3.3" },
  h = { 8.2, "M 0 15 L 0 0 M 0 5.6 Q 0.4 10 4.3 10 Q 8.2 10 8.2 5.6 L 8.2 0" },
  i = { 0, "M 0 10 L 0 0 M 0 13.7 L 0 14.1" },
  j = { 1.4, "M 1.4 10 L 1.4 -1.6 Q 1.4 -4.6 -1.2 -4.4 M 1.4 13.7 L 1.4 14.1" },
  k = { 7.8, "M 0 15 L 0 0 M 7.4 10 L 0 3.6 M 2.9 6.1 L 7.8 0" },
  l = { 2.2, "M 0 15 L 0 2.6 Q 0 0 2.2 0" },
  m = { 13.6, "M 0 10 L 0 0 M 0 6 Q 0.3 10 3.6 10 Q 6.8 10 6.8 6 L 6.8 0 "
    .. "M 6.8 6 Q 7.1 10 10.4 10 Q 13.6 10 13.6 6 L 13.6 0" },
  n = { 8.2, "M 0 10 L 0 0 M 0 5.6 Q 0.4 10 4.3 10 Q 8.2 10 8.2 5.6 L 8.2 0" },
  o = { 9, "A 4.5 5 4.5 5 0 360" },
  p = { 8.8, "A 4.5 5 4.3 5 0 360 M 0 10 L 0 -4.6" },
  q = { 8.8, "A 4.3 5 4.3 5 0 360 M 8.8 10 L 8.8 -4.6" },
  r = { 4.8, "M 0 10 L 0 0 M 0 5.4 Q 0.5 10 4.8 9.9" },
  s = { 7.6, "M 7.2 8.4 Q 6.2 10 3.9 10 Q 0.5 10 0.5 7.5 Q 0.5 5.6 3.9 5.1 Q 7.6 4.6 7.6 2.6 "
    .. "Q 7.6 0 3.9 0 Q 1.2 0 0.2 1.9" },
  t = { 5.4, "M 2.2 13.5 L 2.2 3 Q 2.2 -0.3 5.4 0.2 M 0 10 L 5 10" },
  u = { 8.2, "M 8.2 10 L 8.2 0 M 0 10 L 0 4.4 Q 0 0 3.9 0 Q 7.8 0 8.2 4.4" },
  v = { 8.4, "M 0 10 L 4.2 0 L 8.4 10" },
  w = { 12.8, "M 0 10 L 3.2 0 L 6.4 9.6 L 9.6 0 L 12.8 10" },
  x = { 8, "M 0.1 10 L 8 0 M 7.9 10 L 0 0" },
  y = { 8.6, "M 0 10 L 4.4 0.2 M 8.6 10 L 3.6 -2 Q 2.5 -4.6 0.2 -4.4" },
  z = { 7.8, "M 0.3 10 L 7.6 10 L 0 0 L 7.8 0" },
  ["."] = { 0, "M 0 0.1 L 0 0.3" },
  [","] = { 1.2, "M 1.2 0.5 Q 1.2 -1.6 0 -2.8" },
  [":"] = { 0, "M 0 0.1 L 0 0.3 M 0 8.6 L 0 8.8" },
  [";"] = { 1.2, "M 1.2 0.5 Q 1.2 -1.6 0 -2.8 M 1.2 8.6 L 1.2 8.8" },
  ["!"] = { 0, "M 0 14 L 0 4 M 0 0.1 L 0 0.3" },
  ["?"] = { 7.6, "M 0.2 11 Q 0.6 14 3.8 14 Q 7.6 14 7.6 10.8 Q 7.6 8.8 5.4 7.4 Q 3.7 6.2 3.7 4 "
    .. "M 3.7 0.1 L 3.7 0.3" },
  ["'"] = { 0, "M 0 14.4 L 0 10.6" },
  ['"'] = { 3.4, "M 0 14.4 L 0 10.6 M 3.4 14.4 L 3.4 10.6" },
  ["`"] = { 2.4, "M 0 14.6 L 2.4 12" },
  ["("] = { 3.4, "M 3.4 16 Q 0 12.5 0 6.2 Q 0 0 3.4 -3.6" },
  [")"] = { 3.4, "M 0 16 Q 3.4 12.5 3.4 6.2 Q 3.4 0 0 -3.6" },
  ["["] = { 3.2, "M 3.2 15.6 L 0 15.6 L 0 -3.2 L 3.2 -3.2" },
  ["]"] = { 3.2, "M 0 15.6 L 3.2 15.6 L 3.2 -3.2 L 0 -3.2" },
  ["{"] = { 4.4, "M 4.4 15.8 Q 2 15.8 2 12 L 2 9 Q 2 6.2 0 6.2 Q 2 6.2 2 3.4 L 2 0.4 "
    .. "Q 2 -3.4 4.4 -3.4" },
  ["}"] = { 4.4, "M 0 15.8 Q 2.4 15.8 2.4 12 L 2.4 9 Q 2.4 6.2 4.4 6.2 Q 2.4 6.2 2.4 3.4 L 2.4 0.4 "
    .. "Q 2.4 -3.4 0 -3.4" },
  ["<"] = { 8.4, "M 8.4 11.4 L 0 6.6 L 8.4 1.8" },
  [">"] = { 8.4, "M 0 11.4 L 8.4 6.6 L 0 1.8" },
  ["="] = { 8.6, "M 0 8.6 L 8.6 8.6 M 0 4.6 L 8.6 4.6" },
  ["+"] = { 9, "M 0 6.6 L 9 6.6 M 4.5 11.1 L 4.5 2.1" },
  ["-"] = { 5, "M 0 5.6 L 5 5.6" },
  ["*"] = { 6.4, "M 3.2 14.2 L 3.2 7.4 M 0.2 12.6 L 6.2 9 M 6.2 12.6 L 0.2 9" },
  ["/"] = { 6.4, "M 6.4 15.4 L 0 -2.4" },
  ["\\"] = { 6.4, "M 0 15.4 L 6.4 -2.4" },
  ["|"] = { 0, "M 0 16 L 0 -4" },
  ["_"] = { 8.8, "M 0 -2.6 L 8.8 -2.6" },
  ["^"] = { 7.4, "M 0 9.4 L 3.7 14.2 L 7.4 9.4" },
  ["~"] = { 9, "M 0 5.6 Q 1.2 8.4 4.5 6.6 Q 7.8 4.8 9 7.6" },
  ["@"] = { 15, "A 7.6 5.4 3.2 3.6 0 360 M 11 8.8 L 10.8 3.6 Q 10.9 1.6 12.6 1.8 Q 15 2.4 15 6.4 "
    .. "Q 15 13.4 7.6 13.4 Q 0 13.4 0 5.6 Q 0 -2.6 7.6 -2.6 Q 10.4 -2.6 12 -1.4" },
  ["#"] = { 10, "M 3.6 14 L 1.8 0 M 8.2 14 L 6.4 0 M 0.6 9.6 L 10 9.6 M 0 4.4 L 9.4 4.4" },
  ["$"] = { 9, "M 8.4 10.8 Q 7.4 12.8 4.6 12.8 Q 0.7 12.8 0.7 9.9 Q 0.7 7.5 4.6 6.8 Q 9 6.1 9 3.6 "
    .. "Q 9 0.6 4.7 0.6 Q 1.2 0.6 0.1 3.1 M 4.6 15.4 L 4.6 -2" },
  ["%"] = { 13.6, "A 3 10.8 3 3.2 0 360 A 10.6 3.2 3 3.2 0 360 M 11.2 14 L 2.4 0" },
  ["&"] = { 11, "M 11 0 L 2.6 9.4 Q 1.6 10.6 1.6 11.6 Q 1.6 14 4.4 14 Q 7.2 14 7.2 11.6 "
    .. "Q 7.2 9.6 4 7.8 Q 0 5.8 0 3.4 Q 0 0 4.4 0 Q 9.2 0 10.4 6.6" },
}

-- Strokes: { x, y, x, y, ... } ------------------------------------------------------------------

local add = {}

function add.M(strokes, x, y)
  strokes[#strokes + 1] = { x, y }
end

function add.L(strokes, x, y)
  local stroke = strokes[#strokes]
  stroke[#stroke + 1], stroke[#stroke + 2] = x, y
end

function add.Q(strokes, cx, cy, x, y)
  local stroke = strokes[#strokes]
  local x0, y0 = stroke[#stroke - 1], stroke[#stroke]
  for i = 1, CURVE_STEPS do
    local t = i / CURVE_STEPS
    local a, b, c = (1 - t) * (1 - t), 2 * t * (1 - t), t * t
    add.L(strokes, a * x0 + b * cx + c * x, a * y0 + b * cy + c * y)
  end
end

function add.A(strokes, cx, cy, rx, ry, from, to)
  local steps = math.ceil((to - from) / 15)
  for i = 0, steps do
    local angle = math.rad(from + (to - from) * i / steps)
    local step = i == 0 and add.M or add.L
    step(strokes, cx + rx * math.cos(angle), cy + ry * math.sin(angle))
  end
end

local function strokes_of(text)
  local strokes = {}
  for command, numbers in text:gmatch("(%a)([^%a]*)") do
    local values = {}
    for number in numbers:gmatch("%S+") do values[#values + 1] = tonumber(number) end
    add[command](strokes, table.unpack(values))
  end
  return strokes
end

-- A letter that the font lacks is an empty frame.
local unknown = { 8, "M 0 0 L 0 14 L 8 14 L 8 0 L 0 0" }

local glyphs = setmetatable({ [" "] = { width = SPACE, strokes = {} } }, {
  __index = function(cache, character)
    local letter = letters[character] or unknown
    local glyph = { width = letter[1], strokes = strokes_of(letter[2]) }
    cache[character] = glyph
    return glyph
  end,
})

local function characters(text)
  return text:gmatch("[%z\1-\127\192-\255][\128-\191]*")
end

--- How wide `text` is at a size.
function font.width(text, size)
  local width, count = 0, 0
  for character in characters(text) do
    width, count = width + glyphs[character].width, count + 1
  end
  return (width + GAP * math.max(0, count - 1)) * unit * size
end

--- The strokes of `text` from the left end of its base line at (0, 0), y upwards: lists of x and y
-- in turn.
function font.strokes(text, size)
  local scale, x, list = unit * size, 0, {}
  for character in characters(text) do
    local glyph = glyphs[character]
    for _, stroke in ipairs(glyph.strokes) do
      local moved = {}
      for i = 1, #stroke, 2 do
        moved[i], moved[i + 1] = (x + stroke[i]) * scale, stroke[i + 1] * scale
      end
      list[#list + 1] = moved
    end
    x = x + glyph.width + GAP
  end
  return list
end

return font
