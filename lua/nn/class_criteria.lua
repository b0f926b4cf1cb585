-- Losses of class scores against class numbers from 1: a number, or a tensor of any numeric type.
local args = require "wick.args"
local class = require "torch.class"
local errors = require "wick.errors"
local torch = require "torch"
local layer = require "nn.layer"

local function reduction(self)
  return self.sizeAverage ~= false and "mean" or "sum"
end

-- A target as a tensor.
local function as_tensor(target)
  if type(target) == "number" then return torch.DoubleTensor{ target } end
  if type(target) == "table" and not class.typename(target) then
    return torch.DoubleTensor(target)
  end
  if not class.isTensor(target) then
    errors.raise("the target has to be a class number or a tensor of them, got %s",
      errors.value(target))
  end
  return target
end

local function as_scores(input)
  if class.isTensor(input) then return input end
  errors.raise("the input has to be a tensor of scores, got %s", errors.value(input))
end

-- Negative log-likelihood ------------------------------------------------------------------------

local ClassNLL = torch.class("nn.ClassNLLCriterion", "nn.Criterion")

ClassNLL.args = args{ "nn.ClassNLLCriterion",
  { "weights", "tensor?" }, { "sizeAverage", "boolean", true }, { "ignoreIndex", "integer", -100 },
}

--- nn.ClassNLLCriterion([weights [, sizeAverage = true [, ignoreIndex = -100]]]): minus the
-- target's log-probability, of scores C or N x C; the mean divides by the sum of the targets'
-- weights.
function ClassNLL:__init(...)
  layer.begin(self, ClassNLL.args, ...)
end

-- The sum of the weights of the targets that count.
local function total_weight(self, target)
  if not self.weights then
    return target:nElement() - math.tointeger(target:eq(self.ignoreIndex):sum())
  end
  local total = 0
  for _, t in ipairs(target:long():contiguous():view(-1):totable()) do
    if t ~= self.ignoreIndex then total = total + self.weights[t] end
  end
  return total
end

local function update(self, input, target)
  local loss = torch.nllLoss(input, target, { weights = self.weights, reduction = reduction(self),
    ignoreIndex = self.ignoreIndex })
  self.total_weight = total_weight(self, target)
  return loss, self.total_weight
end

--- Returns the loss and the sum of the weights.
function ClassNLL:updateOutput(input, target)
  return update(self, as_scores(input), as_tensor(target))
end

local SpatialClassNLL = torch.class("nn.SpatialClassNLLCriterion", "nn.ClassNLLCriterion")

--- The same for the pixels of N x C x H x W, with targets N x H x W.
function SpatialClassNLL:updateOutput(input, target)
  if as_scores(input):dim() ~= 4 then
    errors.raise("only batches of spatial inputs supported (4D tensors), got %s",
      layer.shape(input))
  end
  return update(self, input, as_tensor(target))
end

-- Cross-entropy ----------------------------------------------------------------------------------

local CrossEntropy = torch.class("nn.CrossEntropyCriterion", "nn.Criterion")

CrossEntropy.args = args{ "nn.CrossEntropyCriterion",
  { "weights", "tensor?" }, { "sizeAverage", "boolean", true }, { "ignoreIndex", "integer", -100 },
}

--- nn.CrossEntropyCriterion([weights [, sizeAverage = true]]): ClassNLLCriterion of LogSoftMax. The
-- fields of `nll` count, as in Torch7.
function CrossEntropy:__init(...)
  local a = layer.begin(self, CrossEntropy.args, ...)
  self.nll = _G.nn.ClassNLLCriterion(a.weights, a.sizeAverage, a.ignoreIndex)
  self.weights, self.ignoreIndex = nil, nil
end

-- Scores without the dimensions of size 1 behind the classes.
local function squeezed(input)
  local sizes = input:size():totable()
  if #sizes < 3 then return input end
  if sizes[1] == 1 and #sizes ~= 4 then table.remove(sizes, 1) end
  while #sizes > 2 and sizes[#sizes] == 1 do sizes[#sizes] = nil end
  return input:view(sizes)
