-- gnuplot.raw without gnuplot: the commands that name what a figure has are carried out, the others
-- are kept for the program.
local raw = {}

local function unquoted(text)
  return (text:gsub("^%s*['\"](.*)['\"].*$", "%1"))
end

-- Ends of "[a:b]"; "*" and nothing leave an end to itself.
local function set_range(figure, first, text)
  local low, high = text:match("%[([^:]*):([^%]]*)%]")
  if not low then return false end
  figure.range = figure.range or {}
  figure.range[first], figure.range[first + 1] = tonumber(low) or "", tonumber(high) or ""
  return true
end

local function set_key(figure, text)
  if text:match("^off%f[%W]") then
    figure.legend = false
    return true
  end
  local horizontal = text:match("left") or text:match("right") or text:match("center")
  local vertical = text:match("top") or text:match("bottom") or text:match("middle")
  figure.legend = { horizontal or "right", vertical or "top" }
  return true
end

local settings = {
  title = function(f, text) f.title = unquoted(text) return true end,
  xlabel = function(f, text) f.xlabel = unquoted(text) return true end,
  ylabel = function(f, text) f.ylabel = unquoted(text) return true end,
  zlabel = function(f, text) f.zlabel = unquoted(text) return true end,
  grid = function(f) f.grid = true return true end,
  xrange = function(f, text) return set_range(f, 1, text) end,
  yrange = function(f, text) return set_range(f, 3, text) end,
  logscale = function(f, text)
    f.log_x, f.log_y = text:find("x") ~= nil or text == "", text:find("y") ~= nil or text == ""
    return true
  end,
  key = set_key,
}

local resets = {
  title = function(f) f.title = nil end, xlabel = function(f) f.xlabel = nil end,
  ylabel = function(f) f.ylabel = nil end, zlabel = function(f) f.zlabel = nil end,
  grid = function(f) f.grid = nil end, key = function(f) f.legend = false end,
  logscale = function(f) f.log_x, f.log_y = nil, nil end,
}

local function apply_one(figure, command)
  local verb, name, rest = command:match("^%s*(%a+)%s+(%a+)%s*(.-)%s*$")
  if verb == "set" and settings[name] then return settings[name](figure, rest) end
  if verb == "unset" and resets[name] then
    resets[name](figure)
    return true
  end
  return command:match("^%s*$") ~= nil or command:match("^%s*re[fp]") ~= nil
end

--- Carries out commands, parted by semicolons or lines, on a figure; returns those it does not
-- know.
function raw.apply(figure, commands)
  local unknown = {}
  for command in commands:gmatch("[^;\n]+") do
    if not apply_one(figure, command) then unknown[#unknown + 1] = command:match("^%s*(.-)%s*$") end
  end
  return unknown
end

return raw
