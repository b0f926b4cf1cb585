-- Losses of two tensors against 1 and -1: whether they belong together, which of them is larger.
local class = require "torch.class"
local errors = require "wick.errors"
local torch = require "torch"
local layer = require "nn.layer"

local function two(input)
  if type(input) ~= "table" or not class.isTensor(input[1]) or not class.isTensor(input[2]) then
    errors.raise("input must be a pair of tensors, got %s", errors.value(input))
  end
  if not input[1]:isSameSizeAs(input[2]) then
    errors.raise("input tensors must have the same size, got %s and %s", layer.shape(input[1]),
      layer.shape(input[2]))
  end
  return input[1], input[2]
end

-- A number or a tensor as a tensor of x's type with one entry a row, or one in all.
local function as_signs(target, x)
  if type(target) == "number" then return x.new{ target } end
  return target:type(x:type()):contiguous():view(-1)
end

local function reduced(self, losses)
  return (self.sizeAverage ~= false and torch.mean or torch.sum)(losses)
end

-- Cosine -----------------------------------------------------------------------------------------

local function row_sums(x)
  return layer.drop(torch.sum(x, 2), 2)
end

local function cosines(a, b)
  if a:dim() == 1 then a, b = a:view(1, -1), b:view(1, -1) end
  local lengths = torch.cmul(torch.add(row_sums(torch.square(a)), 1e-12),
    torch.add(row_sums(torch.square(b)), 1e-12))
  return torch.cdiv(row_sums(torch.cmul(a, b)), torch.sqrt(lengths))
end

layer.define("nn.CosineEmbeddingCriterion", "nn.Criterion", {
  doc = "Of {a, b}: 1 - cos where the target is 1, max(0, cos - margin) where it is -1.",
  { "margin", "number", 0 }, sizeAverage = true,
}, function(self, input, target)
  local cosine = cosines(two(input))
  local signs = as_signs(target, cosine):expand(cosine:size())
  local together = torch.add(torch.mul(cosine, -1), 1)
  local apart = torch.relu(torch.add(cosine, -self.margin))
  return reduced(self, torch.where(signs:eq(1), together, apart))
end)

-- Ranking ----------------------------------------------------------------------------------------

layer.define("nn.MarginRankingCriterion", "nn.Criterion", {
  doc = "Of {a, b}: max(0, margin - t (a - b)), so that a is the larger where t is 1.",
  { "margin", "number", 1 }, sizeAverage = true,
}, function(self, input, target)
  local a, b = two(input)
  local signs = as_signs(target, a)
  if signs:nElement() == a:nElement() then signs = signs:viewAs(a) end
  local wrong = torch.mul(torch.cmul(torch.csub(a, b), signs), -1)
  return reduced(self, torch.relu(torch.add(wrong, self.margin)))
end)

-- Distance ---------------------------------------------------------------------------------------

layer.define("nn.L1HingeEmbeddingCriterion", "nn.Criterion", {
  doc = "Of {a, b}: |a - b| where the target is 1, max(0, margin - |a - b|) where it is -1.",
  { "margin", "number", 1 },
},
  function(self, input, target)
    local a, b = two(input)
    local distance = torch.sum(torch.abs(torch.csub(a, b)):view(1, -1), 2)
    local sign = type(target) == "number" and target or target:contiguous():view(-1)[1]
    if sign == 1 then return torch.sum(distance) end
    return torch.sum(torch.relu(torch.add(torch.mul(distance, -1), self.margin)))
  end)

layer.define("nn.DistanceRatioCriterion", "nn.Criterion", {
  doc = "Of {a, b}, distances of like and of unlike samples: -log(exp(-a) / (exp(-a) + exp(-b))), "
    .. "over the number of rows with sizeAverage; takes no target.",
  { "sizeAverage", "boolean", true },
}, function(self, input)
  local like, unlike = two(input)
  local total = torch.sum(torch.logSigmoid(torch.csub(unlike, like))) * -1
  return self.sizeAverage ~= false and total / like:size(1) or total
end)
