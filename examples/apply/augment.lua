-- Draws a contact sheet of every stage of augmentation: a row a stage, with its name, what it does,
-- and what it made of a picture several times. Where pixels move, a box moves with them.
--
--   wick examples/apply/augment.lua
--   wick examples/apply/augment.lua --image dog.jpg --out dog-sheet.png
local torch = require "torch"
local image = require "image"
local data = require "wick.data"
local files = require "wick.image"

local GAP, LINE, HEADING = 6, 12, 38
local PAPER, INK, FAINT, BOX = { 250, 248, 243 }, { 40, 44, 52 }, { 128, 126, 120 }, { 226, 61, 61 }

-- What the rows show, in order: stages as they are written in a pipeline, at settings whose effect
-- one sees. SIDE is the side of the picture.
local SIDE = 160
local families = {
  { "Cropping and resizing",
    { "Crop", 20, 40, 100, 100 }, { "CenterCrop", 110 }, { "RandomCrop", SIDE, padding = 30 },
    { "RandomResizedCrop", SIDE, scale = { 0.08, 1 } }, { "Resize", { 80, SIDE } },
    { "Pad", 25, paddingMode = "reflect" } },
  { "Geometry",
    { "HFlip", 0.5 }, { "VFlip", 0.5 }, { "Translate", 0.25, 0.25 }, { "Rotate", 45 },
    { "Rotate", 45, expand = true, fill = { 250, 248, 243 } }, { "Shear", 25, 15 },
    { "Zoom", { 0.6, 1.7 } },
    { "Affine", 25, scale = { 0.8, 1.2 }, shearX = 15, translateX = 0.1, paddingMode = "edge" },
    { "Perspective", 0.6, 1 }, { "ElasticTransform", alpha = 120, sigma = 6 } },
  { "Colour",
    { "Brightness", 0.5 }, { "Contrast", 0.6 }, { "Saturation", 0.9 }, { "Hue", 0.3 },
    { "ColorJitter", 0.4, 0.4, 0.4, 0.1 }, { "Grayscale", 3 }, { "RandomGrayscale", 0.5 },
    { "Gamma", { 0.4, 2.2 } }, { "MultiplyAdd", 0.3, 0.2, perChannel = true },
    { "Lighting", 0.6 }, { "Invert", 0.5 }, { "Solarize", 128, 1 }, { "Posterize", 2, 1 },
    { "Equalize", 1 }, { "AutoContrast", 1 } },
  { "Filters and noise",
    { "GaussianBlur", sigma = { 0.5, 4 } }, { "Sharpen", { 1, 8 }, 1 },
    { "GaussianNoise", { 0.02, 0.2 } }, { "SaltAndPepper", { 0.01, 0.15 } },
    { "JPEG", { 3, 25 } } },
  { "Erasing",
    { "Cutout", 50, holes = 2 }, { "RandomErasing", 1, noise = true } },
  { "Types", { "ToFloat" }, { "ToByte" }, { "Normalize" } },
  { "Stages of stages",
    { "RandomApply", { { "Invert", 1 }, { "Rotate", 20 } } },
    { "RandomChoice", { { "Hue", 0.4 }, { "Zoom", 0.6 }, { "Solarize", 100, 1 } } },
    { "RandomOrder", { { "Posterize", 2, 1 }, { "Hue", 0.3 }, { "GaussianBlur", sigma = 3 } } } },
  { "Batches", { "MixUp", classes = 2 }, { "CutMix", classes = 2 } },
}

local function read_options()
  local cmd = torch.CmdLine()
  cmd:text("Draws a contact sheet of every stage of augmentation.")
  cmd:text()
  cmd:option("-image", "", "the picture; hills in the evening unless given")
  cmd:option("-out", "augment.png", "the sheet")
  cmd:option("-variants", 6, "how often each stage is applied")
  cmd:option("-columns", 2, "rows side by side")
  cmd:option("-tile", 104, "the side of what is shown, in pixels")
  cmd:option("-seed", 1, "of everything drawn")
  return cmd:parse(arg)
end

-- SIDE x SIDE bytes of the middle of a picture.
local function square(picture)
  return data.pipeline{ { "Resize", SIDE }, { "CenterCrop", SIDE } }(picture)
end

local function load_picture(path)
  if path == "" then return square(image.lena():mul(255):byte()) end
  return square(files.load(path, 3, "byte"))
end

-- Bytes of three channels, from 0 to 255, of whatever a stage has made.
local function shown(picture)
  if picture:type() ~= "torch.ByteTensor" then
    local low, high = picture:min(), picture:max()
    if low < 0 or high > 1 then picture = (picture - low) / math.max(high - low, 1e-6) end
    picture = picture:float():mul(255):byte()
  end
  if picture:size(1) == 1 then picture = picture:expand(3, picture:size(2), picture:size(3)) end
  return picture:contiguous()
