-- The assertions of torch.Tester: lua/torch/tester.lua gives them to the class. Every one counts
-- itself, returns whether it held, and goes on when it did not.
local class = require "torch.class"
local deep_equal = require "torch.deep_equal"
local errors = require "wick.errors"

local asserts = {}

-- Message and tolerance come in either order, both may be left out.
local function message_and_tolerance(what, ...)
  local message, tolerance
  local count = select("#", ...)
  for i = 1, count do
    local value = select(i, ...)
    if type(value) == "string" and message == nil then
      message = value
    elseif type(value) == "number" and tolerance == nil then
      tolerance = value
    elseif value ~= nil then
      errors.raise("Unexpected arguments: %s takes a message and a tolerance, found %s", what,
        errors.value(value))
    end
  end
  return message, tolerance
end

-- The message of an assertion that takes no tolerance.
local function only_message(what, ...)
  local count = select("#", ...)
  if count > 1 then
    errors.raise("Unexpected arguments: %s takes one message, found %d more values", what, count)
  end
  local message = ...
  return message ~= nil and tostring(message) or nil
end

local function with(message, detail)
  if message == nil or message == "" then return detail end
  return message .. "\n" .. detail
end

--- Counts a success or, with its message, a failure.
function asserts:_assert_sub(condition, message)
  if condition then return self:_success() end
  return self:_failure(message or "")
end

--- Holds when `condition` is true.
function asserts:assert(condition, ...)
  local message = only_message("assert", ...)
  if type(condition) ~= "boolean" and condition ~= nil then
    self:_warning(("assert should only be used for boolean conditions, found %s; use asserteq, "
      .. "assertTensorEq or eq to compare"):format(errors.value(condition)))
  end
  return self:_assert_sub(condition, with(message, "BOOL violation condition="
    .. tostring(condition)))
end

-- Numbers ----------------------------------------------------------------------------------------

local function ordering(name, sign, holds)
  asserts["assert" .. name] = function(self, a, b, ...)
    local message = only_message("assert" .. name, ...)
    return self:_assert_sub(holds(a, b), with(message, ("%s violation: %s %s %s does not hold")
      :format(name:upper(), tostring(a), sign, tostring(b))))
  end
end

ordering("lt", "<", function(a, b) return a < b end)
ordering("gt", ">", function(a, b) return a > b end)
ordering("le", "<=", function(a, b) return a <= b end)
ordering("ge", ">=", function(a, b) return a >= b end)

local function identity(name, sign, holds)
  asserts["assert" .. name] = function(self, a, b, ...)
    local message = only_message("assert" .. name, ...)
    local kind = type(a)
    if (kind == "table" or kind == "userdata") and kind == type(b) then
      self:_warning(("assert%s should only be used to compare basic values (numbers, strings, "
        .. "booleans), found %s; %s compares what is in them"):format(name, errors.value(a), name))
    end
    return self:_assert_sub(holds(a, b), with(message, ("%s violation: %s %s %s does not hold")
      :format(name:upper(), tostring(a), sign, tostring(b))))
  end
end

identity("eq", "==", function(a, b) return a == b end)
identity("ne", "~=", function(a, b) return a ~= b end)

--- Holds when two numbers differ by no more than the tolerance (1e-16).
function asserts:assertalmosteq(a, b, ...)
  local message, tolerance = message_and_tolerance("assertalmosteq", ...)
  tolerance = tolerance or 1e-16
  local difference = math.abs(a - b)
  return self:_assert_sub(difference <= tolerance,
    with(message, ("ALMOST_EQ violation: %s and %s differ by %s, more than %s"):format(
      tostring(a), tostring(b), tostring(difference), tostring(tolerance))))
end

-- Deep comparison --------------------------------------------------------------------------------

-- `same` and `what` come from deep_equal; `wanted` is what `same` should be.
local function verdict(self, wanted, same, what, message)
  local detail = wanted and "EQ failed: " .. (what or "") or "NE failed: the values are the same"
  return self:_assert_sub(same == wanted, with(message, detail))
end

--- Compares two values of any kind; `equal` says what should come out.
function asserts:_eqOrNeq(equal, a, b, ...)
  local message, tolerance = message_and_tolerance(equal and "eq" or "ne", ...)
  local same, what = deep_equal.values(a, b, tolerance)
  return verdict(self, equal, same, what, message)
end

local function check_kind(wanted, is_kind, a, b)
  local place = not is_kind(a) and "First" or not is_kind(b) and "Second"
  if not place then return end
  errors.raise("%s argument should be a %s, found %s", place, wanted,
    errors.value(place == "First" and a or b))
end

--- Compares two tensors; `equal` says what should come out. Shapes count for nothing, but for a
-- warning, unless `_assertTensorEqIgnoresDims` is false.
function asserts:_assertTensorEqOrNeq(equal, a, b, ...)
  check_kind("Tensor", class.isTensor, a, b)
  local message, tolerance = message_and_tolerance("assertTensorEq", ...)
  local same, what = deep_equal.tensors(a, b, tolerance or 0, self._assertTensorEqIgnoresDims)
  if same and what then self:_warning(what .. "; eq counts them as different") end
  return verdict(self, equal, same, what, message)
end

local function is_table(value)
  return type(value) == "table"
end

--- Compares two tables; `equal` says what should come out.
function asserts:_assertTableEqOrNeq(equal, a, b, ...)
  check_kind("table", is_table, a, b)
  return self:_eqOrNeq(equal, a, b, ...)
end

local function pair(name, helper)
  asserts["assert" .. name .. "Eq"] = function(self, ...) return self[helper](self, true, ...) end
  asserts["assert" .. name .. "Ne"] = function(self, ...) return self[helper](self, false, ...) end
end

pair("Tensor", "_assertTensorEqOrNeq")
pair("Table", "_assertTableEqOrNeq")
pair("General", "_eqOrNeq")
asserts.eq, asserts.ne = asserts.assertGeneralEq, asserts.assertGeneralNe

-- Errors -----------------------------------------------------------------------------------------

--- Holds when `f()` raises.
function asserts:assertError(f, ...)
  return self:assertErrorObj(f, function() return true end, ...)
end

--- Holds when `f()` does not raise.
function asserts:assertNoError(f, ...)
  local message = only_message("assertNoError", ...)
  local went_well, problem = pcall(f)
  return self:_assert_sub(went_well, with(message, "ERROR violation: raised "
    .. tostring(problem)))
end

--- Holds when `f()` raises exactly `text`, its position included.
function asserts:assertErrorMsg(f, text, ...)
  return self:assertErrorObj(f, function(problem) return problem == text end, ...)
end

--- Holds when `f()` raises a text in which the Lua pattern is found.
function asserts:assertErrorPattern(f, pattern, ...)
  return self:assertErrorObj(f, function(problem)
    return tostring(problem):find(pattern) ~= nil
  end, ...)
end

--- Holds when `f()` raises an object of which `predicate(object)` holds.
function asserts:assertErrorObj(f, predicate, ...)
  local message = only_message("assertErrorObj", ...)
  local went_well, problem = pcall(f)
  if went_well then
    return self:_failure(with(message, "ERROR violation: nothing was raised"))
  end
  return self:_assert_sub(predicate(problem) and true or false,
    with(message, "ERROR violation: raised " .. tostring(problem)))
end

return asserts
