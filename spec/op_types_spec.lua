-- Element types: integers where an operation knows them, the same refusal everywhere else, and
-- float32 beside float64.
local torch = require "torch"
local array = require "spec.support.array"
local walk = require "spec.support.walk"

local INTEGERS = {
  ["torch.ByteTensor"] = "uint8", ["torch.CharTensor"] = "int8", ["torch.ShortTensor"] = "int16",
  ["torch.IntTensor"] = "int32", ["torch.LongTensor"] = "int64",
}

-- What a C conversion makes of a number.
local function stored(value, type_name)
  local whole = value < 0 and math.ceil(value) or math.floor(value)
  local bits = ({ ByteTensor = 8, CharTensor = 8, ShortTensor = 16,
    IntTensor = 32 })[type_name:match("%w+$")]
  if not bits then return whole end
  local wrapped = math.tointeger(whole) & ((1 << bits) - 1)
  if type_name ~= "torch.ByteTensor" and wrapped >= 1 << (bits - 1) then
    wrapped = wrapped - (1 << bits)
  end
  return wrapped
end

local function takes_tensors(op)
  for _, argument in ipairs(op.args) do
    if argument.kind == "tensor" or argument.kind == "tensors" then return true end
  end
  return false
end

local function supports(case, type_name)
  local types = case.types or "real"
  if types == "all" then return true end
  if types == "integers" then return INTEGERS[type_name] ~= nil end
  if types == "byte" then return type_name == "torch.ByteTensor" end
  if types == "real" then return not INTEGERS[type_name] end
  for _, name in ipairs(types) do
    if name == type_name then return true end
  end
  return false
end

local function check_integers(op, case, type_name)
  local arguments = walk.arguments(case.integers or case.arguments, type_name)
  local results = walk.call(op, case, arguments)
  local expected = walk.expected(case, arguments, case.integer ~= nil)
  for i, r in ipairs(results) do
    if torch.isTensor(r) then
      for j, value in ipairs(expected[i]) do expected[i][j] = stored(value, r:type()) end
    end
  end
  assert.is_nil(walk.differences(walk.arrays(results), expected, 0))
  local wanted = case.results and case.results[1]
  if not wanted and torch.isTensor(results[1]) then assert.equal(type_name, results[1]:type()) end
end

local function check_refused(op, case, type_name)
  local arguments = walk.mapped(walk.arguments(case.arguments), function(t)
    return (walk.is_floating(t) or case.types == "byte") and t:type(type_name) or t
  end)
  local message = walk.failure(walk.call, op, case, arguments)
  local wanted = ("^%s: not defined for %s tensors"):format(op.name,
    INTEGERS[type_name] or "float16")
  assert.matches(wanted, message)
  if case.types ~= "byte" then
    assert.matches("convert with :float%(%) or :double%(%) first$", message)
  end
end

describe("integer tensors", function()
  for _, entry in ipairs(walk.operations()) do
    local op, case = entry[1], entry[2]
    if takes_tensors(op) and not case.draws then
      for type_name in pairs(INTEGERS) do
        local known = supports(case, type_name)
        it((known and "work with " or "are refused by ") .. op.word .. ": " .. type_name, function()
          (known and check_integers or check_refused)(op, case, type_name)
        end)
      end
    end
  end
end)

-- float16 is for storage: what moves data knows it, what computes refuses it.
describe("float16 tensors", function()
  for _, entry in ipairs(walk.operations()) do
    local op, case = entry[1], entry[2]
    if takes_tensors(op) and not case.draws and case.types ~= "integers" then
      it((case.half and "are moved by " or "are refused by ") .. op.word, function()
        if not case.half then return check_refused(op, case, "torch.HalfTensor") end
        local arguments = walk.arguments(case.arguments)
        local expected = walk.expected(case, arguments)
        local found = walk.call(op, case, walk.mapped(arguments, function(t)
          return walk.is_floating(t) and t:half() or t
        end))
        assert.is_nil(walk.differences(walk.arrays(found), expected, 1e-3))
      end)
    end
  end
end)

