-- image.scale by Torch7's definitions, and wick.image.resize compared with what Pillow computed
-- (spec/support/golden_resize.py).
local torch = require "torch"
local image = require "image.resize"
local safetensors = require "wick.safetensors"
local resize = require "wick.image_resize"

local function double(rows)
  return torch.DoubleTensor(rows)
end

local function equal(expected, actual, bound)
  assert.same(expected:size():totable(), actual:size():totable())
  assert.is_true(torch.abs(expected:double() - actual:double()):max() <= (bound or 1e-12))
end

local square = torch.range(1, 16):double():view(4, 4)

describe("image.scale", function()
  it("lets corners meet when it enlarges bilinearly", function()
    local small = double{ { 1, 2 }, { 3, 4 } }
    equal(double{ { 1, 1.5, 2 }, { 2, 2.5, 3 }, { 3, 3.5, 4 } }, image.scale(small, 3, 3))
    equal(double{ { 1, 1.25, 1.5, 1.75, 2 } }, image.scale(double{ { 1, 2 } }, 5, 1), 1e-7)
  end)

  it("takes means of areas when it shrinks bilinearly", function()
    equal(double{ { 3.5, 5.5 }, { 11.5, 13.5 } }, image.scale(square, 2, 2))
    equal(double{ { 2.25, 3.5, 4.75 } }, image.scale(square, 3, 3):narrow(1, 1, 1), 1e-6)
    equal(double{ { 8.5 } }, image.scale(square, 1, 1))
  end)

  it("goes through four pixels bicubically, without smoothing", function()
    equal(double{ { 1, 1.4375, 2, 2.9375, 4 } },
      image.scale(double{ { 1, 2, 4 } }, 5, 1, "bicubic"))
    equal(double{ { 1, 3.1875, 2 } }, image.scale(double{ { 1, 2, 4, 2 } }, 3, 1, "bicubic"), 1e-6)
    equal(double{ { 7, 7 } }, image.scale(double{ { 7 } }, 2, 1, "bicubic"))
  end)

  it("takes single pixels in mode simple", function()
    equal(double{ { 1, 3 }, { 9, 11 } }, image.scale(square, 2, 2, "simple"))
    equal(double{ { 1, 1, 2, 2, 3, 3, 4, 4 } }, image.scale(square, 8, 4, "simple"):narrow(1, 1, 1))
  end)

  it("rounds a half of bytes up and clamps", function()
    equal(torch.ByteTensor{ { 0, 128, 255 } }, image.scale(torch.ByteTensor{ { 0, 255 } }, 3, 1))
    equal(torch.ByteTensor{ { 0, 0, 9, 32 } },
      image.scale(torch.ByteTensor{ { 0, 1, 32 } }, 4, 1, "bicubic"))
    equal(torch.ByteTensor{ { 1 } },
      image.scale(torch.ByteTensor{ { 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0 } }, 1, 1))
  end)

  it("knows every way to say a size", function()
    local wide = torch.FloatTensor(3, 20, 40):zero()
    local sizes = {
      [10] = { 5, 10 }, ["10"] = { 5, 10 }, ["7x5"] = { 5, 7 }, ["^10"] = { 10, 20 },
      ["*2"] = { 40, 80 }, ["*1/4"] = { 5, 10 }, ["*.5"] = { 10, 20 }, [0.1] = { 1, 1 },
    }
    for size, expected in pairs(sizes) do
      local scaled = image.scale(wide, size, "simple")
      assert.same({ 3, expected[1], expected[2] }, scaled:size():totable(), tostring(size))
    end
    assert.same({ 3, 2, 7 }, image.scale(wide, 7.9, 5 / 2):size():totable())
    assert.same({ 3, 1, 7 }, image.scale(wide, 7, 0.3):size():totable())
  end)

  it("fills a destination and returns it", function()
    local target = torch.DoubleTensor(2, 2)
    assert.equal(target, image.scale(target, square))
    equal(double{ { 3.5, 5.5 }, { 11.5, 13.5 } }, target)
    equal(double{ { 1, 3 }, { 9, 11 } }, image.scale(target, square, "simple"))
    equal(double{ { 1, 9 }, { 3, 11 } }, image.scale(target, square:t(), "simple"))
  end)

  it("leaves the image alone and copies one of the same size", function()
    local before = square:clone()
    local same = image.scale(square, 4, 4)
    same:zero()
    equal(before, square)
  end)

  it("says what is wrong", function()
    local bad = {
      { { square, "many" }, '<image.scale> could not find valid dest size in "many"' },
      { { square, 2, 2, "cubic" }, "mode must be one of: simple | bicubic | bilinear" },
      { { square }, "incorrect arguments; expected image.scale(src, width, height [, mode])" },
      { { square:int(), 2, 2 }, "image.scale: not defined for int32 tensors" },
      { { torch.Tensor(2, 2, 2, 2):zero(), 2, 2 }, "the image is 2 x 2 x 2 x 2; height x width" },
      { { torch.Tensor(), 2, 2 }, "image.scale: the image is no dimension" },
      { { torch.Tensor(3, 2, 2), square }, "src and dst depths do not match" },
      { { square:clone():requiresGrad(), 2, 2 }, "hand in image:detach()" },
    }
    for _, case in ipairs(bad) do
      local ok, message = pcall(image.scale, table.unpack(case[1]))
      assert.is_false(ok)
      assert.is_truthy(message:find(case[2], 1, true), message)
    end
  end)

  it("refuses sizes that no memory holds", function()
    assert.is_false((pcall(image.scale, square, 2 ^ 40, 2 ^ 40)))
    assert.is_false((pcall(image.scale, square, 1e300, 2)))
    assert.is_false((pcall(image.scale, square, 0 / 0, 2)))
  end)
end)

