-- nn.SparseLinear: a linear layer whose inputs are lists of (index, value).
local args = require "wick.args"
local class = require "torch.class"
local errors = require "wick.errors"
local torch = require "torch"
local layer = require "nn.layer"
local tape = require "nn.tape"

local Module = torch.getmetatable("nn.Module")
local SparseLinear = torch.class("nn.SparseLinear", "nn.Module")

SparseLinear.args = args{ "nn.SparseLinear",
  { "inputSize", "integer" }, { "outputSize", "integer" }, { "doGradInput", "boolean", false },
}

--- nn.SparseLinear(inputSize, outputSize [, doGradInput = false]): a sample is a K x 2 tensor of
-- indices and values, a batch a table of them or N x K x 2. With doGradInput backward returns
-- the gradients of all inputs, in the same form.
function SparseLinear:__init(...)
  local a = layer.begin(self, SparseLinear.args, ...)
  self.inputSize, self.outputSize = nil, nil
  self.weightDecay = 0
  self:parameter("weight", a.outputSize, a.inputSize)
  self:parameter("bias", a.outputSize)
  self:reset()
end

--- Draws the weight uniformly within 1 / sqrt(inputSize), or sqrt(3) deviations; the bias within a
-- millionth of it.
function SparseLinear:reset(deviation)
  layer.uniform(self, 1 / math.sqrt(self.weight:size(2)), deviation, "weight", "bias")
  torch.noGrad(self.bias.mul, self.bias, 1e-6)
end

--- The samples as a list, and whether they are a batch, and one in a single tensor.
function SparseLinear.reshapeInput(_, input)
  if not class.isTensor(input) then return input, true, false end
  if input:dim() == 2 then return { input }, false, false end
  if input:dim() ~= 3 then
    errors.raise("a sample of K x 2, a table of them or N x K x 2 expected, got %s",
      layer.shape(input))
  end
  local samples = {}
  for i = 1, input:size(1) do samples[i] = input:select(1, i) end
  return samples, true, true
end

-- All (index, value), and the numbers of the samples they belong to.
local function entries_of(samples)
  local rows = {}
  for i, sample in ipairs(samples) do
    if not class.isTensor(sample) or sample:dim() ~= 2 or sample:size(2) ~= 2 then
      errors.raise("sample %d is %s; K x 2, indices and values, expected", i,
        errors.value(sample))
    end
    rows[i] = torch.LongTensor(sample:size(1)):fill(i)
  end
  return #samples == 1 and samples[1] or torch.cat(samples, 1),
    #samples == 1 and rows[1] or torch.cat(rows, 1)
end

function SparseLinear:updateOutput(input)
  local samples, is_batch = self:reshapeInput(input)
  if #samples == 0 then return torch.clone(self.bias) end
  local entries, rows = entries_of(samples)
  local keys = entries:detach():select(2, 1):long()
  local output = torch.sparseMM(entries:select(2, 2):contiguous(), rows, keys, self.weight:t(),
    #samples)
  output = torch.add(output, self.bias:view(1, -1):expandAs(output))
  return is_batch and output or output:view(-1)
end

-- Gradients of all inputs: N x inputSize x 2 or a table of inputSize x 2.
local function dense_gradients(self, grad_output, in_one)
  local n = self.weight:size(2)
  local values = torch.mm(grad_output:view(-1, self.weight:size(1)), self.weight:detach())
  local all = values.new(values:size(1), n, 2)
  local keys = torch.range(1, n):typeAs(values)
  all:select(3, 1):copy(keys:view(1, n):expandAs(values))
  all:select(3, 2):copy(values)
  if in_one then return all end
  local list = {}
  for i = 1, all:size(1) do list[i] = all[i] end
  return list
end

--- As every module's, but that with doGradInput the gradients of all inputs are returned, not those
-- of the values given.
function SparseLinear:backward(input, grad_output, scale)
  Module.backward(self, input, grad_output, scale)
  if self.doGradInput then
    local _, _, in_one = self:reshapeInput(input)
    self.gradInput = torch.noGrad(dense_gradients, self, tape.detach(grad_output), in_one)
  end
  if self.weightDecay ~= 0 then
    self.gradWeight:add((scale or 1) * self.weightDecay, self.weight:detach())
  end
  return self.gradInput
end

function SparseLinear:__tostring__()
  return ("%s(%d -> %d)"):format(torch.typename(self), self.weight:size(2), self.weight:size(1))
end
