-- What meters are given, as they count it: tensors of doubles that belong to nobody's tape, and
-- lists.
local class = require "torch.class"
local errors = require "wick.errors"

local torch = require "torch"

local read = {}

local function plain(x)
  return x:detach():double()
end

--- A tensor of numbers of any shape, as a vector.
function read.vector(what, name, x)
  x = plain(x)
  local long = 0
  for dim = 1, x:dim() do long = long + (x:size(dim) > 1 and 1 or 0) end
  if long > 1 then
    errors.raise("%s: dimensionality of %s should be 1, got %s", what, name, errors.value(x))
  end
  return x:contiguous():view(-1)
end

--- Scores as N x K; a vector is one row of them, or with `columns` one column. Dimensions of size 1
-- beyond two do not count.
function read.matrix(what, name, x, columns)
  x = plain(x)
  if x:dim() > 2 then x = x:squeeze() end
  if type(x) == "number" then x = torch.DoubleTensor{ x } end
  if x:dim() == 1 then return columns and x:view(-1, 1) or x:view(1, -1) end
  if x:dim() ~= 2 then
    errors.raise("%s: wrong %s size (1D or 2D expected), got %s", what, name, errors.value(x))
  end
  return x
end

--- Raises unless both have the same sizes.
function read.checkSame(what, output, target)
  if output:isSameSizeAs(target) then return end
  errors.raise("%s: dimensions for output and target do not match: %s and %s", what,
    errors.value(output), errors.value(target))
end

--- Raises unless all entries are 0 or 1.
function read.checkBinary(what, target)
  if target:nElement() == 0 or torch.eq(target, 0):add(torch.eq(target, 1)):min() == 1 then
    return
  end
  errors.raise("%s: targets should be binary (0 or 1)", what)
end

--- Positive integers in rising order, from a list.
function read.numbers(what, name, list)
  local numbers = {}
  for i, value in ipairs(list) do
    numbers[i] = type(value) == "number" and math.tointeger(value)
    if not numbers[i] or numbers[i] < 1 then
      errors.raise("%s: %s is a list of positive integers, entry %d is %s", what, name, i,
        errors.value(value))
    end
  end
  if #numbers == 0 then errors.raise("%s: %s is empty", what, name) end
  table.sort(numbers)
  return numbers
end

--- The value that `of(key)` gives for one of the keys, or a table of all of them without a key.
function read.values(what, keys, of, key)
  if key == nil then
    local values = {}
    for _, each in ipairs(keys) do values[each] = of(each) end
    return values
  end
  for _, each in ipairs(keys) do
    if each == key then return of(each) end
  end
  local known = {}
  for i, each in ipairs(keys) do known[i] = errors.number(each) end
  errors.raise("%s: invalid value %s (not provided at construction time; there is %s)", what,
    errors.value(key), table.concat(known, ", "))
end

--- A number, also out of a tensor of one.
function read.number(x)
  return class.isTensor(x) and x:item() or x
end

--- An argcheck rule's test of what `number` reads.
function read.isNumber(x)
  return type(x) == "number" or (class.isTensor(x) and x:nElement() == 1)
end

return read
