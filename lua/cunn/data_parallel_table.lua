-- nn.DataParallelTable: where a model ran in copies on several GPUs, it runs once.
local errors = require "wick.errors"

require "nn"

local torch = require "torch"

local Container = torch.getmetatable("nn.Container")

local DataParallelTable = torch.class("nn.DataParallelTable", "nn.Decorator")

--- nn.DataParallelTable([dimension = 1 [, flattenParams [, usenccl]]]): dimension is the one that
-- batches would be cut along.
function DataParallelTable:__init(dimension, flatten, use_nccl)
  Container.__init(self)
  self.dimension = dimension or 1
  self.flattenParams, self.usenccl = flatten or false, use_nccl or false
  self.gpuAssignments = {}
end

--- table:add(module [, devices]): the model; copies of it that are added for further devices are
-- not kept.
function DataParallelTable:add(module, devices)
  if not torch.isTypeOf(module, "nn.Module") then
    errors.raise("nn.DataParallelTable: a module expected, got %s", errors.value(module))
  end
  if not self.modules[1] then self.modules[1] = module end
  self.gpuAssignments = type(devices) == "table" and devices or { devices or 1 }
  return self
end

function DataParallelTable:updateOutput(input)
  if not self.modules[1] then errors.raise("nn.DataParallelTable: it has no model; add one") end
  return self.modules[1]:forward(input)
end

--- table:threads(f): calls f once, where each GPU's thread would have.
function DataParallelTable:threads(f)
  if f then f(1) end
  return self
end

--- The model.
function DataParallelTable:get()
  return self.modules[1]
end

--- Parameters of the one copy agree with themselves.
function DataParallelTable:syncParameters()
  return self
end

DataParallelTable.flattenParameters = DataParallelTable.syncParameters