-- What works on bits refuses numbers that have no such.
describe("floating tensors", function()
  for _, entry in ipairs(walk.operations()) do
    local op, case = entry[1], entry[2]
    if case.types == "integers" then
      it("are refused by " .. op.word, function()
        for _, name in ipairs{ "torch.HalfTensor", "torch.FloatTensor", "torch.DoubleTensor" } do
          local arguments = walk.mapped(walk.arguments(case.arguments), function(t)
            return t:type(name)
          end)
          assert.matches("^" .. op.name .. ": is only supported for integer type tensors",
            walk.failure(walk.call, op, case, arguments))
        end
      end)
    end
  end
end)

-- Promotion where arguments of two types meet, one rule for all that goes element by element.
local function mixed_arguments(arguments, which)
  local n = 0
  return walk.mapped(arguments, function(t)
    n = n + 1
    return n == which and t:float() or t
  end)
end

describe("float32 beside float64", function()
  for _, entry in ipairs(walk.operations()) do
    local op, case = entry[1], entry[2]
    local arguments = walk.arguments(case.arguments)
    local floating = {}
    for which, tensor in ipairs(walk.tensors(arguments)) do
      if walk.is_floating(tensor[1]) then table.insert(floating, which) end
    end
    if #floating > 1 and not case.draws then
      local promotes = case.mixed == nil and case.reference ~= nil or case.mixed
      it((promotes and "is promoted by " or "is refused by ") .. op.word, function()
        for _, which in ipairs(floating) do
          local mixed = mixed_arguments(arguments, which)
          if promotes then
            local results = walk.call(op, case, mixed)
            if case.reference and not case.results then
              assert.equal("torch.DoubleTensor", results[1]:type())
            end
            local expected = walk.expected(case, arguments)
            assert.is_nil(walk.differences(walk.arrays(results), expected, 1e-6))
          else
            local message = walk.failure(walk.call, op, case, mixed)
            assert.matches("^" .. op.name .. ": ", message)
            assert.matches("float32", message)
            assert.matches("float64", message)
          end
        end
      end)
    end
  end

  it("is brought to the receiver's type in place", function()
    local x, z = torch.FloatTensor{ 1, 2 }, torch.DoubleTensor{ 0.1, 0.2 }
    x:add(z)
    assert.equal("torch.FloatTensor", x:type())
    assert.is_nil(walk.difference(array.of(x), { size = { 2 }, 1.1, 2.2 }, 1e-6))
    local n = torch.IntTensor{ 5, 6 }
    n:add(torch.DoubleTensor{ 0.9, 1.9 })
    assert.same({ 5, 7 }, n:totable())
  end)
end)

describe("integers", function()
  it("are not divided by zero", function()
    for type_name in pairs(INTEGERS) do
      local x = torch.ones({ 3 }, { dtype = type_name })
      local z = torch.zeros({ 3 }, { dtype = type_name })
      for _, name in ipairs{ "div", "fmod", "remainder" } do
        for _, divisor in ipairs{ 0, 0.5, -0.5 } do
          assert.matches("^" .. name .. ": ", walk.failure(torch[name], x, divisor))
        end
      end
      for _, name in ipairs{ "cdiv", "cfmod", "cremainder" } do
        assert.matches("^" .. name .. ": ", walk.failure(torch[name], x, z))
      end
      assert.matches("^addcdiv: ", walk.failure(torch.addcdiv, x, x, z))
    end
  end)

  it("wrap where the smallest is divided by -1 or negated", function()
    local smallest = { CharTensor = -128, ShortTensor = -32768, IntTensor = -2147483648,
      LongTensor = math.mininteger }
    for short, value in pairs(smallest) do
      local x = torch[short]{ value }
      local z = torch[short]{ -1 }
      assert.equal(value, torch.div(x, -1)[1], short)
      assert.equal(value, torch.cdiv(x, z)[1], short)
      assert.equal(value, torch.neg(x)[1], short)
      assert.equal(0, torch.fmod(x, -1)[1], short)
      assert.equal(0, torch.cremainder(x, z)[1], short)
    end
  end)

  it("come from real numbers that have no place among them in a defined way", function()
    local x = torch.DoubleTensor{ 0 / 0, math.huge, -math.huge, 1e300, -1e300 }
    for type_name in pairs(INTEGERS) do
      local once, again = x:type(type_name), x:clone():type(type_name)
      assert.same(once:totable(), again:totable())
      assert.equal(0, once[1])
    end
  end)
end)
