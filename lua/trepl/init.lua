-- trepl: what Torch7's prompt was to scripts: the module is a function that starts a prompt.
-- Globals of its own are noColors, monitor_G and who; what else th gave scripts, the mode torch7
-- gives.
local commands = require "wick.repl_commands"

local function plain(text)
  return tostring(text)
end

--- noColors(): no colours from now on, neither from trepl.colorize nor from sys.COLORS.
local function no_colors()
  local colors, colorize = require("sys").COLORS, require("trepl.colorize")
  for name in pairs(colors) do
    colors[name] = ""
    colorize[name] = plain
  end
end

local function say(message)
  io.stderr:write(message, "\n")
end

local function place()
  local info = debug.getinfo(3, "Sl")
  return info and info.what ~= "C" and ("%s:%d: "):format(info.short_src, info.currentline) or ""
end

--- monitor_G([report]): from now on the making of a global, and the reading of one that is not set,
-- is said on standard error, handed to the function `report`, or an error where `report` is true.
local function monitor_globals(report)
  if report == true then
    report = function(message) error(message, 0) end
  end
  report = report or say
  local metatable = getmetatable(_G) or {}
  local before = metatable.__index
  metatable.__newindex = function(globals, name, value)
    rawset(globals, name, value)
    if debug.getinfo(2, "S").what ~= "C" then
      report(("%sglobal %s is made"):format(place(), tostring(name)))
    end
  end
  metatable.__index = function(globals, name)
    local value
    if type(before) == "function" then value = before(globals, name) end
    if type(before) == "table" then value = before[name] end
    if value == nil then report(("%sglobal %s is not set"):format(place(), tostring(name))) end
    return value
  end
  setmetatable(_G, metatable)
end

for name, f in pairs{ noColors = no_colors, monitor_G = monitor_globals } do rawset(_G, name, f) end
commands.install()

--- Starts a prompt, which ends with its input.
return function()
  return require("wick.repl").start()
end
