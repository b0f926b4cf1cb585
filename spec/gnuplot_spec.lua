-- gnuplot: lua/gnuplot. What arguments become, where figures go, and the script for the program.
local curves = require "gnuplot.curves"
local gnuplot = require "gnuplot"
local paths = require "paths"
local program = require "gnuplot.program"
local raw_commands = require "gnuplot.raw"
local spline = require "gnuplot.spline"
local torch = require "torch"

local function shapes(list)
  local found = {}
  for i, curve in ipairs(list) do
    found[i] = { curve.title or false, #curve.x, curve.x[1], curve.y[#curve.y] }
  end
  return found
end

describe("the arguments of plot", function()
  local x, y = torch.Tensor{ 2, 4, 6 }, torch.Tensor{ 1, 3, 5 }

  it("are [name,] [x,] y [, format]", function()
    assert.same({ { false, 3, 1, 5 } }, shapes(curves.plot(y)))
    assert.same({ { false, 3, 2, 5 } }, shapes(curves.plot(x, y)))
    assert.same({ { "a", 3, 2, 5 } }, shapes(curves.plot("a", x, y, "-")))
    assert.same({ { "a", 3, 1, 5 } }, shapes(curves.plot("a", y)))
  end)

  it("are tables of those, one after the other or in a table", function()
    local expected = { { "a", 3, 1, 5 }, { false, 3, 2, 5 } }
    assert.same(expected, shapes(curves.plot({ "a", y }, { x, y, "+" })))
    assert.same(expected, shapes(curves.plot{ { "a", y }, { x, y, "+" } }))
    assert.same({ { "a", 3, 1, 5 } }, shapes(curves.plot{ "a", y }))
  end)

  it("are columns", function()
    local columns = torch.Tensor{ { 1, 10, 100 }, { 2, 20, 200 } }
    assert.same({ { "a 1", 2, 1, 20 }, { "a 2", 2, 1, 200 } }, shapes(curves.plot("a", columns)))
    assert.same({ { false, 2, 1, 20 } }, shapes(curves.plot(columns:narrow(2, 1, 2))))
  end)

  it("are read by format", function()
    local function style(format) return curves.plot(y, format)[1].style end
    assert.same({ line = true }, style("-"))
    assert.same({ marker = "dot" }, style("."))
    assert.same({ marker = "plus" }, style("+"))
    assert.same({ line = true, marker = "plus" }, style("+-"))
    assert.same({ boxes = true }, style("|"))
    local raw = style("with linespoints lw 2 pt 7 dt 2 lc rgb 'red'")
    assert.same({
      line = true, marker = "disc", width = 2, dash = { 6, 3.5 }, color = "#d62728",
    }, raw)
    assert.error_matches(function() style("x") end, 'the format "x" is none of')
    assert.error_matches(function() style("with linse") end, 'did you mean "lines"')
  end)

  it("are vectors", function()
    local field = torch.Tensor{ { 1, 2, 3, 4 }, { 5, 6, 7, 8 } }
    local curve = curves.plot(field, "v")[1]
    assert.same({ { 1, 5 }, { 2, 6 } }, { curve.x, curve.y })
    assert.same({ { 3, 7 }, { 4, 8 } }, { curve.dx, curve.dy })
    local pair = curves.plot(torch.Tensor{ { 1, 3 } }, torch.Tensor{ { 2, 4 } }, "v")[1]
    assert.same({ { 1 }, { 2 }, { 3 }, { 4 } }, { pair.x, pair.y, pair.dx, pair.dy })
    assert.error_matches(function() curves.plot(x, y, "v") end, "vectors")
  end)

  it("are refused when they are something else", function()
    assert.error_matches(function() curves.plot(3) end,
      "expecting %[string,%] tensor %[,tensor%] %[,string%], got 3")
    assert.error_matches(function() curves.plot(x, torch.Tensor{ 1, 2 }) end, "x is 3 and y is 2")
    assert.error_matches(function() curves.plot({ x }, x) end, "entry 2 is torch.FloatTensor 3")
    assert.error_matches(function() curves.splot(x) end, "matrices of one size, got 3")
    assert.error_matches(function() curves.scatter3(x, y) end, "takes x, y and z")
    assert.error_matches(function() gnuplot.imagesc({}) end, "the matrix is a table")
  end)
end)

describe("a smooth curve", function()
  it("goes through the points, and straight where they do", function()
    local x, y = spline.points({ 1, 2, 4, 5 }, { 1, 0, 3, 3 })
    for k, at in ipairs{ 1, 2, 4, 5 } do
      for i, place in ipairs(x) do
        if math.abs(place - at) < 1e-9 then assert.near(({ 1, 0, 3, 3 })[k], y[i], 1e-9) end
      end
    end
    assert.near(1, y[1], 1e-12)
    assert.near(3, y[#y], 1e-12)
    x, y = spline.points({ 3, 1, 2 }, { 6, 2, 4 })
    for i = 1, #x do assert.near(2 * x[i], y[i], 1e-12) end
  end)

  it("comes nearer to a straight line the less the points weigh", function()
    local x, y = {}, {}
    for i = 1, 20 do x[i], y[i] = i, i + (i % 2 == 0 and 1 or -1) end
    local function roughness(weight)
      local sx, sy = spline.points(x, y, weight)
      local worst = 0
      for i = 1, #sx do worst = math.max(worst, math.abs(sy[i] - sx[i])) end
      return worst
    end
    assert.is_true(roughness(100) > 0.5)
    assert.is_true(roughness(1e-6) < 0.3)
    assert.is_true(roughness(1) < roughness(100))
  end)
end)

describe("histc", function()
  it("counts into bins", function()
    local histogram = gnuplot.histc(torch.Tensor{ 0, 0.1, 0.9, 1, 1, 2 }, 4, 0, 2)
    local counts = {}
    for i, bin in ipairs(histogram) do counts[i] = bin.nb end
    assert.same({ 2, 1, 2, 1 }, counts)
    assert.equal(0.5, histogram.binwidth)
    assert.equal(0.25, histogram[1].val)
    assert.equal(histogram[1], histogram.max)
    assert.equal(4, histogram.bins)
    assert.same({ 2, 1, 2, 1 }, histogram.raw:totable())
    assert.matches("^0.25 : 2\n0.75 : 1\n", tostring(histogram))
    assert.equal("torch.FloatTensor", torch.type(gnuplot.histc(torch.rand(9), 3, 0, 1, true)))
    assert.equal(72, #gnuplot.histc(torch.rand(9)))
    assert.equal(9, gnuplot.histc(torch.rand(9)).raw:sum())
  end)
end)

describe("figures", function()
  local root

  before_each(function()
    root = os.tmpname()
    os.remove(root)
    assert(paths.mkdir(root))
  end)

  after_each(function()
    gnuplot.closeall()
    paths.rmall(root, "yes")
  end)

  local function starts_with(name, text)
    local file = assert(io.open(root .. "/" .. name, "rb"))
    local found = file:read(#text)
    file:close()
    return found == text
  end

  it("go to their files when they are flushed, closed or printed", function()
    local y = torch.Tensor{ 1, 2, 3 }
    gnuplot.svgfigure(root .. "/a.svg")
    gnuplot.plot("a", y, "-")
    gnuplot.title("first")
    assert.is_false(paths.filep(root .. "/a.svg"))
    gnuplot.plotflush()
    assert.is_true(starts_with("a.svg", "<svg"))
    gnuplot.figprint(root .. "/b.eps")
    assert.is_true(starts_with("b.eps", "%!PS"))
    gnuplot.pdffigure(root .. "/c.pdf")
    gnuplot.bar(y)
    gnuplot.close()
    assert.is_true(starts_with("c.pdf", "%PDF"))
    local number = gnuplot.pngfigure(root .. "/d.png")
    gnuplot.imagesc(torch.rand(3, 4), "gray")
    gnuplot.closeall()
    assert.is_true(starts_with("d.png", "\137PNG"))
    assert.error_matches(function() gnuplot.plotflush(number) end, "there is no figure")
  end)

  it("without a file are written at once, and their place is said", function()
    if os.getenv("ASAN_OPTIONS") then return pending("plain lua5.4 is not sanitized") end
    local script = root .. "/script.lua"
    local file = assert(io.open(script, "w"))
    file:write([[
      local gnuplot, torch = require "gnuplot", require "torch"
      gnuplot.setterm("svg")
      assert(gnuplot.figure() == 1)
      gnuplot.hist(torch.range(1, 9), 3)
      gnuplot.xlabel("x")
      assert(gnuplot.figure(4) == 4)
      gnuplot.splot(torch.rand(3, 3))
      gnuplot.figure(1)
      gnuplot.pngfigure(os.getenv("WICK_PLOTS") .. "/late.png")
      gnuplot.scatter3(torch.rand(3), torch.rand(3), torch.rand(3))
      os.exit(0, true)]])
    file:close()
    local environment = ("LUA_PATH_5_4='%s' LUA_CPATH_5_4='%s' WICK_PLOTS='%s/plots'"):format(
      package.path, package.cpath, root)
    local pipe = assert(io.popen(("%s lua5.4 '%s' 2>&1"):format(environment, script)))
    local said = pipe:read("a")
    pipe:close()
    assert.equal(("gnuplot: figure 1 is in %s/plots/figure-1.svg\ngnuplot: figure 4 is in "
      .. "%s/plots/figure-4.svg\n"):format(root, root), said)
    assert.is_true(starts_with("plots/figure-1.svg", "<svg"))
    assert.is_true(starts_with("plots/late.png", "\137PNG"))
  end)

  it("have what was said of them", function()
    gnuplot.svgfigure(root .. "/a.svg")
    gnuplot.plot({ "one", torch.Tensor{ 1, 10, 100 } }, { "two", torch.Tensor{ 2, 20, 200 }, "+" })
    gnuplot.title("A title")
    gnuplot.xlabel("along")
    gnuplot.ylabel("up")
    gnuplot.grid(true)
    gnuplot.logscale("on")
    gnuplot.movelegend("left", "bottom")
    gnuplot.axis{ 0, 5, "", "" }
    gnuplot.raw("set ylabel 'raw label'; set xrange [0:7]")
    gnuplot.close()
    local file = assert(io.open(root .. "/a.svg"))
    local text = file:read("a")
    file:close()
    for _, word in ipairs{ "A title", "along", "raw label", "one", "two", "100", "7" } do
      assert.is_truthy(text:find(">" .. word .. "</text>", 1, true), word)
    end
  end)

  it("refuse what they do not know", function()
    assert.error_matches(function() gnuplot.axis("square") end, '"square" is no axis')
    assert.error_matches(function() gnuplot.movelegend("top", "left") end, "movelegend: takes")
    assert.error_matches(function() gnuplot.title(3) end, "gnuplot.title: the text is 3")
    assert.error_matches(function() gnuplot.figure(-1) end, "the number is %-1")
    assert.error_matches(function() gnuplot.figprint(root .. "/x.gif") end, "cannot write")
    assert.error_matches(function() gnuplot.setgnuplotexe("/no/gnuplot") end, "is not there")
  end)
end)

describe("raw commands", function()
  it("set and take away the legend, and hand back what they do not know", function()
    local figure = {}
    raw_commands.apply(figure, "set key left bottom")
    assert.same({ "left", "bottom" }, figure.legend)
    for _, command in ipairs{ "set key off", "unset key" } do
      figure.legend = nil
      assert.same({ "set foo" }, raw_commands.apply(figure, command .. "; set foo"))
      assert.is_false(figure.legend)
    end
  end)
end)

describe("the program's script", function()
  it("has the settings and the data", function()
    local figure = {
      curves = curves.plot({ "it's `a`", torch.Tensor{ 1, 2 }, "-" },
        { torch.Tensor{ 3, 4 }, "+" }),
      title = "T", grid = true, log_y = true, range = { 0, 5, "", "" }, legend = { "left", "top" },
      raw = { "set foo" },
    }
    assert.equal(table.concat({
      "set terminal pngcairo size 960,720", "set output 'x.png'", "set title 'T'",
      "set grid",
      "set logscale y", "set key left top", "set xrange [0:5]", "set foo",
      "plot '-' title 'it''s `a`' with lines, '-' notitle with points",
      "1 1", "2 2", "e", "1 3", "2 4", "e", "",
    }, "\n"), program.script(figure, "png", "x.png"))
  end)

  it("is run by a program that was asked for", function()
    local root = os.tmpname()
    os.remove(root)
    assert(paths.mkdir(root))
    local exe = root .. "/gnuplot"
    local file = assert(io.open(exe, "w"))
    file:write(("#!/bin/sh\ncat > '%s/script'\n"):format(root))
    file:close()
    os.execute(("chmod +x '%s'"):format(exe))
    gnuplot.setgnuplotexe(exe)
    gnuplot.pngfigure(root .. "/a.png")
    gnuplot.imagesc(torch.eye(2))
    gnuplot.close()
    gnuplot.setgnuplotexe(nil)
    local script = assert(io.open(root .. "/script")):read("a")
    paths.rmall(root, "yes")
    assert.matches("plot '-' matrix with image notitle\n1 0\n0 1\ne\n", script, 1, true)
  end)
end)
