-- display: what Torch7's display server showed in a browser, as files: every window is a file in
-- the folder `plots` (or $WICK_PLOTS), written again when its window is shown again. Where it is,
-- is said once.
local audio = require "display.audio"
local core = require "wick.core"
local class = require "torch.class"
local errors = require "wick.errors"
local grid = require "display.grid"
local image = require "wick.image"
local paths = require "paths"
local plot = require "wick.plot"

local display = {}

local told, count = {}, 0

local function folder()
  local name = display.folder or os.getenv("WICK_PLOTS") or "plots"
  if not paths.dirp(name) then
    local done, reason = paths.mkdir(name)
    if not done then errors.raise("display: no folder for what is shown: %s", reason) end
  end
  return name
end

-- The window's name, made where there is none, and its file.
local function window(kind, options, ending)
  local name = options.win
  if name == nil then
    count = count + 1
    name = ("%s-%d"):format(kind, count)
  end
  local file = tostring(name):gsub("[^%w_.-]", "_")
  return name, ("%s/%s.%s"):format(folder(), file, ending)
end

local function tell(name, path)
  if told[path] then return end
  told[path] = true
  io.stderr:write(("display: %s is in %s\n"):format(tostring(name), path))
end

local function read_options(what, options, known)
  options = options or {}
  if type(options) ~= "table" then
    errors.raise("%s: the options are %s, a table expected", what, errors.value(options))
  end
  for name in pairs(options) do
    if not known[name] then
      local nearest = errors.nearest(tostring(name), known)
      if nearest then
        errors.raise("%s: there is no option %s%s", what, errors.value(name),
          errors.suggestion(nearest))
      end
    end
  end
  return options
end

--- display.configure{ folder = "results" }: where files go. What only the server took (hostname,
-- port) is not looked at.
function display.configure(options)
  display.folder = options and options.folder or display.folder
end

local image_options = {
  win = true, title = true, min = true, max = true, width = true, zoom = true,
}

-- Every pixel `zoom` times, across and down.
local function enlarged(planes, zoom)
  zoom = math.tointeger(zoom or 1) or 1
  if zoom <= 1 then return planes end
  local c, h, w = planes:size(1), planes:size(2), planes:size(3)
  return planes:contiguous():view(c, h, 1, w, 1):expand(c, h, zoom, w, zoom):contiguous()
    :view(c, h * zoom, w * zoom)
end

--- display.image(tensor [, { win =, zoom =, min =, max = }]): an image as a PNG file; a list or
-- four dimensions are packed into a grid. Bytes are 0 to 255; other values outside 0 to 1 are
-- stretched. Returns the window's name, to be given as `win` to show something else there.
function display.image(tensor, options)
  options = read_options("display.image", options, image_options)
  local is_one = class.isTensor(tensor) and tensor:dim() < 4
  if not is_one or tensor:dim() == 3 and tensor:size(1) > 4 then
    return display.images(tensor, options)
  end
  local name, path = window("image", options, "png")
  local planes = grid.normal("display.image", tensor, options.min, options.max)
  image.savePNG(path, enlarged(planes, options.zoom))
  tell(name, path)
  return name
end

local images_options = {
  win = true, title = true, min = true, max = true, width = true, zoom = true, nperrow = true,
  padding = true, labels = true,
}

--- display.images(list or N x C x H x W [, { nperrow =, padding = 2, zoom =, min =, max =, win =
-- }]): images in a grid, each stretched on its own unless min and max are given.
function display.images(images, options)
  options = read_options("display.images", options, images_options)
  local name, path = window("images", options, "png")
  local sheet = grid.pack("display.images", images, options.nperrow, options.padding, options)
  image.savePNG(path, enlarged(sheet, options.zoom))
  tell(name, path)
  return name
end

-- Plots -------------------------------------------------------------------------------------------

local plot_options = {
  win = true, title = true, labels = true, xlabel = true, ylabel = true, logscale = true,
  grid = true,
}

-- Rows of numbers of a tensor N x M, or of a table of rows.
local function rows_of(data)
  local rows = class.isTensor(data) and data:dim() == 2 and data:double():totable() or data
  if type(rows) ~= "table" or type(rows[1]) ~= "table" or #rows[1] < 2 then
    errors.raise("display.plot: the data are %s; rows of x and one or more y expected, N x M",
      errors.value(data))
  end
  return rows
end

local function curves_of(rows, labels)
  local list = {}
  for j = 2, #rows[1] do
    local curve = { x = {}, y = {}, title = labels[j], style = { line = true } }
    for i, row in ipairs(rows) do
      curve.x[i] = tonumber(row[1]) or i
      curve.y[i] = tonumber(row[j]) or 0 / 0
    end
    list[#list + 1] = curve
  end
  return list
end

--- display.plot(data [, { labels = { "x", "a", "b" }, title =, xlabel =, ylabel =, logscale =, win
-- = }]): curves of rows x, y, y, ...: a tensor N x M or a table of rows.
function display.plot(data, options)
  options = read_options("display.plot", options, plot_options)
  local labels = options.labels or {}
  local name, path = window("plot", options, "png")
  plot.save({
    curves = curves_of(rows_of(data), labels), title = options.title, grid = options.grid ~= false,
    xlabel = options.xlabel or labels[1], ylabel = options.ylabel, log_y = options.logscale or nil,
  }, path)
  tell(name, path)
  return name
end

--- display.text(text [, { win = }]): text as a file.
function display.text(text, options)
  local name, path = window("text", options or {}, "txt")
  core.io.writeFile(path, tostring(text) .. "\n")
  tell(name, path)
  return name
end

--- display.audio(samples, rate [, { win = }]): sound as a WAV file.
function display.audio(samples, rate, options)
  local name, path = window("audio", options or {}, "wav")
  audio(path, samples, rate)
  tell(name, path)
  return name
end

return display
