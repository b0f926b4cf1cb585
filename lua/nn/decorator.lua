-- Containers of one module that change what it sees.
local args = require "wick.args"
local class = require "torch.class"
local errors = require "wick.errors"
local torch = require "torch"

local Container = torch.getmetatable("nn.Container")

local Decorator = torch.class("nn.Decorator", "nn.Container")

--- nn.Decorator(module): the module itself; a base for containers of one module.
function Decorator:__init(module)
  Container.__init(self)
  if not class.isTypeOf(module, "nn.Module") then
    errors.raise("%s: a module expected, got %s", class.typename(self), errors.value(module))
  end
  self.modules[1] = module
end

function Decorator:updateOutput(input)
  return self.modules[1]:forward(input)
end

function Decorator:__tostring__()
  if not self.modules[1] then return class.typename(self) end
  return ("%s @ %s"):format(class.typename(self), tostring(self.modules[1]))
end

--- Gives another container the methods of a decorator.
function Decorator.decorate(metatable)
  metatable.updateOutput, metatable.__tostring__ = Decorator.updateOutput, Decorator.__tostring__
end

-- Bottle -----------------------------------------------------------------------------------------

local Bottle = torch.class("nn.Bottle", "nn.Decorator")

Bottle.args = args{ "nn.Bottle",
  { "module", "nn.Module" }, { "nInputDim", "integer", 2 },
  { "nOutputDim", "integer", function(a) return a.nInputDim end },
}

--- nn.Bottle(module [, nInputDim = 2 [, nOutputDim]]): leading dimensions become one, so that the
-- module sees nInputDim of them, and are brought back in its output.
function Bottle:__init(...)
  local a = Bottle.args:read(...)
  Decorator.__init(self, a.module)
  self.nInputDim, self.nOutputDim, self.name = a.nInputDim, a.nOutputDim, a.name
  self.dimDelta = self.nInputDim - self.nOutputDim
end

function Bottle:updateOutput(input)
  local module, extra = self.modules[1], input:dim() - self.nInputDim
  if extra <= 0 then return module:forward(input) end
  local leading, sizes, together = {}, {}, 1
  for dim, size in ipairs(input:size():totable()) do
    if dim <= extra then
      leading[dim], together = size, together * size
    else
      sizes[#sizes + 1] = size
    end
  end
  sizes[1] = sizes[1] * together
  local output = module:forward(input:contiguous():view(sizes))
  if output:dim() ~= self.nOutputDim or output:size(1) % math.max(together, 1) ~= 0 then
    errors.raise("%s: the output is %s where %d dimensions were expected", self,
      table.concat(output:size():totable(), " x "), self.nOutputDim)
  end
  leading[#leading + 1] = output:size(1) // math.max(together, 1)
  for dim = 2, output:dim() do leading[#leading + 1] = output:size(dim) end
  return output:contiguous():view(leading)
end
