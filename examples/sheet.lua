-- A sheet of pictures to look at: rows with a heading each, pictures side by side with a line of
-- text below. The scripts beside this file draw what they show with it:
--
--   local sheet = paths.dofile("../sheet.lua")
--   sheet.save(".", "filters.png", { title = "Filters", tile = 96, rows = {
--     { "The image and its edges", { picture, "image" }, { edges, "edges", signed = true } },
--   } })
local torch = require "torch"
local image = require "image"
local paths = require "paths"
local files = require "wick.image"

local sheet = {}

local GAP, MARGIN, LINE, HEADING, TITLE = 8, 16, 12, 24, 36
local PAPER, INK, FAINT = { 250, 248, 243 }, { 40, 44, 52 }, { 110, 108, 102 }

-- The value below which 99 % of a plane's pixels lie, so that a few do not make the others pale.
local function brightest(plane)
  local sorted = torch.abs(plane):view(-1):sort()
  return math.max(sorted[math.max(1, sorted:size(1) * 99 // 100)], 1e-12)
end

--- What is shown of a signed picture: blue below zero, white at zero, red above.
function sheet.signed(picture)
  local plane = picture:float():contiguous():view(-1, picture:size(picture:dim() - 1),
    picture:size(picture:dim())):sum(1)[1]
  plane = (plane / brightest(plane)):clamp(-1, 1)
  local up, down = torch.cmax(plane, 0), torch.cmax(-plane, 0)
  local colours = torch.FloatTensor(3, plane:size(1), plane:size(2))
  colours[1]:copy(1 - down)
  colours[2]:copy(1 - torch.cmax(up, down) * 0.85)
  colours[3]:copy(1 - up)
  return colours
end

-- Three channels of floats from 0 to 1, of bytes, of one channel or of any range.
local function colours_of(cell)
  local picture = cell[1]
  if cell.signed then return sheet.signed(picture) end
  local bytes = picture:type() == "torch.ByteTensor"
  picture = picture:float()
  if bytes then picture = picture / 255 end
  if picture:dim() == 2 then picture = picture:view(1, picture:size(1), picture:size(2)) end
  local low, high = cell.low or 0, cell.high or 1
  if cell.stretch then low, high = picture:min(), picture:max() end
  picture = ((picture - low) / math.max(high - low, 1e-12)):clamp(0, 1)
  if picture:size(1) == 1 then picture = picture:expand(3, picture:size(2), picture:size(3)) end
  return picture:contiguous()
end

-- Fits into side x side: small pictures by whole pixels, so that one sees them.
local function fit(picture, side)
  local longer = math.max(picture:size(2), picture:size(3))
  local height, width = picture:size(2) * side // longer, picture:size(3) * side // longer
  return files.resize(picture, math.max(height, 1), math.max(width, 1),
    { filter = longer <= side and "nearest" or "bilinear" })
end

local function paste(paper, picture, x, y)
  paper:narrow(2, y, picture:size(2)):narrow(3, x, picture:size(3)):copy(picture)
end

local function write(paper, text, x, y, colour, size)
  image.drawText(paper, text, x, y, { color = colour, size = size, wrap = false, inplace = true })
end

local function caption_lines(row)
  local most = 0
  for i = 2, #row do most = math.max(most, row[i][2] and 1 or 0) end
  return most
end

local function row_height(row, tile)
  return (row[1] and HEADING or 0) + tile + caption_lines(row) * LINE + GAP
end

local function measure(contents, tile)
  local width, height = #(contents.title or "") * 12, contents.title and TITLE or MARGIN
  for _, row in ipairs(contents.rows) do
    width = math.max(width, (#row - 1) * (tile + GAP) - GAP, #(row[1] or "") * 6)
    height = height + row_height(row, tile)
  end
  return width + 2 * MARGIN, height + MARGIN
end

local function draw_row(paper, row, y, tile)
  if row[1] then write(paper, row[1], MARGIN, y + 10, INK) end
  y = y + (row[1] and HEADING or 0)
  for i = 2, #row do
    local cell, x = row[i], MARGIN + (i - 2) * (tile + GAP)
    paste(paper, fit(colours_of(cell), tile), x, y)
    if cell[2] then write(paper, cell[2]:sub(1, (tile + GAP) // 6), x, y + tile + 3, FAINT) end
  end
end

--- The sheet as 3 x height x width floats from 0 to 1. `contents`: `title`; `tile`, the side of a
-- picture (96); `rows`, each a heading (or false) and cells { picture, caption }. A picture has one
-- or three channels from 0 to 1, or from `low` to `high`, or whatever its values are with
-- `stretch`; `signed` shows values below zero blue and above red.
function sheet.draw(contents)
  local tile = contents.tile or 96
  local width, height = measure(contents, tile)
  local paper = torch.FloatTensor(3, height, width)
  for channel = 1, 3 do paper[channel]:fill(PAPER[channel] / 255) end
  if contents.title then write(paper, contents.title, MARGIN, 12, INK, 2) end
  local y = contents.title and TITLE or MARGIN
  for _, row in ipairs(contents.rows) do
    draw_row(paper, row, y, tile)
    y = y + row_height(row, tile)
  end
  return paper
end

--- Draws a sheet into a PNG file of a folder and says where it is.
function sheet.save(folder, name, contents)
  paths.mkdir(folder)
  local path = paths.concat(folder, name)
  files.savePNG(path, sheet.draw(contents))
  print("  drawn: " .. path)
end

return sheet
