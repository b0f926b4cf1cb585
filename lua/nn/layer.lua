-- What the files of layers share: constructors from declarations, initial values, dimensions.
local args = require "wick.args"
local class = require "torch.class"
local errors = require "wick.errors"
local torch = require "torch"
local fillers = require "nn.fillers"
local layer_options = require "nn.options"

local layer = {}

-- A module's arguments: its own, and the options of every layer.
local function read_module(self, declaration, ...)
  declaration:extend(layer_options.rows)
  local arguments = declaration:read(...)
  layer_options.take(self, arguments, declaration.own)
  return arguments
end

--- Begins a constructor: base fields, then the arguments by `declaration` (wick.args), each also as
-- a field of that name unless it is a switch for parameters. Returns the arguments.
function layer.begin(self, declaration, ...)
  local is_module = not class.isTypeOf(self, "nn.Criterion")
  class.getmetatable(is_module and "nn.Module" or "nn.Criterion").__init(self)
  local arguments = is_module and read_module(self, declaration, ...) or declaration:read(...)
  for name, value in pairs(arguments) do
    if name ~= "bias" then self[name] = value end
  end
  return arguments
end

--- A class whose constructor does nothing but read its arguments; `update` is its updateOutput.
-- `doc` in the declaration is the help on it. Returns what torch.class returns.
function layer.define(name, parent, declaration, update)
  local metatable, parent_metatable = torch.class(name, parent)
  metatable.doc, declaration.doc = declaration.doc, nil
  table.insert(declaration, 1, name)
  metatable.args = args(declaration)
  function metatable:__init(...)
    layer.begin(self, metatable.args, ...)
  end
  metatable.updateOutput = update
  return metatable, parent_metatable
end

-- Inputs of an output and outputs of an input, by the shape of the weight: outputs x inputs x
-- kernel; in a matrix the kernel is part of the inputs.
local function fans(self)
  local weight, kernel = self.weight, 1
  local n, outputs = weight:nElement(), weight:size(1)
  if weight:dim() == 1 then return 1, 1 end
  for _, axis in ipairs{ "T", "W", "H" } do kernel = kernel * (self["k" .. axis] or 1) end
  if self.adjW then return n // weight:size(2), n // outputs end -- transposed
  return n // outputs, outputs // (self.groups or 1) * kernel
end

--- Fills the parameter `name` as the layer's option weightFiller or biasFiller says; returns
-- whether there is one.
function layer.fill(self, name)
  local given = rawget(self, "options")
  local filler = given and given[name .. "Filler"]
  if filler and self[name] then
    fillers.fill(class.typename(self), self[name], filler, fans(self))
  end
  return filler ~= nil
end

--- Fills parameters, in this order, uniformly in (-bound, bound); a deviation given to `reset`
-- takes the bound's place. Those that have a filler by option are left to it.
function layer.uniform(self, bound, deviation, ...)
  if deviation then bound = deviation * math.sqrt(3) end
  torch.noGrad(function(...)
    for _, name in ipairs{ ... } do
      local filled = not deviation and layer.fill(self, name)
      if self[name] and not filled then self[name]:uniform(-bound, bound) end
    end
  end, ...)
end

--- Takes the bias away; part of layers that have one. A script that sets `bias` and `gradBias`
-- again has it back. Returns the layer.
function layer.noBias(self)
  self.bias, self.gradBias = nil, nil
  return self
end

--- Raises unless those fields of a layer are positive.
function layer.check_positive(self, ...)
  for _, name in ipairs{ ... } do
    if self[name] < 1 then
      errors.raise("%s: %s is %d, it has to be positive", class.typename(self), name, self[name])
    end
  end
end

--- A whole number: fractions are cut off, as Torch7 did with (k - 1) / 2.
function layer.whole(number)
  return math.tointeger(number) or (number >= 0 and math.floor(number) or math.ceil(number))
end

--- Sizes given as numbers, a table or a LongStorage: a list, and the name in a table of options.
function layer.sizes(what, ...)
  local first, options = ...
  local list = { ... }
  if class.isStorage(first) then list = first:totable() end
  if type(first) == "table" and not class.typename(first) then list, options = first, first end
  local sizes = {}
  for i, size in ipairs(list) do
    sizes[i] = math.tointeger(tonumber(size))
    if not sizes[i] then
      errors.raise("%s: size %d is %s, an integer expected", what, i, errors.value(size))
    end
  end
  if #sizes == 0 then errors.raise("%s: a list of sizes expected", what) end
  return sizes, type(options) == "table" and options.name or nil
end

--- The dimension `dim`, negative from the end, of x; one further when x has the batch dimension
-- that samples of `sample_dims` dimensions have not.
function layer.dimension(x, dim, sample_dims)
  if dim < 0 then return x:dim() + dim + 1 end
  if sample_dims and x:dim() == sample_dims + 1 then return dim + 1 end
  return dim
end

--- x without dimension `dim`, which has one entry; a vector keeps it.
function layer.drop(x, dim)
  if x:dim() == 1 then return x end
  local sizes = x:size():totable()
  table.remove(sizes, dim)
  return x:view(sizes)
end

--- Slice `index`, negative from the end, of x along `dim`, without that dimension unless x is a
-- vector.
function layer.slice(x, dim, index)
  if index < 0 then index = x:size(dim) + index + 1 end
  return layer.drop(x:narrow(dim, index, 1), dim)
end

--- A list's sizes as "2 x 3".
function layer.shape(x)
  return table.concat(x:size():totable(), " x ")
end

--- Raises unless x has the element type of the layer's parameters.
function layer.same_type(x, parameter)
  if x:type() == parameter:type() then return end
  errors.raise("the input is a %s, the parameters are %s; convert one with :float() or :double()",
    x:type(), parameter:type())
end

--- The root of a power, whose gradient is 0 where x is.
function layer.root(x, power)
  local function root(y)
    return power == 2 and torch.sqrt(y) or torch.pow(y, 1 / power)
  end
  if not x:isRecorded() then return root(x) end
  local zero = x:detach():eq(0)
  if not zero:any() then return root(x) end
  zero = zero:typeAs(x)
  return torch.cmul(root(torch.add(x, zero)), torch.add(torch.mul(zero, -1), 1))
end

--- The square root, likewise.
function layer.sqrt(x)
  return layer.root(x, 2)
end

return layer
