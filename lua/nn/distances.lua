-- Layers that compare their input with learnt vectors: cosines and Euclidean distances.
local errors = require "wick.errors"
local torch = require "torch"
local layer = require "nn.layer"

local SIZES = { { "inputSize", "integer" }, { "outputSize", "integer" } }

local function rows_of(input, width)
  if input:dim() < 1 or input:dim() > 2 or input:size(input:dim()) ~= width then
    errors.raise("1D or 2D input of %d columns expected, got %s", width, layer.shape(input))
  end
  return input:dim() == 1 and input:view(1, -1) or input
end

local function as_given(output, input)
  return input:dim() == 1 and output:view(-1) or output
end

local function define(name, doc, update)
  local metatable = layer.define(name, "nn.Module",
    { doc = doc, SIZES[1], SIZES[2] }, update)
  local read = metatable.__init

  function metatable:__init(...)
    read(self, ...)
    self:make()
    self:reset()
    self.inputSize, self.outputSize = nil, nil
  end
  return metatable
end

-- Cosine -----------------------------------------------------------------------------------------

-- The norms of the rows, kept from 0.
local function lengths(x)
  return torch.add(torch.norm(x, 2, 2), 1e-12)
end

local Cosine = define("nn.Cosine",
  "The cosines between the input, a vector or the rows of a matrix, and each row of the weight.",
  function(self, input)
    local weight = self.weight
    layer.same_type(input, weight)
    local rows = rows_of(input, weight:size(2))
    local products = torch.linear(rows, weight)
    local unit = torch.cdiv(products, lengths(rows):expandAs(products))
    return as_given(torch.cdiv(unit, lengths(weight):view(1, -1):expandAs(products)), input)
  end)

function Cosine:make()
  self:parameter("weight", self.outputSize, self.inputSize)
end

--- Draws the weight uniformly within 1 / sqrt(outputSize), or sqrt(3) deviations.
function Cosine:reset(deviation)
  layer.uniform(self, 1 / math.sqrt(self.weight:size(1)), deviation, "weight")
end

-- Euclidean --------------------------------------------------------------------------------------

-- The differences between every row of the input and every column of the weight: N x in x out.
local function differences(rows, weight)
  local n, width, outputs = rows:size(1), weight:size(1), weight:size(2)
  local repeated = rows:contiguous():view(n, width, 1):expand(n, width, outputs)
  return torch.csub(repeated, weight:view(1, width, outputs):expandAs(repeated))
end

-- Their norms; the gradient of a norm of 0 is 0.
local function norms(apart)
  return layer.drop(layer.sqrt(torch.sum(torch.square(apart), 2)), 2)
end

local Euclidean = define("nn.Euclidean",
  "The distances between the input, a vector or the rows of a matrix, and each column of the "
    .. "weight.",
  function(self, input)
    layer.same_type(input, self.weight)
    local rows = rows_of(input, self.weight:size(1))
    return as_given(norms(differences(rows, self.weight)), input)
  end)

function Euclidean:make()
  self:parameter("weight", self.inputSize, self.outputSize)
end

--- Draws the weight uniformly within 1 / sqrt(inputSize), or sqrt(3) deviations.
function Euclidean:reset(deviation)
  layer.uniform(self, 1 / math.sqrt(self.weight:size(1)), deviation, "weight")
end

local WeightedEuclidean = define("nn.WeightedEuclidean",
  "As nn.Euclidean, with differences multiplied by the learnt diagCov of their column first.",
  function(self, input)
    layer.same_type(input, self.weight)
    local rows = rows_of(input, self.weight:size(1))
    local apart = differences(rows, self.weight)
    local scales = self.diagCov:view(1, self.weight:size(1), -1):expandAs(apart)
    return as_given(norms(torch.cmul(apart, scales)), input)
  end)

function WeightedEuclidean:make()
  self:parameter("weight", self.inputSize, self.outputSize)
  self:parameter("diagCov", self.inputSize, self.outputSize)
end

--- Draws the weight as nn.Euclidean does; every scale is 1.
function WeightedEuclidean:reset(deviation)
  Euclidean.reset(self, deviation)
  torch.noGrad(self.diagCov.fill, self.diagCov, 1)
end
