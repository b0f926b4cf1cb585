-- Weight normalisation (Salimans, Kingma 2016): a weight's length and direction learnt apart.
local args = require "wick.args"
local class = require "torch.class"
local errors = require "wick.errors"
local torch = require "torch"
local layer = require "nn.layer"
local nn = _G.nn

local Module = torch.getmetatable("nn.Module")

-- WeightNorm -------------------------------------------------------------------------------------

local WeightNorm, Decorator = torch.class("nn.WeightNorm", "nn.Decorator")

WeightNorm.args = args{ "nn.WeightNorm",
  { "module", "nn.Module" }, { "outputDim", "integer", 1 },
}

-- The module inside leaves its parameters to the decorator: what it calls its weight is computed.
local function inner(self)
  local module = self.modules[1]
  module._parameters = {}
  return module
end

--- nn.WeightNorm(module [, outputDim = 1]): the module with the weight g v / |v|, for each slice of
-- the weight along outputDim. The parameters are v, g and the module's bias.
function WeightNorm:__init(...)
  local a = WeightNorm.args:read(...)
  Decorator.__init(self, a.module)
  local module, dim = a.module, a.outputDim
  if not class.isTensor(module.weight) then
    errors.raise("nn.WeightNorm: %s has no weight", module)
  elseif module.updateGradInput ~= Module.updateGradInput then
    errors.raise("nn.WeightNorm: %s computes its own gradient, which knows no v and g; a module "
      .. "made of operations is needed", module)
  end
  self.name, self.outputDim, self.weight = a.name, dim, inner(self).weight:detach()
  module.weight = self.weight
  self.weightSize = self.weight:size()
  local outputs = self.weight:size(dim)
  self:parameter("v", outputs, self.weight:nElement() // math.max(outputs, 1))
  self:parameter("g", outputs)
  if module.bias then
    self.bias, self.gradBias = module.bias, module.gradBias
    table.insert(self._parameters, "bias")
  end
  self:resetInit()
end

for _, name in ipairs{ "bind", "parameters", "zeroGradParameters", "updateParameters" } do
  WeightNorm[name] = Module[name]
end

--- Draws v, sets g to its lengths, which leaves v as it is, and the bias to 0.
function WeightNorm:resetInit()
  torch.noGrad(function()
    self.v:normal(0, math.sqrt(2 / math.max(self.v:size(2), 1)))
    self.g:copy(torch.norm(self.v, 2, 2))
    if self.bias then self.bias:zero() end
    self:updateWeight()
  end)
end

WeightNorm.reset = WeightNorm.resetInit

--- A tensor like the weight with the outputs' dimension brought to the front.
function WeightNorm:permuteIn(x)
  for dim = self.outputDim - 1, 1, -1 do x = x:transpose(dim, dim + 1) end
  return x
end

--- What permuteIn did, undone.
function WeightNorm:permuteOut(x)
  for dim = 1, self.outputDim - 1 do x = x:transpose(dim, dim + 1) end
  return x
end

-- g v / |v| in the weight's shape.
local function computed(self)
  local length = torch.sqrt(torch.add(torch.sum(torch.square(self.v), 2), 1e-4))
  local scale = torch.cdiv(self.g:view(-1, 1), length)
  local sizes = self.weightSize:totable()
  table.insert(sizes, 1, table.remove(sizes, self.outputDim))
  local weight = torch.cmul(self.v, scale:expandAs(self.v)):view(sizes)
  return self:permuteOut(weight):contiguous()
end

--- Brings the field `weight` up to date with v and g.
function WeightNorm:updateWeight()
  torch.noGrad(function() self.weight:copy(computed(self)) end)
end

--- Evaluation mode; the weight is brought up to date.
function WeightNorm:evaluate()
  if self.train ~= false then self:updateWeight() end
  Decorator.evaluate(self)
end

local function restored(module, weight, ok, ...)
  module.weight = weight
  if not ok then error((...), 0) end
  return ...
end

function WeightNorm:updateOutput(input)
  local module, weight = inner(self), computed(self)
  module.bias, module.gradBias = self.bias, self.gradBias
  if self.train ~= false then torch.noGrad(self.weight.copy, self.weight, weight) end
  module.weight = weight
  return restored(module, self.weight, pcall(module.forward, module, input))
end

--- Files that Torch7 wrote hold v and g, not the weight computed from them.
function WeightNorm:read(file)
  for name, value in pairs(file:readObject()) do self[name] = value end
  self._parameters = { "v", "g", self.bias and "bias" or nil }
  if not self.weight then
    self.weight = self.v.new(self.weightSize)
    self.modules[1].weight = self.weight
    self:updateWeight()
  end
end

-- LinearWeightNorm -------------------------------------------------------------------------------

local LinearWeightNorm, Linear = torch.class("nn.LinearWeightNorm", "nn.Linear")

LinearWeightNorm.args = args{ "nn.LinearWeightNorm",
  { "inputSize", "integer" }, { "outputSize", "integer" }, { "bias", "boolean", true },
  { "eps", "number", 1e-16 },
}

--- nn.LinearWeightNorm(inputSize, outputSize [, bias = true [, eps = 1e-16]]): nn.Linear whose
-- weight is g v / |v|, row by row; the field `weight` holds it.
function LinearWeightNorm:__init(...)
  local a = layer.begin(self, LinearWeightNorm.args, ...)
  self.weight = torch.Tensor(a.outputSize, a.inputSize)
  self:parameter("v", a.outputSize, a.inputSize)
  self:parameter("g", a.outputSize, 1)
  if a.bias then self:parameter("bias", a.outputSize) end
  self:reset()
end

--- Draws the weight and the bias as nn.Linear does, and takes v and g from the weight.
function LinearWeightNorm:reset(deviation)
  if not self.weight then self.weight = self.v.new(self.v:size()) end
  Linear.reset(self, deviation)
  self:initFromWeight()
end

--- Takes v and g from a weight, the field unless one is given; returns the layer.
function LinearWeightNorm:initFromWeight(weight)
  torch.noGrad(function()
    weight = weight or self.weight
    self.g:copy(torch.clamp(torch.norm(weight, 2, 2), self.eps, math.huge))
    self.v:copy(weight)
  end)
  return self
end

--- nn.LinearWeightNorm.fromLinear(linear): the layer that computes what an nn.Linear does.
function LinearWeightNorm.fromLinear(linear)
  local weight = linear.weight:detach()
  local module = nn.LinearWeightNorm(weight:size(2), weight:size(1), linear.bias ~= nil)
    :type(weight:type())
  module.weight:copy(weight)
  if linear.bias then torch.noGrad(module.bias.copy, module.bias, linear.bias:detach()) end
  return module:initFromWeight()
end

--- The nn.Linear that computes what the layer does.
function LinearWeightNorm:toLinear()
  self:updateWeightMatrix()
  local module = nn.Linear(self.inputSize, self.outputSize, self.bias ~= nil)
    :type(self.weight:type())
  torch.noGrad(function()
    module.weight:copy(self.weight)
    if self.bias then module.bias:copy(self.bias) end
  end)
  return module
end

local function computed_rows(self)
  local length = torch.clamp(torch.norm(self.v, 2, 2), self.eps, math.huge)
  return torch.cmul(self.v, torch.cdiv(self.g, length):expandAs(self.v))
end

--- Brings the field `weight` up to date with v and g.
function LinearWeightNorm:updateWeightMatrix()
  torch.noGrad(function()
    self.weight = self.weight or self.v.new()
    self.weight:resizeAs(self.v):copy(computed_rows(self))
  end)
end

--- Evaluation mode; the weight is brought up to date.
function LinearWeightNorm:evaluate()
  if self.train ~= false then self:updateWeightMatrix() end
  Linear.evaluate(self)
end

function LinearWeightNorm:updateOutput(input)
  local weight = computed_rows(self)
  if self.train ~= false then self.weight = weight:detach() end
  return torch.linear(input, weight, self.bias)
end

function LinearWeightNorm:__tostring__()
  return ("%s(%d -> %d)%s"):format(torch.typename(self), self.inputSize, self.outputSize,
    self.bias and "" or " without bias")
end
