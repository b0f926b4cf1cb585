-- image: text and rectangles drawn into pictures.
local class = require "torch.class"
local errors = require "wick.errors"
local font = require "image.font"
local pixels = require "image.pixels"

local draw = {}

-- Three numbers from 0 to 255, as the picture's type has them.
local function colour_of(name, picture, colour, default)
  colour = colour or default
  local values = {}
  for i = 1, 3 do
    local value = type(colour) == "table" and tonumber(colour[i])
    if not value then
      pixels.refuse(name, "a colour is three numbers from 0 to 255, not %s", errors.value(colour))
    end
    values[i] = class.type(picture) == "torch.ByteTensor" and math.min(math.max(value, 0), 255)
      or value / 255
  end
  return values
end

-- Fills columns x1 to x2 and rows y1 to y2, counted from 0, as far as they are in the picture.
local function fill(picture, colour, x1, y1, x2, y2)
  x1, y1 = math.max(x1, 0), math.max(y1, 0)
  x2, y2 = math.min(x2, picture:size(3) - 1), math.min(y2, picture:size(2) - 1)
  if x1 > x2 or y1 > y2 then return end
  local box = picture:narrow(2, y1 + 1, y2 - y1 + 1):narrow(3, x1 + 1, x2 - x1 + 1)
  for channel = 1, 3 do box:select(1, channel):fill(colour[channel]) end
end

local function check_options(name, options, ...)
  options = options or {}
  if type(options) ~= "table" then
    pixels.refuse(name, "the options are %s, a table expected", errors.value(options))
  end
  local known = {}
  for _, word in ipairs{ ... } do known[word] = true end
  for word in pairs(options) do
    if not known[word] then
      pixels.refuse(name, "there is no option %s%s", errors.value(word),
        errors.suggestion(errors.nearest(tostring(word), known)))
    end
  end
  return options
end

local function picture_of(name, source, options)
  local image = pixels.colours(name, source)
  return options.inplace and source or image:detach():clone()
end

-- Text -------------------------------------------------------------------------------------------

local RED, NO_COLOUR = { 255, 0, 0 }, -1

-- One letter, its cell's corner at (x, y).
local function put_letter(picture, letter, x, y, style)
  local size = style.size
  if style.background then
    fill(picture, style.background, x, y, x + 6 * size - 1, y + font.height * size - 1)
  end
  for _, run in ipairs(font.letter(letter)) do
    local top = y + run[1] * size
    local left, right = x + run[2] * size, x + (run[3] + 1) * size - 1
    fill(picture, style.colour, left, top, right, top + size - 1)
  end
end

local function put_text(picture, text, x, y, style)
  local pattern = utf8.len(text) and utf8.charpattern or "."
  local step, line = 6 * style.size, font.height * style.size
  local column, row = x, y
  for letter in text:gmatch(pattern) do
    if letter == "\n" then
      column, row = x, row + line
    elseif letter ~= "\r" then
      if style.wrap and column + step >= picture:size(3) then column, row = 0, row + line end
      put_letter(picture, letter, column, row, style)
      column = column + step
    end
  end
end

-- nil where one of the three is -1.
local function background_of(picture, colour)
  if not colour then return nil end
  local values = colour_of("drawText", picture, colour)
  for i = 1, 3 do
    if colour[i] == NO_COLOUR then return nil end
  end
  return values
end

--- image.drawText(picture, text [, x = 1 [, y = 1 [, { color = {255, 0, 0}, bg = {-1, -1, -1}, size
-- = 1, wrap = true, inplace = false }]]]): text over 3 x height x width, letters of 5 x 7 dots in
-- cells of 6 x 8 that begin x columns and y rows from the corner. Colours go from 0 to 255; a
-- background of -1 is none. Returns a copy unless in place.
function draw.drawText(source, text, x, y, options)
  options = check_options("drawText", options, "color", "bg", "size", "wrap", "inplace")
  local picture = picture_of("drawText", source, options)
  if text == nil or not tostring(text):find("%S") then return picture end
  local size = pixels.whole("drawText", "size", options.size or 1)
  if size < 1 then pixels.refuse("drawText", "size is %d, at least 1 expected", size) end
  put_text(picture, tostring(text), pixels.whole("drawText", "x", x or 1),
    pixels.whole("drawText", "y", y or 1), {
      colour = colour_of("drawText", picture, options.color, RED),
      background = background_of(picture, options.bg), size = size, wrap = options.wrap ~= false,
    })
  return picture
end

-- Rectangles -------------------------------------------------------------------------------------

--- image.drawRect(picture, x1, y1, x2, y2 [, { color = {255, 0, 0}, lineWidth = 1, inplace = false
-- }]): the outline of columns x1 to x2 and rows y1 to y2, counted from 1, over 3 x height x width.
-- Returns a copy unless in place.
function draw.drawRect(source, x1, y1, x2, y2, options)
  options = check_options("drawRect", options, "color", "lineWidth", "inplace")
  local picture = picture_of("drawRect", source, options)
  if not (x1 and y1 and x2 and y2) then return picture end
  local function place(value)
    return pixels.whole("drawRect", "a corner", value)
  end
  x1, y1, x2, y2 = place(x1), place(y1), place(x2), place(y2)
  local width = pixels.whole("drawRect", "lineWidth", options.lineWidth or 1)
  local colour = colour_of("drawRect", picture, options.color, RED)
  local before = width // 2 + 1 -- from 1 to 0, and half a line back
  local after = width - 1 - before
  fill(picture, colour, x1 - before, y1 - before, x1 + after, y2 + after)
  fill(picture, colour, x2 - before, y1 - before, x2 + after, y2 + after)
  fill(picture, colour, x1 - before, y1 - before, x2 + after, y1 + after)
  fill(picture, colour, x1 - before, y2 - before, x2 + after, y2 + after)
  return picture
end

return draw
