-- Layers that add a parameter to every element or multiply by it.
local args = require "wick.args"
local errors = require "wick.errors"
local torch = require "torch"
local layer = require "nn.layer"

-- Add --------------------------------------------------------------------------------------------

local Add = torch.class("nn.Add", "nn.Module")

Add.args = args{ "nn.Add", { "inputSize", "integer" }, { "scalar", "any", false } }

--- nn.Add(inputSize [, scalar]): adds a bias an element of a sample, or one to all (as for any
-- second argument but false: Torch7 scripts give sizes there).
function Add:__init(...)
  local a = layer.begin(self, Add.args, ...)
  self:parameter("bias", a.scalar and 1 or a.inputSize)
  self:reset()
end

function Add:reset(deviation)
  layer.uniform(self, 1 / math.sqrt(self.bias:size(1)), deviation, "bias")
end

function Add:updateOutput(input)
  local n = self.bias:nElement()
  layer.same_type(input, self.bias)
  if n == 1 then return torch.add(input, self.bias) end
  if input:nElement() % n ~= 0 then
    errors.raise("%d values cannot be added to samples of %s", n, layer.shape(input))
  end
  local rows = input:contiguous():view(-1, n)
  return torch.add(rows, self.bias:view(1, n)):viewAs(input)
end

-- Mul --------------------------------------------------------------------------------------------

local Mul = torch.class("nn.Mul", "nn.Module")

Mul.args = args{ "nn.Mul" }

--- nn.Mul(): multiplies all by one weight.
function Mul:__init(...)
  layer.begin(self, Mul.args, ...)
  self:parameter("weight", 1)
  self:reset()
end

function Mul:reset(deviation)
  layer.uniform(self, 1, deviation, "weight")
end

function Mul:updateOutput(input)
  layer.same_type(input, self.weight)
  return torch.cmul(input, self.weight)
end

function Mul:multiplyAdds(_, output)
  return output:nElement()
end

-- CMul and CAdd ----------------------------------------------------------------------------------

-- The parameter, over samples of its size or broadcast along its dimensions of size 1.
local function apply(operation, input, parameter)
  if input:nElement() == parameter:nElement() then
    return operation(input, parameter:viewAs(input))
  end
  local samples = input:dim() > 1 and input:size(1) or 0
  if input:nElement() == samples * parameter:nElement() and parameter:dim() > input:dim() then
    local sizes = input:size():totable()
    sizes[1] = 1
    return operation(input, parameter:view(sizes))
  end
  local output = input:dim() >= parameter:dim() and operation(input, parameter)
  if not output or not output:isSameSizeAs(input) then
    errors.raise("an input of %s does not go with parameters of %s", layer.shape(input),
      layer.shape(parameter))
  end
  return output
end

local function define(name, field, operation)
  local metatable = torch.class(name, "nn.Module")

  function metatable:__init(...)
    local sizes, given = layer.sizes(name, ...)
    torch.getmetatable("nn.Module").__init(self)
    self.name = given
    self.size = torch.LongStorage(sizes)
    self:parameter(field, table.unpack(sizes))
    self:reset()
  end

  function metatable:reset(deviation)
    layer.uniform(self, 1 / math.sqrt(self[field]:nElement()), deviation, field)
  end

  function metatable:updateOutput(input)
    layer.same_type(input, self[field])
    return apply(operation, input, self[field])
  end
  return metatable
end

define("nn.CAdd", "bias", torch.add)
define("nn.CMul", "weight", torch.cmul).multiplyAdds = Mul.multiplyAdds

-- PReLU ------------------------------------------------------------------------------------------

local PReLU = torch.class("nn.PReLU", "nn.Module")

PReLU.args = args{ "nn.PReLU", { "nOutputPlane", "integer", 0 } }

--- nn.PReLU([nPlanes = 0]): x where it is positive, else x times a learnt slope: one, or one a
-- plane.
function PReLU:__init(...)
  local a = layer.begin(self, PReLU.args, ...)
  self:parameter("weight", math.max(1, a.nOutputPlane))
  self:reset()
end

--- All slopes 0.25.
function PReLU:reset()
  torch.noGrad(self.weight.fill, self.weight, 0.25)
end

-- The slopes in a shape that broadcasts over the input.
local function slopes_for(self, input)
  if self.nOutputPlane == 0 then return self.weight end
  local dims = input:dim()
  local at = (dims == 1 or dims == 3) and 1 or 2
  if input:size(at) ~= self.nOutputPlane then
    errors.raise("Wrong number of input planes. Expected %d but got %d.", self.nOutputPlane,
      input:size(at))
  end
  local sizes = {}
  for dim = 1, dims do sizes[dim] = dim == at and self.nOutputPlane or 1 end
  return self.weight:view(sizes)
end

function PReLU:updateOutput(input)
  layer.same_type(input, self.weight)
  return torch.where(input:detach():gt(0), input, torch.cmul(input, slopes_for(self, input)))
end
