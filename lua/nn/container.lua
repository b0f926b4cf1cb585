-- nn.Container: a module made of modules. Messages of inner modules name their place.
local class = require "torch.class"
local errors = require "wick.errors"
local mode = require "wick.mode"
local torch = require "torch"

local Container, parent = torch.class("nn.Container", "nn.Module")

--- A container without modules; they are added one by one.
function Container:__init(...)
  if ... then
    errors.raise("%s: modules are added one by one: %s():add(...)", class.typename(self),
      class.typename(self))
  end
  parent.__init(self)
  self.modules = {}
end

--- Puts a module at the end; returns the container.
function Container:add(module)
  if not class.isTypeOf(module, "nn.Module") then
    errors.raise("%s: add takes a module, got %s", class.typename(self), errors.value(module))
  elseif not class.typename(module) then
    errors.raise("%s: add takes a module, got the class %s; call it to make one",
      class.typename(self), getmetatable(module).__typename)
  end
  self.modules[#self.modules + 1] = module
  return self
end

--- The module at a place.
function Container:get(index)
  return self.modules[index]
end

--- The number of modules.
function Container:size()
  return #self.modules
end

--- Calls f(module) for the modules directly inside.
function Container:applyToModules(f)
  for _, module in ipairs(self.modules) do f(module) end
end

--- Calls f(module) for the container and everything in it, parents first.
function Container:apply(f)
  f(self)
  for _, module in ipairs(self.modules) do module:apply(f) end
end

local function with_place(self, index, message)
  local name = rawget(self, "name")
  local place = ("In %d module of %s"):format(index, class.typename(self))
  if name then place = ("%s %q"):format(place, name) end
  return errors.within(place, message, mode.torch7 and ":\n" or ": ")
end

local function checked(self, index, ok, ...)
  if ok then return ... end
  error(with_place(self, index, (...)), 0)
end

--- Calls a method of the module at `index`; an error names its place. updateOutput, as containers
-- in Torch7's way call it, is forward: what backward needs is kept, and `output` set.
function Container:rethrowErrors(module, index, method, ...)
  if method == "updateOutput" then method = "forward" end
  return checked(self, index, pcall(module[method], module, ...))
end

--- The lists of all parameters inside and of their gradients, module by module; those of frozen
-- modules only with `all`.
function Container:parameters(all)
  local weights, grads = {}, {}
  for _, module in ipairs(self.modules) do
    local own, own_grads = module:parameters(all)
    for i, weight in ipairs(own or {}) do
      weights[#weights + 1] = weight
      grads[#grads + 1] = own_grads[i]
    end
  end
  return weights, grads
end

--- Nothing: a container has no parameters of its own; those inside are tied where they stand.
function Container:bind()
end

--- Zeroes all gradients inside.
function Container:zeroGradParameters()
  self:applyToModules(function(module) module:zeroGradParameters() end)
end

--- w <- w - rate * gradient, for every parameter inside.
function Container:updateParameters(rate)
  self:applyToModules(function(module) module:updateParameters(rate) end)
end

--- Training mode, for everything inside.
function Container:training()
  self.train = true
  self:applyToModules(function(module) module:training() end)
end

--- Evaluation mode, for everything inside.
function Container:evaluate()
  self.train = false
  self:applyToModules(function(module) module:evaluate() end)
end

--- Initialises all parameters inside anew.
function Container:reset(deviation)
  self:applyToModules(function(module) module:reset(deviation) end)
end

-- Text -------------------------------------------------------------------------------------------

local function indented(module, with)
  return (tostring(module):gsub("\n", "\n" .. with))
end

--- The text of a container whose modules follow each other.
function Container:chainText()
  local lines, places = {}, {}
  for i, module in ipairs(self.modules) do
    places[i] = ("(%d) -> "):format(i)
    lines[i] = ("  (%d): %s\n"):format(i, indented(module, "  "))
  end
  return ("%s {\n  [input -> %soutput]\n%s}"):format(class.typename(self), table.concat(places),
    table.concat(lines))
end

--- The text of a container whose modules stand side by side.
function Container:branchText()
  local lines = {}
  for i, module in ipairs(self.modules) do
    local last = i == #self.modules
    lines[i] = ("%s(%d): %s\n"):format(last and "     `-> " or "    |`-> ", i,
      indented(module, last and "       " or "  |    "))
  end
  return ("%s {\n  input\n%s     ... -> output\n}"):format(class.typename(self),
    table.concat(lines))
end

return Container
