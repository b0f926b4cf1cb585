-- Whether two values are the same, looking into tables, tensors and storages. The answer comes with
-- what differs, as the texts that torch.Tester shows.
local class = require "torch.class"
local errors = require "wick.errors"

local deep_equal = {}

local function near(a, b, tolerance)
  return a == b or math.abs(a - b) <= tolerance
end

local function sizes(x)
  return x:dim() == 0 and "no dimension" or table.concat(x:size():totable(), "x")
end

-- The largest difference of two tensors with equally many elements; equal infinities do not differ,
-- NaN differs from everything (the result is then NaN).
local function largest_difference(a, b)
  if a:nElement() == 0 then return 0 end
  local first, second = a:double():contiguous():view(-1), b:double():contiguous():view(-1)
  local difference = (first - second):abs()
  difference[first:eq(second)] = 0
  local largest = difference:max()
  return difference:ne(difference):sum() > 0 and 0 / 0 or largest
end

--- Whether tensors `a` and `b` agree in type and, up to `tolerance`, in every element; unless
-- `any_shape` in shape too. Second: what differs, or when only the shapes do, that they do.
function deep_equal.tensors(a, b, tolerance, any_shape)
  if a:type() ~= b:type() then
    return false, ("different types: %s and %s"):format(a:type(), b:type())
  end
  local same_shape = a:isSize(b:size())
  if a:nElement() ~= b:nElement() or not (same_shape or any_shape) then
    return false, ("different sizes: %s and %s"):format(sizes(a), sizes(b))
  end
  local difference = largest_difference(a, b)
  if difference > tolerance or difference ~= difference then
    return false, ("the largest difference is %s, the tolerance %s"):format(
      errors.number(difference), errors.number(tolerance))
  end
  return true, not same_shape and ("same elements but different dimensions: %s and %s"):format(
    sizes(a), sizes(b)) or nil
end

local function storages(a, b, tolerance)
  if a:size() ~= b:size() then
    return false, ("different sizes: %d and %d"):format(a:size(), b:size())
  end
  for i = 1, a:size() do
    if not near(a[i], b[i], tolerance) then
      return false, ("element %d: %s and %s"):format(i, errors.number(a[i]), errors.number(b[i]))
    end
  end
  return true
end

local compare

-- `open` holds the pairs being compared, so that tables that contain themselves come to an end.
local function tables(a, b, tolerance, open)
  if open[a] == b then return true end
  open[a] = b
  for key, value in pairs(a) do
    local same, what = compare(value, b[key], tolerance, open)
    if not same then return false, ("at %s: %s"):format(errors.value(key), what) end
  end
  for key in pairs(b) do
    if a[key] == nil then return false, ("at %s: nothing and a value"):format(errors.value(key)) end
  end
  open[a] = nil
  return true
end

local function plain(a, b)
  if a == b then return true end
  return false, ("%s and %s"):format(errors.value(a), errors.value(b))
end

function compare(a, b, tolerance, open)
  local kind = class.type(a)
  if kind ~= class.type(b) then
    return false, ("different types: %s and %s"):format(kind, class.type(b))
  elseif kind == "number" then
    if near(a, b, tolerance) then return true end
    return plain(a, b)
  elseif class.isTensor(a) then
    return deep_equal.tensors(a, b, tolerance)
  elseif class.isStorage(a) then
    return storages(a, b, tolerance)
  elseif type(a) == "table" then
    return tables(a, b, tolerance, open)
  end
  return plain(a, b)
end

--- Whether `a` and `b` are the same, numbers up to `tolerance` (0). Second: what differs.
function deep_equal.values(a, b, tolerance)
  return compare(a, b, tolerance or 0, {})
end

return deep_equal
