-- Containers whose modules stand side by side: on one input, on slices of it, on the entries of a
-- table.
local args = require "wick.args"
local class = require "torch.class"
local errors = require "wick.errors"
local torch = require "torch"
local layer = require "nn.layer"

local Container = torch.getmetatable("nn.Container")

-- The outputs of all modules on one input.
local function each(self, input)
  local outputs = {}
  for i, module in ipairs(self.modules) do
    outputs[i] = self:rethrowErrors(module, i, "forward", input)
  end
  return outputs
end

-- Concat -----------------------------------------------------------------------------------------

local Concat = torch.class("nn.Concat", "nn.Container")

Concat.args = args{ "nn.Concat", { "dimension", "integer" } }

--- nn.Concat(dim): the outputs of all modules on the input, joined along a dimension (the batch's
-- counts).
function Concat:__init(...)
  Container.__init(self)
  local a = Concat.args:read(...)
  self.dimension, self.name = a.dimension, a.name
end

function Concat:updateOutput(input)
  return torch.cat(each(self, input), self.dimension)
end

Concat.__tostring__ = Container.branchText

local DepthConcat = torch.class("nn.DepthConcat", "nn.Concat")

-- x in the middle of zeros, so that its sizes are `sizes` in all dimensions but `except`.
local function centred(x, sizes, except)
  for dim, size in ipairs(sizes) do
    local missing = size - x:size(dim)
    if dim ~= except and missing > 0 then
      x = torch.pad(x, dim, missing // 2, missing - missing // 2)
    end
  end
  return x
end

function DepthConcat:updateOutput(input)
  local outputs = each(self, input)
  local sizes = outputs[1]:size():totable()
  for _, output in ipairs(outputs) do
    for dim in ipairs(sizes) do sizes[dim] = math.max(sizes[dim], output:size(dim)) end
  end
  for i, output in ipairs(outputs) do outputs[i] = centred(output, sizes, self.dimension) end
  return torch.cat(outputs, self.dimension)
end

-- Tables -----------------------------------------------------------------------------------------

local ConcatTable = torch.class("nn.ConcatTable", "nn.Container")

--- nn.ConcatTable(): the table of all modules' outputs on the input.
function ConcatTable:updateOutput(input)
  return each(self, input)
end

ConcatTable.__tostring__ = Container.branchText

local ParallelTable = torch.class("nn.ParallelTable", "nn.Container")

local function check_entries(self, input, count)
  if type(input) ~= "table" or class.typename(input) then
    errors.raise("%s: input must be a table of tensors, got %s", class.typename(self),
      errors.value(input))
  elseif #input < count then
    errors.raise("%s: %d modules, but the input has %d entries", class.typename(self), count,
      #input)
  end
end

--- nn.ParallelTable(): module i on entry i of the input.
function ParallelTable:updateOutput(input)
  check_entries(self, input, #self.modules)
  local outputs = {}
  for i, module in ipairs(self.modules) do
    outputs[i] = self:rethrowErrors(module, i, "forward", input[i])
  end
  return outputs
end

ParallelTable.__tostring__ = Container.branchText

-- Slices -----------------------------------------------------------------------------------------

local Parallel = torch.class("nn.Parallel", "nn.Container")

Parallel.args = args{ "nn.Parallel",
  { "inputDimension", "integer" }, { "outputDimension", "integer" },
}

--- nn.Parallel(inputDim, outputDim): module i on slice i of the input, outputs joined.
function Parallel:__init(...)
  Container.__init(self)
  local a = Parallel.args:read(...)
  self.inputDimension, self.outputDimension = a.inputDimension, a.outputDimension
  self.name = a.name
end

function Parallel:updateOutput(input)
  local dim = layer.dimension(input, self.inputDimension)
  local count = input:size(dim)
  if count > #self.modules then
    errors.raise("%s: %d modules, but %s has %d slices along dimension %d", class.typename(self),
      #self.modules, layer.shape(input), count, dim)
  end
  local outputs = {}
  for i = 1, count do
    outputs[i] = self:rethrowErrors(self.modules[i], i, "forward", layer.slice(input, dim, i))
  end
  return torch.cat(outputs, self.outputDimension)
end

Parallel.__tostring__ = Container.branchText

-- MapTable ---------------------------------------------------------------------------------------

local MapTable = torch.class("nn.MapTable", "nn.Container")

MapTable.args = args{ "nn.MapTable",
  { "module", "nn.Module?" }, { "shared", "boolean|table", true },
}

--- nn.MapTable([module [, shared = true]]): one module on every entry of the input, by clones that
-- share its parameters.
function MapTable:__init(...)
  Container.__init(self)
  local a = MapTable.args:read(...)
  self.name = a.name
  self.shared = a.shared == true and { "weight", "bias", "gradWeight", "gradBias" } or a.shared
  if a.module then self:add(a.module) end
end

--- Sets the module.
function MapTable:add(module)
  self.modules, self.module = {}, nil
  Container.add(self, module)
  self.module = module
  return self
end

--- Makes n clones.
function MapTable:resize(n)
  if not self.module then errors.raise("nn.MapTable: there is no module; add one") end
  for i = #self.modules + 1, n do
    self.modules[i] = self.shared and self.module:clone(table.unpack(self.shared))
      or self.module:clone()
  end
  for i = n + 1, #self.modules do self.modules[i] = nil end
end

-- The clones' parameters are the module's.
for _, name in ipairs{ "parameters", "zeroGradParameters", "updateParameters" } do
  MapTable[name] = function(self, ...)
    if self.shared and self.module then return self.module[name](self.module, ...) end
    return Container[name](self, ...)
  end
end

--- As of every module; the clones go, the first stays.
function MapTable:clearState()
  if self.module then self:resize(1) end
  return Container.clearState(self)
end

function MapTable:updateOutput(input)
  check_entries(self, input, 0)
  self:resize(#input)
  local outputs = {}
  for i, module in ipairs(self.modules) do
    outputs[i] = self:rethrowErrors(module, i, "forward", input[i])
  end
  return outputs
end

function MapTable:__tostring__()
  local inner = self.module and tostring(self.module):gsub("\n", "\n  ")
  if not inner then return class.typename(self) .. " { }" end
  return ("%s {\n  {input[i]} -> %s -> {output[i]}\n}"):format(class.typename(self), inner)
end
