-- wick.image: image files. An image is a tensor of planes, channels x height x width: grey (1),
-- grey and alpha (2), RGB (3) or RGB and alpha (4). Bytes go from 0 to 255, floating samples from 0
-- to 1.
local core = require "wick.core"
local class = require "torch.class"
local errors = require "wick.errors"

local image = {}

local types = {
  byte = "torch.ByteTensor", float = "torch.FloatTensor", double = "torch.DoubleTensor",
}

local function type_of(what, name)
  if name == nil then return core.defaultType() end
  local found = types[name] or name
  if type(found) == "string" then return found end
  errors.raise('%s: the type is %s; "byte", "float" or "double" expected', what, errors.value(name))
end

local function check_image(what, tensor)
  if not class.isTensor(tensor) then
    errors.raise("%s: the image is %s, a tensor expected", what, errors.value(tensor))
  end
end

-- Channels as they were asked for: 1 makes luminance of colours, 3 repeats grey and drops alpha.
local function with_depth(pixels, depth)
  local channels = pixels:size(1)
  if depth == nil or depth == channels then return pixels end
  if depth == 3 then
    if channels == 4 then return pixels:narrow(1, 1, 3) end
    return pixels:narrow(1, 1, 1):expand(3, pixels:size(2), pixels:size(3)):contiguous()
  elseif depth ~= 1 then
    errors.raise("wick.image: a depth of %s; 1 (grey) or 3 (colours) expected", errors.value(depth))
  elseif channels == 2 then
    return pixels:narrow(1, 1, 1)
  end
  local samples = pixels:float()
  local grey = samples[1] * 0.299 + samples[2] * 0.587 + samples[3] * 0.114
  return grey:type(pixels:type())
end

--- image.savePNG(path, tensor [, bits = 8]): writes a ByteTensor (0 to 255) or a floating tensor
-- (0 to 1, clamped) of height x width or 1 to 4 channels x height x width. 16 bits a sample keep
-- more of a floating tensor. The file is replaced in one step.
function image.savePNG(path, tensor, bits)
  check_image("wick.image.savePNG", tensor)
  core.io.writeFile(path, core.tensorString(core.image.pngEncode(tensor, bits)))
end

--- image.loadPNG(path [, depth [, type [, limit]]]): the file's channels x height x width. `depth`
-- 1 makes grey of it (of colours as height x width), 3 colours without alpha; `type` is "byte" (0
-- to 255), "float" or "double" (0 to 1), the default type unless given. Reading takes no more than
-- `limit` bytes (64 MiB or four times the file).
function image.loadPNG(path, depth, kind, limit)
  local bytes = core.io.readFile(path)
  local pixels = core.image.pngDecode(path, bytes, type_of("wick.image.loadPNG", kind), limit)
  return with_depth(pixels, depth)
end

--- image.compressPNG(tensor [, bits = 8]): the file that savePNG would write, as a ByteTensor.
function image.compressPNG(tensor, bits)
  check_image("wick.image.compressPNG", tensor)
  return core.image.pngEncode(tensor, bits)
end

--- image.decompressPNG(bytes [, depth [, type [, limit]]]): as loadPNG, from a ByteTensor or a
-- string.
function image.decompressPNG(bytes, depth, kind, limit)
  local type_name = type_of("wick.image.decompressPNG", kind)
  local pixels = core.image.pngDecode("PNG", bytes, type_name, limit)
  return with_depth(pixels, depth)
end

--- image.getPNGsize(path): channels, height, width and bits a sample, without unpacking the image.
function image.getPNGsize(path)
  return core.image.pngSize(path, core.io.readFile(path))
end

return image
