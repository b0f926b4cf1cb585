-- A network whose end is trained with the help of classifiers on what it has half-way (Szegedy et
-- al., 2014): they send gradients to the layers below, and are not there when it is used.
local torch = require "torch"
require "nn"

local auxiliary = {}

local Auxiliary, parent = torch.class("wick.models.Auxiliary", "nn.Container", auxiliary)

--- The rest of a network and a head that sees the same input.
function Auxiliary:__init(rest, head)
  parent.__init(self)
  self:add(rest):add(head)
end

-- {output of the rest, own head's, outputs of heads further on} while training.
function Auxiliary:updateOutput(input)
  local last = self:rethrowErrors(self.modules[1], 1, "forward", input)
  if self.train == false then return last end
  local outputs = type(last) == "table" and { table.unpack(last) } or { last }
  table.insert(outputs, 2, self:rethrowErrors(self.modules[2], 2, "forward", input))
  return outputs
end

Auxiliary.__tostring__ = parent.branchText

--- A module that gives the output of `rest` in evaluation; while training a table of that, of the
-- output of `head` on the same input, and of what heads inside `rest` give.
auxiliary.join = auxiliary.Auxiliary

return auxiliary