end

-- Applying ---------------------------------------------------------------------------------------

-- The picture and its mirror image in another light, mixed.
local function mixed(pipeline, picture, seed)
  local other = data.pipeline{ { "HFlip", 1 }, { "Hue", { 0.45, 0.45 } } }(picture, 1)
  local images = torch.cat({ picture:view(1, 3, SIDE, SIDE), other:view(1, 3, SIDE, SIDE) }, 1)
  return pipeline:applyBatch(images:float():div(255), torch.LongTensor{ 1, 2 }, seed)[1]
end

-- What the stage makes of the picture with this seed, with its box drawn where pixels have moved.
local function variant(stage, picture, box, seed)
  local pipeline = data.pipeline{ stage }
  if data.stages.find(stage[1]).batch then return shown(mixed(pipeline, picture, seed)) end
  local made = pipeline({ image = picture, boxes = box }, seed)
  local result, corners = shown(made.image), made.boxes[1]
  if (made.boxes - box):abs():max() > 0 and corners[3] - corners[1] > 4
    and corners[4] - corners[2] > 4 then
    result = image.drawRect(result, corners[1] + 2, corners[2] + 2, corners[3] - 1,
      corners[4] - 1, { color = BOX, lineWidth = 2 })
  end
  return result
end

-- Drawing ----------------------------------------------------------------------------------------

local function paste(sheet, picture, x, y)
  sheet:narrow(2, y, picture:size(2)):narrow(3, x, picture:size(3)):copy(picture)
end

local function write(sheet, text, x, y, colour, size)
  image.drawText(sheet, text, x, y, { color = colour, size = size, wrap = false, inplace = true })
end

-- Fits a picture into a tile, in the middle.
local function paste_tile(sheet, picture, x, y, side)
  local longer = math.max(picture:size(2), picture:size(3))
  local height = math.max(1, picture:size(2) * side // longer)
  local width = math.max(1, picture:size(3) * side // longer)
  local small = files.resize(picture, height, width)
  paste(sheet, small, x + (side - width) // 2, y + (side - height) // 2)
end

-- A stage as a script has it, without the pipeline around it.
local function source_of(stage)
  local text = tostring(data.pipeline{ stage }):match("{\n%s*(.-),\n}$")
  return (text:gsub("%s+", " "))
end

local function shorten(text, letters)
  return #text <= letters and text or text:sub(1, letters - 2) .. ".."
end

local function draw_row(sheet, stage, picture, box, x, y, options)
  local letters = options.variants * (options.tile + GAP) // 6 - 1
  local doc = data.stages.find(stage[1]).doc
  write(sheet, shorten(source_of(stage), letters), x, y, INK)
  write(sheet, shorten(doc, letters), x, y + LINE, FAINT)
  for i = 1, options.variants do
    local made = variant(stage, picture, box, options.seed * 100 + i)
    paste_tile(sheet, made, x + (i - 1) * (options.tile + GAP), y + 2 * LINE, options.tile)
  end
end

-- The sheet's rows: headings are strings, the others stages.
local function list_rows()
  local rows = {}
  for _, family in ipairs(families) do
    for _, row in ipairs(family) do rows[#rows + 1] = row end
  end
  return rows
end

local function row_height(row, options)
  return type(row) == "string" and HEADING or 2 * LINE + options.tile + 2 * GAP
end

-- How high a column has to be for all rows to find a place, where headings stay with a stage.
local function column_height(rows, options)
  local total = 0
  for _, row in ipairs(rows) do total = total + row_height(row, options) end
  return total // options.columns + row_height({}, options)
end

local function draw_sheet(picture, options)
  local rows, box = list_rows(), torch.FloatTensor{ { 0.55, 0.2, 0.82, 0.48 } } * SIDE
  local across = options.variants * (options.tile + GAP) + 3 * GAP
  local top, height = 56, column_height(rows, options)
  local sheet = torch.ByteTensor(3, top + height + GAP, options.columns * across + 3 * GAP)
  for channel = 1, 3 do sheet[channel]:fill(PAPER[channel]) end
  write(sheet, "Stages of augmentation", 3 * GAP, 18, INK, 3)
  local x, y, lowest = 3 * GAP, top, top
  for _, row in ipairs(rows) do
    local with = type(row) == "string" and row_height({}, options) or 0 -- the row below a heading
    if y + row_height(row, options) + with > top + height then x, y = x + across, top end
    if type(row) == "string" then
      write(sheet, row, x, y + 10, BOX, 2)
    else
      draw_row(sheet, row, picture, box, x, y, options)
    end
    y = y + row_height(row, options)
    lowest = math.max(lowest, y)
  end
  return sheet:narrow(2, 1, lowest + GAP)
end

local options = read_options()
files.savePNG(options.out, draw_sheet(load_picture(options.image), options))
print("the sheet is " .. options.out)
