-- Decorators that set a module's element type or device apart from those of the network around it.
local args = require "wick.args"
local class = require "torch.class"
local errors = require "wick.errors"
local torch = require "torch"
local tape = require "nn.tape"

-- DontCast ---------------------------------------------------------------------------------------

local DontCast, Decorator = torch.class("nn.DontCast", "nn.Decorator")

DontCast.args = args{ "nn.DontCast",
  { "module", "nn.Module" }, { "castin", "boolean", false },
  { "castout", "boolean", function(a) return a.castin end }, { "moduleType", "string?" },
}

-- The type of the first tensor in a nested value, or nil.
local function type_of(value)
  local first = tape.tensors(value)[1]
  return first and first:type()
end

--- nn.DontCast(module [, castin = false [, castout = castin [, moduleType]]]): keeps the module's
-- type when the network around it is converted; with castin inputs are converted to its type, with
-- castout outputs to the network's.
function DontCast:__init(...)
  local a = DontCast.args:read(...)
  Decorator.__init(self, a.module)
  self.castin, self.castout, self.name = a.castin, a.castout, a.name
  self.moduleType = a.moduleType
  if (a.castin or a.castout) and not a.moduleType then
    self.moduleType = type_of(a.module.output) or type_of((a.module:parameters()))
    if not self.moduleType then
      errors.raise("nn.DontCast: Cannot extrapolate moduleType of %s. Provide constructor "
        .. "argument 4", a.module)
    end
  end
end

local function converted(value, name)
  return tape.map(value, function(x)
    return x:type() == name and x or x:type(name)
  end)
end

function DontCast:updateOutput(input)
  if self.castin then input = converted(input, self.moduleType) end
  local output = self.modules[1]:forward(input)
  return self.castout and converted(output, self._type) or output
end

--- Without an argument the type of its outputs; with one sets it and leaves the module as it is.
function DontCast:type(name)
  if not name then return self._type end
  self._type, self._kept = name, nil
  self.output, self.gradInput = torch.Tensor():type(name), torch.Tensor():type(name)
  return self
end

-- GPU --------------------------------------------------------------------------------------------

local GPU, Container = torch.class("nn.GPU", "nn.Container")

GPU.args = args{ "nn.GPU",
  { "module", "nn.Module" }, { "device", "integer" },
  { "outdevice", "integer", function(a) return a.device end },
}

--- nn.GPU(module, device [, outdevice]): the module. Everything computes on the processor here; the
-- devices are kept for the files and scripts that name them.
function GPU:__init(...)
  local a = GPU.args:read(...)
  Container.__init(self)
  self.modules[1] = a.module
  self.device, self.outdevice, self.name = a.device, a.outdevice, a.name
end

--- Sets the device that is kept; returns the container.
function GPU:setDevice(device)
  self.device = device or self.device
  return self
end

function GPU:updateOutput(input)
  return self:rethrowErrors(self.modules[1], 1, "forward", input)
end

function GPU:__tostring__()
  return ("%s(%d) @ %s"):format(class.typename(self), self.device, tostring(self.modules[1]))
end
