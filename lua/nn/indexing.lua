-- Layers that choose entries of tensors by numbers and masks.
local class = require "torch.class"
local errors = require "wick.errors"
local torch = require "torch"
local layer = require "nn.layer"

local function two(input, what)
  if type(input) ~= "table" or not class.isTensor(input[1]) or not class.isTensor(input[2]) then
    errors.raise("input must be a tensor and %s, got %s", what, errors.value(input))
  end
  return input[1], input[2]:detach()
end

layer.define("nn.Index", "nn.Module", {
  doc = "{x, numbers}: the slices of x along a dimension that the LongTensor names.",
  { "dimension", "integer" },
}, function(self, input)
  local x, numbers = two(input, "a LongTensor of numbers")
  return torch.index(x, layer.dimension(x, self.dimension), numbers:long())
end)

layer.define("nn.MaskedSelect", "nn.Module", {
  doc = "{x, mask}: the elements of x where the ByteTensor is 1, as a 1-D tensor.",
}, function(_, input)
  local x, mask = two(input, "a ByteTensor")
  return torch.maskedSelect(x, mask:byte())
end)

-- OneHot -----------------------------------------------------------------------------------------

local OneHot = layer.define("nn.OneHot", "nn.Module", {
  doc = "Numbers from 1 to n, in any shape, as rows of zeros with a 1 at the number.",
  { "outputSize", "integer" },
}, function(self, input)
  local numbers = torch.isTensor(input) and input:detach():long() or torch.LongTensor{ input }
  local n = self.outputSize
  if numbers:nElement() > 0 and (numbers:min() < 1 or numbers:max() > n) then
    errors.raise("numbers have to be 1 to %d, those given are %d to %d", n, numbers:min(),
      numbers:max())
  end
  local sizes = torch.isTensor(input) and input:size():totable() or {}
  sizes[#sizes + 1] = 1
  numbers = numbers:contiguous():view(sizes)
  sizes[#sizes] = n
  return torch.zeros(table.unpack(sizes)):type(self._type):scatter(#sizes, numbers, 1)
end)

--- Zeros, of the module's type whatever that of the numbers.
function OneHot:backward(input)
  if not torch.isTensor(input) then return 0 end
  self.gradInput = torch.zeros(table.unpack(input:size():totable())):type(self._type)
  return self.gradInput
end

function OneHot:__tostring__()
  return ("%s(%d)"):format(torch.typename(self), self.outputSize)
end
