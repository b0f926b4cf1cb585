-- A fully connected layer: the image is stretched out to a vector, and each class has a row of
-- weights that is multiplied with it. With four pixels and three classes it fits on a slide; with
-- 32 x 32 x 3 pixels it is the linear classifier of CIFAR-10.
--
--   wick examples/lectures/02_fully_connected.lua
local torch = require "torch"
local nn = require "nn"
local paths = require "paths"
local matrices = paths.dofile("matrices.lua")

local cmd = torch.CmdLine()
cmd:text("A fully connected layer, worked by hand.")
cmd:parse(arg)
torch.setdefaulttensortype("torch.DoubleTensor")

-- The slide --------------------------------------------------------------------------------------

local classes = { "cat", "dog", "ship" }
local image = torch.Tensor{ { 56, 231 }, { 24, 2 } }
local weight = torch.Tensor{
  { 0.2, -0.5, 0.1, 2.0 }, { 1.5, 1.3, 2.1, 0.0 }, { 0, 0.25, 0.2, -0.3 },
}
local bias = torch.Tensor{ 1.1, 3.2, -1.2 }

print("An image of 2 x 2 is stretched out to 4 pixels; W has a row for each class")
matrices.print("image", image, "W", weight, "b", bias:view(3, 1))

local pixels = image:view(4)
for class, name in ipairs(classes) do
  local terms, sum = {}, bias[class]
  for i = 1, 4 do
    terms[i] = ("%g * %g"):format(weight[class][i], pixels[i])
    sum = sum + weight[class][i] * pixels[i]
  end
  print(("  %-5s %s + %g = %g"):format(name, table.concat(terms, " + "), bias[class], sum))
end
print()

local layer = nn.Linear(4, 3)
layer.weight:copy(weight)
layer.bias:copy(bias)
local scores = layer:forward(pixels)
matrices.same("W x + b", weight * pixels + bias, scores)
local _, best = scores:max(1)
print(("\n  the highest score is that of the %s; the image is a cat: W has to learn\n")
  :format(classes[best[1]]))

-- One step of learning ---------------------------------------------------------------------------

print("The gradient says how: x by (probability - 1 for the right class)")
local criterion = nn.CrossEntropyCriterion()
local cat = torch.LongTensor{ 1 }
local small = pixels / 255
for step = 0, 40 do
  local output = layer:forward(small:view(1, 4))
  local loss = criterion:forward(output, cat)
  if step % 10 == 0 then
    local p = torch.softMax(output)[1]
    print(("  step %2d  loss %.4f   cat %.3f  dog %.3f  ship %.3f")
      :format(step, loss, p[1], p[2], p[3]))
  end
  layer:zeroGradParameters()
  layer:backward(small:view(1, 4), criterion:backward(output, cat))
  layer:updateParameters(0.2)
end
print()

-- In earnest -------------------------------------------------------------------------------------

print("32 x 32 x 3 pixels are 3072 numbers; ten classes")
local classifier = nn.Sequential():add(nn.View(3 * 32 * 32)):add(nn.Linear(3072, 10))
print(classifier:summary{ 3, 32, 32 })
