-- image's files: lua/image/files.lua and lua/image/samples.lua on lua/wick/image.lua. The formats
-- themselves are tested in png_test.c, jpeg_test.c, jpeg_foreign_test.c and pnm_test.c.
local image = require "image"
local program = require "spec.support.program"
local torch = require "torch"
local wick_image = require "wick.image"

describe("image files", function()
  local names = {}

  -- A path of our own with this suffix.
  local function path(suffix)
    local name = os.tmpname()
    names[#names + 1] = name
    names[#names + 1] = name .. suffix
    return name .. suffix
  end

  after_each(function()
    for _, name in ipairs(names) do os.remove(name) end
    names = {}
  end)

  local function put(name, bytes)
    local file = assert(io.open(name, "wb"))
    file:write(bytes)
    file:close()
    return name
  end

  local function take(name)
    local file = assert(io.open(name, "rb"))
    local bytes = file:read("a")
    file:close()
    return bytes
  end

  -- A picture that every format keeps well; JPEG within a few steps.
  local function picture(channels)
    local t = torch.linspace(0.1, 0.9, channels * 24 * 32):view(channels, 24, 32)
    return t:mul(255):floor():div(255)
  end

  local function difference(a, b)
    assert.same(a:size():totable(), b:size():totable())
    return torch.abs(a:double() - b:double()):max()
  end

  it("saves by suffix and loads by content", function()
    for suffix, channels in pairs{ png = 3, PNG = 4, ppm = 3, pgm = 1, PGM = 1, PPM = 3 } do
      local name = path("." .. suffix)
      local t = picture(channels)
      image.save(name, t)
      assert.is_true(difference(t, image.load(name)) < 1e-6, suffix)
      assert.same({ channels, 24, 32 }, image.getSize(name):totable())
    end
    for _, suffix in ipairs{ "jpg", "JPEG", "jpeg", "JPG" } do
      local name = path("." .. suffix)
      image.save(name, picture(3))
      assert.equal("jpeg", wick_image.format(take(name)))
      assert.is_true(difference(picture(3), image.load(name)) < 0.05)
      assert.equal("torch.LongTensor", image.getSize(name):type())
    end
    local name = path(".png")
    image.saveJPG(name, picture(1))
    assert.is_true(difference(picture(1), image.load(name)) < 0.05)
    name = path(".pbm")
    image.save(name, torch.Tensor{ { 0.2, 0.7 } })
    assert.same({ 0, 1 }, image.load(name)[1][1]:totable())
    assert.error_matches(function() image.loadPPM(name) end, "unsupported magic number: P4")
  end)

  it("gives samples from 0 to 1, and bytes from 0 to 255", function()
    local jpg, ppm = path(".jpg"), path(".ppm")
    local t = torch.ByteTensor(3, 16, 16):fill(200)
    image.save(jpg, t)
    image.save(ppm, t)
    for _, name in ipairs{ jpg, ppm } do
      assert.equal(0, difference(t, image.load(name, nil, "byte")))
      assert.equal("torch.FloatTensor", image.load(name):type())
      assert.near(200 / 255, image.load(name, 3, "float")[3][7][7], 1e-7)
      assert.equal(200 / 255, image.load(name, 3, "double")[3][7][7])
    end
    local half = torch.Tensor{ { 0.5, -3, 3 } }
    image.save(ppm .. ".pgm", half)
    names[#names + 1] = ppm .. ".pgm"
    assert.same({ 127, 0, 255 }, image.load(ppm .. ".pgm", nil, "byte")[1][1]:totable())
    assert.same({ 0.5, -3, 3 }, half[1]:totable())
  end)

  it("makes grey of colours and colours of grey", function()
    local colours, grey = path(".ppm"), path(".jpg")
    local t = torch.ByteTensor(3, 2, 2)
    for channel = 1, 3 do t[channel]:fill(50 * channel) end
    image.save(colours, t)
    assert.same({ 2, 2 }, image.load(colours, 1):size():totable())
    assert.near(90.75 / 255, image.load(colours, 1, "double")[1][1], 1e-6)
    assert.equal(91, image.load(colours, 1, "byte")[1][1])
    image.save(grey, torch.Tensor(8, 8):fill(0.5))
    assert.same({ 1, 8, 8 }, image.load(grey, 1):size():totable())
    assert.same({ 3, 8, 8 }, image.load(grey, 3):size():totable())
  end)

  it("compresses in memory", function()
    local t = picture(3)
    local png, jpg = image.compressPNG(t), image.compressJPG(t, 95)
    assert.equal("torch.ByteTensor", jpg:type())
    assert.equal(1, jpg:dim())
    assert.is_true(difference(t, image.decompressPNG(png)) < 1e-6)
    assert.is_true(difference(t, image.decompressJPG(jpg, 3, "double")) < 0.05)
    assert.equal(0, difference(image.decompress(jpg), image.decompressJPG(jpg)))
    assert.is_true(difference(t, image.decompress(wick_image.compressPPM(t))) < 1e-6)
    assert.is_true(image.compressJPG(t, 10):size(1) < jpg:size(1))
    assert.error_matches(function() image.decompress(torch.ByteTensor(50):fill(7)) end,
      "<image.decompress> Input must be either jpg or png format")
    assert.error_matches(function() image.decompressJPG(torch.ByteTensor(50):fill(7)) end,
      "JPG: does not start as a JPEG image does")
    assert.error_matches(function() image.decompressJPG("text") end, "a byte tensor expected")
  end)

  it("reads JPEG images smaller where that will do", function()
    local name = path(".jpg")
    image.save(name, torch.Tensor(3, 80, 160):fill(0.4))
    assert.same({ 3, 40, 80 }, image.load(name, 3, "byte", { atLeast = 40 }):size():totable())
    local small = image.load(name, 3, "byte", { atLeast = { 15, 40 } })
    assert.same({ 3, 20, 40 }, small:size():totable())
    assert.same({ 3, 40, 80 }, { image.getJPGsize(name, { atLeast = 40 }) })
    assert.same({ 3, 80, 160 }, { image.getJPGsize(name) })
    assert.error_matches(function() image.load(name, 3, "byte", { small = 3 }) end,
      'no option "small"')
    assert.error_matches(function() image.load(name, 3, "byte", { limit = 100 }) end,
      "the limit is 100")
  end)

  it("turns JPEG images as the camera was held, but not in Torch7's mode", function()
    local name = path(".jpg")
    image.save(name, torch.Tensor(1, 16, 40):fill(0.4))
    local bytes = take(name)
    put(name, bytes:sub(1, 2) .. "\xFF\xE1\x00\x22Exif\0\0II*\0\x08\0\0\0\x01\0"
      .. "\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0" .. bytes:sub(3))
    assert.same({ 1, 40, 16 }, image.load(name):size():totable())
    assert.same({ 1, 40, 16 }, image.getSize(name):totable())
    local stored = image.load(name, nil, nil, { asStored = true })
    assert.same({ 1, 16, 40 }, stored:size():totable())
    local script = put(path(".lua"), ([[require "image"
      local size = image.getSize(%q)
      io.write(size[2], " ", size[3], " ", image.load(%q):size(3))]]):format(name, name))
    assert.equal("16 40 40", (program.run{ "--torch7", script }))
  end)

  it("says what is wrong and with which file", function()
    local function refuses(pattern, f, ...)
      local arguments = table.pack(...)
      assert.error_matches(function() f(table.unpack(arguments, 1, arguments.n)) end, pattern)
    end
    local name = path(".jpg")
    image.save(name, picture(3))
    put(name, take(name):sub(1, -20))
    refuses("%.jpg: is damaged near byte %d+: Premature", image.load, name)
    assert.same({ 3, 24, 32 }, image.load(name, 3, "float", { damaged = true }):size():totable())
    refuses("/no/such/a.jpg: No such file", image.load, "/no/such/a.jpg")
    refuses("<image.load> missing file name", image.load)
    local other = put(path(".bmp"), "BM that is no image we know")
    refuses("<image.load> unknown image type: bmp", image.load, other)
    refuses("unknown image type: bmp", image.getSize, other)
    local bare = put(os.tmpname(), "BM that is no image we know")
    names[#names + 1] = bare
    refuses("unable to determine image type for file: " .. bare, image.load, bare)
    refuses("<image.save> unknown image type: bmp", image.save, "a.bmp", picture(3))
    refuses("missing file name | tensor to save", image.save, "a.png")
    refuses("only save 3xHxW images", image.savePPM, "a.ppm", picture(1))
    refuses("only save 1xHxW or HxW", image.savePGM, "a.pgm", picture(3))
    refuses("the image is 4 x 24 x 32", image.saveJPG, "a.jpg", picture(4))
  end)

  it("knows suffixes, and those that a script adds", function()
    assert.is_true(image.is_supported("jpg"))
    assert.is_false(image.is_supported("gif"))
    image.supported_filetypes.raw = {
      loader = function(name) return torch.Tensor{ #take(name) } end,
      saver = function(name) put(name, "12345") end,
      sizer = function() return 1, 2, 3 end,
    }
    local name = path(".raw")
    image.save(name, picture(1))
    assert.equal(5, image.load(name)[1])
    assert.same({ 1, 2, 3 }, image.getSize(name):totable())
    image.supported_filetypes.raw = nil
  end)

  it("draws pictures to try things on", function()
    local before = torch.getRNGState()
    local lena, fabio = image.lena(), image.fabio()
    assert.is_true(torch.equal(before, torch.getRNGState()))
    assert.same({ 3, 512, 512 }, lena:size():totable())
    assert.same({ 257, 271 }, fabio:size():totable())
    for _, t in ipairs{ lena, fabio } do
      assert.is_true(t:min() >= 0 and t:max() <= 1 and t:std() > 0.1)
    end
    assert.is_true(torch.equal(lena, image.lena()))
  end)

  it("reads photographs when there are some", function()
    local folder = (os.getenv("WICK_DATA") or "../shared/data") .. "/images"
    local pipe = io.popen(("ls '%s'/*.jpg 2>/dev/null"):format(folder))
    local count = 0
    for name in pipe:lines() do
      count = count + 1
      local t = image.load(name, 3, "float", { atLeast = 100 })
      local size = image.getSize(name)
      assert.is_true(t:size(1) == 3 and t:size(2) >= 100 and t:size(3) >= 100, name)
      assert.is_true(t:size(2) <= size[2] and t:std() > 0.05, name)
      local again = image.decompress(image.compressJPG(t, 95))
      assert.is_true(torch.abs(again - t):mean() < 0.03, name)
    end
    pipe:close()
    if count == 0 then pending("no photographs in " .. folder) end
  end)
end)
