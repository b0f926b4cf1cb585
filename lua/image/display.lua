-- image: pictures made of several, and looking at them. There are no windows: what is displayed is
-- a file, written again when its window is displayed again.
local class = require "torch.class"
local errors = require "wick.errors"
local filter = require "image.filter"
local pixels = require "image.pixels"
local torch = require "torch"
local unpacking = require "xlua.unpack"

local display = {}

-- Grids ------------------------------------------------------------------------------------------

-- A list of images of one size as one tensor of four dimensions.
local function pack(list)
  if #list == 0 then pixels.refuse("toDisplayTensor", "there are no images") end
  local packed
  for i, image in ipairs(list) do
    image = pixels.of("toDisplayTensor", image):detach()
    if image:dim() == 2 then image = image:view(1, image:size(1), image:size(2)) end
    packed = packed or torch.Tensor(#list, table.unpack(image:size():totable()))
    if not packed[i]:isSameSizeAs(image) then
      pixels.refuse("toDisplayTensor", "the images of a list have one size; number %d is %s", i,
        errors.value(list[i]))
    end
    packed[i]:copy(image)
  end
  return packed
end

local function packed_of(input)
  if class.isTensor(input) then
    input = input:detach()
    return torch.Tensor(input:size()):copy(input)
  elseif type(input) == "table" then
    return pack(input)
  end
  pixels.refuse("toDisplayTensor", "unknown or incompatible type of input: %s",
    errors.value(input))
end

local function is_channels(n)
  return n == 1 or n == 3
end

-- Whether it is a list of images rather than one.
local function is_many(packed)
  local dims = packed:dim()
  if dims == 4 and is_channels(packed:size(2)) or dims == 3 and not is_channels(packed:size(1)) then
    return true
  end
  if dims == 2 or dims == 3 then return false end
  pixels.refuse("toDisplayTensor", "packed must be a HxW or KxHxW or Kx3xHxW tensor, or a list of "
    .. "tensors, got %s", errors.value(packed))
end

-- The images in rows of `per_row`, `padding` pixels apart.
local function grid_of(packed, per_row, padding)
  local count, dims = packed:size(1), packed:dim()
  local height, width = packed:size(dims - 1), packed:size(dims)
  local across = math.min(per_row, count)
  local down = (count + across - 1) // across
  local size = { (height + padding) * down, (width + padding) * across }
  if dims == 4 then table.insert(size, 1, packed:size(2)) end
  local grid = torch.Tensor(table.unpack(size)):fill(packed:max())
  for i = 1, count do
    local row, column = (i - 1) // across, (i - 1) % across
    grid:narrow(dims - 2, row * (height + padding) + 1 + padding // 2, height)
      :narrow(dims - 1, column * (width + padding) + 1 + padding // 2, width):copy(packed[i])
  end
  return grid
end

local grid_rows = {
  { arg = "padding", type = "number", help = "pixels between images", default = 0 },
  { arg = "nrow", type = "number", help = "images in a row", default = 6 },
  { arg = "scaleeach", type = "boolean", help = "each image has its own range", default = false },
  { arg = "min", type = "number", help = "lower bound of the range" },
  { arg = "max", type = "number", help = "upper bound of the range" },
  { arg = "symmetric", type = "boolean", help = "a range symmetric around 0", default = false },
  { arg = "saturate", type = "boolean", help = "cut values outside the range", default = true },
}

local function arrange(a)
  local packed = packed_of(a.input)
  if packed:nElement() == 0 then pixels.refuse("toDisplayTensor", "there are no pixels") end
  local function stretch(image)
    return filter.minmax{ tensor = image, inplace = true, min = a.min, max = a.max,
      symm = a.symmetric, saturate = a.saturate }
  end
  if not is_many(packed) then return stretch(packed) end
  if a.scaleeach then
    for i = 1, packed:size(1) do stretch(packed[i]) end
  end
  local per_row = pixels.whole("toDisplayTensor", "nrow", a.nrow)
  local padding = pixels.whole("toDisplayTensor", "padding", a.padding)
  if per_row < 1 or padding < 0 then
    pixels.refuse("toDisplayTensor", "nrow is %d and padding %d; at least 1 and 0 expected",
      per_row, padding)
  end
  local grid = grid_of(packed, per_row, padding)
  return a.scaleeach and grid or stretch(grid)
end

--- image.toDisplayTensor(input, padding = 0, nrow = 6, scaleeach = false, min, max, symmetric =
-- false, saturate = true), or a table of these: one picture from 0 to 1 of an image, of N x C x H x
-- W with one or three channels, of N x H x W, or of a list; several are packed into a grid.
function display.toDisplayTensor(...)
  return arrange(unpacking.unpack({ ... }, "image.toDisplayTensor", "packs images into one",
    { arg = "input", type = "any", help = "an image, or several", req = true },
    table.unpack(grid_rows)))
end

-- Windows that are files -------------------------------------------------------------------------

local Window = {}
Window.__index = Window

--- Writes the picture again, after its `image` was changed.
function Window:refresh()
  require("display").image(self.image, { win = self.name })
end

function Window:__tostring()
  return ("image.display: %s"):format(self.name)
end

local count = 0

--- image.window(): something to give to image.display as `win`, twice: Torch7's window and painter.
function display.window()
  count = count + 1
  local self = setmetatable({ name = ("image-%d"):format(count) }, Window)
  self.window, self.painter = self, self
  return self, self
end

local function window_of(a)
  if getmetatable(a.win) == Window then return a.win end
  local window = display.window()
  if a.legend ~= "image.display" then window.name = a.legend end
  return window
end

local function enlarge(picture, zoom)
  if zoom == 1 then return picture end
  local height, width = pixels.size("display", picture)
  return require("image.resize").scale(picture, math.max(width * zoom, 1),
    math.max(height * zoom, 1), "simple")
end

--- image.display(image, zoom = 1, min, max, legend, win, x, y, scaleeach = false, gui, offscreen,
-- padding = 0, symmetric = false, nrow = 6, saturate = true), or a table of these: writes what
-- image.toDisplayTensor makes of the image as a PNG file, into the folder `plots` (or
-- $WICK_PLOTS), and says where. Returns a window to be given as `win` to show another image there.
function display.display(...)
  local a = unpacking.unpack({ ... }, "image.display", "writes a picture to be looked at",
    { arg = "image", type = "any", help = "an image, or several", req = true },
    { arg = "zoom", type = "number", help = "pixels a side", default = 1 },
    grid_rows[4], grid_rows[5],
    { arg = "legend", type = "string", help = "the file's name", default = "image.display" },
    { arg = "win", type = "any", help = "what an earlier call returned" },
    { arg = "x", type = "number", help = "ignored", default = 0 },
    { arg = "y", type = "number", help = "ignored", default = 0 },
    grid_rows[3],
    { arg = "gui", type = "boolean", help = "ignored", default = true },
    { arg = "offscreen", type = "boolean", help = "writes no file", default = false },
    grid_rows[1], grid_rows[6], grid_rows[2], grid_rows[7])
  a.input = a.image
  local window = window_of(a)
  window.image = enlarge(arrange(a), a.zoom)
  if not a.offscreen then window:refresh() end
  return window
end

return display
