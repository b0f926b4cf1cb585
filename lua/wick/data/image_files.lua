-- Data sets of image files: what wick.data.imageFolder and wick.data.imageList share.
local dataset = require "wick.data.dataset"
local errors = require "wick.errors"
local image = require "wick.image"

local image_files = {}

local CHANNELS = { [0] = true, [1] = true, [3] = true }

--- The channels that images are brought to: 3 unless given, 1 for grey, 0 as the file has them.
function image_files.check_channels(what, channels)
  if channels == nil then return 3 end
  if not CHANNELS[channels] then
    errors.raise("%s: channels is 3, 1 for grey, or 0 for those of the file; got %s", what,
      errors.value(channels))
  end
  return math.tointeger(channels)
end

-- channels x height x width of bytes.
local function load(path, channels)
  local pixels = image.load(path, channels > 0 and channels or nil, "byte")
  return pixels:dim() == 3 and pixels or pixels:view(1, pixels:size(1), pixels:size(2))
end

--- The data set of the images at `files[i]` with the target `targets[i]`; `fields` are further
-- fields of it, channels among them.
function image_files.dataset(name, files, targets, fields)
  local set = dataset.make(name, fields)
  set.steady = true

  function set:size()
    return #files
  end

  function set:entry(i)
    i = dataset.check_place(self, i)
    return { path = files[i], target = targets[i] }
  end

  function set:get(i)
    local entry = self:entry(i)
    entry.input = load(entry.path, self.channels)
    return entry
  end

  return set
end

return image_files
