-- nn.LookupTable: rows of a matrix by their numbers, as for the words of a language.
local args = require "wick.args"
local errors = require "wick.errors"
local torch = require "torch"
local layer = require "nn.layer"

local LookupTable = torch.class("nn.LookupTable", "nn.Module")

LookupTable.args = args{ "nn.LookupTable",
  { "nIndex", "integer" }, { "nOutput", "integer" }, { "paddingValue", "integer", 0 },
  { "maxNorm", "number?" }, { "normType", "number", 2 },
}

--- nn.LookupTable(nIndex, nOutput [, paddingValue [, maxNorm [, normType]]]): numbers from 1 to
-- nIndex, n or N x n of them, become n x nOutput or N x n x nOutput. The row `paddingValue` learns
-- nothing; rows used are scaled down to `maxNorm`.
function LookupTable:__init(...)
  local a = layer.begin(self, LookupTable.args, ...)
  self:parameter("weight", a.nIndex, a.nOutput)
  self:reset()
end

--- Draws the weight from a normal distribution.
function LookupTable:reset(deviation)
  if not deviation and layer.fill(self, "weight") then return end
  torch.noGrad(self.weight.normal, self.weight, 0, deviation or 1)
end

--- The row that learns nothing; 0: none.
function LookupTable:setPadding(index)
  self.paddingValue = index
  return self
end

--- The largest norm of a row that is used.
function LookupTable:setMaxNorm(norm)
  self.maxNorm = norm
  return self
end

--- The p of that norm.
function LookupTable:setNormType(p)
  self.normType = p
  return self
end

--- Gives the memory of the gradient back; backward makes it again.
function LookupTable:accUpdateOnly()
  self.gradWeight, self.weight.grad = nil, nil
  return self
end

--- The gradient of a row is divided by the number of times that it was used.
function LookupTable:scaleGradByFreq()
  self.shouldScaleGradByFreq = true
  return self
end

-- Scales the rows that are used down where their norm is above the largest.
local function renormalise(self, numbers)
  local seen = {}
  for _, i in ipairs(numbers:totable()) do
    if not seen[i] then
      seen[i] = true
      local row = self.weight:select(1, i)
      local norm = row:norm(self.normType or 2)
      if norm > self.maxNorm then row:mul(self.maxNorm / (norm + 1e-7)) end
    end
  end
end

-- Rows whose gradients are divided by how often their number occurs.
local share_gradient = torch.operation{
  name = "scaleGradByFreq",
  forward = function(context, rows, numbers, count)
    local times = torch.zeros(count):typeAs(rows)
    times:indexAdd(1, numbers, times.new(numbers:nElement()):fill(1))
    context.times = times:index(1, numbers):view(-1, 1)
    return rows:detach()
  end,
  backward = function(context, grad)
    return torch.cdiv(grad, context.times:expandAs(grad))
  end,
}

-- The same rows, without a gradient where the number is that of the padding.
local function without_padding(rows, numbers, padding)
  local is_padding = numbers:eq(padding)
  if not is_padding:any() then return rows end
  local mask = is_padding:view(-1, 1):expand(rows:size())
  return torch.where(mask, rows:detach(), rows)
end

function LookupTable:updateOutput(input)
  if input:dim() ~= 1 and input:dim() ~= 2 then
    errors.raise("input must be a vector or matrix, got %s", layer.shape(input))
  end
  local numbers = input:detach():long():contiguous():view(-1)
  if numbers:nElement() > 0 and (numbers:min() < 1 or numbers:max() > self.weight:size(1)) then
    errors.raise("numbers have to be 1 to %d, those given are %d to %d", self.weight:size(1),
      numbers:min(), numbers:max())
  end
  if self.maxNorm then torch.noGrad(renormalise, self, numbers) end
  local rows = torch.index(self.weight, 1, numbers)
  if self.shouldScaleGradByFreq then
    rows = share_gradient(rows, numbers, self.weight:size(1))
  end
  local padding = self.paddingValue or 0
  if padding ~= 0 then rows = without_padding(rows, numbers, padding) end
  local sizes = input:size():totable()
  sizes[#sizes + 1] = self.weight:size(2)
  return rows:view(sizes)
end
