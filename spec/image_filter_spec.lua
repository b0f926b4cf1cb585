-- image: kernels, convolution, contrast, morphology and ranges.
local torch = require "torch"
local image = require "image.filter"

local function double(rows)
  return torch.DoubleTensor(rows)
end

local function equal(expected, actual, bound)
  assert.same(expected:size():totable(), actual:size():totable())
  assert.is_true(torch.abs(expected:double() - actual:double()):max() <= (bound or 1e-6))
end

local function refuses(text, f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok)
  assert.is_truthy(message:find(text, 1, true), message)
end

describe("image's kernels", function()
  it("have Torch7's values", function()
    local side, corner = 0.411112, 0.169013
    equal(double{ { corner, side, corner }, { side, 1, side }, { corner, side, corner } },
      image.gaussian(3))
    assert.is_true(math.abs(image.gaussian{ normalize = true }[2][2] - 0.301159) < 1e-6)
    local edge = image.laplacian(3)
    assert.is_true(math.abs(edge[1][2] + 0.0176114) < 1e-6 and edge[2][2] == 1)
    equal(image.gaussian(5)[3], image.gaussian1D(5))
  end)

  it("take positions or names", function()
    equal(image.gaussian(5, 0.3, 2, true), image.gaussian{ size = 5, sigma = 0.3, amplitude = 2,
      normalize = true })
    equal(image.gaussian1D(7, 0.2, 1, true, 0.25),
      image.gaussian1D{ size = 7, sigma = 0.2, normalize = true, mean = 0.25 })
  end)

  it("stand where their means say, as wide as their sigmas say", function()
    local bell = image.gaussian{ width = 5, height = 3, sigma_horz = 0.1, sigma_vert = 0.4,
      mean_horz = 0.3, mean_vert = 0.5, amplitude = 10 }
    assert.same({ 3, 5 }, bell:size():totable())
    assert.is_true(math.abs(bell[2][2] - 10) < 1e-5)
    assert.is_true(math.abs(bell[2][3] - 10 * math.exp(-0.5 * (1 / 0.5) ^ 2)) < 1e-5)
    assert.is_true(math.abs(bell[1][2] - 10 * math.exp(-0.5 * (1 / 1.2) ^ 2)) < 1e-5)
    assert.is_true(math.abs(image.laplacian{ size = 4, normalize = true }:sum() - 1) < 1e-5)
  end)

  it("fill a tensor, rounded and clamped where it has bytes", function()
    local target = torch.DoubleTensor(3, 3)
    assert.equal(target, image.gaussian{ tensor = target })
    equal(image.gaussian(3), target)
    local bytes = image.gaussian{ amplitude = 300, tensor = torch.ByteTensor(3, 3) }
    equal(torch.ByteTensor{ { 51, 123, 51 }, { 123, 255, 123 }, { 51, 123, 51 } }, bytes, 0)
    assert.same({ 4 }, image.gaussian1D{ tensor = torch.FloatTensor(4) }:size():totable())
  end)

  it("say what is wrong", function()
    refuses("<image.gaussian> width is 0, at least 1 expected", image.gaussian, 0)
    refuses("expecting non-empty 2D tensor", image.gaussian, { tensor = torch.Tensor(3) })
    refuses("expecting non-empty 1D tensor", image.gaussian1D, { tensor = torch.Tensor(3, 3) })
    refuses("image.gaussian1D: size is a table, number expected", image.gaussian1D, { size = {} })
  end)
end)

describe("image.convolve", function()
  local picture, kernel = torch.range(1, 9):double():view(3, 3), double{ { 1, 0 }, { 0, -1 } }

  it("turns the kernel around", function()
    equal(double{ { 4, 4 }, { 4, 4 } }, image.convolve(picture, kernel))
    local full = image.convolve(picture, kernel, "full")
    equal(torch.conv2(picture, kernel, "F"), full)
    equal(full:narrow(1, 1, 3):narrow(2, 1, 3), image.convolve(picture, kernel, "same"))
    local ones = torch.ones(3, 3):double()
    equal(full.new(3, 3):copy(torch.conv2(picture, ones, "F"):narrow(1, 2, 3):narrow(2, 2, 3)),
      image.convolve(picture, ones, "same"))
  end)

  it("applies one kernel to every channel, and converts it", function()
    local planes = torch.DoubleTensor(2, 3, 3)
    planes[1]:copy(picture)
    planes[2]:copy(picture):mul(2)
    local result = image.convolve(planes, kernel:float())
    equal(double{ { 4, 4 }, { 4, 4 } }, result[1])
    equal(double{ { 8, 8 }, { 8, 8 } }, result[2])
  end)

  it("rounds and clamps bytes", function()
    local bytes = torch.ByteTensor{ { 10, 21 }, { 250, 255 } }
    local half = torch.Tensor{ { 0.5, 0.5 } }
    equal(torch.ByteTensor{ { 16 }, { 253 } }, image.convolve(bytes, half), 0)
    equal(torch.ByteTensor{ { 0 }, { 240 } }, image.convolve(bytes, torch.Tensor{ { -2, 3 } }), 0)
    equal(torch.ByteTensor{ { 33 }, { 255 } }, image.convolve(bytes, torch.Tensor{ { 1.1, 1 } }), 0)
  end)

  it("fills a destination and passes gradients", function()
    local target = torch.DoubleTensor()
    assert.equal(target, image.convolve(target, picture, kernel, "same"))
    assert.same({ 3, 3 }, target:size():totable())
    local leaf = picture:clone():requiresGrad()
    image.convolve(leaf, kernel):sum():backward()
    equal(double{ { -1, -1, 0 }, { -1, 0, 1 }, { 0, 1, 1 } }, leaf.grad)
  end)

  it("says what is wrong", function()
    refuses("mode has to be one of: full | valid | same", image.convolve, picture, kernel, "all")
    refuses("<image.convolve> incorrect arguments", image.convolve, picture)
    refuses("Input image is smaller than kernel", image.convolve, picture, torch.ones(4, 4))
  end)
end)

