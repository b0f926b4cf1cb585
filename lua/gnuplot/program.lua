-- Figures through the program gnuplot, for those who ask for it: a figure as a script with its data
-- inline, handed to one run of the program.
local errors = require "wick.errors"
local paths = require "paths"

local program = {}

local terminals = {
  png = "pngcairo size 960,720", svg = "svg size 640,480", eps = "postscript eps enhanced color",
  ps = "postscript eps enhanced color", pdf = "pdfcairo",
}

-- In single quotes, where the program looks neither for escapes nor for commands in backquotes.
local function quoted(text)
  return "'" .. text:gsub("'", "''"):gsub("%c", " ") .. "'"
end

local function with(curve)
  local s = curve.style
  local words
  if s.vectors then
    words = "vectors"
  elseif s.boxes then
    words = "boxes fill solid 0.8"
  elseif s.impulses or s.steps then
    words = s.impulses and "impulses" or "steps"
  elseif s.line then
    words = s.marker and "linespoints" or "lines"
  else
    words = s.marker == "dot" and "dots" or "points"
  end
  if s.width then words = ("%s lw %g"):format(words, s.width) end
  if s.color then words = ("%s lc rgb %s"):format(words, quoted(s.color)) end
  return words
end

local function number(value)
  return value - value == 0 and ("%.9g"):format(value) or "NaN"
end

local function put_curves(out, figure)
  local heads = {}
  for i, curve in ipairs(figure.curves) do
    local title = curve.title and "title " .. quoted(curve.title) or "notitle"
    heads[i] = ("'-' %s with %s"):format(title, with(curve))
  end
  out[#out + 1] = "plot " .. table.concat(heads, ", ")
  for _, curve in ipairs(figure.curves) do
    for i, y in ipairs(curve.y) do
      local line = number(curve.x[i]) .. " " .. number(y)
      if curve.dx then
        line = ("%s %s %s"):format(line, number(curve.dx[i]), number(curve.dy[i]))
      end
      out[#out + 1] = line
    end
    out[#out + 1] = "e"
  end
end

local function put_rows(out, figure)
  out[#out + 1] = figure.map == "gray" and "set palette gray" or "set palette color"
  out[#out + 1] = "set yrange [*:*] reverse\nplot '-' matrix with image notitle"
  for _, row in ipairs(figure.rows) do
    local words = {}
    for j, value in ipairs(row) do words[j] = number(value) end
    out[#out + 1] = table.concat(words, " ")
  end
  out[#out + 1] = "e"
end

local function put_sheets(out, figure)
  local heads = {}
  for i, sheet in ipairs(figure.sheets) do
    local title = sheet.title and "title " .. quoted(sheet.title) or "notitle"
    heads[i] = ("'-' %s with %s"):format(title, sheet.marker and "points" or "lines")
  end
  out[#out + 1] = "set hidden3d\nsplot " .. table.concat(heads, ", ")
  for _, sheet in ipairs(figure.sheets) do
    for _, row in ipairs(sheet.rows) do
      for _, p in ipairs(row) do
        out[#out + 1] = ("%s %s %s"):format(number(p[1]), number(p[2]), number(p[3]))
      end
      out[#out + 1] = ""
    end
    out[#out + 1] = "e"
  end
end

local function put_range(out, axis, low, high)
  if tonumber(low) or tonumber(high) then
    out[#out + 1] = ("set %srange [%s:%s]"):format(axis, tonumber(low) and number(low) or "*",
      tonumber(high) and number(high) or "*")
  end
end

local function put_settings(out, figure)
  for _, name in ipairs{ "title", "xlabel", "ylabel", "zlabel" } do
    if figure[name] then out[#out + 1] = ("set %s %s"):format(name, quoted(figure[name])) end
  end
  if figure.grid then out[#out + 1] = "set grid" end
  if figure.log_x then out[#out + 1] = "set logscale x" end
  if figure.log_y then out[#out + 1] = "set logscale y" end
  if figure.axis == "equal" or figure.axis == "image" then out[#out + 1] = "set size ratio -1" end
  if figure.legend then out[#out + 1] = "set key " .. table.concat(figure.legend, " ") end
  if figure.legend == false then out[#out + 1] = "unset key" end
  if figure.range then
    put_range(out, "x", figure.range[1], figure.range[2])
    put_range(out, "y", figure.range[3], figure.range[4])
  end
  for _, command in ipairs(figure.raw or {}) do out[#out + 1] = command end
end

--- The script that draws a figure into a file of a kind, or on a terminal's screen; "" is the
-- program's own choice.
function program.script(figure, kind, path)
  local out = { kind ~= "" and "set terminal " .. (terminals[kind] or kind) or nil }
  if path then out[#out + 1] = "set output " .. quoted(path) end
  put_settings(out, figure)
  if figure.rows then
    put_rows(out, figure)
  elseif figure.sheets then
    put_sheets(out, figure)
  elseif figure.curves and #figure.curves > 0 then
    put_curves(out, figure)
  end
  return table.concat(out, "\n") .. "\n"
end

--- Where the program is: `name` or "gnuplot" on the path; nil when it is not there.
function program.find(name)
  return paths.findprogram(name or "gnuplot")
end

--- Draws a figure by the program at `file`.
function program.run(file, figure, kind, path)
  local command = ("'%s' %s"):format(file:gsub("'", "'\\''"), path and "" or "-persist")
  local pipe, reason = io.popen(command, "w")
  if not pipe then errors.raise("gnuplot: cannot run %s: %s", file, reason) end
  pipe:write(program.script(figure, kind, path))
  local done = pipe:close()
  if not done then errors.raise("gnuplot: %s reported a failure", file) end
end

return program
