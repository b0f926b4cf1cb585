-- Architectures in one picture: how often they are right, how many multiply-adds an image takes,
-- and how many parameters they have (the area of the disc). Costs are counted here, by
-- model:costs; accuracies are those of the papers, on ImageNet's 50,000 validation images.
--
--   wick examples/lectures/11_architectures.lua
--   wick examples/lectures/11_architectures.lua --only "SqueezeNet, ResNet-50"
local torch = require "torch"
local image = require "image"
local paths = require "paths"
local files = require "wick.image"
local models = require "wick.models"

local cmd = torch.CmdLine()
cmd:text("Accuracy, operations and parameters of architectures in one picture.")
cmd:option("-only", "", "some of the architectures, separated by commas")
cmd:option("-out", ".", "the folder for what is drawn")
local options = cmd:parse(arg)

-- Published top-5 errors of one network on the validation images, in percent, and how its authors
-- tested. Papers differ in that: ten crops, all of the image at the best of several scales, one
-- crop; so do not read too much into half a percent. `label` moves a name off another.
local architectures = {
  { "AlexNet", models.alexnet, {}, 18.2, "10 crops", "Krizhevsky 2012, table 2", side = 227 },
  { "VGG-A", models.vgg, { depth = "A" }, 10.4, "one scale", "Simonyan 2014, table 3" },
  { "VGG-16", models.vgg, { depth = 16 }, 8.1, "one scale", "Simonyan 2014, table 3",
    label = { -18, 0 } },
  { "VGG-19", models.vgg, { depth = 19 }, 8.0, "one scale", "Simonyan 2014, table 3",
    label = { 18, 0 } },
  { "GoogLeNet", models.googlenet, {}, 10.07, "one crop", "Szegedy 2014, table 3" },
  { "ResNet-34", models.resnet, { depth = 34 }, 7.46, "10 crops", "He 2015, table 3",
    label = { 0, 24 } },
  { "ResNet-50", models.resnet, { depth = 50 }, 6.71, "10 crops", "He 2015, table 3",
    label = { 52, 0 } },
  { "ResNet-101", models.resnet, { depth = 101 }, 6.05, "10 crops", "He 2015, table 3" },
  { "ResNet-152", models.resnet, { depth = 152 }, 5.71, "10 crops", "He 2015, table 3" },
  { "SqueezeNet", models.squeezenet, {}, 19.7, "one crop", "Iandola 2016, table 2", side = 227,
    label = { 0, 24 } },
  { "DenseNet-121", models.densenet, { depth = 121 }, 6.66, "10 crops", "Huang 2016, table 3" },
  { "DenseNet-201", models.densenet, { depth = 201 }, 5.54, "10 crops", "Huang 2016, table 3",
    label = { 0, -24 } },
}

-- What several networks together, or one on many crops, reached on the test images that the
-- challenge kept to itself.
local entries = {
  { "AlexNet, 7 networks", 15.3, "Krizhevsky 2012, table 2" },
  { "VGG, 7 networks (its entry)", 7.3, "Simonyan 2014, table 7" },
  { "VGG, 2 networks, many crops", 6.8, "Simonyan 2014, table 7" },
  { "GoogLeNet, 7 networks, 144 crops", 6.67, "Szegedy 2014, table 3" },
  { "ResNet, 6 networks", 3.57, "He 2015, table 5" },
}

local function is_wanted(name)
  if options.only == "" then return true end
  for wanted in options.only:gmatch("[^,]+") do
    if wanted:match("^%s*(.-)%s*$"):lower() == name:lower() then return true end
  end
  return false
end

-- Counting ---------------------------------------------------------------------------------------

local points = {}
print("network       parameters  multiply-adds  top-5, %  tested on  published in")
for _, entry in ipairs(architectures) do
  local name, build, settings, top5, tested, source = table.unpack(entry)
  if is_wanted(name) then
    local side = entry.side or 224
    local costs = build(settings):costs{ 3, side, side }
    points[#points + 1] = { name = name, accuracy = 100 - top5, label = entry.label,
      parameters = costs.parameters / 1e6, operations = costs.multiplyAdds / 1e6 }
    print(("%-12s %9.1f M %12.0f M %9.1f  %-9s  %s"):format(name, costs.parameters / 1e6,
      costs.multiplyAdds / 1e6, 100 - top5, tested, source))
    collectgarbage()
  end