end

function CrossEntropy:updateOutput(input, target)
  local nll = self.nll
  if self.sizeAverage == false then nll.sizeAverage = false end
  return torch.crossEntropy(squeezed(as_scores(input)), as_tensor(target), {
    weights = nll.weights, ignoreIndex = nll.ignoreIndex,
    reduction = reduction(nll),
  })
end

-- Margins ----------------------------------------------------------------------------------------

local MultiMargin = torch.class("nn.MultiMarginCriterion", "nn.Criterion")

MultiMargin.args = args{ "nn.MultiMarginCriterion",
  { "p", "integer", 1 }, { "weights", "tensor?" }, { "margin", "number", 1 }, sizeAverage = true,
}

--- nn.MultiMarginCriterion([p = 1 [, weights [, margin = 1]]]): the other classes' scores that come
-- within the margin of the target's, to the power p (1 or 2).
function MultiMargin:__init(...)
  local a = layer.begin(self, MultiMargin.args, ...)
  if a.p ~= 1 and a.p ~= 2 then
    errors.raise("nn.MultiMarginCriterion: only p == 1 and p == 2 supported, got %d", a.p)
  end
end

function MultiMargin:updateOutput(input, target)
  return torch.multiMarginLoss(as_scores(input), as_tensor(target), { p = self.p,
    weights = self.weights, margin = self.margin, reduction = reduction(self) })
end

-- Simplex ----------------------------------------------------------------------------------------

-- The vertices of a regular simplex of n points on the unit sphere, as rows of n columns of which
-- the last is 0.
local function simplex_of(n)
  local points = torch.DoubleTensor(n, n):zero()
  for k = 1, n - 1 do
    local head = k > 1 and points[k]:narrow(1, 1, k - 1):norm() or 0
    local height = math.sqrt(1 - head ^ 2)
    points[k][k] = height
    points:narrow(1, k + 1, n - k):select(2, k):fill((height ^ 2 - 1 - 1 / (n - 1)) / height)
  end
  return points
end

local ClassSimplex, MSE = torch.class("nn.ClassSimplexCriterion", "nn.MSECriterion")

ClassSimplex.args = args{ "nn.ClassSimplexCriterion", { "nClasses", "integer" } }

--- nn.ClassSimplexCriterion(nClasses): MSECriterion against the vertex of a regular simplex that
-- stands for the target's class (Xu et al. 2015).
function ClassSimplex:__init(...)
  local a = ClassSimplex.args:read(...)
  if a.nClasses < 2 then
    errors.raise("nn.ClassSimplexCriterion: Required positive integer argument nClasses > 1, got "
      .. "%d", a.nClasses)
  end
  MSE.__init(self)
  self.nClasses, self.name = a.nClasses, a.name
  self.simplex = simplex_of(a.nClasses):type(self._type)
end

function ClassSimplex:updateOutput(input, target)
  local numbers = as_tensor(target):long():contiguous():view(-1)
  if numbers:min() < 1 or numbers:max() > self.nClasses then
    errors.raise("targets have to be 1 to %d, those given are %d to %d", self.nClasses,
      numbers:min(), numbers:max())
  end
  local vertices = torch.index(self.simplex, 1, numbers):typeAs(as_scores(input))
  if vertices:nElement() ~= input:nElement() then
    errors.raise("an input of %s for %d targets; %d columns a sample expected",
      layer.shape(input), numbers:nElement(), self.nClasses)
  end
  return torch.mseLoss(input, vertices:viewAs(input), { reduction = reduction(self) })
end

--- The scores of the classes for outputs N x nClasses: products with their vertices.
function ClassSimplex:getPredictions(input)
  if input:dim() == 1 then input = input:view(1, -1) end
  return torch.mm(input, self.simplex:typeAs(input):t())
end

--- The numbers of the classes with the highest scores.
function ClassSimplex:getTopPrediction(input)
  local scores = self:getPredictions(input)
  local _, best = torch.max(scores, scores:dim())
  return best:view(-1)
end
