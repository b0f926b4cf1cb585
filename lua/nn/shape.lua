-- Layers that look at the same elements in another shape or order.
local args = require "wick.args"
local errors = require "wick.errors"
local torch = require "torch"
local layer = require "nn.layer"

local Module = torch.getmetatable("nn.Module")

local function product(sizes)
  local n = 1
  for _, size in ipairs(sizes) do
    if size >= 0 then n = n * size end
  end
  return n
end

local function elements(x, first, last)
  local n = 1
  for dim = first, last do n = n * x:size(dim) end
  return n
end

local function setNumInputDims(self, dims)
  self.numInputDims = dims
  return self
end

local function list_text(self)
  return ("%s(%s)"):format(torch.typename(self), table.concat(self.size:totable(), ", "))
end

-- View -------------------------------------------------------------------------------------------

local View = torch.class("nn.View", "nn.Module")

--- nn.View(sizes ...): the input, or each sample of a batch, in these sizes, one of which may be
-- -1.
function View:__init(...)
  Module.__init(self)
  local sizes, name = layer.sizes("nn.View", ...)
  self.name = name
  self:resetSize(table.unpack(sizes))
end

--- Sets the sizes anew; returns the layer.
function View:resetSize(...)
  local sizes = layer.sizes("nn.View", ...)
  local open = 0
  for _, size in ipairs(sizes) do
    if size < 0 then open = open + 1 end
  end
  if open > 1 then errors.raise("nn.View: only one size may be -1") end
  self.size = torch.LongStorage(sizes)
  self.numElements = product(sizes)
  self.has_open_size = open == 1
  return self
end

--- Says that the last `dims` dimensions of the input are one sample; all before are the batch.
View.setNumInputDims = setNumInputDims

