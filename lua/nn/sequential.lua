-- nn.Sequential: modules one after the other.
local errors = require "wick.errors"
local recall = require "nn.recall"
local tape = require "nn.tape"
local torch = require "torch"

local Sequential = torch.class("nn.Sequential", "nn.Container")

--- The number of modules.
function Sequential:__len__()
  return #self.modules
end

--- Puts a module at `index` (the end); the places stay contiguous.
function Sequential:insert(module, index)
  index = index or #self.modules + 1
  if index < 1 or index > #self.modules + 1 then
    errors.raise("nn.Sequential: index should be contiguous to existing modules: it is %s, there "
      .. "are %d", errors.value(index), #self.modules)
  end
  table.insert(self.modules, index, module)
  return self
end

--- Takes the module at `index` (the last) out.
function Sequential:remove(index)
  index = index or #self.modules
  if not self.modules[index] then
    errors.raise("nn.Sequential: index out of range: it is %s, there are %d modules",
      errors.value(index), #self.modules)
  end
  table.remove(self.modules, index)
  return self
end

-- In evaluation, what a module made goes when the next one has used it.
function Sequential:updateOutput(input)
  local notes, output = tape.noted(), input
  local first, last
  for i, module in ipairs(self.modules) do
    first, last = last, notes and #notes
    output = self:rethrowErrors(module, i, "forward", output)
    if first and notes.evaluation then recall.pass(notes, first + 1, last, output, input) end
  end
  if not tape.is_inside() then self.output = output end
  return output
end

Sequential.__tostring__ = Sequential.chainText

return Sequential
