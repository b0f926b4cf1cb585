-- nn.ModuleFromCriterion: a criterion as a module, so that a loss can be a node.
local class = require "torch.class"
local errors = require "wick.errors"
local tape = require "nn.tape"
local torch = require "torch"

local ModuleFromCriterion, parent = torch.class("nn.ModuleFromCriterion", "nn.Module")

--- A module on { prediction, target } whose output is the loss, a tensor of one element.
function ModuleFromCriterion:__init(criterion)
  if not class.isTypeOf(criterion, "nn.Criterion") then
    errors.raise("nn.ModuleFromCriterion: a criterion expected, got %s", errors.value(criterion))
  end
  parent.__init(self)
  self.criterion = criterion
end

--- The loss; the gradient with respect to the target is zero.
function ModuleFromCriterion:updateOutput(input)
  if type(input) ~= "table" or #input ~= 2 then
    errors.raise("nn.ModuleFromCriterion: the input is { prediction, target }, got %s",
      errors.value(input))
  end
  local prediction, target = input[1], tape.detach(input[2])
  local loss = self.criterion:forward(prediction, target)
  if class.isTensor(loss) then return loss end
  return tape.tensors(prediction)[1].new{ loss }
end

function ModuleFromCriterion:__tostring__()
  return ("%s(%s)"):format(class.typename(self), tostring(self.criterion))
end

return ModuleFromCriterion
