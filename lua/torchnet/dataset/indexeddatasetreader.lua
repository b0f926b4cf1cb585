-- tnt.IndexedDatasetReader: the tensors or tables of an archive by index.
local archive = require "torchnet.dataset.archive"
local checked = require "torchnet.dataset.index"
local method = require "torchnet.method"
local tnt = require "torchnet.env"

local torch = require "torch"

local IndexedDatasetReader = torch.class("tnt.IndexedDatasetReader", tnt)

-- Copies and other threads open the files themselves.
IndexedDatasetReader.__transient = { index = true, file = true, data = true }

--- tnt.IndexedDatasetReader(indexfilename, datafilename [, mmap] [, mmapidx]): the flags say
-- whether archive and index are read where they lie in memory.
IndexedDatasetReader.__init = method("tnt.IndexedDatasetReader", "tnt.IndexedDatasetReader", {
  { name = "indexfilename", type = "string" },
  { name = "datafilename", type = "string" },
  { name = "mmap", type = "boolean", default = false },
  { name = "mmapidx", type = "boolean", default = false },
}, function(self, indexfilename, datafilename, mmap, mmapidx)
  self.indexfilename, self.datafilename = indexfilename, datafilename
  self.mmap, self.mmapidx = mmap, mmapidx
  self:open()
end)

--- Opens the files if they are not open, and returns the index.
function IndexedDatasetReader:open()
  if self.index then return self.index end
  local index = archive.readIndex(self.indexfilename, self.mmapidx)
  if self.mmap then
    self.data = index.kind.tensor(index.kind.storage(self.datafilename))
  else
    self.file = torch.DiskFile(self.datafilename):binary()
  end
  self.index = index
  return index
end

--- The number of tensors or tables.
function IndexedDatasetReader:size()
  return self:open().count
end

-- Elements of the archive as a vector of their own.
local function elements_of(self, kind, offset, count)
  if self.mmap then return self.data:narrow(1, offset + 1, count):clone() end
  self.file:seek(offset * kind.size + 1)
  return kind.tensor(self.file[kind.read](self.file, count))
end

--- reader:get(index): the tensor or table.
IndexedDatasetReader.get = method("tnt.IndexedDatasetReader:get", "tnt.IndexedDatasetReader", {
  { name = "index", type = "number" },
}, function(self, position)
  local index = self:open()
  local i = checked("tnt.IndexedDatasetReader", position, index.count)
  local first, last = index.dimensions[i] + 1, index.dimensions[i + 1]
  if last < first then return index.kind.tensor() end
  local sizes = index.sizes:narrow(1, first, last - first + 1):totable()
  local offset = index.elements[i]
  local count = index.elements[i + 1] - offset
  if count == 0 then return index.kind.tensor(table.unpack(sizes)) end
  local elements = elements_of(self, index.kind, offset, count)
  if index.kind.name == "table" then
    return torch.deserializeFromStorage(elements:storage())
  end
  return elements:view(table.unpack(sizes))
end)
