-- tnt.ListDataset: samples that a function loads for the elements of a list.
require "torchnet.dataset"

local checked = require "torchnet.dataset.index"
local class = require "torch.class"
local errors = require "wick.errors"
local lists = require "torchnet.utils.lists"
local method = require "torchnet.method"
local tnt = require "torchnet.env"

local torch = require "torch"

local ListDataset = torch.class("tnt.ListDataset", "tnt.Dataset", tnt)

local function is_list(value)
  local name = class.typename(value)
  if not name then return type(value) == "table" end
  return name == "torch.LongTensor" or name == "tds.Hash" or name == "tds.Vec"
end

local function keep(self, list, load, path)
  self.list, self.load, self.path = list, load, path
end

--- tnt.ListDataset(list, load [, path]): get(i) is load(list[i]); with a path,
-- load("path/list[i]"). The list is a table, a LongTensor, a tds.Hash or a tds.Vec.
ListDataset.__init = method("tnt.ListDataset", "tnt.ListDataset", {
  { name = "list", check = is_list },
  { name = "load", type = "function" },
  { name = "path", type = "string", opt = true },
}, keep)

--- tnt.ListDataset(filename, load [, maxload] [, path]): the list is the lines of a file, at most
-- `maxload` of them.
ListDataset.__init = method("tnt.ListDataset", "tnt.ListDataset", {
  { name = "filename", type = "string" },
  { name = "load", type = "function" },
  { name = "maxload", type = "number", opt = true },
  { name = "path", type = "string", opt = true },
  overload = ListDataset.__init,
}, function(self, filename, load, maxload, path)
  local list = lists.lines(filename, maxload)
  if not list then errors.raise("tnt.ListDataset: cannot read %s", filename) end
  keep(self, list, load, path)
  print(("| loaded <%s> with %d examples"):format(filename, #list))
end)

--- The number of elements.
ListDataset.size = method("tnt.ListDataset:size", "tnt.ListDataset", {}, function(self)
  return torch.isTensor(self.list) and self.list:size(1) or #self.list
end)

--- What `load` makes of the i-th element.
ListDataset.get = method("tnt.ListDataset:get", "tnt.ListDataset", {
  { name = "idx", type = "number" },
}, function(self, idx)
  local element = self.list[checked("tnt.ListDataset", idx, self:size())]
  if self.path then element = ("%s/%s"):format(self.path, lists.text(element)) end
  return self.load(element)
end)
