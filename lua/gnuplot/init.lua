-- gnuplot: Torch7's plotting functions. They draw by our own means (wick.plot) and need neither the
-- program gnuplot nor a display: figures become PNG files, and SVG, EPS or PDF where asked for. The
-- program serves after gnuplot.setgnuplotexe or gnuplot.setterm.
local curves = require "gnuplot.curves"
local errors = require "wick.errors"
local figures = require "gnuplot.figures"
local program = require "gnuplot.program"
local raw = require "gnuplot.raw"

local gnuplot = {}
rawset(_G, "gnuplot", gnuplot)

gnuplot.histc = require "gnuplot.histogram"

-- Contents ---------------------------------------------------------------------------------------

-- Gives the current figure new contents under one of the names that wick.plot knows.
local function show(name, contents, map)
  local figure = figures.current()
  figure.plot.curves, figure.plot.rows, figure.plot.sheets = nil, nil, nil
  figure.plot[name], figure.plot.map = contents, map
  figures.touch(figure)
end

--- gnuplot.plot([name,] [x,] y [, format]), gnuplot.plot({ ... }, { ... }) or one table of tables:
-- curves. Tensors of one dimension, or one of two or more columns: x and every y. Formats: "-"
-- lines, "." dots, "+" points, "+-" both, "|" boxes, "~" a smooth curve ("~0.5" one near the
-- points), "v" vectors, or gnuplot's text, "with lines lw 2 lc rgb 'red'".
function gnuplot.plot(...)
  show("curves", curves.plot(...))
end

--- gnuplot.bar([x,] y): boxes.
function gnuplot.bar(x, y)
  if y then
    gnuplot.plot(x, y, "|")
  else
    gnuplot.plot(x, "|")
  end
end

--- gnuplot.hist(tensor [, bins = 72 [, min [, max]]]): draws a histogram and returns what
-- gnuplot.histc does.
function gnuplot.hist(tensor, bins, low, high)
  local histogram = gnuplot.histc(tensor, bins, low, high)
  local x, y = {}, {}
  for i, bin in ipairs(histogram) do x[i], y[i] = bin.val, bin.nb end
  show("curves", { { x = x, y = y, style = { boxes = true } } })
  return histogram
end

--- gnuplot.imagesc(matrix [, map = "color"]): coloured cells, the first row on top. Maps: color,
-- gray, jet, hot, blues, coolwarm.
function gnuplot.imagesc(matrix, map)
  if map and not require("wick.plot.colors").is_map(map) then map = "color" end
  show("rows", curves.rows("gnuplot.imagesc", matrix), map)
end

--- gnuplot.splot([name,] z), gnuplot.splot([name,] x, y, z) or tables of those: surfaces over
-- matrices.
function gnuplot.splot(...)
  show("sheets", curves.splot(...))
end

--- The same as splot.
gnuplot.surf = gnuplot.splot

--- gnuplot.scatter3([name,] x, y, z) or tables of those: points in space.
function gnuplot.scatter3(...)
  show("sheets", curves.scatter3(...))
end

-- What stands around ------------------------------------------------------------------------------

local function change(name, value)
  local figure = figures.current()
  figure.plot[name] = value
  figures.touch(figure)
end

local function text_setter(name)
  return function(text)
    if type(text) ~= "string" then
      errors.raise("gnuplot.%s: the text is %s, a string expected", name, errors.value(text))
    end
    change(name, text ~= "" and text or nil)
  end
end

--- gnuplot.title(text): above the current figure.
gnuplot.title = text_setter("title")
--- gnuplot.xlabel(text): along the x axis.
gnuplot.xlabel = text_setter("xlabel")
--- gnuplot.ylabel(text): along the y axis.
gnuplot.ylabel = text_setter("ylabel")
--- gnuplot.zlabel(text): along the z axis.
gnuplot.zlabel = text_setter("zlabel")

local function is_on(toggle)
  return toggle == true or toggle == "on"
end

--- gnuplot.grid(true or "on"): lines across the figure.
function gnuplot.grid(toggle)
  change("grid", is_on(toggle))
end

--- gnuplot.logscale(true or "on"): a logarithmic y axis.
function gnuplot.logscale(toggle)
  change("log_y", is_on(toggle))
end

local axis_words = { auto = true, image = true, equal = true, fill = true }

--- gnuplot.axis("auto", "image", "equal" or "fill"), or { x0, x1, y0, y1 } where "" leaves an end
-- to itself: what the axes cover.
function gnuplot.axis(axis)
  local figure = figures.current()
  if type(axis) == "table" then
    figure.plot.range = axis
  elseif axis_words[axis] then
    figure.plot.axis = axis ~= "auto" and axis or nil
    figure.plot.range = nil
  else
    errors.raise('gnuplot.axis: %s is no axis; "auto", "image", "equal", "fill" or a table '
      .. "{ xmin, xmax, ymin, ymax }", errors.value(axis))
  end
  figures.touch(figure)
