-- The numbers of the lectures that the project grew out of, sections 1 to 3: backpropagation,
-- layers, image filters. Where a slide prints values that its own operands do not give, the
-- operands hold.
local torch = require "torch"
require "nn"
local array = require "spec.support.array"
local walk = require "spec.support.walk"

local nn = _G.nn

local function leaf(values)
  return torch.DoubleTensor(values):requiresGrad()
end

local function near(expected, found)
  if type(expected) == "table" then expected = torch.DoubleTensor(expected) end
  assert.is_nil(walk.difference(array.of(found), array.of(expected), 1e-12))
end

local function sizes(x)
  return x:size():totable()
end

local function parameter_count(module)
  local count = 0
  for _, p in ipairs((module:parameters())) do count = count + p:nElement() end
  return count
end

local function refused(f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok)
  return message
end

describe("backpropagation", function()
  it("sends the gradient of relu where the input is positive", function()
    local x = leaf{ 1, -2, 3, -1 }
    local z = torch.relu(x)
    near({ 1, 0, 3, 0 }, z)
    near({ 4, 0, 5, 0 }, torch.grad(z, x, torch.DoubleTensor{ 4, -1, 5, 9 }))
  end)

  it("sends the gradient of a matrix product through the transposes", function()
    local x, w = leaf{ { 2, 1, -3 }, { -3, 4, 2 } },
      leaf{ { 3, 2, 1, -1 }, { 2, 1, 3, 2 }, { 3, 2, 1, -2 } }
    local y = torch.mm(x, w)
    near({ { -1, -1, 2, 6 }, { 5, 2, 11, 7 } }, y)
    local upstream = torch.DoubleTensor{ { 2, 3, -3, 9 }, { -8, 1, 4, 6 } }
    local dx, dw = table.unpack(torch.grad(y, { x, w }, upstream))
    near({ { 0, 16, -9 }, { -24, 9, -30 } }, dx)
    near({ { 28, 3, -18, 0 }, { -30, 7, 13, 33 }, { -22, -7, 17, -15 } }, dw)
    near(upstream * w:detach():t(), dx)
    near(x:detach():t() * upstream, dw)
  end)

  it("never forms the Jacobian, which would take 256 GB here", function()
    local n, d, m = 64, 4096, 4096
    assert.equal(256 * 2 ^ 30, (n * d) * (n * m) * 4)
    local before = torch.memory().live
    torch.setMemoryLimit(before + 2 ^ 28)
    local x, w = torch.ones(n, d):requiresGrad(), torch.ones(d, m):requiresGrad()
    local dx, dw = table.unpack(torch.grad(torch.mm(x, w), { x, w }, torch.ones(n, m)))
    torch.setMemoryLimit(0)
    assert.equal(m, dx[{ n, d }])
    assert.equal(n, dw[{ d, m }])
  end)

  it("gives every variable a gradient of its own shape", function()
    local x = torch.randn(5, 3072):requiresGrad()
    local w1, w2 = torch.randn(100, 3072):requiresGrad(), torch.randn(10, 100):requiresGrad()
    local scores = torch.linear(torch.relu(torch.linear(x, w1)), w2)
    assert.same({ 5, 10 }, sizes(scores))
    for i, g in ipairs(torch.grad(torch.crossEntropy(scores, torch.LongTensor{ 1, 2, 3, 4, 5 }),
      { x, w1, w2 })) do
      assert.same(sizes(({ x, w1, w2 })[i]), sizes(g))
    end
  end)
end)

describe("a fully connected layer", function()
  it("scores cat, dog and ship", function()
    local w = torch.DoubleTensor{ { 0.2, -0.5, 0.1, 2.0 }, { 1.5, 1.3, 2.1, 0.0 },
      { 0, 0.25, 0.2, -0.3 } }
    local b, pixels = torch.DoubleTensor{ 1.1, 3.2, -1.2 }, torch.DoubleTensor{ 56, 231, 24, 2 }
    near({ -96.8, 437.9, 60.75 }, torch.linear(pixels, w, b))
    assert.is_true(math.abs(torch.linear(pixels, w)[3] - 61.95) < 1e-12)
    local layer = nn.Linear(4, 3):double()
    layer.weight:copy(w)
    layer.bias:copy(b)
    near({ -96.8, 437.9, 60.75 }, layer:forward(pixels))
  end)

  it("takes an image of 32 x 32 x 3 as 3072 numbers to 10", function()
    local layer = nn.Linear(32 * 32 * 3, 10)
    assert.same({ 10, 3072 }, sizes(layer.weight))
    assert.same({ 10 }, sizes(layer:forward(torch.randn(3, 32, 32):view(3072))))
  end)
end)