describe("image.gaussianpyramid", function()
  it("smooths between one size and the next", function()
    for _, kind in ipairs{ "torch.ByteTensor", "torch.FloatTensor", "torch.DoubleTensor" } do
      local flat = torch.Tensor(3, 16, 16):fill(100):type(kind)
      local list = image.gaussianpyramid(flat, { 1, 0.5, 0.25 })
      assert.equal(3, #list)
      assert.same({ 3, 4, 4 }, list[3]:size():totable())
      assert.equal(kind, list[3]:type())
      assert.equal(100, list[1]:max())
      assert.is_true(math.abs(list[3][1][3][3] - 100) <= 1)
    end
    local target = { torch.FloatTensor() }
    assert.equal(target, image.gaussianpyramid(target, torch.rand(8, 6), { 0.5 }))
    assert.same({ 4, 3 }, target[1]:size():totable())
  end)

  it("says what is wrong", function()
    refuses("has no pixel", image.gaussianpyramid, torch.rand(8, 8), { 0.1 })
    refuses("incorrect arguments", image.gaussianpyramid, torch.rand(8, 8))
  end)
end)

describe("image.lcn", function()
  it("takes the local mean away and divides by the deviation", function()
    local picture = torch.rand(12, 14)
    local result = image.lcn(picture)
    assert.equal("torch.DoubleTensor", result:type())
    assert.same({ 4, 6 }, result:size():totable())
    local values = (picture:double() - picture:mean()) / picture:double():std()
    local bell = image.gaussian{ size = 9, sigma = 1.591 / 9, normalize = true }:double()
    local seen = values:narrow(1, 2, 9):narrow(2, 3, 9)
    local mean = torch.cmul(seen, bell):sum()
    local deviation = math.sqrt(torch.cmul(torch.cmul(seen, seen), bell):sum() - mean * mean)
    assert.is_true(math.abs(result[2][3] - (values[6][7] - mean) / math.max(deviation, 1)) < 1e-6)
    refuses("grayscale image expected", image.lcn, torch.rand(3, 12, 12))
  end)
end)

describe("image.erode and image.dilate", function()
  local dot = torch.zeros(5, 5)
  dot[3][3] = 1

  it("shrink and grow what is set", function()
    local block = image.dilate(dot)
    assert.equal(9, block:sum())
    assert.equal(dot:type(), block:type())
    equal(dot, image.erode(block), 0)
    assert.equal(25, image.erode(torch.ones(5, 5):byte()):sum())
    assert.equal(9, image.erode(torch.ones(5, 5), nil, 0):sum())
    assert.equal(16, image.dilate(torch.zeros(5, 5), nil, 1):sum())
  end)

  it("take kernels of any odd sides, and look where these point", function()
    local right = torch.Tensor{ { 0, 0, 1 } }
    local moved = image.dilate(dot, right)
    assert.equal(1, moved:sum())
    assert.equal(1, moved[3][2])
    assert.equal(1, image.erode(dot, right)[3][4])
  end)

  it("say what is wrong", function()
    refuses("odd sides expected", image.erode, dot, torch.ones(2, 2))
    refuses("<image.dilate> incorrect arguments", image.dilate)
  end)
end)

describe("image.minmax", function()
  it("stretches what there is to 0 and 1", function()
    equal(double{ 0, 0.25, 1 }, image.minmax{ tensor = torch.Tensor{ 1, 2, 5 } })
    equal(double{ 0, 0.5, 1 }, image.minmax{ tensor = torch.Tensor{ -5, 0, 5 }, symm = true })
    equal(double{ 0.4, 0.7, 1 }, image.minmax{ tensor = torch.Tensor{ -1, 2, 5 }, symm = true })
    equal(double{ -0.5, 0, 1.5 },
      image.minmax{ tensor = torch.Tensor{ 1, 2, 5 }, min = 2, max = 4 })
    equal(double{ 0, 0, 1 },
      image.minmax{ tensor = torch.Tensor{ 1, 2, 5 }, min = 2, max = 4, saturate = true })
    equal(double{ 0, 0 }, image.minmax{ tensor = torch.Tensor{ 3, 3 } })
  end)

  it("leaves the tensor alone unless in place", function()
    local tensor, out = torch.DoubleTensor{ 1, 2, 5 }, torch.FloatTensor()
    image.minmax{ tensor = tensor }
    assert.equal(8, tensor:sum())
    assert.equal(out, image.minmax{ tensor = tensor, tensorOut = out })
    assert.equal(1.25, out:sum())
    assert.equal(tensor, image.minmax{ tensor = tensor, inplace = true })
    assert.equal(1.25, tensor:sum())
  end)

  it("says what is wrong", function()
    refuses("<image.minmax> incorrect arguments", image.minmax, torch.Tensor(3))
    refuses('there is no option "maxx"', image.minmax, { tensor = torch.Tensor{ 1 }, maxx = 3 })
  end)
end)
