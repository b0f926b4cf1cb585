-- nn.Kmeans: online clustering. Its gradient is that of its own loss: it asks for none.
local args = require "wick.args"
local errors = require "wick.errors"
local torch = require "torch"
local layer = require "nn.layer"

local Kmeans = torch.class("nn.Kmeans", "nn.Module")

Kmeans.args = args{ "nn.Kmeans",
  { "k", "integer" }, { "dim", "integer" }, { "scale", "number?" },
}
Kmeans.cleared = { "_nearest" }

--- nn.Kmeans(k, dim [, scale]): for each row of N x dim the number of the nearest of k centres, the
-- rows of the weight; `loss` is the sum of the squared distances. accGradParameters adds the way
-- from the mean of its rows to each centre, times `scale`.
function Kmeans:__init(...)
  local a = layer.begin(self, Kmeans.args, ...)
  if a.k < 1 then errors.raise("nn.Kmeans: Clusters cannot be 0 or negative, got %d", a.k) end
  if a.dim < 1 then
    errors.raise("nn.Kmeans: Dimensionality cannot be 0 or negative, got %d", a.dim)
  end
  self.loss = 0
  self:parameter("weight", a.k, a.dim)
  self.clusterSampleCount = torch.zeros(a.k)
  self:reset()
end

--- Draws the centres uniformly from (-deviation, deviation), 1 unless given.
function Kmeans:reset(deviation)
  deviation = deviation or 1
  torch.noGrad(self.weight.uniform, self.weight, -deviation, deviation)
end

local function check(self, input)
  if input:dim() ~= 2 or input:size(2) ~= self.dim then
    errors.raise("%s: Incorrect input dimensionality. Expecting 2D with %d columns, got %s",
      torch.typename(self), self.dim, layer.shape(input))
  end
end

-- Sets a centre to a row.
local function place(self, centre, row)
  torch.noGrad(function() self.weight[centre]:copy(row) end)
end

--- Sets the centres to rows of the input, drawn at random.
function Kmeans:initRandom(input)
  check(self, input)
  if input:size(1) < self.k then
    errors.raise("nn.Kmeans: Need atleast k samples for initialization: %d, got %d", self.k,
      input:size(1))
  end
  for i = 1, self.k do place(self, i, input[torch.random(input:size(1))]) end
end

-- The squared distances of all rows to all centres, N x k.
local function squared_distances(input, centres)
  local n, k, dim = input:size(1), centres:size(1), input:size(2)
  local repeated = input:contiguous():view(n, 1, dim):expand(n, k, dim)
  local apart = torch.csub(repeated, centres:view(1, k, dim):expand(n, k, dim))
  return torch.sum(torch.square(apart), 3):view(n, k)
end

--- initKmeansPlus(input [, p = 0.95]): the first centre is a row drawn at random, each further one
-- drawn among the 1 - p of all rows that are farthest from the centres so far (Arthur,
-- Vassilvitskii 2007).
function Kmeans:initKmeansPlus(input, p)
  check(self, input)
  self.p = p or self.p or 0.95
  if self.p < 0 or self.p > 1 then
    errors.raise("nn.Kmeans: P value should be between 0-1, got %g", self.p)
  end
  local n = input:size(1)
  local candidates = math.max(1, math.ceil((1 - self.p) * n))
  place(self, 1, input[torch.random(n)])
  local nearest
  for centre = 2, self.k do
    local centres = self.weight:detach():narrow(1, centre - 1, 1)
    local distances = squared_distances(input, centres):view(-1)
    nearest = nearest and torch.cmin(nearest, distances) or distances
    local _, order = torch.sort(nearest, true)
    place(self, centre, input[order[torch.random(candidates)]])
  end
end

--- The numbers of the nearest centres, as a tensor of the module's type.
function Kmeans:updateOutput(input)
  check(self, input)
  local least, nearest = torch.min(squared_distances(input, self.weight:detach()), 2)
  self.loss = least:sum()
  self._nearest = nearest:view(-1)
  return self._nearest:typeAs(self.weight)
end

--- Zeros.
function Kmeans:updateGradInput(input)
  self.gradInput = input.new(input:size()):zero()
  return self.gradInput
end

--- Adds scale / n * (c - x) for each centre c and the n rows x nearest to it in the last forward.
function Kmeans:accGradParameters(input, _, scale)
  scale = self.scale or scale or 1
  if scale <= 0 then errors.raise("nn.Kmeans: Scale has to be positive, got %g", scale) end
  local nearest = self._nearest
  local ones = input.new(input:size(1)):fill(1)
  self.clusterSampleCount:zero():indexAdd(1, nearest, ones:typeAs(self.clusterSampleCount))
  local ways = torch.csub(torch.index(self.weight:detach(), 1, nearest), input)
  local sums = self.weight.new(self.weight:size()):zero():indexAdd(1, nearest, ways)
  local counts = torch.clamp(self.clusterSampleCount, 1, math.huge):typeAs(sums)
  self.gradWeight:add(scale, torch.cdiv(sums, counts:view(-1, 1):expandAs(sums)))
end

function Kmeans:__tostring__()
  return ("%s(%d, %d)"):format(torch.typename(self), self.k, self.dim)
end
