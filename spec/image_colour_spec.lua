-- image: spaces of colours and colour maps.
local torch = require "torch"
local image = require "image.colour"

local function pixel(r, g, b)
  return torch.DoubleTensor{ r, g, b }:view(3, 1, 1)
end

local function values(tensor)
  return tensor:double():contiguous():view(-1):totable()
end

local function near(expected, tensor, bound)
  local actual = values(tensor)
  assert.equal(#expected, #actual)
  for i, value in ipairs(expected) do
    assert.is_true(math.abs(value - actual[i]) <= (bound or 1e-6),
      ("%d: %.9g, %.9g expected"):format(i, actual[i], value))
  end
end

local function refuses(text, f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok)
  assert.is_truthy(message:find(text, 1, true), message)
end

local example, bytes = pixel(0.2, 0.4, 0.6), torch.ByteTensor{ 50, 100, 150 }:view(3, 1, 1)

-- Colours of every hue, gray ones among them, 3 x 9 x 9.
local function palette()
  local colours = torch.DoubleTensor(3, 9, 9)
  for y = 1, 9 do
    for x = 1, 9 do
      for c = 1, 3 do colours[c][y][x] = ((y * (c + 1) + x * (4 - c)) * 3 % 17) / 16 end
    end
  end
  colours:select(2, 5):fill(0.5)
  return colours
end

describe("image's spaces of colours", function()
  it("have Torch7's values", function()
    near({ 0.363, 0.11663, -0.143002 }, image.rgb2yuv(example), 5e-7)
    near({ 0.583333333, 0.5, 0.4 }, image.rgb2hsl(example))
    near({ 0.583333333, 0.666666667, 0.6 }, image.rgb2hsv(example))
    near({ 42.008, -0.152814, -32.846 }, image.rgb2lab(example), 1e-4)
    near({ 0.166667, 0.333333, 0.5 }, image.rgb2nrgb(example))
    near({ 0.363 }, image.rgb2y(example))
    assert.same({ 1, 1, 1 }, image.rgb2y(example):size():totable())
  end)

  it("round and clamp bytes", function()
    near({ 91 }, image.rgb2y(bytes), 0)
    near({ 149, 128, 100 }, image.rgb2hsl(bytes), 0)
    near({ 149, 170, 150 }, image.rgb2hsv(bytes), 0)
    near({ 42, 85, 127 }, image.rgb2nrgb(bytes), 0)
  end)

  it("are exact at the corners of the cube", function()
    near({ 0, 1, 0.5 }, image.rgb2hsl(pixel(1, 0, 0)), 0)
    near({ 1 / 3, 1, 1 }, image.rgb2hsv(pixel(0, 1, 0)))
    near({ 0, 0, 1 }, image.rgb2hsl(pixel(1, 1, 1)), 0)
    near({ 0, 0, 0 }, image.rgb2hsv(pixel(0, 0, 0)), 0)
    near({ 100, 0, 0 }, image.rgb2lab(pixel(1, 1, 1)), 0.02)
    near({ 1, 0, 0 }, image.hsv2rgb(pixel(1, 1, 1)), 0)
  end)

  it("come back", function()
    local colours = palette()
    for forward, back in pairs{
      rgb2yuv = "yuv2rgb", rgb2hsl = "hsl2rgb", rgb2hsv = "hsv2rgb", rgb2lab = "lab2rgb",
    } do
      near(values(colours), image[back](image[forward](colours)), 1e-4)
      near(values(colours), image[back](image[forward](colours:float())), 1e-4)
    end
    local many = (colours * 255):byte() -- a step of hue is six of a channel
    near(values(many), image.hsv2rgb(image.rgb2hsv(many)), 4)
    near(values(many), image.hsl2rgb(image.rgb2hsl(many)), 4)
  end)

  it("write into destinations and read strided pictures", function()
    local target = torch.DoubleTensor()
    assert.equal(target, image.rgb2hsv(target, example))
    near({ 0.583333333, 0.666666667, 0.6 }, target)
    local colours = palette()
    near(values(image.rgb2hsl(colours):transpose(2, 3)), image.rgb2hsl(colours:transpose(2, 3)), 0)
    assert.equal(colours, image.rgb2hsl(colours, colours))
    near(values(image.rgb2hsl(palette())), colours, 0)
  end)

  it("pass gradients where they are linear, and say so where they are not", function()
    local leaf = example:clone():requiresGrad()
    image.rgb2yuv(leaf):sum():backward()
    near({ 0.299 - 0.14713 + 0.615, 0.587 - 0.28886 - 0.51499, 0.114 + 0.436 - 0.10001 }, leaf.grad)
    refuses("hand in image:detach()", image.rgb2hsl, leaf)
  end)

  it("say what is wrong", function()
    refuses("image.rgb2lab: not supported for torch.ByteTensor", image.rgb2lab, bytes)
    refuses("image.lab2rgb: not supported for torch.ByteTensor", image.lab2rgb, bytes)
    refuses("not supported for torch.ByteTensor", image.rgb2yuv, bytes)
    refuses("of shape 3 x H x W, got torch.FloatTensor 2 x 2", image.rgb2hsv, torch.Tensor(2, 2))
    refuses("<image.rgb2y> incorrect arguments", image.rgb2y)
    refuses("image.rgb2hsl: not defined for int64 tensors", image.rgb2hsl,
      torch.LongTensor(3, 1, 1))
  end)
end)

describe("image's colour maps", function()
  it("go from blue to red", function()
    near({ 0, 0.5, 1, 0.5, 1, 0.5, 1, 0.5, 0, 0.5, 0, 0 }, image.jetColormap(4))
    assert.equal(torch.Tensor():type(), image.jetColormap(4):type())
  end)

  it("tell colours apart", function()
    local map = image.colormap(50)
    assert.same({ 50, 3 }, map:size():totable())
    assert.is_true(map:min() >= 0 and map:max() <= 1)
    near({ 0.65, 0.35, 0.35 }, map:narrow(1, 1, 1))
    for i = 1, 8 do
      for j = i + 1, 9 do assert.is_true(torch.dist(map[i], map[j]) > 0.05) end
    end
  end)

  it("colour levels", function()
    local levels = torch.DoubleTensor{ { 1, 2 }, { 3, 4 } }
    local picture = image.y2jet(levels)
    assert.same({ 3, 2, 2 }, picture:size():totable())
    near({ 0, 0.5, 1, 0.5 }, picture[1])
    near({ 0.5, 1, 0.5, 0 }, picture[2])
    near(values(picture), image.y2jet(levels:view(1, 2, 2)), 0)
    assert.same({ 3, 1, 3 }, image.y2jet(torch.Tensor{ 1, 2, 3 }):size():totable())
    near({ 0, 128, 255, 128 }, image.y2jet(levels:byte())[1], 0)
    local target = torch.DoubleTensor()
    assert.equal(target, image.y2jet(target, levels))
  end)

  it("say what is wrong", function()
    refuses("<image.y2jet> levels go from 1; there is one of 0", image.y2jet, torch.Tensor{ 0, 1 })
    refuses("<image.y2jet> incorrect arguments", image.y2jet)
    refuses("<image.jetColormap> 0 colours", image.jetColormap, 0)
    refuses("<image.colormap> the number of colours is nil", image.colormap)
  end)
end)
