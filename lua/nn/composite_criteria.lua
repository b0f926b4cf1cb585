-- Weighted sums of criteria.
local class = require "torch.class"
local errors = require "wick.errors"
local layer = require "nn.layer"

local function add(self, criterion, weight)
  if not class.isTypeOf(criterion, "nn.Criterion") then
    errors.raise("%s: add takes a criterion, got %s", class.typename(self), errors.value(criterion))
  end
  self.criterions[#self.criterions + 1] = criterion
  self.weights[#self.weights + 1] = weight or 1
  return self
end

local function apply(self, f)
  f(self)
  for _, criterion in ipairs(self.criterions) do criterion:apply(f) end
end

local function define(name, declaration, update)
  local metatable = layer.define(name, "nn.Criterion", declaration, update)
  local read = metatable.__init

  function metatable:__init(...)
    read(self, ...)
    self.criterions, self.weights = {}, {}
  end

  --- add(criterion [, weight = 1]); returns self.
  metatable.add = add
  metatable.apply = apply
end

define("nn.MultiCriterion", {
  doc = "The weighted sum of criteria on one input and target; add(criterion [, weight]).",
}, function(self, input, target)
  local total = 0
  for i, criterion in ipairs(self.criterions) do
    total = criterion:forward(input, target) * self.weights[i] + total
  end
  return total
end)

define("nn.ParallelCriterion", {
  doc = "The weighted sum of criteria on the entries of input and target, or on one target for "
    .. "all; add(criterion [, weight]).",
  { "repeatTarget", "boolean", false },
}, function(self, input, target)
  local total = 0
  for i, criterion in ipairs(self.criterions) do
    local own = target
    if not self.repeatTarget then own = target[i] end
    total = criterion:forward(input[i], own) * self.weights[i] + total
  end
  return total
end)
