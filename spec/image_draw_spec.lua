-- image: text, rectangles, grids of pictures, and displaying them.
local torch = require "torch"
local draw = require "image.draw"
local font = require "image.font"
local image = require "image.display"
local paths = require "paths"

local function refuses(text, f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok)
  assert.is_truthy(message:find(text, 1, true), message)
end

-- The channel as lines of text, a mark for every pixel that is set.
local function seen(channel)
  local lines = {}
  for y = 1, channel:size(1) do
    local marks = {}
    for x = 1, channel:size(2) do marks[x] = channel[y][x] > 0 and "#" or "." end
    lines[y] = table.concat(marks)
  end
  return table.concat(lines, "\n")
end

local WHITE, GREEN = { 255, 255, 255 }, { 0, 255, 0 }

describe("image.drawText", function()
  it("draws letters in cells of 6 x 8", function()
    local picture = draw.drawText(torch.zeros(3, 9, 14), "To", 1, 1, { color = WHITE })
    assert.equal(table.concat({
      "..............",
      ".#####........",
      "...#..........",
      "...#....###...",
      "...#...#...#..",
      "...#...#...#..",
      "...#...#...#..",
      "...#....###...",
      "..............",
    }, "\n"), seen(picture[1]))
    assert.equal(1, picture:max())
  end)

  it("has a letter for every character", function()
    local shapes = {}
    for code = 33, 126 do
      local runs = font.letter(string.char(code))
      assert.is_true(#runs > 0)
      local shape = {}
      for _, run in ipairs(runs) do
        assert.is_true(run[1] >= 0 and run[1] < 8 and run[2] <= run[3] and run[3] < 5)
        shape[#shape + 1] = table.concat(run, ",")
      end
      shape = table.concat(shape, " ")
      assert.is_nil(shapes[shape], string.char(code))
      shapes[shape] = true
    end
    assert.same({}, font.letter(" "))
    assert.same(font.letter("\u{e9}"), font.letter("\u{4e2d}"))
  end)

  it("puts a background under cells and grows", function()
    local picture = draw.drawText(torch.ByteTensor(3, 20, 20):zero(), "l", 2, 3,
      { color = GREEN, bg = { 255, 0, 0 }, size = 2 })
    assert.equal(12 * 16 - 10 * 4, picture[1]:double():sum() / 255)
    assert.equal(10 * 4, picture[2]:double():sum() / 255)
    assert.equal(0, picture[1][3][3])
    assert.equal(255, picture[1][4][3])
  end)

  it("breaks lines at the edge, at line ends, and not when told", function()
    local blank = torch.zeros(3, 20, 14)
    assert.is_true(seen(draw.drawText(blank, "III", 0, 0)[1]):find("#", 8 * 15, true) ~= nil)
    local one = draw.drawText(blank, "III", 0, 0, { wrap = false })
    assert.is_nil(seen(one[1]):find("#", 8 * 15, true))
    local two = draw.drawText(blank, "I\r\nI", 2, 0)
    assert.equal(seen(two[1]:narrow(1, 1, 8)), seen(two[1]:narrow(1, 9, 8)))
  end)

  it("clips what lies outside and copies unless in place", function()
    local blank = torch.zeros(3, 6, 6)
    draw.drawText(blank, "WWW", -3, -3, { bg = GREEN, wrap = false })
    draw.drawText(blank, "W", 100, 100)
    assert.equal(0, blank:sum())
    assert.equal(blank, draw.drawText(blank, "W", 0, 0, { inplace = true, wrap = false }))
    assert.equal(16, blank:sum())
    assert.equal(0, draw.drawText(torch.zeros(3, 4, 4), "  "):sum())
  end)

  it("says what is wrong", function()
    local blank = torch.zeros(3, 6, 6)
    refuses("input image has to be a 3D tensor of shape 3 x H x W", draw.drawText,
      torch.zeros(6, 6), "a")
    refuses("a colour is three numbers from 0 to 255", draw.drawText, blank, "a", 1, 1,
      { color = 3 })
    refuses('there is no option "colour", did you mean "color"?', draw.drawText, blank, "a", 1, 1,
      { colour = WHITE })
    refuses("size is 0", draw.drawText, blank, "a", 1, 1, { size = 0 })
  end)
end)

describe("image.drawRect", function()
  it("draws an outline", function()
    local picture = draw.drawRect(torch.ByteTensor(3, 6, 7):fill(9), 2, 2, 6, 5, { color = GREEN })
    assert.equal(9 * 42 - 9 * 14, picture[1]:double():sum())
    assert.equal(255, picture[2][2][2])
    assert.equal(255, picture[2][5][6])
    assert.equal(9, picture[2][3][3])
    assert.equal(9, picture[2][6][6])
  end)

  it("draws thick lines around the same place, and clips them", function()
    local picture = draw.drawRect(torch.zeros(3, 9, 9), 5, 5, 5, 5, { lineWidth = 3 })
    assert.equal(table.concat({ "...###...", "...###...", "...###..." }, "\n"),
      seen(picture[1]:narrow(1, 4, 3)))
    assert.equal(9, picture:sum())
    assert.equal(4, draw.drawRect(torch.zeros(3, 4, 4), -5, 2, 50, 2):sum())
    local blank = torch.zeros(3, 4, 4)
    assert.equal(0, draw.drawRect(blank, 1, 1, 2):sum())
    assert.equal(blank, draw.drawRect(blank, 1, 1, 2, 2, { inplace = true }))
    assert.equal(4, blank:sum())
  end)

  it("says what is wrong", function()
    refuses("<image.drawRect> input image has to be", draw.drawRect, torch.zeros(1, 4, 4), 1, 1,
      2, 2)
    refuses('there is no option "linewidth", did you mean "lineWidth"?', draw.drawRect,
      torch.zeros(3, 4, 4), 1, 1, 2, 2, { linewidth = 2 })
  end)
end)

describe("image.toDisplayTensor", function()
  it("packs many into a grid and stretches them together", function()
    local many = torch.range(1, 8):view(8, 1, 1, 1):expand(8, 1, 2, 3)
    local grid = image.toDisplayTensor{ input = many, padding = 2, nrow = 3 }
    assert.same({ 1, 12, 15 }, grid:size():totable())
    assert.equal(1, grid[1][1][1])
    assert.equal(0, grid[1][2][2])
    assert.is_true(math.abs(grid[1][6][7] - 4 / 7) < 1e-6)
    assert.same({ 2, 12 }, image.toDisplayTensor(torch.rand(4, 2, 3)):size():totable())
    assert.same({ 3, 4, 6 }, image.toDisplayTensor(torch.rand(4, 3, 2, 3), 0, 2):size():totable())
  end)

  it("stretches each when told", function()
    local many = torch.range(1, 8):view(2, 1, 2, 2)
    local grid = image.toDisplayTensor{ input = many, scaleeach = true }
    assert.equal(0, grid[1][1][3])
    assert.equal(1, grid[1][2][4])
  end)

  it("takes single pictures, lists, bytes and recorded weights", function()
    local single = image.toDisplayTensor(torch.ByteTensor{ { 0, 51 }, { 102, 255 } })
    assert.is_true(math.abs(single[1][2] - 0.2) < 1e-6)
    local list = { torch.rand(3, 2, 2), torch.rand(3, 2, 2) }
    assert.same({ 3, 2, 4 }, image.toDisplayTensor(list):size():totable())
    local weights = torch.randn(3, 3, 2, 2):requiresGrad()
    local shown = image.toDisplayTensor{ input = weights, symmetric = true }
    assert.is_false(shown:isRecorded())
    local before = list[1]:clone()
    image.toDisplayTensor(list[1])
    assert.is_true(torch.equal(before, list[1]))
  end)

  it("says what is wrong", function()
    refuses("packed must be a HxW or KxHxW", image.toDisplayTensor, torch.rand(4, 2, 2, 2))
    refuses("the images of a list have one size", image.toDisplayTensor,
      { torch.rand(2, 2), torch.rand(2, 3) })
    refuses("unknown or incompatible type of input", image.toDisplayTensor, "picture")
    refuses("nrow is 0", image.toDisplayTensor, torch.rand(4, 2, 3), 0, 0)
  end)
end)

describe("image.display", function()
  local display = require "display"
  local folder, before, stderr

  before_each(function()
    folder, before, stderr = os.tmpname(), display.folder, io.stderr
    os.remove(folder)
    display.folder = folder
    io.stderr = { write = function() end } -- luacheck: ignore
  end)

  after_each(function()
    io.stderr = stderr -- luacheck: ignore
    display.folder = before
    os.execute("rm -rf '" .. folder .. "'")
  end)

  it("writes a file, and again for the same window", function()
    local window = image.display{ image = torch.rand(3, 4, 5), zoom = 2, legend = "weights" }
    local file = folder .. "/weights.png"
    assert.is_true(paths.filep(file))
    assert.equal(window, image.display{ image = torch.rand(6, 6), win = window })
    local height = require("wick.image").loadPNG(file):size(2)
    assert.equal(6, height)
    window.image = torch.zeros(2, 2)
    window:refresh()
    assert.equal(2, require("wick.image").loadPNG(file):size(3))
    assert.equal("image.display: weights", tostring(window))
  end)

  it("has windows before there is a picture, and pictures without a file", function()
    local window, painter = image.window()
    assert.equal(window, painter)
    assert.equal(window, image.display{ image = torch.rand(2, 2), win = window, offscreen = true })
    assert.is_false(paths.dirp(folder))
    assert.same({ 2, 2 }, window.image:size():totable())
  end)
end)

describe("tensor.image", function()
  require "image"

  it("has Torch7's functions by type, the source first", function()
    local picture = torch.range(1, 9):double():view(3, 3)
    local target = torch.DoubleTensor(3, 3)
    picture.image.scaleSimple(picture, target)
    assert.is_true(torch.equal(picture, target))
    picture.image.rotate(picture, target, math.pi)
    assert.equal(9, target[1][1])
    picture.image.hflip(target, picture)
    assert.equal(3, target[1][1])
    target:fill(7)
    picture.image.translate(picture, target, 1, 1)
    assert.same({ 7, 7, 7, 7, 1, 2, 7, 4, 5 }, target:view(-1):totable())
    picture.image.polarBilinear(picture, target, 1)
    picture.image.warp(target, picture, torch.zeros(2, 3, 3), 1, true, 1, 0)
    assert.is_true(torch.equal(picture, target))
    picture.image.gaussian(target, 1, false, 0.25, 0.25, 0.5, 0.5)
    assert.equal(1, target[2][2])
    assert.equal(1, picture.image.saturate(torch.DoubleTensor{ 4 })[1])
  end)

  it("colours, draws and measures", function()
    local rgb = torch.FloatTensor(3, 9, 9):fill(0.5)
    local plane = torch.FloatTensor(9, 9)
    rgb.image.rgb2y(rgb, plane)
    assert.is_true(math.abs(plane[1][1] - 0.5) < 1e-6)
    rgb.image.rgb2hsl(rgb, rgb)
    assert.is_true(math.abs(rgb[3][1][1] - 0.5) < 1e-6)
    rgb.image.text(rgb, "i", 0, 0, 1, 255, 0, 0, -1, -1, -1, 0)
    assert.equal(1, rgb[1][1][3])
    rgb.image.drawRect(rgb, 1, 1, 9, 9, 1, 0, 255, 0)
    assert.equal(1, rgb[2][9][9])
    local picture = torch.FloatTensor()
    local map = torch.FloatTensor{ { 1, 2 }, { 3, 4 } }
    rgb.image.colorize(picture, torch.FloatTensor{ { 0, 1 } }, map)
    assert.same({ 1, 3, 2, 4 }, picture:view(-1):totable())
    assert.equal(require("image").float, rgb.image)
    assert.is_nil(torch.IntTensor(1).image)
  end)
end)
