-- The table of operations: every one has a case and its documentation, and its results are those of
-- a computation that shares nothing with it.
local torch = require "torch"
local core = require "wick.core"
local cases = require "spec.support.cases"
local walk = require "spec.support.walk"

local TYPES = { "torch.DoubleTensor", "torch.FloatTensor" }

describe("the list of operations", function()
  local known = {}

  it("has a case for every operation that Lua offers", function()
    local missing = {}
    for _, op in ipairs(core.operations()) do
      known[op.word] = true
      if not op.internal and not cases[op.word] then table.insert(missing, op.word) end
    end
    assert.same({}, missing)
  end)

  it("has an operation for every case", function()
    local spare = {}
    for word in pairs(cases) do
      if not known[word] then table.insert(spare, word) end
    end
    assert.same({}, spare)
  end)

  -- Pieces of gradients are covered by the first and second derivatives of what uses them.
  it("says of every operation what it is, and shows those that Lua offers", function()
    local poor = {}
    for _, op in ipairs(core.operations()) do
      if not (op.doc and #op.doc > 1) then table.insert(poor, op.word .. ": no doc") end
      if not op.internal and not op.example then table.insert(poor, op.word .. ": no example") end
    end
    assert.same({}, poor)
  end)

  it("tries zero-size tensors with every operation that takes tensors", function()
    local untried = {}
    for _, entry in ipairs(walk.operations()) do
      local op, case = entry[1], entry[2]
      local takes, tried = op.args[1] and op.args[1].kind:find("^tensor"),
        case.reference or case.empty_fails or case.draws
      for _, sample in ipairs(walk.samples(case)) do
        for _, tensor in ipairs(walk.tensors(walk.arguments(sample))) do
          tried = tried or tensor[1]:nElement() == 0
        end
      end
      if takes and not tried then table.insert(untried, op.word) end
    end
    assert.same({}, untried)
  end)
end)

-- The element types that results should have.
local function result_types(case, arguments, n)
  local types = {}
  local first = walk.tensors(arguments)[1]
  for i = 1, n do
    local wanted = case.results and case.results[i] or 1
    if type(wanted) == "function" then wanted = wanted(arguments) end
    if type(wanted) == "number" then
      wanted = first and (walk.tensors(arguments)[wanted][1]:type()) or torch.getdefaulttensortype()
    end
    types[i] = wanted
  end
  return types
end

local function check_types(op, case, arguments, results)
  local wanted = result_types(case, arguments, #results)
  for i, r in ipairs(results) do
    if torch.isTensor(r) then assert.equal(wanted[i], r:type()) end
  end
  if not op.number then assert.is_true(torch.isTensor(results[1])) end
end

local function check_sample(op, case, sample, type_name)
  local arguments = walk.arguments(sample, type_name)
  local results = walk.call(op, case, arguments)
  local expected = walk.expected(case, arguments)
  assert.is_nil(walk.differences(walk.arrays(results), expected, walk.tolerance(case, type_name)))
  check_types(op, case, arguments, results)
end

-- Zero-size tensors of every rank for what goes element by element.
local function check_empty(op, case)
  for _, sizes in ipairs{ { 0 }, { 3, 0 }, { 0, 2, 1 } } do
    local arguments = walk.mapped(walk.arguments(case.arguments), function(t)
      return torch.zeros(sizes, { dtype = t:type() })
    end)
    local results = walk.call(op, case, arguments)
    assert.same(sizes, results[1]:size():totable())
  end
end

local function check_one_element(op, case)
  local arguments = walk.mapped(walk.arguments(case.arguments), function(t)
    return t:contiguous():view(t:nElement()):narrow(1, 1, 1)
  end)
  local found = walk.arrays(walk.call(op, case, arguments))
  assert.is_nil(walk.differences(found, walk.expected(case, arguments), walk.tolerance(case)))
end

describe("the value of", function()
  for _, entry in ipairs(walk.operations()) do
    local op, case = entry[1], entry[2]
    if not case.draws then
      for _, type_name in ipairs(TYPES) do
        it(("%s for %s"):format(op.word, type_name), function()
          for _, sample in ipairs(walk.samples(case)) do
            check_sample(op, case, sample, type_name)
          end
        end)
      end
      if case.reference then
        it(op.word .. " for no element and for one", function()
          check_empty(op, case)
          check_one_element(op, case)
        end)
      end
    end
    if case.empty_fails then
      it(op.word .. " for no element is refused", function()
        local message = walk.failure(walk.call, op, case, walk.arguments(case.empty))
        assert.matches("^" .. op.name .. ": ", message)
        assert.matches(case.empty_fails, message)
      end)
    end
    if case.small then
      it(op.word .. " near zero keeps its digits", function()
        local x = torch.FloatTensor{ 1.37e-6, -1.37e-6, 3.3e-5, -3.3e-5 }
        local y = torch[op.name](x)
        for i = 1, 4 do
          local expected = case.reference(x[i])
          assert.is_true(math.abs(y[i] - expected) <= 1e-6 * math.abs(expected))
        end
      end)
    end
  end
end)

describe("NaN in an input", function()
  for _, entry in ipairs(walk.operations()) do
    local op, case = entry[1], entry[2]
    if case.reference and case.nan ~= false then
      it("makes NaN in the result of " .. op.word, function()
        local arguments = walk.arguments(case.arguments)
        for which, tensor in ipairs(walk.tensors(arguments)) do
          local x = tensor[1]:clone()
          x[{ 2, 3 }] = 0 / 0
          local y = walk.call(op, case, walk.with(arguments, which, x))[1]
          assert.is_true(y[{ 2, 3 }] ~= y[{ 2, 3 }])
          assert.equal(1, y:ne(y):sum())
        end
      end)
    end
  end
end)

-- print writes to standard output, which the test protocol uses.
local function quietly(f)
  local kept = print
  _G.print = function(...)
    for i = 1, select("#", ...) do assert(tostring((select(i, ...)))) end
  end
  local ok, message = pcall(f)
  _G.print = kept
  assert(ok, message)
end

describe("the example of", function()
  for _, op in ipairs(core.operations()) do
    if op.example then
      it(op.word .. " runs", function()
        torch.manualSeed(1)
        quietly(assert(load(op.example, "the example of " .. op.word)))
      end)
    end
  end
end)
