-- wick.plot: lua/wick/plot. Marks of axes, letters, pixels, and what figures contain; how they look
-- is for eyes to judge.
local colors = require "wick.plot.colors"
local font = require "wick.plot.font"
local plot = require "wick.plot"
local raster = require "wick.plot.raster"
local ticks = require "wick.plot.ticks"
local torch = require "torch"

local function texts(marks)
  local list = {}
  for _, mark in ipairs(marks) do list[#list + 1] = mark[2] end
  return list
end

describe("marks", function()
  it("stand at 1, 2 or 5 times powers of ten", function()
    assert.same({ "0", "0.2", "0.4", "0.6", "0.8", "1.0" }, texts(ticks.linear(0, 1, 5)))
    assert.same({ "-50", "0", "50", "100" }, texts(ticks.linear(-60, 120, 4)))
    assert.same({ "0.001", "0.002", "0.003" }, texts(ticks.linear(0.0009, 0.0031, 2)))
  end)

  it("count in whole numbers when told so", function()
    assert.same({ "1", "2", "3" }, texts(ticks.linear(1, 3, 8, true)))
    assert.same({ "0", "5", "10" }, texts(ticks.linear(0, 10, 2, true)))
    local curve = { x = { 1, 2, 3 }, y = { 0, 0.1, 0.2 } }
    local text = plot.draw({ curves = { curve } }, "svg"):document()
    assert.is_nil(text:find(">1.5</text>", 1, true))
    curve.x[2] = 1.7
    text = plot.draw({ curves = { curve } }, "svg"):document()
    assert.is_truthy(text:find(">1.4</text>", 1, true))
  end)

  it("are short for large and small numbers", function()
    assert.same({ "0", "5e6", "1.0e7", "1.5e7", "2.0e7" }, texts(ticks.linear(0, 2e7, 4)))
    assert.same({ "0", "1e-7", "2e-7" }, texts(ticks.linear(0, 2e-7, 2)))
  end)

  it("lie inside the range", function()
    for _, range in ipairs{ { 0.3, 0.71 }, { -7, 1e4 }, { 1e-9, 3e-9 }, { 5, 5.001 } } do
      local marks = ticks.linear(range[1], range[2], 6)
      assert.is_true(#marks >= 3 and #marks <= 13)
      local room = (range[2] - range[1]) * 1e-6
      for _, mark in ipairs(marks) do
        assert.is_true(mark[1] >= range[1] - room and mark[1] <= range[2] + room)
      end
    end
  end)

  it("are powers of ten on a logarithmic axis, with unnamed ones between", function()
    local marks = ticks.logarithmic(-2.1, 1.05, 8)
    assert.same({ "0.01", "0.1", "1", "10" }, texts(marks))
    assert.is_true(#marks > 25)
    assert.same({ "1e-6", "1e-3", "1", "1e3" }, (function()
      local list = texts(ticks.logarithmic(-6, 3, 4))
      return { list[1], list[2] == "0.001" and "1e-3", list[3], list[4] == "1000" and "1e3" }
    end)())
  end)
end)

describe("letters", function()
  it("are as wide as their strokes", function()
    for code = 33, 126 do
      local character = string.char(code)
      local right = 0
      for _, stroke in ipairs(font.strokes(character, 1)) do
        for i = 1, #stroke, 2 do
          right = math.max(right, stroke[i])
          local x, y = stroke[i], stroke[i + 1]
          assert.is_true(x > -0.2 and y > -0.3 and y < 0.9, character)
        end
      end
      assert.is_true(right <= font.width(character, 1) + 0.02, character)
      assert.is_true(#font.strokes(character, 1) > 0, character)
    end
  end)

  it("are told apart", function()
    local seen = {}
    for code = 33, 126 do
      local words = {}
      for _, stroke in ipairs(font.strokes(string.char(code), 10)) do
        words[#words + 1] = table.concat(stroke, " ")
      end
      local shape = table.concat(words, ";")
      assert.is_nil(seen[shape], string.char(code))
      seen[shape] = true
    end
  end)

  it("make a frame of what the font lacks, one a character", function()
    assert.equal(1, #font.strokes("\u{4e16}", 10))
    assert.equal(font.width("\u{e9}", 10) * 2 < font.width("\u{e9}\u{e9}", 10), true)
  end)
end)

describe("pixels", function()
  local function sum_of_ink(canvas)
    return (255 - canvas:tensor():double()):sum() / 255 / 3
  end

  it("share a line's and an area's ink", function()
    local canvas = raster.new(40, 40, 1)
    canvas:line({ 10, 20.5, 30, 20.5 }, { color = "#000000", width = 2 })
    assert.near(20 * 2 + math.pi, sum_of_ink(canvas), 1.5)
    canvas = raster.new(40, 40, 1)
    canvas:line({ 8, 8, 32, 26 }, { color = "#000000", width = 3 })
    assert.near(30 * 3 + math.pi * 2.25, sum_of_ink(canvas), 3)
    canvas = raster.new(40, 40, 1)
    canvas:area({ 5, 5, 35, 8, 20, 33 }, { color = "#000000" })
    assert.near(0.5 * math.abs(30 * 28 - 15 * 3), sum_of_ink(canvas), 2)
    canvas = raster.new(40, 40, 2)
    canvas:disc(20, 20, 10, { color = "#000000" })
    assert.near(math.pi * 400, sum_of_ink(canvas), 8)
  end)

  it("do not show the joints of a line", function()
    local one, two = raster.new(60, 20, 1), raster.new(60, 20, 1)
    local pieces = {}
    for i = 0, 100 do pieces[#pieces + 1] = 5 + i / 2 pieces[#pieces + 1] = 5 + i / 10 end
    one:line(pieces, { color = "#000000", width = 3 })
    two:line({ 5, 5, 55, 15 }, { color = "#000000", width = 3 })
    assert.is_true((one:tensor():double() - two:tensor():double()):abs():max() <= 1)
  end)

  it("stay inside the clip and the picture", function()
    local canvas = raster.new(20, 20, 1)
    canvas:clip(5, 5, 10, 10)
    canvas:box(-50, -50, 200, 200, { color = "#000000" })
    canvas:line({ -100, -100, 100, 100 }, { color = "#000000", width = 9 })
    canvas:disc(0, 0, 50, { color = "#000000" })
    assert.equal(100, sum_of_ink(canvas))
    canvas:clip()
    canvas:line({ 0 / 0, 1, 1 / 0, 3, 4, 4 }, { color = "#000000" })
    canvas:text(-500, 700, "away", {})
    assert.equal(100, sum_of_ink(canvas))
  end)

  it("mix with what is there", function()
    local canvas = raster.new(4, 4, 1)
    canvas:box(0, 0, 4, 4, { color = "#ff0000" })
    canvas:box(0, 0, 4, 4, { color = "#0000ff", opacity = 0.5 })
    local pixel = canvas:tensor():select(2, 1):select(2, 1)
    assert.same({ 128, 0, 128 }, pixel:totable())
  end)

  it("leave dashes out", function()
    local canvas = raster.new(100, 5, 1)
    canvas:line({ 0, 2.5, 100, 2.5 }, { color = "#000000", width = 1, dash = { 5, 5 } })
    assert.near(55, sum_of_ink(canvas), 6)
  end)
end)

describe("a colour map", function()
  it("runs from its first to its last colour", function()
    local map = colors.map("gray")
    assert.same({ 0, 0, 0 }, { map(0) })
    assert.same({ 255, 255, 255 }, { map(1) })
    assert.same({ 255, 255, 255 }, { map(7) })
    assert.same({ 221, 221, 221 }, { map(0 / 0) })
    assert.error_matches(function() colors.map("virids") end, 'did you mean "viridis"')
  end)
end)

describe("a figure", function()
  local nan = 0 / 0
  local curves = {
    { x = { 1, 2, 3 }, y = { 1, 4, 2 }, title = "a & b", style = { line = true, marker = "plus" } },
    { x = { 1, 2, 3 }, y = { 2, 0 / 0, 1 / 0 }, title = "", style = { boxes = true } },
  }

  it("is drawn in every form", function()
    local figures = {
      { curves = curves, title = "T", xlabel = "x", ylabel = "y", grid = true },
      { curves = curves, log_x = true, log_y = true },
      { curves = {} },
      { rows = { { 1, 2 }, { 0 / 0, 4 } } },
      { sheets = { { rows = { { { 0, 0, 1 }, { 1, 0, 2 } }, { { 0, 1, 0 }, { 1, 1, nan } } } } } },
      { sheets = { { rows = { { { 0, 0, 1 }, { 1, 2, 3 } } }, marker = "disc", title = "p" } } },
    }
    for i, figure in ipairs(figures) do
      figure.scale = 0.5
      local pixels = plot.tensor(figure)
      assert.same({ 3, 240, 320 }, pixels:size():totable())
      assert.is_true(pixels:double():mean() > 100 and pixels:double():mean() < 255, i)
      assert.matches("^<svg .*</svg>\n$", plot.draw(figure, "svg"):document())
      assert.matches("^%%!PS%-Adobe.*%%%%EOF\n$", plot.draw(figure, "eps"):document())
      assert.matches("^%%PDF.*%%%%EOF\n$", plot.draw(figure, "pdf"):document())
    end
  end)

  it("says in SVG what it shows", function()
    local text = plot.draw({ curves = curves, title = "<loss>", xlabel = "step" }, "svg"):document()
    assert.matches(">a &amp; b</text>", text, 1, true)
    assert.matches(">&lt;loss&gt;</text>", text, 1, true)
    assert.matches(">step</text>", text, 1, true)
    assert.is_nil(text:find("nan", 1, true))
    assert.is_nil(text:find("inf", 1, true))
  end)

  it("is drawn whatever the numbers", function()
    local specials = {
      0, 1, -1, 1e308, -1e308, 5e-324, 1e20, 1e20 + 20000, nan, 1 / 0, -1 / 0, 3, 3.0000000001,
      -1e-7,
    }
    local function any() return specials[torch.random(#specials)] end
    local styles = {
      { line = true, dash = { 3, 2 } }, { marker = "plus" }, { boxes = true }, { impulses = true },
      { steps = true }, { filled = true },
    }
    torch.manualSeed(7)
    for round = 1, 25 do
      local list = {}
      for c = 1, torch.random(3) do
        list[c] = { x = { 1, any(), any() }, y = { any(), any(), any() }, title = "t",
          style = styles[torch.random(#styles)] }
      end
      local figures = {
        { curves = list, log_x = round % 3 == 0, log_y = round % 2 == 0, grid = true,
          range = round % 5 == 0 and { any(), any(), "", any() } or nil,
          axis = ({ "equal", "fill" })[torch.random(4)] },
        { rows = { { any(), any() }, { any(), any() } } },
        { sheets = { { rows = { { { any(), 0, any() }, { 1, 0, any() } },
          { { 0, any(), any() }, { any(), any(), any() } } } } } },
      }
      for _, figure in ipairs(figures) do
        figure.scale = 0.1
        assert.equal(48, plot.tensor(figure):size(2))
        local text = plot.draw(figure, "svg"):document()
        assert.is_nil(text:find("nan", 1, true))
        assert.is_nil(text:find("inf", 1, true))
      end
    end
  end)

  it("gives curves of one name one colour", function()
    local list = { { x = { 1 }, y = { 1 }, title = "a" }, { x = { 1 }, y = { 1 }, title = "b" },
      { x = { 1 }, y = { 1 }, title = "a", style = { marker = "plus" } } }
    plot.draw({ curves = list }, "svg")
    assert.equal(list[1].color, list[3].color)
    assert.is_true(list[1].color ~= list[2].color)
  end)

  it("counts objects where PDF says they are", function()
    local text = plot.draw({ curves = curves }, "pdf"):document()
    local at = tonumber(text:match("startxref\n(%d+)"))
    assert.equal("xref", text:sub(at + 1, at + 4))
    local number = 0
    for place in text:sub(at):gmatch("(%d+) 00000 n") do
      number = number + 1
      assert.equal(("%d 0 obj"):format(number), text:sub(place + 1, place + 7))
    end
    assert.equal(6, number)
    local length, stream = text:match("/Length (%d+) >>\nstream\n(.-)\nendstream")
    assert.equal(tonumber(length), #stream)
  end)

  it("shows the matrix the first row on top", function()
    local pixels = plot.tensor{ rows = { { 0, 0 }, { 1, 1 } }, map = "gray", scale = 1 }
    assert.same({ 0, 255 }, { pixels[1][60][200], pixels[1][400][200] })
  end)

  it("refuses unknown endings", function()
    assert.error_matches(function() plot.save({ curves = {} }, "/tmp/x.gif") end,
      'cannot write "gif" files; png, svg, eps and pdf are known')
    assert.equal("torch.ByteTensor", torch.type(plot.tensor{ curves = {}, scale = 0.1 }))
  end)
end)
