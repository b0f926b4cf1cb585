-- Filters on an image: a convolution whose weights nobody had to learn. Every output pixel is the
-- product of a small kernel with the pixels around it.
--
--   wick examples/lectures/03_filters.lua
--   wick examples/lectures/03_filters.lua --image dog.jpg --out pictures
local torch = require "torch"
local nn = require "nn"
local image = require "image"
local paths = require "paths"
local files = require "wick.image"
local matrices = paths.dofile("matrices.lua")
local sheet = paths.dofile("../sheet.lua")

local cmd = torch.CmdLine()
cmd:text("Edge, sharpening and blurring kernels on an image.")
cmd:option("-image", "", "the picture; hills in the evening unless given")
cmd:option("-side", 192, "its shorter side")
cmd:option("-out", ".", "the folder for what is drawn")
local options = cmd:parse(arg)

local picture = options.image ~= "" and files.load(options.image, 3) or image.lena()
picture = image.scale(picture:float(), "^" .. options.side)
local grey = image.rgb2y(picture)

-- Kernels of the slides --------------------------------------------------------------------------

local kernels = {
  { "identity", { { 0, 0, 0 }, { 0, 1, 0 }, { 0, 0, 0 } } },
  { "edges", { { 0, 1, 0 }, { 1, -4, 1 }, { 0, 1, 0 } }, edge = true },
  { "edges, all ways", { { -1, -1, -1 }, { -1, 8, -1 }, { -1, -1, -1 } }, edge = true },
  { "sharpen", { { 0, -1, 0 }, { -1, 5, -1 }, { 0, -1, 0 } } },
  { "box blur", { { 1, 1, 1 }, { 1, 1, 1 }, { 1, 1, 1 } }, divide = 9 },
  { "vertical", { { -1, 1 }, { -1, 1 } }, edge = true },
  { "horizontal", { { 1, 1 }, { -1, -1 } }, edge = true },
}

-- A plane's convolution with one kernel. The plane's own edge is repeated around it, so that the
-- size stays and no edge is found where the image ends.
local function filtered(plane, kernel)
  local side = kernel:size(1)
  local layer = nn.SpatialConvolution{ 1, 1, kernel = side, bias = false }
  layer.weight:copy(kernel)
  local before, after = (side - 1) // 2, side // 2
  return layer:forward(nn.SpatialReplicationPadding(before, after, before, after):forward(plane))
end

local single, numbers = { "One kernel each (edges: blue below 0, red above)" }, {}
for i, entry in ipairs(kernels) do
  local kernel = torch.FloatTensor(entry[2]) / (entry.divide or 1)
  local result = filtered(grey, kernel)
  single[#single + 1] = { result, entry[1], signed = entry.edge }
  numbers[2 * i - 1], numbers[2 * i] = entry[1], kernel
end
matrices.print(table.unpack(numbers))

-- Colours: the same kernel for each channel ------------------------------------------------------

local function filtered_colours(colours, kernel)
  local planes = {}
  for channel = 1, 3 do planes[channel] = filtered(colours:narrow(1, channel, 1), kernel) end
  return torch.cat(planes, 1)
end

local sharpen, box = torch.FloatTensor(kernels[4][2]), torch.FloatTensor(3, 3):fill(1 / 9)
local blurred = picture
for _ = 1, 8 do blurred = filtered_colours(blurred, box) end
local colours = {
  "Each channel by itself", { picture, "the image" },
  { filtered_colours(picture, sharpen), "sharpen" }, { filtered_colours(picture, box), "box blur" },
  { blurred, "blurred 8 times" }, { picture + (picture - blurred), "image + what that lost" },
}

-- Noise has edges everywhere: a blur first, and what is left are those of things ----------------

local calm = grey
for _ = 1, 2 do calm = filtered(calm, box) end
local calmed = { "The same edges of the image blurred twice: noise averages out" }
for _, entry in ipairs(kernels) do
  if entry.edge then
    local kernel = torch.FloatTensor(entry[2])
    calmed[#calmed + 1] = { filtered(calm, kernel), entry[1], signed = true }
  end
end

-- Two kernels, one layer with two output channels ------------------------------------------------

local layer = nn.SpatialConvolution{ 1, 2, kernel = 2, bias = false }
layer.weight:copy(torch.FloatTensor{ kernels[6][2], kernels[7][2] })
local maps = layer:forward(calm)
local strength = torch.sqrt(torch.pow(maps[1], 2) + torch.pow(maps[2], 2))
print("  a layer of two filters gives two maps: " .. table.concat(maps:size():totable(), " x "))

-- A convolution of signals turns the kernel round; a layer does not ------------------------------

local kernel = torch.FloatTensor(kernels[6][2])
local turned = image.hflip(image.vflip(kernel))
local signal = image.convolve(grey[1], kernel, "valid")
local correlation = torch.conv2d(grey, turned:view(1, 1, 2, 2))[1]
print(("  a layer with the kernel turned round is the convolution of signals: they differ by %g")
  :format(torch.abs(signal - correlation):max()))

-- A small map by hand ----------------------------------------------------------------------------

print("\n  Emphasis: 0.1 around 2; averaging over a padded map")
local map = torch.FloatTensor(5, 5):zero()
map[3][3], map[2][4] = 1, 0.5
local emphasis = torch.FloatTensor(3, 3):fill(0.1)
emphasis[2][2] = 2
local function over_zeros(weight)
  return torch.conv2d(map:view(1, 5, 5), weight:view(1, 1, 3, 3), { pad = 1 })[1]
end
matrices.print("map", map, "kernel", emphasis, "emphasised", over_zeros(emphasis),
  "averaged", over_zeros(box))

sheet.save(options.out, "filters.png", { title = "Filters", tile = options.side, rows = {
  single, calmed, colours,
  { "Two filters side by side are two maps; their length is the strength of the edge",
    { maps[1], "vertical", signed = true }, { maps[2], "horizontal", signed = true },
    { 1 - strength / strength:max(), "strength" } },
} })
