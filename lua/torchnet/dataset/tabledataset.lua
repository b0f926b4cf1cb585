-- tnt.TableDataset: samples that are in memory already.
require "torchnet.dataset.listdataset"

local checked = require "torchnet.dataset.index"
local errors = require "wick.errors"
local method = require "torchnet.method"
local tables = require "torchnet.utils.table"
local tnt = require "torchnet.env"

local torch = require "torch"

local TableDataset = torch.class("tnt.TableDataset", "tnt.ListDataset", tnt)

--- tnt.TableDataset{ data = samples }: the samples of a list.
TableDataset.__init = method("tnt.TableDataset", "tnt.TableDataset", {
  { name = "data", type = "table" },
  noordered = true,
}, function(self, data)
  local count = 0
  for _ in pairs(data) do count = count + 1 end
  for i = 1, count do
    if data[i] == nil then
      errors.raise("tnt.TableDataset: keys are not contiguous integers starting at 1: there are %d "
        .. "entries, but none at %d", count, i)
    end
  end
  self.data = data
end)

--- The number of samples.
TableDataset.size = method("tnt.TableDataset:size", "tnt.TableDataset", {}, function(self)
  return #self.data
end)

--- A copy of the i-th sample, so that transforms may change it.
TableDataset.get = method("tnt.TableDataset:get", "tnt.TableDataset", {
  { name = "idx", type = "number" },
}, function(self, idx)
  return tables.clone(self.data[checked("tnt.TableDataset", idx, #self.data)])
end)
