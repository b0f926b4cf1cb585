-- tnt.IndexedDatasetWriter: puts tensors or tables into an archive that tnt.IndexedDataset reads.
local archive = require "torchnet.dataset.archive"
local errors = require "wick.errors"
local method = require "torchnet.method"
local tnt = require "torchnet.env"

local torch = require "torch"

local IndexedDatasetWriter = torch.class("tnt.IndexedDatasetWriter", tnt)

local function begin(self, indexfilename, datafilename, kind)
  self.indexfilename, self.datafilename, self.kind = indexfilename, datafilename, kind
end

--- tnt.IndexedDatasetWriter(indexfilename, datafilename, type): makes both files. The type is byte,
-- char, short, int, long, float, double or table.
IndexedDatasetWriter.__init = method("tnt.IndexedDatasetWriter", "tnt.IndexedDatasetWriter", {
  { name = "indexfilename", type = "string" },
  { name = "datafilename", type = "string" },
  { name = "type", type = "string" },
}, function(self, indexfilename, datafilename, kind)
  begin(self, indexfilename, datafilename, archive.kind(kind))
  self.dimensions, self.elements, self.sizes = { 0 }, { 0 }, {}
  self.datafile = torch.DiskFile(datafilename, "w"):binary()
end)

--- tnt.IndexedDatasetWriter(indexfilename, datafilename): goes on behind what the index knows of.
IndexedDatasetWriter.__init = method("tnt.IndexedDatasetWriter", "tnt.IndexedDatasetWriter", {
  { name = "indexfilename", type = "string" },
  { name = "datafilename", type = "string" },
  overload = IndexedDatasetWriter.__init,
}, function(self, indexfilename, datafilename)
  local index = archive.readIndex(indexfilename)
  begin(self, indexfilename, datafilename, index.kind)
  self.dimensions, self.elements = index.dimensions:totable(), index.elements:totable()
  self.sizes = index.sizes:totable()
  self.datafile = torch.DiskFile(datafilename, "rw"):binary()
  self.datafile:seek(self.elements[#self.elements] * self.kind.size + 1)
end)

local function check_open(self)
  if not self.datafile then errors.raise("tnt.IndexedDatasetWriter: it is closed") end
end

--- writer:add(tensor): a tensor of the archive's type.
IndexedDatasetWriter.add = method("tnt.IndexedDatasetWriter:add", "tnt.IndexedDatasetWriter", {
  { name = "tensor", type = "torch.*Tensor" },
}, function(self, tensor)
  check_open(self)
  if torch.typename(tensor) ~= self.kind.typename then
    errors.raise("tnt.IndexedDatasetWriter:add: invalid tensor type: %s in an archive of %s",
      torch.typename(tensor), self.kind.typename)
  end
  local sizes, count = tensor:size():totable(), tensor:nElement()
  if count > 0 then
    self.datafile[self.kind.write](self.datafile, tensor:detach():clone():storage())
  end
  table.insert(self.dimensions, self.dimensions[#self.dimensions] + #sizes)
  table.insert(self.elements, self.elements[#self.elements] + count)
  table.move(sizes, 1, #sizes, #self.sizes + 1, self.sizes)
end)

--- writer:add(filename): the bytes of a file as a tensor with one dimension.
IndexedDatasetWriter.add = method("tnt.IndexedDatasetWriter:add", "tnt.IndexedDatasetWriter", {
  { name = "filename", type = "string" },
  overload = IndexedDatasetWriter.add,
}, function(self, filename)
  local file = torch.DiskFile(filename):binary()
  file:seekEnd()
  local count = (file:position() - 1) // self.kind.size
  file:seek(1)
  local elements = count > 0 and self.kind.tensor(file[self.kind.read](file, count))
  file:close()
  self:add(elements or self.kind.tensor())
end)

--- writer:add(table): any table that torch.save writes, in an archive of tables (or chars).
IndexedDatasetWriter.add = method("tnt.IndexedDatasetWriter:add", "tnt.IndexedDatasetWriter", {
  { name = "table", type = "table" },
  nonamed = true,
  overload = IndexedDatasetWriter.add,
}, function(self, value)
  if self.kind.name ~= "table" and self.kind.name ~= "char" then
    errors.raise("tnt.IndexedDatasetWriter:add: tables go into archives of the type table or char, "
      .. "this one has %s", self.kind.name)
  end
  self:add(torch.CharTensor(torch.serializeToStorage(value)))
end)

--- writer:close(): writes the index; without it the archive cannot be read.
function IndexedDatasetWriter:close()
  check_open(self)
  self.datafile:close()
  self.datafile = nil
  archive.writeIndex(self.indexfilename, self.kind, self.dimensions, self.elements, self.sizes)
end
