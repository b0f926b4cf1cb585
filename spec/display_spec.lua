-- display: lua/display. Windows are files.
local display = require "display"
local grid = require "display.grid"
local image = require "wick.image"
local paths = require "paths"
local torch = require "torch"

describe("display", function()
  local root, stderr, said

  before_each(function()
    root = os.tmpname()
    os.remove(root)
    display.configure{ folder = root, hostname = "ignored", port = 8000 }
    stderr, said = io.stderr, {}
    rawset(io, "stderr", {
      write = function(_, ...) said[#said + 1] = table.concat{ ... } end,
    })
  end)

  after_each(function()
    rawset(io, "stderr", stderr)
    paths.rmall(root, "yes")
  end)

  it("writes an image and says where, once", function()
    local win = display.image(torch.ByteTensor(3, 4, 5):fill(7), { zoom = 2 })
    local path = ("%s/%s.png"):format(root, win)
    assert.equal(("display: %s is in %s\n"):format(win, path), table.concat(said))
    local read = image.loadPNG(path, nil, "byte")
    assert.same({ 3, 8, 10 }, read:size():totable())
    assert.equal(7, read:min())
    assert.equal(win, display.image(torch.rand(6, 6), { win = win }))
    assert.equal(1, #said)
    assert.same({ 1, 6, 6 }, image.loadPNG(path):size():totable())
  end)

  it("packs images into a grid", function()
    local win = display.images({ torch.zeros(2, 2), torch.ones(3, 2, 2), torch.zeros(1, 2, 2) },
      { nperrow = 2, padding = 1 })
    local read = image.loadPNG(("%s/%s.png"):format(root, win), nil, "byte")
    assert.same({ 3, 5, 5 }, read:size():totable())
    assert.same({ 0, 0, 255, 255, 255 }, read[1][1]:totable())
    assert.same({ 0, 0, 255, 255, 255 }, read[2][5]:totable())
    win = display.image(torch.rand(10, 3, 4, 4))
    assert.same({ 3, 16, 22 }, image.loadPNG(("%s/%s.png"):format(root, win)):size():totable())
  end)

  it("stretches values outside 0 to 1", function()
    local planes = grid.normal("x", torch.Tensor{ { -2, 0 }, { 2, 6 } })
    assert.same({ { 0.0, 0.25 }, { 0.5, 1.0 } }, planes[1]:totable())
    planes = grid.normal("x", torch.Tensor{ { -2, 0 }, { 2, 6 } }, 0, 4)
    assert.same({ { 0.0, 0.0 }, { 0.5, 1.0 } }, planes[1]:totable())
    planes = grid.normal("x", torch.Tensor{ { 0.25, 0.5 } })
    assert.same({ { 0.25, 0.5 } }, planes[1]:totable())
    planes = grid.normal("x", torch.Tensor(1, 2):fill(3))
    assert.same({ { 0.0, 0.0 } }, planes[1]:totable())
  end)

  it("plots rows, writes text and sound", function()
    local win = display.plot({ { 1, 2, 3 }, { 2, 4, 9 } },
      { labels = { "t", "a", "b" }, title = "T" })
    assert.same({ 3, 720, 960, 8 }, { image.getPNGsize(("%s/%s.png"):format(root, win)) })
    win = display.text("hello")
    assert.equal("hello\n", assert(io.open(("%s/%s.txt"):format(root, win))):read("a"))
    win = display.audio(torch.Tensor{ 0, 1, -1, 0.5 }, 8000)
    local bytes = assert(io.open(("%s/%s.wav"):format(root, win), "rb")):read("a")
    assert.equal(44 + 8, #bytes)
    assert.equal(8000, (("<I4"):unpack(bytes, 25)))
    local a, b, c = ("<i2i2i2"):unpack(bytes, 45)
    assert.same({ 0, 32767, -32767 }, { a, b, c })
  end)

  it("says what is wrong", function()
    assert.error_matches(function() display.image(torch.rand(3)) end, "an image is a tensor of")
    assert.error_matches(function() display.image(torch.rand(2, 2), { titel = "x" }) end,
      'there is no option "titel", did you mean "title"')
    assert.error_matches(function() display.images{} end, "there are no images")
    assert.error_matches(function() display.plot(torch.rand(3)) end, "N x M")
    assert.error_matches(function() display.audio(torch.rand(3), 0) end, "the rate is 0")
  end)
end)
