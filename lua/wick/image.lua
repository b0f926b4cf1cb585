-- wick.image: image files. An image is a tensor of planes, channels x height x width: grey (1),
-- grey and alpha (2), RGB (3) or RGB and alpha (4). Bytes go from 0 to 255, floating samples from 0
-- to 1. Functions that read take `depth`: 1 makes grey of colours (as height x width), 3 colours
-- without alpha; `type`: "byte", "float" or "double", the default type unless given; and `options`,
-- a limit in bytes or a table:
--
--   limit     the most bytes reading may take (256 MiB, or 256 times the file if that is more)
--   atLeast   a side or { height, width }: a JPEG image may come smaller, though not than that
--   asStored  a JPEG image is not turned as the file says the camera was held
--   damaged   what can be read of a damaged JPEG file will do
local core = require "wick.core"
local class = require "torch.class"
local errors = require "wick.errors"

local image = {}

-- Arguments --------------------------------------------------------------------------------------

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

local known = { limit = true, atLeast = true, asStored = true, damaged = true }

-- Options as the core takes those of JPEG: limit, height, width, asStored, damaged.
local function options_of(what, options)
  if type(options) ~= "table" then return options end
  for name in pairs(options) do
    if not known[name] then
      errors.raise("%s: no option %s; limit, atLeast, asStored and damaged are known", what,
        errors.value(name))
    end
  end
  local least = options.atLeast
  if type(least) ~= "table" then least = { least, least } end
  return options.limit, least[1], least[2], options.asStored, options.damaged
end

-- Luminance of three planes, by the weights of television.
local function luminance(pixels)
  local samples = pixels:float()
  local grey = samples[1] * 0.299 + samples[2] * 0.587 + samples[3] * 0.114
  if pixels:type() == types.byte then grey:add(0.5) end -- what is cut off is rounded
  return grey:type(pixels:type())
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
  return luminance(pixels)
end

-- Formats ----------------------------------------------------------------------------------------

-- Functions of a format: decode(name, bytes, type, ...), size(name, bytes, ...).
local formats = {
  png = { title = "PNG", decode = core.image.pngDecode, size = core.image.pngSize },
  jpeg = { title = "JPG", decode = core.image.jpegDecode, size = core.image.jpegSize },
  pnm = { title = "PPM", decode = core.image.pnmDecode, size = core.image.pnmSize },
}

local function format_of(name, bytes)
  local format = formats[core.image.imageFormat(bytes)]
  if format then return format end
  errors.raise("%s: is no PNG, JPEG, PPM, PGM or PBM image", name)
end

local function decode(format, what, name, bytes, depth, kind, options)
  local pixels = format.decode(name, bytes, type_of(what, kind), options_of(what, options))
  return with_depth(pixels, depth)
end

local function write(path, bytes)
  core.io.writeFile(path, core.tensorString(bytes))
end

--- image.format(bytes): "png", "jpeg" or "pnm" (PPM, PGM, PBM) for a ByteTensor or a string; nil
-- for anything else.
image.format = core.image.imageFormat

--- image.load(path [, depth [, type [, options]]]): the image in a file of any known format, which
-- is told by the file's content.
function image.load(path, depth, kind, options)
  local bytes = core.io.readFile(path)
  return decode(format_of(path, bytes), "wick.image.load", path, bytes, depth, kind, options)
end

--- image.decompress(bytes [, depth [, type [, options]]]): as load, from a ByteTensor or a string.
function image.decompress(bytes, depth, kind, options)
  local format = format_of("wick.image.decompress", bytes)
  return decode(format, "wick.image.decompress", format.title, bytes, depth, kind, options)
end

--- image.getSize(path [, options]): channels, height, width and bits a sample that load would
-- give, without unpacking the image.
function image.getSize(path, options)
  local bytes = core.io.readFile(path)
  return format_of(path, bytes).size(path, bytes, options_of("wick.image.getSize", options))
end

-- loadPNG, decompressPNG, getPNGsize and so on: the same where only one format will do.
for _, format in pairs(formats) do
  local load_name = "wick.image.load" .. format.title
  image["load" .. format.title] = function(path, depth, kind, options)
    return decode(format, load_name, path, core.io.readFile(path), depth, kind, options)
  end

  local decompress_name = "wick.image.decompress" .. format.title
  image["decompress" .. format.title] = function(bytes, depth, kind, options)
    return decode(format, decompress_name, format.title, bytes, depth, kind, options)
  end

  local size_name = ("wick.image.get%ssize"):format(format.title)
  image[("get%ssize"):format(format.title)] = function(path, options)
    return format.size(path, core.io.readFile(path), options_of(size_name, options))
  end
end

-- Writing ----------------------------------------------------------------------------------------

--- image.savePNG(path, tensor [, bits = 8]): writes a ByteTensor (0 to 255) or a floating tensor
-- (0 to 1, clamped) of height x width or 1 to 4 channels x height x width. 16 bits a sample keep
-- more of a floating tensor. The file is replaced in one step.
function image.savePNG(path, tensor, bits)
  check_image("wick.image.savePNG", tensor)
  write(path, core.image.pngEncode(tensor, bits))
end

--- image.compressPNG(tensor [, bits = 8]): the file that savePNG would write, as a ByteTensor.
function image.compressPNG(tensor, bits)
  check_image("wick.image.compressPNG", tensor)
  return core.image.pngEncode(tensor, bits)
end

--- image.saveJPG(path, tensor [, quality = 75]): height x width, or 1 or 3 channels; a quality
-- from 1 to 100.
function image.saveJPG(path, tensor, quality)
  check_image("wick.image.saveJPG", tensor)
  write(path, core.image.jpegEncode(tensor, quality))
end

--- image.compressJPG(tensor [, quality = 75]): the file that saveJPG would write.
function image.compressJPG(tensor, quality)
  check_image("wick.image.compressJPG", tensor)
  return core.image.jpegEncode(tensor, quality)
end

--- image.savePPM(path, tensor [, bits = 8 [, text]]): a PPM file of three channels, a PGM file of
-- one, or with 1 bit a PBM file, where halves and more are white. 16 bits keep more of a floating
-- tensor; `text` writes digits.
function image.savePPM(path, tensor, bits, text)
  check_image("wick.image.savePPM", tensor)
  write(path, core.image.pnmEncode(tensor, bits, text))
end

--- image.compressPPM(tensor [, bits = 8 [, text]]): the file that savePPM would write.
function image.compressPPM(tensor, bits, text)
  check_image("wick.image.compressPPM", tensor)
  return core.image.pnmEncode(tensor, bits, text)
end

local savers = {
  png = image.savePNG, jpg = image.saveJPG, jpeg = image.saveJPG,
  ppm = image.savePPM, pgm = image.savePPM,
  pbm = function(path, tensor) image.savePPM(path, tensor, 1) end,
}

--- image.save(path, tensor): in the format that the path's ending names.
function image.save(path, tensor)
  local ending = type(path) == "string" and path:match("%.(%w+)$")
  local saver = ending and savers[ending:lower()]
  if not saver then
    errors.raise("wick.image.save: %s ends in none of .png .jpg .jpeg .ppm .pgm .pbm",
      errors.value(path))
  end
  saver(path, tensor)
end

--- image.resize(tensor, height, width [, { filter = "bilinear", antialias = true }]).
image.resize = require "wick.image_resize"

return image
