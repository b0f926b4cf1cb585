-- tnt.IndexedDataset: samples whose fields come from archives.
require "torchnet.dataset"
require "torchnet.dataset.indexeddatasetreader"

local checked = require "torchnet.dataset.index"
local errors = require "wick.errors"
local method = require "torchnet.method"
local tnt = require "torchnet.env"

local torch = require "torch"

local IndexedDataset = torch.class("tnt.IndexedDataset", "tnt.Dataset", tnt)

-- A list of { name =, idx =, bin = }.
local function files_beside(path, names)
  local files = {}
  for i, name in ipairs(names) do
    if type(name) ~= "string" then
      errors.raise("tnt.IndexedDataset: fields should be a list of strings (fieldnames), not %s",
        errors.value(name))
    end
    files[i] = {
      name = name, idx = ("%s/%s.idx"):format(path, name), bin = ("%s/%s.bin"):format(path, name),
    }
  end
  return files
end

local function files_named(fields)
  local files = {}
  for name, pair in pairs(fields) do
    if type(name) ~= "string" or type(pair) ~= "table" or type(pair.idx) ~= "string"
      or type(pair.bin) ~= "string" then
      errors.raise("tnt.IndexedDataset: fields should be a hash of string (fieldname) -> table "
        .. "(idx=string, bin=string); without a path there is %s", errors.value(name))
    end
    files[#files + 1] = { name = name, idx = pair.idx, bin = pair.bin }
  end
  return files
end

local function open(files, mmap, mmapidx)
  local readers, size = {}, nil
  for i, file in ipairs(files) do
    local reader = tnt.IndexedDatasetReader(file.idx, file.bin, mmap, mmapidx)
    size = size or reader:size()
    if reader:size() ~= size then
      errors.raise("tnt.IndexedDataset: inconsistent index data size: %s has %d, %s has %d",
        files[1].name, size, file.name, reader:size())
    end
    readers[i] = { name = file.name, data = reader }
  end
  return readers, size
end

--- tnt.IndexedDataset{ fields =, path =, maxload =, mmap = false, mmapidx = false, standalone =
-- false }: a field `name` is in path/name.idx and path/name.bin; without a path, fields are a
-- table name = { idx = file, bin = file }. At most `maxload` samples; with `standalone` there is
-- one field, and samples are its values.
IndexedDataset.__init = method("tnt.IndexedDataset", "tnt.IndexedDataset", {
  { name = "fields", type = "table" },
  { name = "path", type = "string", opt = true },
  { name = "maxload", type = "number", opt = true },
  { name = "mmap", type = "boolean", default = false },
  { name = "mmapidx", type = "boolean", default = false },
  { name = "standalone", type = "boolean", default = false },
  noordered = true,
}, function(self, fields, path, maxload, mmap, mmapidx, standalone)
  local files = path and files_beside(path, fields) or files_named(fields)
  if #files == 0 then
    errors.raise("tnt.IndexedDataset: fields should not be empty")
  elseif standalone and #files ~= 1 then
    errors.raise("tnt.IndexedDataset: only one field expected with standalone flag at true")
  end
  local readers, size = open(files, mmap, mmapidx)
  if maxload and maxload > 0 then size = math.min(size, math.floor(maxload)) end
  self.__fields, self.__size, self.__standalone = readers, size, standalone
  print(("| IndexedDataset: loaded %s with %d examples"):format(path or "", size))
end)

--- The number of samples.
IndexedDataset.size = method("tnt.IndexedDataset:size", "tnt.IndexedDataset", {}, function(self)
  return self.__size
end)

--- The i-th sample.
IndexedDataset.get = method("tnt.IndexedDataset:get", "tnt.IndexedDataset", {
  { name = "idx", type = "number" },
}, function(self, idx)
  local i = checked("tnt.IndexedDataset", idx, self.__size)
  if self.__standalone then return self.__fields[1].data:get(i) end
  local sample = {}
  for _, field in ipairs(self.__fields) do sample[field.name] = field.data:get(i) end
  return sample
end)