local function output_size(n, kernel, options)
  return torch.conv2d(torch.ones(1, n, n), torch.ones(1, 1, kernel, kernel), options or {}):size(3)
end

describe("a convolution", function()
  it("of 7 x 7 with 3 x 3 fits at stride 1 and 2, and is rounded down at 3", function()
    assert.equal(5, output_size(7, 3))
    assert.equal(3, output_size(7, 3, { stride = 2 }))
    assert.equal(2, output_size(7, 3, { stride = 3 })) -- 2.33
    assert.matches("^conv2d: ", (refused(output_size, 7, 9):gsub("^[^ ]+: ", "")))
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
    local layer = nn.SpatialConvolution(3, 10, 5, 5, 1, 1, 2, 2)
    assert.same({ 10, 32, 32 }, sizes(layer:forward(torch.randn(3, 32, 32))))
    assert.equal(760, parameter_count(layer))
    assert.equal(76, parameter_count(nn.SpatialConvolution(3, 1, 5, 5)))
    for _, c in ipairs{ { 3, 1, 32 }, { 64, 3, 16 }, { 16, 5, 8 } } do
      local depth, kernel, filters = table.unpack(c)
      local expected = kernel * kernel * depth * filters + filters
      assert.equal(expected, parameter_count(nn.SpatialConvolution(depth, filters, kernel, kernel)))
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

describe("pooling", function()
  it("takes the largest of 2 x 2 at stride 2", function()
    local x = torch.DoubleTensor{ { 1, 1, 2, 4 }, { 5, 6, 7, 8 }, { 3, 2, 1, 0 },
      { 1, 2, 3, 4 } }:view(1, 4, 4)
    near({ { { 6, 8 }, { 3, 4 } } }, (torch.maxPool2d(x, 2)))
    near({ { { 6, 8 }, { 3, 4 } } }, nn.SpatialMaxPooling(2, 2, 2, 2):double():forward(x))
    near({ { { 3.25, 5.25 }, { 2, 2 } } }, torch.avgPool2d(x, 2))
  end)

  it("halves 224 x 224 x 64", function()
    assert.same({ 64, 112, 112 },
      sizes(nn.SpatialMaxPooling(2, 2, 2, 2):forward(torch.ones(64, 224, 224))))
  end)

  it("has (W - F) / S + 1 outputs, rounded up where asked for", function()
    local x = torch.ones(1, 14, 14)
    assert.equal(7, torch.maxPool2d(x, 2):size(2))
    assert.equal(6, (torch.maxPool2d(x, 3, { stride = 2 })):size(2)) -- 6.5
    assert.equal(7, (torch.maxPool2d(x, 3, { stride = 2, ceil = true })):size(2))
  end)

  it("of whole maps gives a number a map", function()
    local x = torch.randn(5, 7, 6):double()
    local means = torch.adaptiveAvgPool2d(x, 1)
    assert.same({ 5, 1, 1 }, sizes(means))
    near(x:view(5, 42):mean(2):view(5, 1, 1), means)
  end)
end)

-- The pixels of the input that the middle of the output depends on.
local function seen_by(kernels, size)
  local x = torch.ones(1, size, size):double():requiresGrad()
  local y = x
  for _, k in ipairs(kernels) do y = torch.conv2d(y, torch.ones(1, 1, k, k):double()) end
  local middle = (y:size(2) + 1) // 2
  local rows = torch.grad(y[{ 1, middle, middle }], x)[1]:ne(0)
  return rows:sum() ^ 0.5
end

describe("three convolutions of 3 x 3", function()
  it("see as much as one of 7 x 7", function()
    assert.equal(7, seen_by({ 3, 3, 3 }, 15))
    assert.equal(7, seen_by({ 7 }, 15))
  end)

  it("do so with fewer weights", function()
    local function stack(kernel, count)
      local net = nn.Sequential()
      for _ = 1, count do
        net:add(nn.SpatialConvolution{ 16, 16, kernel = kernel, bias = false })
      end
      return net
    end
    assert.equal(27 * 16 * 16, parameter_count(stack(3, 3)))
    assert.equal(49 * 16 * 16, parameter_count(stack(7, 1)))
    assert.same(sizes(stack(7, 1):forward(torch.ones(16, 15, 15))),
      sizes(stack(3, 3):forward(torch.ones(16, 15, 15))))
  end)
end)

-- Image filters -----------------------------------------------------------------------------------

local function filtered(image, kernel, options)
  local x = torch.DoubleTensor(image)
  local k = torch.DoubleTensor(kernel)
  return torch.conv2d(x:view(1, x:size(1), x:size(2)), k:view(1, 1, k:size(1), k:size(2)),
    options or {})[1]
end

local ROOF = { { 1, 1, 1, 1 }, { 1, 5, 5, 1 }, { 1, 5, 5, 1 }, { 1, 1, 1, 1 } }
local FLAT = { { 3, 3, 3, 3 }, { 3, 3, 3, 3 }, { 3, 3, 3, 3 }, { 3, 3, 3, 3 } }

describe("fixed filters", function()
  it("that find edges are silent where nothing changes", function()
    local cross, box = { { 0, 1, 0 }, { 1, -4, 1 }, { 0, 1, 0 } },
      { { -1, -1, -1 }, { -1, 8, -1 }, { -1, -1, -1 } }
    near({ { 0, 0 }, { 0, 0 } }, filtered(FLAT, cross))
    near({ { 0, 0 }, { 0, 0 } }, filtered(FLAT, box))
    near({ { -8, -8 }, { -8, -8 } }, filtered(ROOF, cross))
    near({ { 20, 20 }, { 20, 20 } }, filtered(ROOF, box))
  end)

  it("that sharpen or blur keep what is flat", function()
    local sharpen = { { 0, -1, 0 }, { -1, 5, -1 }, { 0, -1, 0 } }
    local blur = torch.DoubleTensor(3, 3):fill(1 / 9):totable()
    near({ { 3, 3 }, { 3, 3 } }, filtered(FLAT, sharpen))
    near({ { 3, 3 }, { 3, 3 } }, filtered(FLAT, blur))
    near({ { 13, 13 }, { 13, 13 } }, filtered(ROOF, sharpen))
    near({ { 25 / 9, 25 / 9 }, { 25 / 9, 25 / 9 } }, filtered(ROOF, blur))
  end)

  it("of 2 x 2 find upright and lying edges, a channel each", function()
    local kernels = torch.DoubleTensor{ { { -1, 1 }, { -1, 1 } },
      { { 1, 1 }, { -1, -1 } } }:view(2, 1, 2, 2)
    local upright = torch.DoubleTensor{ { 0, 0, 2 }, { 0, 0, 2 }, { 0, 0, 2 } }
    local y = torch.conv2d(upright:view(1, 3, 3), kernels)
    near({ { { 0, 4 }, { 0, 4 } }, { { 0, 0 }, { 0, 0 } } }, y)
    near({ { { 0, 0 }, { 0, 0 } }, { { 0, 0 }, { -4, -4 } } },
      torch.conv2d(torch.reshape(upright:t(), 1, 3, 3), kernels))
  end)

  it("that stress the middle take it with its neighbours", function()
    local kernel = { { 0.1, 0.1, 0.1 }, { 0.1, 2, 0.1 }, { 0.1, 0.1, 0.1 } }
    near({ { 3 * 2.8, 3 * 2.8 }, { 3 * 2.8, 3 * 2.8 } }, filtered(FLAT, kernel))
    near({ { 0.1, 0.1, 0.1 }, { 0.1, 2, 0.1 }, { 0.1, 0.1, 0.1 } },
      filtered({ { 0, 0, 0 }, { 0, 1, 0 }, { 0, 0, 0 } }, kernel, { pad = 1 }))
  end)

  it("that average see zeros beyond the edge of a padded 5 x 5 map", function()
    local map = torch.ones(5, 5):mul(9):totable()
    local y = filtered(map, torch.DoubleTensor(3, 3):fill(1 / 9):totable(), { pad = 1 })
    assert.same({ 5, 5 }, sizes(y))
    near({ 4, 6, 6, 6, 4 }, y[1])
    near({ 6, 9, 9, 9, 6 }, y[3])
  end)
end)
