-- wick.data.imageFolder: images in a folder a class.
local args = require "wick.args"
local errors = require "wick.errors"
local image_files = require "wick.data.image_files"
local paths = require "paths"
local system = require "wick.system"

local WHAT = "wick.data.imageFolder"
local ENDINGS = { png = true, jpg = true, jpeg = true, ppm = true, pgm = true, pbm = true }

local function sorted_names(folder)
  local names, message = system.list(folder)
  if not names then errors.raise("%s: %s", WHAT, message) end
  table.sort(names)
  return names
end

-- Adds the images in a folder and those inside it, sorted by name.
local function add_images(folder, files)
  for _, name in ipairs(sorted_names(folder)) do
    local path = paths.concat(folder, name)
    local ending = name:match("%.(%w+)$")
    if name:sub(1, 1) ~= "." and paths.dirp(path) then
      add_images(path, files)
    elseif ending and ENDINGS[ending:lower()] and name:sub(1, 1) ~= "." then
      files[#files + 1] = path
    end
  end
end

-- The names of the folders inside.
local function folders_in(folder)
  local classes = {}
  for _, name in ipairs(sorted_names(folder)) do
    if name:sub(1, 1) ~= "." and paths.dirp(paths.concat(folder, name)) then
      classes[#classes + 1] = name
    end
  end
  if #classes == 0 then
    errors.raise("%s: %s has no folders; a folder a class is expected", WHAT, folder)
  end
  return classes
end

local declared = args{ WHAT, { "folder", "string" }, channels = 3, { "classes", "table?" } }

--- wick.data.imageFolder(folder) or wick.data.imageFolder{ folder, channels = 3, classes = }: the
-- images of a folder whose folders are the classes: class 1 is the first in the order of their
-- names, or of the list `classes`. Files are PNG, JPEG and PNM, by their endings, in folders inside
-- those, too. Images have three channels, or one (grey), or with 0 those of the file.
return function(...)
  local given = declared:read(...)
  if not paths.dirp(given.folder) then
    errors.raise("%s: there is no folder %s", WHAT, given.folder)
  end
  local classes = given.classes or folders_in(given.folder)
  local files, targets = {}, {}
  for class, name in ipairs(classes) do
    local before = #files
    add_images(paths.concat(given.folder, name), files)
    if #files == before then
      errors.raise("%s: the folder %s has no image", WHAT, paths.concat(given.folder, name))
    end
    for i = before + 1, #files do targets[i] = class end
  end
  return image_files.dataset(WHAT, files, targets, {
    classes = classes, channels = image_files.check_channels(WHAT, given.channels),
  })
end
