-- Criteria as modules, and modules in front of criteria.
local args = require "wick.args"
local class = require "torch.class"
local errors = require "wick.errors"
local torch = require "torch"
local layer = require "nn.layer"
local tape = require "nn.tape"

local Module, Criterion = torch.getmetatable("nn.Module"), torch.getmetatable("nn.Criterion")

-- Modules on {input, target} ---------------------------------------------------------------------

-- The loss as a tensor of one element.
local function loss_of(self, input)
  if type(input) ~= "table" or class.typename(input) then
    errors.raise("input must be a table of an input and a target, got %s", errors.value(input))
  end
  local loss = self.criterion:forward(input[1], tape.detach(input[2]))
  return class.isTensor(loss) and loss or torch.Tensor{ loss }:type(self._type)
end

local CRITERION = { "criterion", "nn.Criterion" }

local CriterionTable = layer.define("nn.CriterionTable", "nn.Module", {
  doc = "A criterion as a module on {input, target}: the loss, a number outside a recording.",
  CRITERION,
}, loss_of)

--- The loss: a number outside a recording, else a tensor.
function CriterionTable:forward(input)
  if tape.is_inside() or tape.is_open(input) then return Module.forward(self, input) end
  self.output = Module.forward(self, input):item()
  return self.output
end

--- The gradients of the loss with respect to the input, and zeros for the target.
function CriterionTable:backward(input)
  return Module.backward(self, input, torch.ones(1):type(self._type))
end

function CriterionTable:__tostring__()
  return ("%s @ %s"):format(class.typename(self), tostring(self.criterion))
end

-- ModuleCriterion --------------------------------------------------------------------------------

local ModuleCriterion = torch.class("nn.ModuleCriterion", "nn.Criterion")

ModuleCriterion.args = args{ "nn.ModuleCriterion",
  CRITERION, { "inputModule", "nn.Module?" }, { "targetModule", "nn.Module?" },
  { "castTarget", "boolean", true },
}

--- nn.ModuleCriterion(criterion [, inputModule [, targetModule [, castTarget = true]]]): the
-- criterion of what the modules make of input and target. With castTarget false the target's
-- module keeps its type.
function ModuleCriterion:__init(...)
  local a = layer.begin(self, ModuleCriterion.args, ...)
  local weights = a.inputModule and a.inputModule:parameters()
  if weights and #weights > 0 then
    print "Warning: nn.ModuleCriterion doesn't support parameter updates"
  end
end

function ModuleCriterion:updateOutput(input, target)
  if self.inputModule then input = self.inputModule:forward(input) end
  if self.targetModule then target = tape.detach(self.targetModule:forward(target)) end
  return self.criterion:forward(input, target)
end

--- Converts as modules do, but for the target's module where castTarget is false.
function ModuleCriterion:type(name, cache)
  local module = self.targetModule
  if name and not self.castTarget then self.targetModule = nil end
  local result = Criterion.type(self, name, cache)
  self.targetModule = module
  return result
end
