-- image: cutting, moving, turning, flipping and warping.
local torch = require "torch"
local image = require "image.geometry"

local function double(rows)
  return torch.DoubleTensor(rows)
end

local function equal(expected, actual, bound)
  assert.same(expected:size():totable(), actual:size():totable())
  assert.is_true(torch.abs(expected:double() - actual:double()):max() <= (bound or 0))
end

-- Every case is a list of arguments and what the message holds.
local function refuses(f, cases)
  for _, case in ipairs(cases) do
    local ok, message = pcall(f, table.unpack(case[1], 1, case[1].n or #case[1]))
    assert.is_false(ok)
    assert.is_truthy(message:find(case[2], 1, true), message)
  end
end

local nine = torch.range(1, 9):double():view(3, 3)
local square = torch.range(1, 16):double():view(4, 4)

-- The same picture as bytes, floats and doubles, alone and as one of two planes.
local function every_kind(f)
  for _, kind in ipairs{ "byte", "float", "double" } do
    local plane = nine[kind](nine)
    f(plane)
    local planes = torch.DoubleTensor(2, 3, 3)
    planes[1]:copy(nine)
    planes[2]:copy(nine):mul(2)
    planes = planes[kind](planes)
    f(planes, true)
  end
end

describe("image.crop", function()
  it("cuts from a start to an end that does not belong to it", function()
    equal(double{ { 5, 6 }, { 8, 9 } }, image.crop(nine, 1, 1, 3, 3))
    equal(double{ { 2 } }, image.crop(nine, 1.9, 0, 2.9, 1))
    every_kind(function(picture)
      assert.equal(picture:dim(), image.crop(picture, 0, 0, 2, 1):dim())
    end)
  end)

  it("cuts by the name of a place", function()
    equal(double{ { 6, 7 }, { 10, 11 } }, image.crop(square, "c", 2, 2))
    equal(double{ { 1, 2 }, { 4, 5 } }, image.crop(nine, "c", 2, 2))
    equal(double{ { 1 } }, image.crop(nine, "tl", 1, 1))
    equal(double{ { 3 } }, image.crop(nine, "tr", 1, 1))
    equal(double{ { 7 } }, image.crop(nine, "bl", 1, 1))
    equal(double{ { 9 } }, image.crop(nine, "br", 1, 1))
  end)

  it("fills a destination, or scales to it", function()
    local target = torch.DoubleTensor(2, 2)
    assert.is_nil(image.crop(target, nine, 1, 0))
    equal(double{ { 2, 3 }, { 5, 6 } }, target)
    assert.equal(target, image.crop(target, square, 0, 0, 4, 4))
    equal(double{ { 3.5, 5.5 }, { 11.5, 13.5 } }, target)
    assert.equal(target, image.crop(target, square, "tl", 2, 2))
    equal(double{ { 1, 2 }, { 5, 6 } }, target)
    equal(double{ { 5 } }, image.crop(nil, nine, "c", 1, 1))
  end)

  it("gives pixels of its own", function()
    image.crop(nine, 0, 0, 3, 3):zero()
    assert.equal(45, nine:sum())
  end)

  it("says what is wrong", function()
    local outside = "image.crop: crop goes outside bounds of src"
    refuses(image.crop, {
      { { nine, 0, 0, 4, 3 }, outside }, { { nine, -1, 0, 3, 3 }, outside },
      { { nine, 2, 0, 2, 3 }, outside }, { { nine, "c", 4, 1 }, outside },
      { { nine, "x", 1, 1 }, 'crop format must be "c"|"tl"|"tr"|"bl"|"br"' },
      { { nine }, "<image.crop> incorrect arguments" },
      { { nine, 0, 0, {}, 3 }, "<image.crop> a position is a table, a number expected" },
    })
  end)
end)

describe("image.translate", function()
  it("moves right and down, and lets zeros in", function()
    equal(double{ { 0, 1, 2 }, { 0, 4, 5 }, { 0, 7, 8 } }, image.translate(nine, 1, 0))
    equal(double{ { 8, 9, 0 }, { 0, 0, 0 }, { 0, 0, 0 } }, image.translate(nine, -1, -2))
    equal(torch.zeros(3, 3), image.translate(nine, 3, 0))
    local target = torch.DoubleTensor()
    assert.equal(target, image.translate(target, nine, 0, 1))
    equal(double{ { 0, 0, 0 }, { 1, 2, 3 }, { 4, 5, 6 } }, target)
    local leaf = nine:clone():requiresGrad()
    image.translate(leaf, 1, 1):sum():backward()
    equal(double{ { 1, 1, 0 }, { 1, 1, 0 }, { 0, 0, 0 } }, leaf.grad)
    refuses(image.translate, { { { nine, 1 }, "<image.translate> incorrect arguments" } })
  end)
end)

describe("image.rotate", function()
  it("turns counter-clockwise about the centre", function()
    every_kind(function(picture, planes)
      local turned = image.rotate(picture, math.pi / 2)
      assert.equal(picture:type(), turned:type())
      equal(double{ { 3, 6, 9 }, { 2, 5, 8 }, { 1, 4, 7 } }, planes and turned[1] or turned)
    end)
    equal(double{ { 9, 8, 7 }, { 6, 5, 4 }, { 3, 2, 1 } }, image.rotate(nine, math.pi))
  end)

  it("interpolates, and fills from outside with 0", function()
    local turned = image.rotate(nine, math.pi / 4, "bilinear")
    equal(double{ { 2, 5 - math.sqrt(2), 6 } }, turned:narrow(1, 1, 1), 1e-6)
    local wide = torch.ones(3, 9):double()
    equal(double{ { 0, 0, 0, 1, 1, 1, 0, 0, 0 } },
      image.rotate(wide, math.pi / 2, "bilinear"):narrow(1, 2, 1))
    local target = torch.DoubleTensor()
    assert.equal(target, image.rotate(target, nine, 0, "bilinear"))
    equal(nine, target)
  end)

  it("says what is wrong", function()
    refuses(image.rotate, {
      { { nine, 1, "cubic" }, "<image.rotate> mode must be one of: simple | bilinear" },
      { { nine }, "<image.rotate> incorrect arguments" },
      { { nine, 0 / 0 }, "image.rotate: the angle" },
      { { torch.IntTensor(2, 2), 1 }, "image.rotate: not defined for int32 tensors" },
      { { nine:clone():requiresGrad(), 1 }, "hand in image:detach()" },
    })
  end)
end)

describe("image.polar and image.logpolar", function()
  it("have angles as rows and distances as columns", function()
    equal(double{ { 5, 8, 8 } }, image.polar(nine, "simple", "valid"):narrow(1, 1, 1))
    -- From the centre down, to the left, up, and to the right.
    local target = torch.DoubleTensor(4, 3)
    equal(double{ { 5, 8, 8 }, { 5, 4, 4 }, { 5, 2, 2 }, { 5, 6, 6 } },
      image.polar(target, nine, "simple", "full"))
    local square_one = image.logpolar(torch.rand(3, 4, 5), "bilinear", "full")
    assert.same({ 3, 5, 5 }, square_one:size():totable())
  end)

  it("interpolate between pixels' corners", function()
    local flat = torch.ones(2, 6, 6):float()
    local unrolled = image.polar(flat, "bilinear", "valid")
    assert.equal(1, unrolled:min())
    local ramp = torch.range(0, 5):double():view(1, 6):expand(6, 6)
    -- Rows 1 and 3 of four angles lie along columns, 2 and 4 along rows.
    local target = image.polar(torch.DoubleTensor(4, 6), ramp, "bilinear", "valid")
    equal(double{ { 3, 2.5, 2, 1.5, 1, 0.5 } }, target:narrow(1, 2, 1), 1e-6)
    local logarithmic = image.logpolar(torch.DoubleTensor(4, 2), ramp, "bilinear", "valid")
    equal(double{ { 2, 3 - math.sqrt(3) } }, logarithmic:narrow(1, 2, 1), 1e-6)
  end)

  it("say what is wrong", function()
    refuses(image.polar, {
      { { nine, "cubic", "valid" }, "<image.polar> mode must be one of: simple | bilinear" },
      { { nine, "simple", "all" }, "<image.polar> mode must be one of: valid | full" },
    })
  end)
end)

describe("image.warp", function()
  local function field(rows, columns, height, width)
    local tensor = torch.DoubleTensor(2, height or 3, width or 3)
    tensor[1]:fill(rows)
    tensor[2]:fill(columns)
    return tensor
  end

  it("finds pixels at a distance, the nearest at the edge", function()
    local row = double{ { 1, 2, 3 }, { 1, 2, 3 }, { 1, 2, 3 } }
    local expected = double{ { 2, 3, 3 }, { 2, 3, 3 }, { 2, 3, 3 } }
    for _, mode in ipairs{ "simple", "bilinear", "lanczos" } do
      equal(expected, image.warp(row, field(0, 1), mode), 1e-12)
    end
    equal(double{ { 1.5, 2.5, 3 } }, image.warp(row, field(0, 0.5)):narrow(1, 1, 1))
    equal(double{ { 2, 3, 3 } }, image.warp(row, field(0, 0.5), "simple"):narrow(1, 1, 1))
  end)

  it("counts from 0 without offset, and pads", function()
    local there = field(1, 2, 1, 2)
    equal(double{ { 6, 6 } }, image.warp(nine, there, "bilinear", false))
    there[2][1][2] = 2.5
    equal(double{ { 6, 6 } }, image.warp(nine, there, "bilinear", false))
    equal(double{ { 6, -1 } }, image.warp(nine, there, "bilinear", false, "pad", -1))
    there[2][1][2] = 0 / 0
    equal(double{ { 6, -1 } }, image.warp(nine, there, "bilinear", false, "pad", -1))
  end)

  it("keeps straight lines with every filter inside the image", function()
    local ramp = torch.range(0, 9):double():view(1, 10):expand(10, 10)
    local inside = torch.DoubleTensor(2, 1, 1):fill(4.25)
    for mode, bound in pairs{ bilinear = 1e-12, bicubic = 1e-12, lanczos = 0.02 } do
      equal(double{ { 4.25 } }, image.warp(ramp, inside, mode, false), bound)
    end
  end)

  it("counts what bicubic sums miss as the padding", function()
    local ones = torch.ones(6, 6):double()
    local corner = torch.DoubleTensor(2, 1, 1):fill(0.5)
    local side = 1 + 1 / 16 -- without the tap outside, which weighs -1/16
    equal(double{ { side * side } }, image.warp(ones, corner, "bicubic", false), 1e-12)
    equal(double{ { 1 } }, image.warp(ones, corner, "bicubic", false, "pad", 1), 1e-12)
  end)

  it("serves bytes, planes, destinations and fields of other types", function()
    local bytes = torch.ByteTensor(2, 3, 3):fill(200)
    local target = torch.ByteTensor()
    local far = field(0, 9, 2, 4):float()
    assert.equal(target, image.warp(target, bytes, far, "bilinear", true, "pad", 300))
    equal(torch.ByteTensor(2, 2, 4):fill(255), target)
  end)

  it("says what is wrong", function()
    local zero = field(0, 0)
    refuses(image.warp, {
      { { nine, zero, "cubic" }, "mode must be one of: lanczos | bicubic | bilinear | simple" },
      { { nine, zero, "simple", true, "wrap" }, "clamp | pad expected" },
      { { nine, zero, "simple", true, "clamp", 1 },
        'pad_value can only be specified if clamp_mode = "pad"' },
      { { nine, nine }, "image.warp: the field is 3 x 3; 2 x height x width expected" },
      { { nine }, "<image.warp> incorrect arguments" },
    })
  end)
end)

describe("image.affinetransform", function()
  it("turns and moves about the centre", function()
    local identity = torch.eye(2)
    equal(nine, image.affinetransform(nine, identity), 1e-12)
    equal(double{ { 1, 2, 3 }, { 1, 2, 3 }, { 4, 5, 6 } },
      image.affinetransform(nine, identity, "bilinear", { 1, 0 }), 1e-12)
    equal(double{ { 0, 0, 0 }, { 1, 2, 3 }, { 4, 5, 6 } },
      image.affinetransform(nine, identity, "simple", torch.Tensor{ 1, 0 }, "pad"), 1e-12)
    equal(double{ { 9, 8, 7 }, { 6, 5, 4 }, { 3, 2, 1 } },
      image.affinetransform(nine, -identity), 1e-12)
    equal(nine:t(), image.affinetransform(nine, torch.Tensor{ { 0, 1 }, { 1, 0 } }), 1e-12)
  end)

  it("says what is wrong", function()
    refuses(image.affinetransform, {
      { { nine, nine }, "<image.affinetransform> incorrect arguments" },
    })
  end)
end)

describe("the flips", function()
  it("turn an order around", function()
    equal(double{ { 3, 2, 1 }, { 6, 5, 4 }, { 9, 8, 7 } }, image.hflip(nine))
    equal(double{ { 7, 8, 9 }, { 4, 5, 6 }, { 1, 2, 3 } }, image.vflip(nine))
    equal(image.vflip(nine), image.flip(nine, 1))
    equal(double{ { 3 }, { 2 }, { 1 } }, image.flip(double{ { 1 }, { 2 }, { 3 } }, 1))
    every_kind(function(picture)
      equal(picture, image.flip(image.hflip(picture), picture:dim()))
    end)
  end)

  it("go in place, and to a destination", function()
    local copy, target = nine:clone(), torch.DoubleTensor()
    assert.equal(copy, image.hflip(copy, copy))
    equal(image.hflip(nine), copy)
    assert.equal(target, image.vflip(target, nine))
    equal(image.vflip(nine), target)
    equal(image.hflip(nine:t()), image.vflip(nine):t())
  end)

  it("say what is wrong", function()
    refuses(image.flip, {
      { { nine, 3 }, "<image.flip> Bad flip dimension 3" },
      { { nine }, "<image.flip> incorrect arguments" },
    })
  end)
end)
