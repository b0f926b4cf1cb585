-- A convolution, step by step, as the matrix product it is. The windows of the image become rows
-- (im2col), the filters columns; one product gives all outputs. Backward, the same product's two
-- gradients: that of the rows is added up where the windows lay (col2im).
--
--   wick examples/lectures/04_convolution.lua
local torch = require "torch"
local nn = require "nn"
local paths = require "paths"
local matrices = paths.dofile("matrices.lua")

local cmd = torch.CmdLine()
cmd:text("Convolution by im2col, forward and backward, with numbers worked by hand.")
cmd:parse(arg)
torch.setdefaulttensortype("torch.DoubleTensor")

-- 1. One window ----------------------------------------------------------------------------------

print("1. A window of 2 x 2 x 2 pixels is a row of 8 numbers; two filters are two columns")
local window = torch.Tensor{ { 0.5, 0.5, 0.5, 1, 0, 0, 1, 0 } }
local w = torch.Tensor{ { -1, 1 }, { 1, 0 }, { 1, 1 }, { 1, -2 }, { -1, -1 }, { -1, 0 }, { 1, 0 },
  { -1, -2 } }
local upstream = torch.Tensor{ { 1, -0.5 } }
matrices.print("window", window)
matrices.print("W", w, "window W", window * w)

print("   Backward: the gradient of the window is (output gradient) W^T")
matrices.print("output gradient", upstream, "window's gradient", upstream * w:t())

print("   and that of the weights is window^T (output gradient), here for another window")
local other = torch.Tensor{ { 0.5, 1, 1, 0.5, 1, 0, 0.5, 0.5 } }
matrices.print("window^T", other:t(), "dL/dW", other:t() * upstream)

-- 2. A whole image -------------------------------------------------------------------------------

print("2. All windows of an image: 2 channels of 3 x 3, two filters of 2 x 2 x 2, so 2 x 2 outputs")
local image = torch.Tensor{
  { { 0.5, 0.5, 1 }, { 0.5, 1, 0 }, { 1, 0, 0.5 } },
  { { 0, 0, 1 }, { 1, 0, 0.5 }, { 0.5, 1, 0 } },
}
matrices.print("channel 1", image[1], "channel 2", image[2])

-- By loops: row after row of the output, a window each, channel after channel.
local function im2col_by_hand(x, kernel)
  local channels, side = x:size(1), x:size(2) - kernel + 1
  local rows = torch.Tensor(side * side, channels * kernel * kernel)
  for top = 1, side do
    for left = 1, side do
      local patch = x:narrow(2, top, kernel):narrow(3, left, kernel)
      rows[(top - 1) * side + left]:copy(patch:contiguous():view(-1))
    end
  end
  return rows
end

-- Back: every row is added to the pixels it was taken from. Pixels in several windows get the sum.
local function col2im_by_hand(rows, channels, height, kernel)
  local x, side = torch.zeros(channels, height, height), height - kernel + 1
  for top = 1, side do
    for left = 1, side do
      local patch = rows[(top - 1) * side + left]:view(channels, kernel, kernel)
      x:narrow(2, top, kernel):narrow(3, left, kernel):add(patch)
    end
  end
  return x
end

local rows = im2col_by_hand(image, 2)
local outputs = rows * w
matrices.print("windows (4 x 8)", rows, "W (8 x 2)", w, "outputs (4 x 2)", outputs)
matrices.same("im2col", rows:t(), image:im2col(2))

local layer = nn.SpatialConvolution(2, 2, 2, 2)
layer.weight:copy(w:t():contiguous():view(2, 2, 2, 2))
layer.bias:zero()
local maps = layer:forward(image)
matrices.print("map 1", maps[1], "map 2", maps[2])
matrices.same("nn.SpatialConvolution", outputs:t():contiguous():view(2, 2, 2), maps)

-- 3. Backward ------------------------------------------------------------------------------------

print("\n3. Backward, from a gradient for each output")
local gradient = torch.Tensor{ { 1, -0.5 }, { 0, 1 }, { -1, 0.5 }, { 0.5, 0 } }
local drows = gradient * w:t()
local dimage = col2im_by_hand(drows, 2, 3, 2)
local dw = rows:t() * gradient
matrices.print("output gradients", gradient, "of the windows", drows)
matrices.print("added up: channel 1", dimage[1], "channel 2", dimage[2])
matrices.print("dL/dW = windows^T gradients", dw, "dL/db: their sums", gradient:sum(1))

local gradOutput = gradient:t():contiguous():view(2, 2, 2)
layer:zeroGradParameters()
layer:backward(image, gradOutput)
matrices.same("col2im", dimage, drows:t():contiguous():col2im(3, 3, 2))
matrices.same("gradInput", dimage, layer.gradInput)
matrices.same("gradWeight", dw:t():contiguous():view(2, 2, 2, 2), layer.gradWeight)
matrices.same("gradBias", gradient:sum(1)[1], layer.gradBias)

-- 4. Padding and stride --------------------------------------------------------------------------

print("\n4. With a border of zeros (P = 1) and a step of two (S = 2)")
local x = torch.Tensor{ { 2, 2, 3, 3, 3 }, { 0, 1, 3, 0, 3 }, { 2, 3, 0, 1, 3 }, { 3, 3, 2, 1, 2 },
  { 3, 3, 0, 2, 3 } }
local kernel = torch.Tensor{ { 2, 0, 1 }, { 1, 0, 0 }, { 0, 1, 1 } }
local padded = torch.zeros(7, 7)
padded:sub(2, 6, 2, 6):copy(x)
local y = torch.Tensor(3, 3)
for i = 1, 3 do
  for j = 1, 3 do
    y[i][j] = torch.cmul(padded:narrow(1, 2 * i - 1, 3):narrow(2, 2 * j - 1, 3), kernel):sum()
  end
end
matrices.print("padded", padded, "kernel", kernel, "output", y)

local strided = nn.SpatialConvolution{ 1, 1, kernel = 3, stride = 2, pad = 1, bias = false }
strided.weight:copy(kernel)
matrices.same("stride and padding", y, strided:forward(x:view(1, 5, 5))[1])

-- 5. A kernel of one pixel -----------------------------------------------------------------------

print("\n5. 1 x 1: at every pixel the same product with all channels; 56 x 56 x 64 -> 56 x 56 x 32")
local mix = nn.SpatialConvolution(64, 32, 1, 1)
local many = torch.randn(64, 56, 56)
local weight, place = mix.weight:detach():view(32, 64), { {}, 10, 20 }
matrices.same("a pixel of it", weight * many[place] + mix.bias:detach(), mix:forward(many)[place])
print(mix:summary{ 64, 56, 56 })
