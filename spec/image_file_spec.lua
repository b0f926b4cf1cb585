-- wick.image: lua/wick/image.lua and bindings/image.c. The format itself is tested in png_test.c.
local image = require "wick.image"
local paths = require "paths"
local torch = require "torch"

describe("wick.image", function()
  local path

  before_each(function() path = os.tmpname() end)
  after_each(function() os.remove(path) end)

  local function counting(...)
    local sizes, n = { ... }, 1
    for _, size in ipairs(sizes) do n = n * size end
    return torch.ByteTensor(n):copy(torch.range(0, n - 1)):view(table.unpack(sizes))
  end

  it("saves and loads bytes of 1 to 4 channels", function()
    for channels = 1, 4 do
      local pixels = counting(channels, 3, 5)
      image.savePNG(path, pixels)
      local read = image.loadPNG(path, nil, "byte")
      assert.equal("torch.ByteTensor", read:type())
      assert.is_true(torch.equal(pixels, read))
      assert.same({ channels, 3, 5, 8 }, { image.getPNGsize(path) })
    end
    image.savePNG(path, counting(4, 6))
    assert.same({ 1, 4, 6 }, image.loadPNG(path):size():totable())
  end)

  it("takes floats from 0 to 1, clamped, and gives the default type", function()
    image.savePNG(path, torch.DoubleTensor{ { -1, 0.5, 3 } })
    local read = image.loadPNG(path)
    assert.equal("torch.FloatTensor", read:type())
    assert.near(0, read[1][1][1], 0)
    assert.near(127 / 255, read[1][1][2], 1e-7)
    assert.near(1, read[1][1][3], 0)
    assert.equal("torch.DoubleTensor", image.loadPNG(path, nil, "double"):type())
  end)

  it("keeps 16 bits when asked", function()
    local pixels = torch.DoubleTensor{ { 0.12345, 0.54321 } }
    image.savePNG(path, pixels, 16)
    assert.near(0.12345, image.loadPNG(path, nil, "double")[1][1][1], 1 / 65535)
    assert.equal(16, select(4, image.getPNGsize(path)))
  end)

  it("makes grey of colours and colours of grey", function()
    local colors = torch.FloatTensor(3, 2, 2):zero()
    colors[1]:fill(1)
    image.savePNG(path, colors)
    local grey = image.loadPNG(path, 1)
    assert.same({ 2, 2 }, grey:size():totable())
    assert.near(0.299, grey[1][1], 1e-6)
    image.savePNG(path, counting(2, 2))
    assert.same({ 3, 2, 2 }, image.loadPNG(path, 3):size():totable())
    image.savePNG(path, counting(4, 2, 2))
    assert.same({ 3, 2, 2 }, image.loadPNG(path, 3):size():totable())
    assert.error_matches(function() image.loadPNG(path, 7) end, "a depth of 7")
  end)

  it("works in memory", function()
    local pixels = counting(3, 4, 4)
    local bytes = image.compressPNG(pixels)
    assert.equal("torch.ByteTensor", bytes:type())
    assert.same({ 137, 80, 78, 71 }, bytes:narrow(1, 1, 4):totable())
    assert.is_true(torch.equal(pixels, image.decompressPNG(bytes, nil, "byte")))
    assert.is_true(torch.equal(pixels, image.decompressPNG(bytes:storage():string(), nil, "byte")))
  end)

  it("says what is wrong and with which file", function()
    assert.error_matches(function() image.loadPNG("/no/such/file.png") end,
      "/no/such/file.png: cannot open: No such file")
    local file = assert(io.open(path, "w"))
    file:write("P6 no PNG at all")
    file:close()
    assert.error_matches(function() image.loadPNG(path) end, "does not start as a PNG image does")
    assert.error_matches(function() image.savePNG(path, torch.zeros(5, 2, 2)) end,
      "the image is 5 x 2 x 2, expected")
    assert.error_matches(function() image.savePNG(path, torch.zeros(2, 2), 12) end,
      "12 bits a sample, expected 8 or 16")
    assert.error_matches(function() image.savePNG(path, {}) end, "the image is a table")
    assert.error_matches(function() image.savePNG("/no/such/a.png", torch.zeros(2, 2)) end,
      "/no/such/a.png: cannot write")
    image.savePNG(path, counting(3, 9, 9))
    assert.error_matches(function() image.loadPNG(path, nil, "byte", 100) end, "the limit is 100")
    assert.error_matches(function() image.loadPNG(path, nil, {}) end, "the type is a table")
  end)

  it("leaves nothing unfinished behind", function()
    local folder = os.tmpname()
    os.remove(folder)
    paths.mkdir(folder)
    image.savePNG(folder .. "/a.png", counting(3, 9, 9))
    local names = paths.dir(folder)
    paths.rmall(folder, "yes")
    assert.equal(3, #names)
  end)
end)
