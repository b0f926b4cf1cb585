-- wick.data.imageList: images named in a list, each with its label.
local core = require "wick.core"
local args = require "wick.args"
local class = require "torch.class"
local errors = require "wick.errors"
local image_files = require "wick.data.image_files"
local paths = require "paths"

local WHAT = "wick.data.imageList"

-- The pairs { path, label } in a text: a line an image, the label behind the last comma, tab or
-- blank.
local function read_pairs(name, text)
  local pairs_read, number = {}, 0
  for line in text:gmatch("([^\r\n]*)\r?\n?") do
    number = number + 1
    if line:find("%S") and not line:find("^#") then
      local path, label = line:match("^%s*(.-)%s*,%s*([^,]-)%s*$")
      if not path then path, label = line:match("^%s*(.-)%s+(%S+)%s*$") end
      if not path or path == "" or label == "" then
        errors.raise("%s: %s:%d: expected a path and a label, as in photo.jpg,3", WHAT, name,
          number)
      end
      pairs_read[#pairs_read + 1] = { path, label }
    end
  end
  return pairs_read
end

-- The list in memory, and what its paths are relative to.
local function read_list(list)
  if type(list) == "table" then return list, nil end
  return read_pairs(list, core.io.readFile(list)), paths.dirname(list)
end

local function check_pair(pair, i)
  if type(pair) ~= "table" or type(pair[1]) ~= "string" or pair[2] == nil then
    errors.raise('%s: entry %d is %s; a pair such as { "photo.jpg", 3 } expected', WHAT, i,
      errors.value(pair))
  end
  return pair
end

-- Labels ------------------------------------------------------------------------------------------

local function is_number(label)
  return tonumber(label) ~= nil
end

-- The classes that words name, in order, unless they are given.
local function classes_of(labels, given)
  if given then return given end
  local classes, seen = {}, {}
  for _, label in ipairs(labels) do
    if not seen[label] then classes[#classes + 1] = label end
    seen[label] = true
  end
  table.sort(classes)
  return classes
end

-- Words as the places of their classes.
local function from_words(labels, given)
  local classes, place, targets = classes_of(labels, given), {}, {}
  for i, name in ipairs(classes) do place[name] = i end
  for i, label in ipairs(labels) do
    targets[i] = place[label]
    if not targets[i] then
      errors.raise("%s: entry %d has the label %s, which is none of the %d classes%s", WHAT, i,
        errors.value(label), #classes, errors.suggestion(errors.nearest(label, place)))
    end
  end
  return targets, classes
end

-- Whole numbers as classes from `from` on; others as they are.
local function from_numbers(labels, from)
  local targets = {}
  for i, label in ipairs(labels) do
    local number = tonumber(label)
    local whole = math.tointeger(number)
    if whole and whole < from then
      errors.raise("%s: entry %d has the label %d; classes count from %d%s", WHAT, i, whole, from,
        whole == 0 and "; labelsFrom = 0 says that the list counts from 0" or "")
    end
    targets[i] = whole and whole - from + 1 or number
  end
  return targets
end

-- A target for each label; and the classes, when labels are words.
local function targets_of(labels, given)
  for i, label in ipairs(labels) do
    if class.isTensor(label) then
      labels[i] = label
    elseif given.classes or not is_number(label) then
      for k, other in ipairs(labels) do labels[k] = tostring(other) end
      return from_words(labels, given.classes)
    end
  end
  if class.isTensor(labels[1]) then return labels end
  return from_numbers(labels, given.labelsFrom)
end

local declared = args{
  WHAT, { "list", "string|table" }, { "folder", "string?" }, { "classes", "table?" }, channels = 3,
  labelsFrom = 1,
}

--- wick.data.imageList{ list, folder =, classes =, channels = 3, labelsFrom = 1 }: the images of a
-- list: a text file with a path and a label a line (`cats/1.jpg,cat` or `cats/1.jpg 3`), or a table
-- of pairs. Paths are relative to `folder`, else to the file of the list. Numbers are classes that
-- count from `labelsFrom`, numbers with a fraction stay as they are; words are classes in their
-- alphabetic order, or in that of the list `classes`. In a table labels may be tensors.
return function(...)
  local given = declared:read(...)
  local list, beside = read_list(given.list)
  local folder = given.folder or beside
  local files, labels = {}, {}
  for i, entry in ipairs(list) do
    local path, label = table.unpack(check_pair(entry, i))
    files[i] = folder and paths.concat(folder, path) or path
    labels[i] = label
  end
  if #files == 0 then errors.raise("%s: the list %s is empty", WHAT, errors.value(given.list)) end
  local targets, classes = targets_of(labels, given)
  return image_files.dataset(WHAT, files, targets, {
    classes = classes, channels = image_files.check_channels(WHAT, given.channels),
  })
end
