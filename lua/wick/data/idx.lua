-- wick.data.idx: MNIST's file format, plain or gzip. Also how the readers beside it find their
-- files.
local core = require "wick.core"
local class = require "torch.class"
local errors = require "wick.errors"
local paths = require "paths"

local idx = {}

--- idx.read(path [, limit]): the tensor in an IDX file, of the type the file has. `limit` is the
-- most bytes that a gzip file may unpack to (the larger of 64 MiB and four times the file).
function idx.read(path, limit)
  return core.io.idx(path, limit)
end

--- The first of `names` that is a file in `folder`. An error of `what` says what is missing (by the
-- first two names) and, as `advice`, what to do about it.
function idx.find(what, folder, names, advice)
  if type(folder) ~= "string" then
    errors.raise("%s: expected the folder of the files, got %s. %s", what, errors.value(folder),
      advice)
  end
  for _, name in ipairs(names) do
    local path = paths.concat(folder, name)
    if paths.filep(path) then return path end
  end
  errors.raise("%s: %s is missing in the folder %s%s. %s", what,
    table.concat(names, " or ", 1, math.min(2, #names)), folder,
    paths.dirp(folder) and "" or ", which does not exist", advice)
end

local function check_sizes(what, path, tensor, sizes)
  for i, size in ipairs(sizes) do
    if tensor:dim() ~= #sizes or (size > 0 and tensor:size(i) ~= size) then
      local text = table.concat(sizes, " x "):gsub("^0", "N")
      errors.raise("%s: %s holds %s, a ByteTensor %s expected", what, path, errors.value(tensor),
        text)
    end
  end
end

--- Images N x height x width and labels N from two IDX files, as `{ data = ByteTensor, label =
-- LongTensor }` with labels from 1 to `classes`; the file's count from 0.
function idx.images_and_labels(what, images, labels, sizes, classes)
  local data, label = idx.read(images), idx.read(labels)
  check_sizes(what, images, data, { 0, table.unpack(sizes) })
  check_sizes(what, labels, label, { 0 })
  if class.typename(data) ~= "torch.ByteTensor" or class.typename(label) ~= "torch.ByteTensor" then
    errors.raise("%s: %s and %s hold %s and %s, bytes expected", what, images, labels,
      errors.value(data), errors.value(label))
  elseif data:size(1) ~= label:size(1) then
    errors.raise("%s: %s holds %d images, %s holds %d labels", what, images, data:size(1), labels,
      label:size(1))
  elseif label:nElement() > 0 and label:max() >= classes then
    errors.raise("%s: %s holds the label %d; there are %d classes, counted from 0", what, labels,
      label:max(), classes)
  end
  return { data = data, label = label:long():add(1) }
end

return setmetatable(idx, {
  __call = function(_, path, limit)
    return idx.read(path, limit)
  end,
})
