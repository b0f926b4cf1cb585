-- The lectures' section 2, layers: convolution. Where a slide prints values that its own operands
-- do not give, the operands hold.
local torch = require "torch"
local nn = require "nn"
local counts = require "spec.support.counts"
local slides = require "spec.support.slides"

local near, leaf, sizes = slides.near, slides.leaf, slides.sizes

local function refused(f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok)
  return message
end

local function output_size(n, kernel, options)
  return torch.conv2d(torch.ones(1, n, n), torch.ones(1, 1, kernel, kernel), options or {}):size(3)
end

describe("a convolution", function()
  it("of 7 x 7 with 3 x 3 fits at stride 1 and 2, and is rounded down at 3", function()
    assert.equal(5, output_size(7, 3))
    assert.equal(3, output_size(7, 3, { stride = 2 }))
    assert.equal(2, output_size(7, 3, { stride = 3 })) -- 2.33
    assert.matches("^conv2d: ", (refused(output_size, 7, 9):gsub("^[^ ]+: ", "")))
    local layer = nn.SpatialConvolution{ 1, 1, kernel = 3, stride = 3, fit = "exact" }
    assert.matches("2%.33 places", refused(layer.forward, layer, torch.ones(1, 7, 7)))
    layer = nn.SpatialConvolution{ 1, 1, kernel = 3, stride = 2, fit = "exact" }
    assert.same({ 1, 3, 3 }, sizes(layer:forward(torch.ones(1, 7, 7))))
  end)

  it("has (N - F + 2 P) / S + 1 outputs", function()
    for n = 5, 12 do
      for kernel = 1, 5 do
        for stride = 1, 3 do
          for pad = 0, 2 do
            local expected = (n - kernel + 2 * pad) // stride + 1
            assert.equal(expected, output_size(n, kernel, { stride = stride, pad = pad }))
          end
        end
      end
    end
  end)

  it("keeps the size with a padding of (F - 1) / 2", function()
    for kernel, pad in pairs{ [3] = 1, [5] = 2, [7] = 3 } do
      assert.equal(pad, (kernel - 1) // 2)
      assert.equal(11, output_size(11, kernel, { pad = pad }))
      local layer = nn.SpatialConvolution{ 2, 4, kernel = kernel, pad = "same" }
      assert.same({ 4, 11, 9 }, sizes(layer:forward(torch.ones(2, 11, 9))))
    end
  end)

  it("takes 32 x 32 x 3 to 28 x 28 x 6 and on to 24 x 24 x 10", function()
    local first, second = nn.SpatialConvolution(3, 6, 5, 5), nn.SpatialConvolution(6, 10, 5, 5)
    local y = first:forward(torch.randn(3, 32, 32))
    assert.same({ 6, 28, 28 }, sizes(y))
    assert.same({ 10, 24, 24 }, sizes(second:forward(y)))
    assert.same({ 5, 28, 28 },
      sizes(nn.SpatialConvolution(3, 5, 5, 5):forward(torch.randn(3, 32, 32))))
  end)

  it("with ten filters of 5 x 5 x 3 has 760 parameters, 76 a filter", function()
    local ten = nn.SpatialConvolution(3, 10, 5, 5, 1, 1, 2, 2)
    assert.same({ 10, 32, 32 }, sizes(ten:forward(torch.randn(3, 32, 32))))
    assert.equal(760, counts.parameters(ten))
    assert.equal(76, counts.parameters(nn.SpatialConvolution(3, 1, 5, 5)))
    for _, c in ipairs{ { 3, 1, 32 }, { 64, 3, 16 }, { 16, 5, 8 } } do
      local depth, kernel, filters = table.unpack(c)
      local expected = kernel * kernel * depth * filters + filters
      local layer = nn.SpatialConvolution(depth, filters, kernel, kernel)
      assert.equal(expected, counts.parameters(layer))
    end
  end)

  it("of 1 x 1 is a dot product over the depth at every pixel", function()
    local x, layer = torch.randn(64, 56, 56):double(), nn.SpatialConvolution(64, 32, 1, 1):double()
    local y = layer:forward(x)
    assert.same({ 32, 56, 56 }, sizes(y))
    local pixel = x:select(3, 17):select(2, 40)
    local weight, bias = layer.weight:detach(), layer.bias:detach()
    for k = 1, 32, 7 do
      local dot = torch.dot(weight[k]:view(64), pixel) + bias[k]
      assert.is_true(math.abs(y[{ k, 40, 17 }] - dot) < 1e-12)
    end
  end)

  it("in common settings keeps, halves or fits the image", function()
    assert.equal(32, output_size(32, 3, { pad = 1 }))
    assert.equal(32, output_size(32, 5, { pad = 2 }))
    assert.equal(16, output_size(32, 5, { stride = 2, pad = 2 }))
    assert.equal(32, output_size(32, 1))
    for _, fit in ipairs{ { 33, 0 }, { 33, 1 }, { 33, 2 }, { 31, 1 } } do -- 5 x 5 at stride 2
      local layer = nn.SpatialConvolution{
        1, 1, kernel = 5, stride = 2, pad = fit[2], fit = "exact",
      }
      local places = (fit[1] - 5 + 2 * fit[2]) // 2 + 1
      assert.same({ 1, places, places }, sizes(layer:forward(torch.ones(1, fit[1], fit[1]))))
    end
  end)

  it("padded and strided gives the example", function()
    local x = torch.DoubleTensor{
      { 2, 2, 3, 3, 3 }, { 0, 1, 3, 0, 3 }, { 2, 3, 0, 1, 3 }, { 3, 3, 2, 1, 2 }, { 3, 3, 0, 2, 3 },
    }
    local kernel = torch.DoubleTensor{ { 2, 0, 1 }, { 1, 0, 0 }, { 0, 1, 1 } }
    local y = torch.conv2d(x:view(1, 5, 5), kernel:view(1, 1, 3, 3), { pad = 1, stride = 2 })
    near({ { { 1, 5, 6 }, { 7, 8, 3 }, { 3, 10, 4 } } }, y)
  end)

  it("is a correlation: the convolution of signals flips the kernel", function()
    local f, g = torch.DoubleTensor{ 1, 2, 3 }, torch.DoubleTensor{ 0, 1, 0.5 }
    local function slide(kernel)
      return torch.conv2d(f:view(1, 1, 3), kernel:view(1, 1, 1, 3), { pad = { 0, 2 } }):view(5)
    end
    near({ 0.5, 2, 3.5, 3, 0 }, slide(g))
    near({ 0, 1, 2.5, 4, 1.5 }, slide(torch.flip(g, 1)))
  end)
end)

-- Kernels of 2 x 2 x 2 as the rows of a matrix, worked by hand in the lecture.
describe("a convolution as a matrix product", function()
  local patch = { 0.5, 0.5, 0.5, 1, 0, 0, 1, 0 }
  local w = { { -1, 1 }, { 1, 0 }, { 1, 1 }, { 1, -2 }, { -1, -1 }, { -1, 0 }, { 1, 0 },
    { -1, -2 } }
  local input_gradient = { -1.5, 1, 0.5, 2, -0.5, -1, 1, 0 }
  local upstream = torch.DoubleTensor{ { 1, -0.5 } }

  it("multiplies a patch and sends gradients back", function()
    local x, weight = leaf{ patch }, leaf(w)
    local y = torch.mm(x, weight)
    near({ { 2.5, -1 } }, y)
    near({ input_gradient }, torch.grad(y, x, upstream))
    local other = leaf{ { 0.5, 1, 1, 0.5, 1, 0, 0.5, 0.5 } }
    near(torch.ger(other:detach()[1], upstream[1]),
      torch.grad(torch.mm(other, weight), weight, upstream))
  end)

  it("is what conv2d computes, through im2col and col2im", function()
    local x = leaf(patch)
    local filters = leaf(w)
    local image, kernels = x:view(2, 2, 2), torch.reshape(filters:t(), 2, 2, 2, 2)
    local y = torch.conv2d(image, kernels)
    near({ { { 2.5 } }, { { -1 } } }, y)
    local dx, dw = table.unpack(torch.grad(y, { x, filters }, upstream:view(2, 1, 1)))
    near(input_gradient, dx)
    near(torch.ger(torch.DoubleTensor(patch), upstream[1]), dw)
    local columns = torch.im2col(image:detach(), 2)
    near(torch.DoubleTensor(patch):view(8, 1), columns)
    local back = torch.mm(torch.DoubleTensor(w), upstream:t())
    near(torch.DoubleTensor(input_gradient):view(2, 2, 2), torch.col2im(back, 2, 2, 2))
  end)

  it("scatters overlapping windows back by addition", function()
    local x, weight = leaf(torch.range(1, 18):totable()), leaf(w)
    local image = x:view(2, 3, 3)
    local product = torch.mm(weight:t(), torch.im2col(image, 2)):view(2, 2, 2)
    local direct = torch.conv2d(image, torch.reshape(weight:t(), 2, 2, 2, 2))
    near(direct:detach(), product)
    local gradient = torch.range(1, 8):double():view(2, 2, 2)
    near(torch.grad(direct, x, gradient, { retain = true }), torch.grad(product, x, gradient))
  end)
end)

describe("a convolution", function()
  it("in groups has fewer weights, and each sees its own channels", function()
    local layer = nn.SpatialConvolution{ 4, 6, kernel = 3, groups = 2, bias = false }
    assert.same({ 6, 2, 3, 3 }, sizes(layer.weight))
    local x = torch.randn(1, 4, 5, 5)
    local y = layer:forward(x):clone()
    x:narrow(2, 3, 2):zero()
    local other = layer:forward(x)
    near(y:narrow(2, 1, 3), other:narrow(2, 1, 3), 1e-6)
    assert.equal(0, other:narrow(2, 4, 3):abs():max())
  end)

  it("with dilation 2 sees 5 x 5 by 3 x 3", function()
    local layer = nn.SpatialConvolution{ 1, 1, kernel = 3, dilation = 2 }
    assert.same({ { 5, 5 }, { 1, 1 } }, { layer:window() })
    assert.same({ 1, 1, 1 }, sizes(layer:forward(torch.ones(1, 5, 5))))
  end)

  it("with a separable kernel is n x 1, then 1 x n", function()
    local x, column, row = torch.randn(1, 9, 9):double(), torch.randn(5):double(),
      torch.randn(5):double()
    local whole = torch.conv2d(x, torch.ger(column, row):view(1, 1, 5, 5))
    local split = torch.conv2d(torch.conv2d(x, column:view(1, 1, 5, 1)), row:view(1, 1, 1, 5))
    near(whole, split)
  end)

  it("of volumes slides along three dimensions", function()
    local layer = nn.VolumetricConvolution(2, 3, 3, 3, 3)
    assert.equal(3 * 2 * 27 + 3, layer.weight:nElement() + layer.bias:nElement())
    assert.same({ 3, 6, 5, 4 }, sizes(layer:forward(torch.randn(2, 8, 7, 6))))
    local ones = torch.ones(1, 1, 2, 2, 2):double()
    near({ { { { 36 } } } }, torch.conv3d(torch.range(1, 8):double():view(1, 2, 2, 2), ones))
  end)

  it("at stride 2 with a padding of 1 is every other one at stride 1", function()
    local x, w = torch.randn(2, 7, 7):double(), torch.randn(3, 2, 3, 3):double()
    local every = torch.conv2d(x, w, { pad = 1 })
    local other = torch.conv2d(x, w, { pad = 1, stride = 2 })
    for i = 1, 4 do
      for j = 1, 4 do
        near(every:select(3, 2 * j - 1):select(2, 2 * i - 1), other:select(3, j):select(2, i))
      end
    end
  end)
end)

