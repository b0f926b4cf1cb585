-- image: files in Torch7's way, on wick.image. Torch7 reads JPEG images as they are stored; in its
-- mode (wick.mode) they are not turned as the camera was held.
local core = require "wick.core"
local class = require "torch.class"
local errors = require "wick.errors"
local mode = require "wick.mode"
local refuse = require("image.pixels").refuse
local wick_image = require "wick.image"

local files = {}

-- Options, with the mode's habit where they do not say.
local function with_habits(options)
  if not mode.torch7 then return options end
  if type(options) ~= "table" then return { limit = options, asStored = true } end
  if options.asStored ~= nil then return options end
  local all = { asStored = true }
  for name, value in pairs(options) do all[name] = value end
  return all
end

local function check_bytes(name, tensor)
  if not class.isTensor(tensor) or tensor:type() ~= "torch.ByteTensor" then
    refuse(name, "the compressed image is %s, a byte tensor expected", errors.value(tensor))
  end
  return tensor:contiguous()
end

local function check_tensor(name, filename, tensor)
  if not filename or not tensor then refuse(name, "missing file name | tensor to save") end
  if not class.isTensor(tensor) then
    refuse(name, "the image is %s, a tensor expected", errors.value(tensor))
  end
end

-- One format -------------------------------------------------------------------------------------

-- Scripts written for Torch7 look for its words in front of what is wrong with a PNG file.
local function in_its_words(good, result)
  if good then return result end
  error(errors.within("[read_png] Error during init_io", result), 0)
end

--- image.loadPNG(filename [, depth [, type [, options]]]): channels x height x width, 0 to 1, or 0
-- to 255 as type "byte". Options: lua/wick/image.lua.
function files.loadPNG(filename, depth, kind, options)
  if mode.torch7 then
    return in_its_words(pcall(wick_image.loadPNG, filename, depth, kind, options))
  end
  return wick_image.loadPNG(filename, depth, kind, options)
end

--- image.loadJPG(filename [, depth [, type [, options]]]): as loadPNG; in eighths of its size where
-- `options.atLeast` allows.
function files.loadJPG(filename, depth, kind, options)
  return wick_image.loadJPG(filename, depth, kind, with_habits(options))
end

local function load_pnm(filename, depth, kind, options)
  return wick_image.loadPPM(filename, depth, kind, options)
end

--- image.loadPPM(filename [, depth [, type [, options]]]): a PPM or PGM file, as loadPNG. PBM files
-- are loaded by image.load.
function files.loadPPM(filename, depth, kind, options)
  local file = io.open(filename, "rb")
  local magic = file and file:read(2)
  if file then file:close() end
  if magic == "P1" or magic == "P4" then
    refuse("loadPPM", "%s: unsupported magic number: %s; image.load reads PBM files", filename,
      magic)
  end
  return load_pnm(filename, depth, kind, options)
end

--- image.decompressPNG(byteTensor [, depth [, type]]): as loadPNG, from memory.
function files.decompressPNG(tensor, depth, kind, options)
  return wick_image.decompressPNG(check_bytes("decompressPNG", tensor), depth, kind, options)
end

--- image.decompressJPG(byteTensor [, depth [, type]]): as loadJPG, from memory.
function files.decompressJPG(tensor, depth, kind, options)
  local bytes = check_bytes("decompressJPG", tensor)
  return wick_image.decompressJPG(bytes, depth, kind, with_habits(options))
end

--- image.savePNG(filename, tensor [, bits = 8]): 1, 3 or 4 channels, or height x width.
function files.savePNG(filename, tensor, bits)
  check_tensor("savePNG", filename, tensor)
  wick_image.savePNG(filename, tensor, bits)
end

--- image.saveJPG(filename, tensor [, quality = 75]): 1 or 3 channels, or height x width.
function files.saveJPG(filename, tensor, quality)
  check_tensor("saveJPG", filename, tensor)
  wick_image.saveJPG(filename, tensor, quality)
end

--- image.savePPM(filename, tensor [, bits = 8 [, text]]): 3 x height x width.
function files.savePPM(filename, tensor, bits, text)
  check_tensor("savePPM", filename, tensor)
  if tensor:dim() ~= 3 or tensor:size(1) ~= 3 then
    refuse("savePPM", "can only save 3xHxW images as PPM")
  end
  wick_image.savePPM(filename, tensor, bits, text)
end

--- image.savePGM(filename, tensor [, bits = 8 [, text]]): height x width, or one channel.
function files.savePGM(filename, tensor, bits, text)
  check_tensor("savePGM", filename, tensor)
  if tensor:dim() ~= 2 and not (tensor:dim() == 3 and tensor:size(1) == 1) then
    refuse("savePGM", "can only save 1xHxW or HxW images as PGM")
  end
  wick_image.savePPM(filename, tensor, bits, text)
end