end
if #points == 0 then error("none of the architectures is called " .. options.only, 0) end

print("\nTogether they err less: top-5 errors on the test images of the challenge")
for _, entry in ipairs(entries) do
  print(("  %-33s %5.2f %%  %s"):format(table.unpack(entry)))
end

-- Drawing ----------------------------------------------------------------------------------------

local WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 860, 560, 70, 60, 30, 60
local INK, FAINT = { 40, 44, 52 }, { 150, 148, 142 }
local COLOURS = { { 226, 61, 61 }, { 49, 116, 185 }, { 62, 150, 81 }, { 218, 124, 48 },
  { 107, 76, 154 }, { 146, 36, 40 } }

local paper = torch.FloatTensor(3, HEIGHT, WIDTH):fill(0.98)

local function write(text, x, y, colour, size)
  image.drawText(paper, text, x // 1, y // 1,
    { color = colour or INK, size = size or 1, wrap = false, inplace = true })
end

-- Multiply-adds go along a logarithmic axis from 0.3 to 30 thousand million.
local function place(operations, accuracy)
  local across = math.log(operations / 300, 100)
  local up = (accuracy - 78) / (96 - 78)
  return LEFT + across * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - up * (HEIGHT - TOP - BOTTOM)
end

local function line(x1, y1, x2, y2)
  local part = paper:narrow(2, y1 // 1, (y2 - y1) // 1 + 1):narrow(3, x1 // 1, (x2 - x1) // 1 + 1)
  part:fill(0.86)
end

local function draw_axes()
  write("Right answers among the first five, %", LEFT, 40)
  write("multiply-adds of an image", WIDTH - 190, HEIGHT - 24)
  for accuracy = 78, 96, 3 do
    local left, y = place(300, accuracy)
    line(left, y, WIDTH - RIGHT, y)
    write(("%d"):format(accuracy), left - 22, y - 4, FAINT)
  end
  for _, operations in ipairs{ 300, 1000, 3000, 10000, 30000 } do
    local x, bottom = place(operations, 78)
    line(x, TOP, x, bottom)
    local text = operations < 1000 and operations .. " M" or operations // 1000 .. " G"
    write(text, x - 10, bottom + 8, FAINT)
  end
end

-- A half transparent disc with soft edges.
local function disc(x, y, radius, colour)
  local rows = torch.range(1, HEIGHT):float():view(HEIGHT, 1):expand(HEIGHT, WIDTH)
  local columns = torch.range(1, WIDTH):float():view(1, WIDTH):expand(HEIGHT, WIDTH)
  local distance = torch.sqrt(torch.pow(rows - y, 2) + torch.pow(columns - x, 2))
  local cover = (radius + 0.5 - distance):clamp(0, 1) * 0.6
  for channel = 1, 3 do
    local plane = paper[channel]
    plane:copy(torch.cmul(plane, 1 - cover) + cover * (colour[channel] / 255))
  end
end

local function radius_of(point)
  return 4 * math.sqrt(point.parameters)
end

-- Large discs first, so that small ones stay in sight; families share a colour.
local function draw_points()
  local colours, used = {}, 0
  for _, point in ipairs(points) do
    local family = point.name:match("^%a+")
    if not colours[family] then
      used = used + 1
      colours[family] = COLOURS[used]
    end
    point.colour = colours[family]
  end
  table.sort(points, function(a, b) return a.parameters > b.parameters end)
  for _, point in ipairs(points) do
    local x, y = place(point.operations, point.accuracy)
    disc(x, y, radius_of(point), point.colour)
  end
  for _, point in ipairs(points) do
    local x, y = place(point.operations, point.accuracy)
    local above = radius_of(point) < 15 and radius_of(point) + 8 or 0
    local right, down = table.unpack(point.label or { 0, 0 })
    write(point.name, x - 3 * #point.name + right, y - 4 - above + down)
  end
end

write("Architectures: area is parameters", LEFT, 12, INK, 2)
draw_axes()
draw_points()
paths.mkdir(options.out)
local path = paths.concat(options.out, "architectures.png")
files.savePNG(path, paper)
print("  drawn: " .. path)