end

local horizontals = { left = true, right = true, center = true }
local verticals = { top = true, bottom = true, middle = true }

--- gnuplot.movelegend("left", "right" or "center", "top", "bottom" or "middle").
function gnuplot.movelegend(horizontal, vertical)
  if not horizontals[horizontal] or not verticals[vertical] then
    errors.raise('gnuplot.movelegend: takes "left", "right" or "center", and "top", "bottom" or '
      .. '"middle"; got %s and %s', errors.value(horizontal), errors.value(vertical))
  end
  change("legend", { horizontal, vertical })
end

local warned = {}

--- gnuplot.raw(command): a command of the program. Drawing by our own means understands set and
-- unset of title, labels, ranges, grid, logscale and key; the rest waits for the program.
function gnuplot.raw(command)
  local figure = figures.current()
  figure.plot.raw = figure.plot.raw or {}
  table.insert(figure.plot.raw, command)
  for _, unknown in ipairs(raw.apply(figure.plot, command)) do
    if not figures.program and not warned[unknown] then
      warned[unknown] = true
      io.stderr:write(("gnuplot.raw: %q only means something to the program gnuplot; "
        .. "gnuplot.setgnuplotexe uses it\n"):format(unknown))
    end
  end
  figures.touch(figure)
end

-- Figures -----------------------------------------------------------------------------------------

--- gnuplot.figure([n]): makes figure n, or a new one, current; returns its number. It is written to
-- plots/figure-n.png at every change ($WICK_PLOTS names another folder).
function gnuplot.figure(number)
  if number ~= nil and (not math.tointeger(number) or number < 1) then
    errors.raise("gnuplot.figure: the number is %s, one from 1 on expected", errors.value(number))
  end
  return figures.select(math.tointeger(number)).number
end

local function file_figure(kind)
  return function(file, number)
    if type(file) ~= "string" then
      errors.raise("gnuplot.%sfigure: the file is %s, a name expected", kind, errors.value(file))
    end
    return figures.select(number, file, kind).number
  end
end

--- gnuplot.pngfigure(file [, n]): what is plotted goes into a PNG file, which plotflush or close
-- completes. Returns the figure's number.
gnuplot.pngfigure = file_figure("png")
--- gnuplot.svgfigure(file [, n]): the same as SVG.
gnuplot.svgfigure = file_figure("svg")
--- gnuplot.epsfigure(file [, n]): the same as EPS.
gnuplot.epsfigure = file_figure("eps")
--- gnuplot.pdffigure(file [, n]): the same as PDF.
gnuplot.pdffigure = file_figure("pdf")

--- gnuplot.figprint(file): draws the current figure into a file, by its ending png, svg, eps or
-- pdf.
function gnuplot.figprint(file)
  figures.print(figures.current(), file)
end

--- gnuplot.plotflush([n]): writes the figure into its file.
function gnuplot.plotflush(number)
  figures.write(figures.get("gnuplot.plotflush", number))
end

--- gnuplot.close([n]): completes a figure and forgets it.
function gnuplot.close(number)
  figures.close(figures.get("gnuplot.close", number))
end

--- gnuplot.closeall(): completes all figures and forgets them.
function gnuplot.closeall()
  for _, figure in ipairs(figures.all()) do figures.close(figure) end
end

-- The program -------------------------------------------------------------------------------------

--- gnuplot.setgnuplotexe(path): lets the program at `path`, or of that name, draw from now on.
-- gnuplot.setgnuplotexe(nil) goes back to our own means.
function gnuplot.setgnuplotexe(path)
  if path == nil then
    figures.program = nil
    return
  end
  local found = program.find(path)
  if not found then
    errors.raise("gnuplot.setgnuplotexe: %s is not there, or no program", errors.value(path))
  end
  figures.program = found
end

local files = { png = true, svg = true, eps = true, pdf = true }

--- gnuplot.setterm(name): "png", "svg", "eps" or "pdf" is the kind of files that figures become;
-- another terminal's name ("qt", "x11") shows them in windows of the program, where it is there.
function gnuplot.setterm(name)
  if files[name] then
    figures.kind, figures.terminal = name, nil
    return
  end
  figures.program = figures.program or program.find()
  figures.terminal = figures.program and name
  if not figures.program then
    io.stderr:write(("gnuplot.setterm: the program gnuplot is not there to show figures on %s; "
      .. "they are written as files\n"):format(errors.value(name)))
  end
end

--- gnuplot.hasWindows(): whether figures without a file can be seen on a screen: the program
-- gnuplot and a display are there. Asked, it lets the program draw from then on.
function gnuplot.hasWindows()
  if not (os.getenv("DISPLAY") or os.getenv("WAYLAND_DISPLAY")) then return false end
  figures.program = figures.program or program.find()
  if figures.program then figures.terminal = figures.terminal or "" end
  return figures.program ~= nil
end

return gnuplot
