-- Pictures as Encapsulated PostScript and as PDF: the drawing functions of wick.plot.raster as
-- operators, which the two share up to their names. Text is in Helvetica.
local colors = require "wick.plot.colors"
local font = require "wick.plot.font"

local vector = {}
vector.__index = vector

-- The operators of the two languages.
local languages = {
  eps = { move = "moveto", line = "lineto", stroke = "stroke", fill = "fill", color = "setrgbcolor",
    width = "setlinewidth", dash = "setdash", push = "gsave", pop = "grestore", close = "closepath",
    clip = "clip newpath", round = "1 setlinecap 1 setlinejoin", turn = "concat" },
  pdf = { move = "m", line = "l", stroke = "S", fill = "f", color = "RG", width = "w", dash = "d",
    push = "q", pop = "Q", close = "h", clip = "W n", round = "1 J 1 j", turn = "cm" },
}

--- A white picture of width x height points; `language` is "eps" or "pdf".
function vector.new(width, height, language)
  local self = setmetatable({
    width = width, height = height, words = languages[language], language = language, parts = {},
  }, vector)
  self:put("%s", self.words.round)
  return self
end

--- Adds a line to the picture's program.
function vector:put(text, ...)
  self.parts[#self.parts + 1] = text:format(...)
end

-- The picture's y grows downwards, the languages' upwards.
local function path(self, points)
  local words, pen_up = {}, true
  for i = 1, #points - 1, 2 do
    local x, y = points[i], points[i + 1]
    if x - x == 0 and y - y == 0 then
      local word = pen_up and self.words.move or self.words.line
      words[#words + 1] = ("%.2f %.2f %s"):format(x, self.height - y, word)
    end
    pen_up = not (x - x == 0 and y - y == 0)
  end
  return table.concat(words, "\n")
end

-- There is no transparency in PostScript: a colour is mixed with the white paper.
local function set_color(self, style, filling)
  local r, g, b = colors.parts(style.color or "#000000")
  local share = style.opacity or 1
  local word = self.words.color
  if filling and self.language == "pdf" then word = "rg" end
  self:put("%.3f %.3f %.3f %s", 1 - (255 - r) / 255 * share, 1 - (255 - g) / 255 * share,
    1 - (255 - b) / 255 * share, word)
end

--- Keeps what is drawn from now on inside a rectangle; without one, inside the picture.
function vector:clip(x, y, width, height)
  local w = self.words
  if self.clipped then self:put("%s", w.pop) end
  self.clipped = x ~= nil
  if not x then return end
  self:put("%s", w.push)
  self:put("%s\n%s %s", path(self, { x, y, x + width, y, x + width, y + height, x, y + height }),
    w.close, w.clip)
end

--- A line through points { x, y, x, y, ... }. style: color, width, dash.
function vector:line(points, style)
  local w = self.words
  set_color(self, style)
  self:put("%.2f %s [%s] 0 %s", style.width or 1, w.width, table.concat(style.dash or {}, " "),
    w.dash)
  self:put("%s\n%s", path(self, points), w.stroke)
end

--- Fills the inside of an outline. style: color, opacity.
function vector:area(points, style)
  set_color(self, style, true)
  self:put("%s\n%s %s", path(self, points), self.words.close, self.words.fill)
end

--- Fills a rectangle. style: color, opacity.
function vector:box(x, y, width, height, style)
  self:area({ x, y, x + width, y, x + width, y + height, x, y + height }, style)
end

--- Fills a circle. style: color, opacity.
function vector:disc(x, y, radius, style)
  local points = {}
  for i = 0, 23 do
    local angle = math.pi * i / 12
    points[2 * i + 1] = x + radius * math.cos(angle)
    points[2 * i + 2] = y + radius * math.sin(angle)
  end
  self:area(points, style)
end

-- Characters outside ASCII, which the fonts' encodings lack, become question marks.
local function quoted(text)
  text = text:gsub("[\192-\255][\128-\191]*", "?"):gsub("[\128-\191]", "?")
  return "(" .. text:gsub("[()\\]", "\\%0") .. ")"
end

--- Writes text; see wick.plot.raster.
function vector:text(x, y, text, style)
  local size = style.size or 11
  local width = font.width(text, size)
  local shift = style.align == "center" and width / 2 or style.align == "right" and width or 0
  local dx, dy = style.upright and 0 or -shift, style.upright and -shift or 0
  local place = ("%s %.2f %.2f"):format(style.upright and "0 1 -1 0" or "1 0 0 1", x + dx,
    self.height - y + dy)
  set_color(self, style, true)
  if self.language == "pdf" then
    self:put("BT /F%d %.2f Tf %s Tm %s Tj ET", style.bold and 2 or 1, size, place, quoted(text))
  else
    self:put("gsave [%s] concat /Helvetica%s findfont %.2f scalefont setfont 0 0 moveto %s show "
      .. "grestore", place, style.bold and "-Bold" or "", size, quoted(text))
  end
end

local function hexadecimal(rows)
  local words = {}
  for _, row in ipairs(rows) do
    for _, c in ipairs(row) do words[#words + 1] = ("%02x%02x%02x"):format(c[1], c[2], c[3]) end
    words[#words + 1] = "\n"
  end
  return table.concat(words)
end

--- Stretches rows of colours over a rectangle; see wick.plot.raster.
function vector:image(x, y, width, height, rows)
  local columns, count, w = #rows[1], #rows, self.words
  local matrix = ("%.2f 0 0 %.2f %.2f %.2f"):format(width, height, x, self.height - y - height)
  if self.language == "pdf" then
    self:put("%s %s cm BI /W %d /H %d /CS /RGB /BPC 8 /F /AHx ID\n%s>\nEI %s", w.push, matrix,
      columns, count, hexadecimal(rows), w.pop)
  else
    self:put("gsave [%s] concat %d %d 8 [%d 0 0 %d 0 %d]\n"
      .. "{ currentfile %d string readhexstring pop } false 3 colorimage\n%sgrestore", matrix,
      columns, count, columns, -count, count, 3 * columns, hexadecimal(rows))
  end
end

-- Documents --------------------------------------------------------------------------------------

local function eps_document(self, program)
  return ("%%!PS-Adobe-3.0 EPSF-3.0\n%%%%BoundingBox: 0 0 %d %d\n%%%%LanguageLevel: 2\n"
    .. "%%%%EndComments\n%s\nshowpage\n%%%%EOF\n"):format(self.width, self.height, program)
end

-- Numbered objects, and where each begins.
local function pdf_document(self, program)
  local objects = {
    "<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    ("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Contents 4 0 R "
      .. "/Resources << /Font << /F1 5 0 R /F2 6 0 R >> >> >>"):format(self.width, self.height),
    ("<< /Length %d >>\nstream\n%s\nendstream"):format(#program, program),
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold >>",
  }
  local text, places = "%PDF-1.4\n", {}
  for i, object in ipairs(objects) do
    places[i] = ("%010d 00000 n \n"):format(#text)
    text = ("%s%d 0 obj\n%s\nendobj\n"):format(text, i, object)
  end
  return ("%sxref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\n"
    .. "startxref\n%d\n%%%%EOF\n"):format(text, #objects + 1, table.concat(places), #objects + 1,
    #text)
end

--- The picture as text.
function vector:document()
  self:clip()
  local make = self.language == "pdf" and pdf_document or eps_document
  return make(self, table.concat(self.parts, "\n"))
end

--- Writes the picture as a file.
function vector:save(path_of_file)
  require("wick.core").io.writeFile(path_of_file, self:document())
end

return vector