-- How many samples the input holds; nil when it is one, without a batch dimension.
local function batch_of(self, input)
  local dims = input:dim()
  local sample_dims = math.min(self.numInputDims or dims, dims)
  local inner = elements(input, dims - sample_dims + 1, dims)
  if self.numElements == 0 or inner % self.numElements ~= 0 then
    errors.raise("input view (%s) and desired view (%s) do not match",
      table.concat(input:size():totable(), "x"), table.concat(self.size:totable(), "x"))
  end
  local batch = elements(input, 1, dims - sample_dims)
  if not self.has_open_size then batch = batch * (inner // self.numElements) end
  local has_batch = self.numInputDims and dims > self.numInputDims
  if batch ~= 1 or has_batch then return batch end
end

function View:updateOutput(input)
  local sizes = self.size:totable()
  if self.has_open_size == nil then self:resetSize(table.unpack(sizes)) end
  local batch = batch_of(self, input)
  if batch then table.insert(sizes, 1, batch) end
  return input:contiguous():view(sizes)
end

View.__tostring__ = list_text

-- Reshape ----------------------------------------------------------------------------------------

local Reshape = torch.class("nn.Reshape", "nn.Module")

--- nn.Reshape(sizes ... [, batchMode]): the input in these sizes, behind the batch dimension when
-- there is one: `batchMode` says so, or without it the number of elements.
function Reshape:__init(...)
  Module.__init(self)
  local list = { ... }
  if type(list[#list]) == "boolean" then self.batchMode = table.remove(list) end
  local sizes
  sizes, self.name = layer.sizes("nn.Reshape", table.unpack(list))
  self.size = torch.LongStorage(sizes)
  self.nelement = product(sizes)
end

function Reshape:updateOutput(input)
  local sizes = self.size:totable()
  local is_batch = self.batchMode
  if is_batch == nil then
    is_batch = not (input:nElement() == self.nelement and input:size(1) ~= 1)
  end
  if is_batch then table.insert(sizes, 1, input:size(1)) end
  return input:contiguous():view(sizes)
end

function Reshape:__tostring__()
  return ("%s(%s)"):format(torch.typename(self), table.concat(self.size:totable(), "x"))
end

-- Single dimensions ------------------------------------------------------------------------------

local function shifted(self, input, dim)
  local sample_dims = self.numInputDims
  return sample_dims and input:dim() > sample_dims and dim + 1 or dim
end

local Squeeze = layer.define("nn.Squeeze", "nn.Module", {
  doc = "x without its dimensions of size 1, or without `dim`; numInputDims: those of a sample.",
  { "dim", "integer?" }, { "numInputDims", "integer?" },
}, function(self, input)
  local is_batch = self.numInputDims and input:dim() > self.numInputDims
  local dim = self.dim and shifted(self, input, self.dim)
  local sizes = {}
  for i, size in ipairs(input:size():totable()) do
    local goes = size == 1 and (i == dim or not dim) and not (is_batch and i == 1)
    if not goes then sizes[#sizes + 1] = size end
  end
  return input:view(#sizes > 0 and sizes or { 1 })
end)

Squeeze.setNumInputDims = setNumInputDims

local Unsqueeze = layer.define("nn.Unsqueeze", "nn.Module", {
  doc = "x with a dimension of size 1 at `pos`; numInputDims: those of a sample.",
  { "pos", "integer" }, { "numInputDims", "integer?" },
}, function(self, input)
  local dims = self.numInputDims or input:dim()
  local pos = input:dim() - dims + self.pos
  if pos < 1 or pos > input:dim() + 1 then
    errors.raise("an input of %s has no place for a dimension at %d", layer.shape(input), pos)
  end
  return torch.unsqueeze(input, pos)
end)

Unsqueeze.setNumInputDims = setNumInputDims

function Unsqueeze:__tostring__()
  return ("%s(dim %d)"):format(torch.typename(self), self.pos)
end

layer.define("nn.Replicate", "nn.Module", {
  doc = "x repeated n times along a new dimension; ndim: the dimensions of a sample.",
  { "nfeatures", "integer" }, { "dim", "integer", 1 }, { "ndim", "integer?" },
}, function(self, input)
  local dim = self.dim
  if self.ndim and input:dim() > self.ndim then dim = dim + input:dim() - self.ndim end
  local sizes = input:size():totable()
  table.insert(sizes, dim, self.nfeatures)
  return torch.expand(torch.unsqueeze(input, dim), sizes)
end)

layer.define("nn.Collapse", "nn.Module", {
  doc = "The dimensions of a sample as one.",
  { "nInputDim", "integer" },
}, function(self, input)
  local dims = input:dim()
  if dims <= self.nInputDim then return input:contiguous():view(-1) end
  return input:contiguous():view(elements(input, 1, dims - self.nInputDim), -1)
end)

-- Order ------------------------------------------------------------------------------------------

local Transpose = torch.class("nn.Transpose", "nn.Module")

--- nn.Transpose({a, b} [, {c, d} ...]): swaps pairs of dimensions one after the other.
function Transpose:__init(...)
  Module.__init(self)
  self.permutations = { ... }
  for i, pair in ipairs(self.permutations) do
    if type(pair) ~= "table" or #pair ~= 2 then
      errors.raise("nn.Transpose: argument %d has to be a pair of dimensions, {1, 2}, got %s", i,
        errors.value(pair))
    end
  end
end

Transpose.setNumInputDims = setNumInputDims

function Transpose:updateOutput(input)
  local shift = self.numInputDims and input:dim() - self.numInputDims or 0
  for _, pair in ipairs(self.permutations) do
    input = torch.transpose(input, pair[1] + shift, pair[2] + shift)
  end
  return input:contiguous()
end

layer.define("nn.Contiguous", "nn.Module", {
  doc = "x as contiguous memory.",
}, function(_, input)
  return input:contiguous()
end)

-- Types ------------------------------------------------------------------------------------------

local Copy = torch.class("nn.Copy", "nn.Module")

Copy.args = args{ "nn.Copy", { "intype", "string?" }, { "outtype", "string?" },
  { "forceCopy", "boolean", false }, { "dontCast", "boolean", false } }

--- nn.Copy([inType, outType [, forceCopy [, dontCast]]]): the input as a tensor of another type.
function Copy:__init(...)
  layer.begin(self, Copy.args, ...)
  self.outtype = self.outtype or torch.getdefaulttensortype()
end

function Copy:updateOutput(input)
  if input:type() == self.outtype then
    return self.forceCopy and torch.clone(input) or input
  end
  return input:type(self.outtype)
end

--- Converts the module to a type; its results are of that type from then on. With `dontCast` it
-- stays as it is.
function Copy:type(name, cache)
  if name and self.dontCast then return self end
  if name then self.outtype = name end
  return Module.type(self, name, cache)
end
