-- optim.Logger: numbers by name, a line a step in a text file, and plots of them through the
-- package gnuplot. Returns the constructor.
local class = require "torch.class"
local errors = require "wick.errors"
local paths = require "paths"
local system = require "wick.system"

local home = {}
--- `optim.Logger([filename [, timestamp]])`: starts the file anew and makes its folder; a true
-- `timestamp` puts the date into the name. Without a name lines go to standard output.
local Logger = class.class("optim.Logger", home)

local function make_folder(folder)
  if paths.dirp(folder) then return end
  make_folder(paths.dirname(folder))
  local done, reason = system.mkdir(folder)
  if not done and not paths.dirp(folder) then errors.raise("optim.Logger: %s", reason) end
end

local function open(self, name, timestamp)
  if not name then
    self.file = io.stdout
    self.name = "stdout"
    print("<Logger> warning: no path provided, logging to std out")
    return
  end
  if timestamp then name = name .. os.date("-%Y_%m_%d_%X") end
  make_folder(paths.dirname(paths.concat(name)))
  local file, reason = io.open(name, "w")
  if not file then errors.raise("optim.Logger: %s", reason) end
  self.file, self.name, self.epsfile = file, name, name .. ".eps"
end

function Logger:__init(name, timestamp)
  open(self, name, timestamp)
  self.empty = true
  self.symbols, self.styles, self.names, self.idx = {}, {}, {}, {}
  self.figure, self.showPlot, self.plotRawCmd, self.logscale = nil, true, nil, false
  self.defaultStyle = "+"
end

--- Writes the header, once: the names of the values in their order. Returns the logger.
function Logger:setNames(names)
  for i, name in ipairs(names) do
    self.names[i] = name
    self.idx[name] = i
    self.symbols[i] = {}
    self.file:write(tostring(name), "\t")
  end
  self.file:write("\n")
  self.file:flush()
  self.empty = false
  return self
end

local function sorted_keys(values)
  local keys = {}
  for key in pairs(values) do keys[#keys + 1] = key end
  table.sort(keys, function(a, b)
    if type(a) == type(b) then return a < b end
    return type(a) == "number"
  end)
  return keys
end

local function text_of(value)
  if type(value) == "number" then return ("%11.4e"):format(value) end
  if type(value) == "string" then return value end
  errors.raise("optim.Logger: can only log numbers and strings, got %s", errors.value(value))
end

--- Adds a line: `{ name = value, ... }`, or a list in the order of the names.
function Logger:add(values)
  if self.empty then self:setNames(sorted_keys(values)) end
  local texts = {}
  for i, name in ipairs(self.names) do
    local value = values[name]
    if value == nil then value = values[i] end
    if class.isTensor(value) then value = value:item() end
    if value ~= nil then
      texts[i] = text_of(value)
      table.insert(self.symbols[i], value)
    else
      texts[i] = ""
    end
  end
  self.file:write(table.concat(texts, "\t"), "\t\n")
  self.file:flush()
end

--- How values are drawn: `{ name = "-" }`, or a list in the order of the names; a list of styles
-- draws several over each other. Returns the logger.
function Logger:style(styles)
  for name, style in pairs(styles) do
    self.styles[name] = type(style) == "table" and style or { style }
  end
  return self
end

--- Whether plots have a logarithmic y axis.
function Logger:setlogscale(state)
  self.logscale = state
end

--- Whether plots are shown on the screen.
function Logger:display(state)
  self.showPlot = state
end

-- Plots ----------------------------------------------------------------------------------------

local function is_numeric(values)
  for _, value in ipairs(values) do
    if type(value) ~= "number" then return false end
  end
  return #values > 1
end

-- What gnuplot.plot takes: { name, tensor, style } for every style of every name.
local function curves(self, names)
  local torch = require "torch"
  local list = {}
  for _, name in ipairs(#names > 0 and names or self.names) do
    local values = self.symbols[self.idx[name]]
    if values and is_numeric(values) then
      local styles = self.styles[name] or self.styles[self.idx[name]] or { self.defaultStyle }
      for _, style in ipairs(styles) do
        list[#list + 1] = { tostring(name), torch.Tensor(values), style }
      end
    end
  end
  return list
end

local function draw(self, gnuplot, list)
  gnuplot.plot(list)
  if self.plotRawCmd then gnuplot.raw(self.plotRawCmd) end
  if self.logscale then gnuplot.logscale("on") end
  gnuplot.grid("on")
  gnuplot.title("<Logger::" .. self.name .. ">")
end

local function draw_file(self, gnuplot, kind, file, list)
  local figure = gnuplot[kind .. "figure"](file)
  draw(self, gnuplot, list)
  gnuplot.plotflush(figure)
  gnuplot.close(figure)
end

-- On the screen, where there is one and the program gnuplot; else as a PNG file.
local function show(self, gnuplot, list)
  if gnuplot.hasWindows() or not self.epsfile then
    self.figure = gnuplot.figure(self.figure)
    draw(self, gnuplot, list)
    return
  end
  self.pngfile = self.pngfile or self.name .. ".png"
  draw_file(self, gnuplot, "png", self.pngfile, list)
  if not self.told then io.stderr:write(("<Logger> the plot is in %s\n"):format(self.pngfile)) end
  self.told = true
end

local function plot_now(self, names)
  local gnuplot = require "gnuplot"
  local list = curves(self, names)
  if #list == 0 then return end
  if self.showPlot then show(self, gnuplot, list) end
  if self.epsfile then draw_file(self, gnuplot, "eps", self.epsfile, list) end
end

-- Scripts plot after every step, and a picture takes as long as many steps of a small network.
-- Beyond a free start, pictures get a tenth of the time; one that has to wait is drawn when its
-- logger goes, if no later one was.
local FREE, SHARE = 2, 0.1 -- seconds, and the part of the time since the first picture

local clocks = setmetatable({}, { __mode = "k" })

local function clock_of(self)
  if clocks[self] then return clocks[self] end
  local clock = { first = system.ticks(), spent = 0 }
  clock.closer = setmetatable({}, {
    __gc = function()
      if clock.waiting then pcall(plot_now, self, clock.waiting) end
    end,
  })
  clocks[self] = clock
  return clock
end

--- Plots the numbers of the given names, or all, that have more than one point: when `showPlot`
-- says so, on the screen (with the program gnuplot and a display) or to the file's name with
-- `.png`; and always to the file's name with `.eps`. Called all the time, it draws now and then,
-- and at the end.
function Logger:plot(...)
  local names = { ... }
  if type(names[1]) == "table" then names = names[1] end
  local clock, begin = clock_of(self), system.ticks()
  clock.waiting = names
  if clock.spent > FREE and clock.spent > SHARE * (begin - clock.first) then return end
  clock.waiting = nil
  plot_now(self, names)
  clock.spent = clock.spent + system.ticks() - begin
end

return home.Logger