--- image.savePBM(filename, tensor [, text]): height x width, or one channel; halves and more are
-- white.
function files.savePBM(filename, tensor, text)
  check_tensor("savePBM", filename, tensor)
  wick_image.savePPM(filename, tensor, 1, text)
end

--- image.compressJPG(tensor [, quality = 75]): the file that saveJPG writes, as a ByteTensor.
function files.compressJPG(tensor, quality)
  return wick_image.compressJPG(tensor, quality)
end

--- image.compressPNG(tensor [, bits = 8]): the file that savePNG writes, as a ByteTensor.
function files.compressPNG(tensor, bits)
  return wick_image.compressPNG(tensor, bits)
end

-- Three numbers: the bits a sample are wick.image's.
local function three(channels, height, width)
  return channels, height, width
end

--- image.getPNGsize(filename): channels, height, width.
function files.getPNGsize(filename)
  return three(wick_image.getPNGsize(filename))
end

--- image.getJPGsize(filename [, options]): channels, height, width.
function files.getJPGsize(filename, options)
  return three(wick_image.getJPGsize(filename, with_habits(options)))
end

--- image.getPPMsize(filename): channels, height, width.
function files.getPPMsize(filename)
  return three(wick_image.getPPMsize(filename))
end

-- Any format -------------------------------------------------------------------------------------

local png = { loader = files.loadPNG, saver = files.savePNG, sizer = files.getPNGsize }
local jpg = { loader = files.loadJPG, saver = files.saveJPG, sizer = files.getJPGsize }
local ppm = { loader = files.loadPPM, saver = files.savePPM, sizer = files.getPPMsize }
local pgm = { loader = files.loadPPM, saver = files.savePGM, sizer = files.getPPMsize }
local pbm = { loader = load_pnm, saver = files.savePBM, sizer = files.getPPMsize }

--- image.supported_filetypes: { loader =, saver =, sizer = } by suffix. What a script adds is used
-- by load, save and getSize.
files.supported_filetypes = {
  png = png, jpg = jpg, jpeg = jpg, ppm = ppm, pgm = pgm, pbm = pbm,
  PNG = png, JPG = jpg, JPEG = jpg, PPM = ppm, PGM = pgm, PBM = pbm,
}
local filetypes = files.supported_filetypes

--- image.is_supported(suffix): whether load and save know it.
function files.is_supported(suffix)
  return filetypes[suffix] ~= nil
end

-- Suffixes of what files contain; a PBM file's reader reads PPM and PGM files too.
local by_content = { png = "png", jpeg = "jpg", pnm = "pbm" }

local function suffix_of(filename)
  return filename:match("%.(%w+)$")
end

-- The entry that reads a file: by its first bytes, then by its suffix.
local function reader_of(name, filename)
  if not filename then refuse(name, "missing file name") end
  local file, message = io.open(filename, "rb")
  if not file then errors.raise("%s", message) end
  local start = file:read(4)
  file:close()
  if start == nil then refuse(name, "%s: is empty, or no file", filename) end
  local suffix = suffix_of(filename)
  local found = filetypes[by_content[core.image.imageFormat(start)] or suffix]
  if found then return found end
  if not suffix then refuse(name, "unable to determine image type for file: %s", filename) end
  refuse(name, "unknown image type: %s", suffix)
end

--- image.load(filename [, depth [, type [, options]]]): the image of a JPEG, PNG, PPM, PGM or PBM
-- file as channels x height x width. `depth` 1 makes grey of it (of colours as height x width), 3
-- colours without alpha. `type` "float" or "double" gives samples from 0 to 1, "byte" from 0 to
-- 255; the default type unless given. Options: lua/wick/image.lua.
function files.load(filename, depth, kind, options)
  return reader_of("load", filename).loader(filename, depth, kind, options)
end

--- image.getSize(filename): LongTensor{ channels, height, width } of what load would give, without
-- unpacking the image.
function files.getSize(filename)
  local torch = require "torch"
  return torch.LongTensor{ reader_of("getSize", filename).sizer(filename) }
end

--- image.save(filename, tensor): in the format that the suffix names. Samples of floating tensors
-- are clamped to 0 and 1.
function files.save(filename, tensor)
  check_tensor("save", filename, tensor)
  local suffix = suffix_of(filename)
  local found = filetypes[suffix]
  if not found then refuse("save", "unknown image type: %s", suffix or filename) end
  found.saver(filename, tensor)
end

--- image.decompress(byteTensor [, depth [, type [, options]]]): as load, from the bytes of a JPEG,
-- PNG, PPM, PGM or PBM file.
function files.decompress(tensor, depth, kind, options)
  local bytes = check_bytes("decompress", tensor)
  local format = core.image.imageFormat(bytes)
  if not format then refuse("decompress", "Input must be either jpg or png format") end
  if format == "jpeg" then return files.decompressJPG(bytes, depth, kind, options) end
  return wick_image.decompress(bytes, depth, kind, options)
end

return files
