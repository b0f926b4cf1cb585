-- The figures of the package gnuplot: which there are, which is current, where they go, and when
-- they are written. There is no display: a figure without a file of its own goes to the folder
-- `plots` (or $WICK_PLOTS), and is written again at every change.
local errors = require "wick.errors"
local paths = require "paths"
local plot = require "wick.plot"
local program = require "gnuplot.program"

require "torch" -- closed after what is made below, which still draws when the Lua state closes

local figures = {}

local list = {} -- number -> { number, file, kind, plot = what wick.plot draws, changed, told }
local current

figures.kind = "png" -- of figures without a file
figures.program = nil -- path of gnuplot, once it was asked for
figures.terminal = nil -- of its windows

local function folder()
  local name = os.getenv("WICK_PLOTS") or "plots"
  if not paths.dirp(name) then
    local done, reason = paths.mkdir(name)
    if not done then errors.raise("gnuplot: no folder for figures: %s", reason) end
  end
  return name
end

local function window_file(figure)
  return ("%s/figure-%d.%s"):format(folder(), figure.number, figures.kind)
end

local function tell(figure, path)
  if figure.told == path then return end
  figure.told = path
  io.stderr:write(("gnuplot: figure %d is in %s\n"):format(figure.number, path))
end

local function draw(figure, kind, path)
  if figures.program then
    program.run(figures.program, figure.plot, kind, path)
  else
    plot.draw(figure.plot, kind):save(path)
  end
end

local function has_content(figure)
  return figure.plot.curves or figure.plot.rows or figure.plot.sheets
end

--- Writes a figure that has changed.
function figures.write(figure)
  if not figure.changed or not has_content(figure) then return end
  figure.changed = false
  if figure.file then
    draw(figure, figure.kind, figure.file)
  elseif figures.program and figures.terminal then
    program.run(figures.program, figure.plot, figures.terminal)
  else
    local path = window_file(figure)
    draw(figure, figures.kind, path)
    tell(figure, path)
  end
end

local function next_number()
  local number = 1
  while list[number] do number = number + 1 end
  return number
end

--- Makes the figure of that number, or of the next free one, current; it is made when it is not
-- there. A file gives a new figure of that number its place and kind.
function figures.select(number, file, kind)
  number = number or next_number()
  if file or not list[number] then
    list[number] = { number = number, file = file, kind = kind, plot = {} }
  end
  current = list[number]
  return current
end

--- The current figure, the first one when there is none.
function figures.current()
  return current or figures.select(1)
end

--- The figure of that number, which has to be there; the current one without a number.
function figures.get(what, number)
  if number == nil then return figures.current() end
  if not list[number] then errors.raise("%s: there is no figure %s", what, errors.value(number)) end
  return list[number]
end

--- Notes that a figure has changed: those with a file of their own wait for plotflush or close.
function figures.touch(figure)
  figure.changed = true
  if not figure.file then figures.write(figure) end
end

--- Completes a figure and forgets it.
function figures.close(figure)
  figures.write(figure)
  list[figure.number] = nil
  if current == figure then current = nil end
end

--- All figures, in the order of their numbers.
function figures.all()
  local all = {}
  for _, figure in pairs(list) do all[#all + 1] = figure end
  table.sort(all, function(a, b) return a.number < b.number end)
  return all
end

--- Draws a figure into another file.
function figures.print(figure, path)
  local kind = path:match("%.(%w+)$")
  draw(figure, kind and kind:lower() or "?", path)
end

-- What was not flushed is written when the Lua state closes.
figures.last = setmetatable({}, {
  __gc = function()
    for _, figure in ipairs(figures.all()) do pcall(figures.write, figure) end
  end,
})

return figures
