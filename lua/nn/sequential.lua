-- nn.Sequential: modules one after the other.
local errors = require "wick.errors"
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

function Sequential:updateOutput(input)
  for i, module in ipairs(self.modules) do
    input = self:rethrowErrors(module, i, "forward", input)
  end
  return input
end

Sequential.__tostring__ = Sequential.chainText

return Sequential
