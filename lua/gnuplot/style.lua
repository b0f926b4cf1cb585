-- How curves look: Torch7's short forms and gnuplot's own "with ..." text, as styles of wick.plot.
local errors = require "wick.errors"

local style = {}

local short = {
  ["."] = { marker = "dot" },
  ["-"] = { line = true },
  ["+"] = { marker = "plus" },
  ["+-"] = { line = true, marker = "plus" },
  ["-+"] = { line = true, marker = "plus" },
  ["|"] = { boxes = true },
  ["~"] = { line = true, smooth = true },
  v = { vectors = true },
}

-- gnuplot's names of kinds and their abbreviations.
local kinds = {
  lines = { line = true }, l = { line = true },
  points = { marker = "plus" }, p = { marker = "plus" },
  linespoints = { line = true, marker = "plus" }, lp = { line = true, marker = "plus" },
  dots = { marker = "dot" }, impulses = { impulses = true }, boxes = { boxes = true },
  steps = { steps = true }, vectors = { vectors = true },
  filledcurves = { filled = true, line = true },
}

-- gnuplot's point types from 1 on.
local shapes = {
  "plus", "cross", "star", "square", "square", "disc", "disc", "triangle", "triangle", "triangle",
  "triangle", "diamond", "diamond",
}

local names = {
  red = "#d62728", green = "#2ca02c", blue = "#1f5fd0", black = "#000000", gray = "#808080",
  grey = "#808080", orange = "#ff8c00", purple = "#8b4fb3", magenta = "#d02fa0", cyan = "#17a2b8",
  brown = "#8c564b", yellow = "#d9b310", pink = "#e377c2", white = "#ffffff",
}

local dashes = {
  [2] = { 6, 3.5 }, [3] = { 1.5, 3 }, [4] = { 8, 3, 1.5, 3 }, [5] = { 10, 3, 1.5, 3, 1.5, 3 },
}

local function copy(t)
  local new = {}
  for key, value in pairs(t) do new[key] = value end
  return new
end

-- What follows "with": a kind, then pairs of an option and its value.
local function parse_with(text)
  local kind, rest = text:match("^%s*(%S+)%s*(.*)$")
  local found = kinds[kind]
  if not found then
    errors.raise("gnuplot.plot: no curve is drawn with %s%s", errors.value(kind),
      errors.suggestion(errors.nearest(tostring(kind), kinds)))
  end
  found = copy(found)
  local function value_of(...)
    for _, name in ipairs{ ... } do
      local value = (" " .. rest):match("%s" .. name .. "%s+(%S+)")
      if value then return value end
    end
    return nil
  end
  found.width = tonumber(value_of("lw", "linewidth"))
  found.dash = dashes[tonumber(value_of("dt", "dashtype"))]
  local shape = tonumber(value_of("pt", "pointtype"))
  if shape and found.marker then found.marker = shapes[(shape - 1) % #shapes + 1] end
  local color = rest:match("rgb%a*%s+['\"]([^'\"]+)['\"]")
  if color then found.color = names[color] or color:match("^#%x%x%x%x%x%x$") end
  return found
end

--- The style that a format stands for; nil: lines for long curves and their points for short ones.
function style.parse(format)
  if format == nil or format == "" then return { line = true } end
  local weight = format:match("^~%s*([%d.]+)$")
  if weight then return { line = true, smooth = tonumber(weight) } end
  if short[format] then return copy(short[format]) end
  local text = format:match("^%s*with%s+(.*)$") or format
  if text == format and not kinds[text:match("^%s*(%S+)") or ""] then
    errors.raise("gnuplot.plot: the format %s is none of . - + +- | ~ v, and no text such as "
      .. '"with lines lw 2"', errors.value(format))
  end
  return parse_with(text)
end

return style