describe("wick.image.resize", function()
  local stored = safetensors.load("spec/golden/resize.safetensors")

  local function cases(kind)
    local list = {}
    for name in pairs(stored) do
      local filter, height, width = name:match("^" .. kind .. "%.(%a+)%.(%d+)x(%d+)$")
      if filter then
        list[#list + 1] = { name, filter, math.tointeger(height), math.tointeger(width) }
      end
    end
    return list
  end

  it("is Pillow's, byte for byte", function()
    assert.equal(30, #cases("bytes"))
    for _, case in ipairs(cases("bytes")) do
      local name, filter, height, width = table.unpack(case)
      local result = resize(stored.bytes, height, width, { filter = filter })
      assert.is_true(torch.equal(stored[name], result), name)
    end
  end)

  it("is Pillow's for floats, and in double", function()
    assert.equal(36, #cases("floats"))
    for _, case in ipairs(cases("floats")) do
      local name, filter, height, width = table.unpack(case)
      local options = { filter = filter, antialias = filter ~= "plain" }
      if filter == "plain" then options.filter = "bilinear" end
      local result = resize(stored.floats, height, width, options)
      assert.equal("torch.FloatTensor", result:type())
      equal(stored[name], result, 2e-6)
      equal(stored[name], resize(stored.floats:double(), height, width, options), 1e-6)
    end
  end)

  it("does not depend on strides or on the number of threads", function()
    local plain = torch.rand(2, 37, 53)
    local strided = torch.rand(2, 53, 37):transpose(2, 3)
    strided:copy(plain)
    local threads = torch.getnumthreads()
    local expected = resize(plain, 64, 20, "lanczos")
    torch.setnumthreads(1)
    assert.is_true(torch.equal(expected, resize(strided, 64, 20, "lanczos")))
    torch.setnumthreads(threads)
  end)

  it("takes means of areas, and bilinear unless told", function()
    equal(double{ { 3.5, 5.5 }, { 11.5, 13.5 } }, resize(square, 2, 2, "area"))
    equal(resize(square, 3, 2, "bilinear"), resize(square, 3, 2))
    local plain = resize(double{ { 0, 0, 3, 0, 0, 0 } }, 1, 2, { antialias = false })
    equal(double{ { 0, 0 } }, plain)
  end)

  it("says what is wrong", function()
    local bad = {
      { { square, 2, 2, "cubic" }, "there is no filter \"cubic\"" },
      { { square, 2, 2, "bilinaer" }, 'did you mean "bilinear"?' },
      { { square, 2, 2, { mode = "area" } }, "there is no option \"mode\"" },
      { { square, 0, 2 }, "a result of 0 rows and 2 columns has no pixel" },
      { { square, 2, 2.5 }, "image.resize: width" },
      { { "square", 2, 2 }, "wick.image.resize: the image is \"square\", a tensor expected" },
    }
    for _, case in ipairs(bad) do
      local ok, message = pcall(resize, table.unpack(case[1]))
      assert.is_false(ok)
      assert.is_truthy(message:find(case[2], 1, true), message)
    end
  end)
end)
