-- xlua.Profiler: named stopwatches of wall and processor time. Returns the constructor.
local class = require "torch.class"
local errors = require "wick.errors"
local system = require "wick.system"

local home = {}
local Profiler = class.class("xlua.Profiler", home)

function Profiler:__init(mode, verbose)
  self.is_on = mode ~= "off"
  self.verbose = verbose
  self.watches = {}
  self.order = {}
end

local function cpu()
  local user, sys = system.cpu()
  return user + sys
end

--- Starts the watch `name`; with "fps" it prints as a rate.
function Profiler:start(name, unit)
  if not self.is_on then return end
  if not self.watches[name] then self.order[#self.order + 1] = name end
  self.watches[name] = {
    real_start = system.ticks(), cpu_start = cpu(), real = 0.0, cpu = 0.0, unit = unit,
  }
end

--- Reads the watch `name`: wall and processor seconds since its start, over `divider`.
function Profiler:lap(name, divider)
  if not self.is_on then return 0.0, 0.0 end
  local watch = self.watches[name]
  if not watch then errors.raise("xlua.Profiler: %s was not started", errors.value(name)) end
  divider = divider or 1
  watch.real = (system.ticks() - watch.real_start) / divider
  watch.cpu = (cpu() - watch.cpu_start) / divider
  if self.verbose then self:print(name) end
  return watch.real, watch.cpu
end

--- Processor seconds at the last lap of `name`.
function Profiler:cpu(name)
  return self.watches[name] and self.watches[name].cpu
end

--- Wall seconds at the last lap of `name`.
function Profiler:real(name)
  return self.watches[name] and self.watches[name].real
end

--- The colour `name` prints in.
function Profiler:setColor(name, color)
  if self.watches[name] then self.watches[name].color = color end
end

--- The last lap of `name` as text.
function Profiler:format(name)
  local watch = self.watches[name]
  if not watch then return name .. ": not started" end
  if watch.unit == "fps" then
    return ("%s: %.2f fps (real), %.2f fps (cpu)"):format(name, 1 / watch.real, 1 / watch.cpu)
  end
  return ("%s: %.6f s (real), %.6f s (cpu)"):format(name, watch.real, watch.cpu)
end

--- Prints the last lap of `name`.
function Profiler:print(name)
  local colors = require("sys").COLORS
  local watch = self.watches[name] or {}
  local color = watch.color and colors[watch.color]
  print(color and color .. self:format(name) .. colors.none or self:format(name))
end

--- The last laps of all watches, a line each.
function Profiler:formatAll()
  local lines = {}
  for i, name in ipairs(self.order) do lines[i] = self:format(name) end
  return table.concat(lines, "\n")
end

--- Prints the last laps of all watches.
function Profiler:printAll()
  for _, name in ipairs(self.order) do self:print(name) end
end

--- Torch7 painted the laps into a window; there is none, so they are printed. Takes its table of
-- options and looks at none.
function Profiler:displayAll()
  self:printAll()
end

return home.Profiler
