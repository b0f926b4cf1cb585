-- Layers on a table of two tensors: products, cosines, distances.
local errors = require "wick.errors"
local torch = require "torch"
local layer = require "nn.layer"

local function two(input)
  if type(input) ~= "table" or #input ~= 2 then
    errors.raise("input must be a pair of tensors, got %s", errors.value(input))
  end
  return input[1], input[2]
end

local function mismatch(a, b)
  errors.raise("input tensors of %s and %s do not go together", layer.shape(a), layer.shape(b))
end

-- Products ---------------------------------------------------------------------------------------

local function turned(x, turn)
  if not turn then return x end
  return torch.transpose(x, x:dim() - 1, x:dim())
end

local MM = layer.define("nn.MM", "nn.Module", {
  doc = "The product of two matrices, or of batches of them.",
  { "transA", "boolean", false }, { "transB", "boolean", false },
}, function(self, input)
  local a, b = two(input)
  if a:dim() ~= b:dim() or (a:dim() ~= 2 and a:dim() ~= 3) then mismatch(a, b) end
  a, b = turned(a, self.transA), turned(b, self.transB)
  return a:dim() == 2 and torch.mm(a, b) or torch.bmm(a, b)
end)

function MM:multiplyAdds(input, output)
  return output:nElement() * input[1]:size(input[1]:dim() - (self.transA and 1 or 0))
end

local MV = layer.define("nn.MV", "nn.Module", {
  doc = "A matrix, or a batch of them, times a vector, or one each.",
  { "trans", "boolean", false },
},
  function(self, input)
    local a, v = two(input)
    if a:dim() ~= v:dim() + 1 or (a:dim() ~= 2 and a:dim() ~= 3) then mismatch(a, v) end
    a = turned(a, self.trans)
    if a:dim() == 2 then return torch.mv(a, v) end
    return layer.drop(torch.bmm(a, v:view(v:size(1), v:size(2), 1)), 3)
  end)

function MV:multiplyAdds(input)
  return input[1]:nElement()
end

-- Rows -------------------------------------------------------------------------------------------

-- Both as matrices of one row a sample.
local function as_rows(input)
  local a, b = two(input)
  if not a:isSameSizeAs(b) or a:dim() > 2 then mismatch(a, b) end
  if a:dim() == 1 then return a:view(1, -1), b:view(1, -1) end
  return a, b
end

local function row_sums(x)
  return layer.drop(torch.sum(x, 2), 2)
end

layer.define("nn.DotProduct", "nn.Module", {
  doc = "The dot product of two vectors, or of the rows of two matrices.",
}, function(_, input)
  local a, b = as_rows(input)
  return row_sums(torch.cmul(a, b))
end)

layer.define("nn.CosineDistance", "nn.Module", {
  doc = "The cosine between two vectors, or between the rows of two matrices.",
}, function(_, input)
  local a, b = as_rows(input)
  local lengths = torch.cmul(torch.add(row_sums(torch.square(a)), 1e-12),
    torch.add(row_sums(torch.square(b)), 1e-12))
  return torch.cdiv(row_sums(torch.cmul(a, b)), torch.sqrt(lengths))
end)

layer.define("nn.PairwiseDistance", "nn.Module", {
  doc = "The p-norm of the difference of two vectors, or of the rows of two matrices.",
  { "norm", "number", 2 },
},
  function(self, input)
    local a, b = as_rows(input)
    return layer.drop(torch.norm(torch.csub(a, b), self.norm, 2), 2)
  end)
