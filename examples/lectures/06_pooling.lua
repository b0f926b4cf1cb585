-- Pooling: each map on its own becomes smaller. A window gives its largest value or its mean; there
-- is nothing to learn. Backward, the gradient goes where the largest value was, or to all alike.
--
--   wick examples/lectures/06_pooling.lua --out pictures
local torch = require "torch"
local nn = require "nn"
local image = require "image"
local paths = require "paths"
local files = require "wick.image"
local matrices = paths.dofile("matrices.lua")
local sheet = paths.dofile("../sheet.lua")

local cmd = torch.CmdLine()
cmd:text("Max and average pooling, with numbers and on an image.")
cmd:option("-image", "", "the picture; hills in the evening unless given")
cmd:option("-side", 160, "its shorter side")
cmd:option("-out", ".", "the folder for what is drawn")
local options = cmd:parse(arg)

-- Numbers ----------------------------------------------------------------------------------------

local x = torch.Tensor{ { 1, 1, 2, 4 }, { 5, 6, 7, 8 }, { 3, 2, 1, 0 }, { 1, 2, 3, 4 } }
local largest, mean = nn.SpatialMaxPooling(2, 2, 2, 2), nn.SpatialAveragePooling(2, 2, 2, 2)
local plane = x:view(1, 4, 4)

print("Windows of 2 x 2 at a step of 2")
matrices.print("x", x, "max", largest:forward(plane)[1], "mean", mean:forward(plane)[1])

print("Backward")
local upstream = torch.Tensor{ { 1, 2 }, { 3, 4 } }
local above = upstream:view(1, 2, 2)
matrices.print("upstream", upstream, "through max", largest:backward(plane, above)[1],
  "through the mean", mean:backward(plane, above)[1])

print("A small shift changes little: what matters is that something is there, less where")
local moved = torch.zeros(4, 4)
moved:narrow(2, 2, 3):copy(x:narrow(2, 1, 3))
matrices.print("x moved", moved, "max", largest:forward(moved:view(1, 4, 4))[1])

-- Sizes ------------------------------------------------------------------------------------------

print("(W - F) / S + 1; there are no parameters")
local model = nn.Sequential()
model:add(nn.SpatialMaxPooling{ 2, 2, stride = 2, name = "pool 2/2" })
model:add(nn.SpatialMaxPooling{ 3, 3, stride = 2, name = "pool 3/2" })
model:add(nn.SpatialAdaptiveAveragePooling(1, 1))
print(model:summary{ 64, 224, 224 })

print("\n6 pixels, windows of 3 at a step of 2: (6 - 3) / 2 + 1 = 2.5")
local six = torch.range(1, 36):view(1, 6, 6)
matrices.print("x", six[1], "rounded down", nn.SpatialMaxPooling(3, 3, 2, 2):forward(six)[1],
  "rounded up: ceil()", nn.SpatialMaxPooling(3, 3, 2, 2):ceil():forward(six)[1])

-- An image ---------------------------------------------------------------------------------------

local picture = options.image ~= "" and files.load(options.image, 3) or image.lena()
picture = image.scale(picture:float(), "^" .. options.side)
local rows = { { "Max: bright things grow", { picture, "the image" } },
  { "Mean: a smaller image", { picture, "the image" } } }
local bright, even = picture, picture
for _ = 1, 4 do
  bright, even = largest:forward(bright):clone(), mean:forward(even):clone()
  local size = ("%d x %d"):format(bright:size(3), bright:size(2))
  table.insert(rows[1], { bright, size })
  table.insert(rows[2], { even, size })
end
local average = nn.SpatialAdaptiveAveragePooling(1, 1):forward(picture)
table.insert(rows[2], { average, "global" })
print(("Global average pooling: a number a map, here the mean colour %.2f %.2f %.2f")
  :format(average[1][1][1], average[2][1][1], average[3][1][1]))
sheet.save(options.out, "pooling.png", { title = "Pooling 2 x 2 again and again",
  tile = options.side, rows = rows })
