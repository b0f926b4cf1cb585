-- torch.Tester and torch.TestSuite: lua/torch/tester.lua, tester_asserts.lua, test_suite.lua and
-- deep_equal.lua.
local torch = require "torch"

-- A tester whose assertions answer with what they would have noted.
local function answering()
  local tester = torch.Tester()
  tester._success = function() return true end
  tester._failure = function(_, message) return false, message end
  return tester
end

-- What f writes through io.write, with what it returns or raises behind.
local function written(f)
  local plain, texts = io.write, {}
  io.write = function(...) texts[#texts + 1] = table.concat({ ... }) end -- luacheck: ignore
  local results = table.pack(pcall(f))
  io.write = plain -- luacheck: ignore
  return table.concat(texts), table.unpack(results, 1, results.n)
end

describe("torch.TestSuite", function()
  it("holds functions under names", function()
    local suite = torch.TestSuite()
    local function f() end
    suite.one = f
    assert.equal(f, suite.one)
    assert.is_nil(suite.two)
    assert.same({ one = f }, suite.__tests)
    assert.is_true(suite.__isTestSuite)
  end)

  it("refuses a name given twice, tables and other values", function()
    local suite = torch.TestSuite()
    function suite.a() end
    assert.error_matches(function() function suite.a() end end, "Test a is already defined%.")
    assert.error_matches(function() suite.b = {} end, "Nested tables of tests are not supported")
    assert.error_matches(function() suite.b = 1 end, "Only functions are supported as members")
  end)
end)

describe("an assertion of torch.Tester", function()
  local tester = answering()

  it("answers whether it held, with a message", function()
    assert.is_true(tester:assert(true))
    local held, message = tester:assert(false, "the reason")
    assert.is_false(held)
    assert.matches("^the reason\n", message)
  end)

  it("orders numbers", function()
    assert.is_true(tester:assertlt(1, 2))
    assert.is_false(tester:assertlt(2, 2))
    assert.is_true(tester:assertgt(2, 1))
    assert.is_false(tester:assertgt(2, 2))
    assert.is_true(tester:assertle(2, 2))
    assert.is_false(tester:assertle(3, 2))
    assert.is_true(tester:assertge(2, 2))
    assert.is_false(tester:assertge(1, 2))
    assert.is_true(tester:asserteq("a", "a"))
    assert.is_false(tester:asserteq("a", "b"))
    assert.is_true(tester:assertne(1, 2))
    assert.is_false(tester:assertne(1, 1))
  end)

  it("takes tolerance and message in either order", function()
    assert.is_true(tester:assertalmosteq(1, 1.5, 0.5))
    assert.is_false(tester:assertalmosteq(1, 1.5))
    assert.is_true(tester:assertalmosteq(1, 1.5, "text", 1))
    assert.is_true(tester:eq(1, 1.5, 1, "text"))
    assert.is_false(tester:eq(1, 1.5, "text", 0.1))
  end)

  it("compares tensors by type, elements and, but for assertTensorEq, shape", function()
    local a, b = torch.Tensor{ 1, 2 }, torch.Tensor{ { 1, 2 } }
    assert.is_true(tester:assertTensorEq(a, a:clone()))
    assert.is_true(tester:assertTensorEq(a, b))
    assert.equal(1, tester._warningCount)
    assert.matches("but different dimensions", tester.warnings[1])
    assert.is_false(tester:eq(a, b))
    assert.is_false(tester:assertTensorEq(a, a:double()))
    assert.is_false(tester:assertTensorEq(a, torch.Tensor{ 1, 2.5 }, 0.25))
    assert.is_true(tester:assertTensorEq(a, torch.Tensor{ 1, 2.5 }, 0.5))
    assert.is_true(tester:assertTensorNe(a, torch.Tensor{ 1, 3 }))
    assert.is_false(tester:assertTensorNe(a, a))
    assert.is_true(tester:assertTensorEq(torch.Tensor(), torch.Tensor()))
    assert.is_false(tester:assertTensorEq(torch.Tensor(), a))
  end)

  it("counts equal infinities as equal and NaN as different", function()
    local inf = torch.Tensor{ math.huge, 1 }
    assert.is_true(tester:assertTensorEq(inf, inf:clone()))
    assert.is_false(tester:assertTensorEq(inf, -inf, 1))
    local nan = torch.Tensor{ 0 / 0 }
    assert.is_false(tester:assertTensorEq(nan, nan:clone(), 1))
  end)

  it("sees the difference of bytes on either side of zero", function()
    assert.is_false(tester:assertTensorEq(torch.ByteTensor{ 0 }, torch.ByteTensor{ 255 }, 1))
  end)

  it("looks into tables and storages", function()
    local t = { 1, "a", { x = torch.Tensor{ 1 } } }
    assert.is_true(tester:eq(t, { 1, "a", { x = torch.Tensor{ 1 } } }))
    assert.is_false(tester:eq(t, { 1, "a", { x = torch.Tensor{ 2 } } }))
    assert.is_false(tester:assertTableEq({ 1 }, { 1, 2 }))
    assert.is_false(tester:assertTableEq({ 1, 2 }, { 1 }))
    assert.is_true(tester:assertTableNe({ a = 1 }, { b = 1 }))
    assert.is_true(tester:eq(torch.LongStorage{ 1, 2 }, torch.LongStorage{ 1, 2 }))
    assert.is_false(tester:eq(torch.LongStorage{ 1, 2 }, torch.IntStorage{ 1, 2 }))
    assert.is_false(tester:eq(1, "1"))
    assert.is_true(tester:ne({}, 1))
  end)

  it("comes to an end on tables that hold themselves", function()
    local a, b = {}, {}
    a.self, b.self = a, b
    assert.is_true(tester:eq(a, b))
    b.more = 1
    assert.is_false(tester:eq(a, b))
  end)

  it("watches errors", function()
    local function raise() error({ code = 7 }) end
    local function complain() error("some text", 0) end
    local function work() end
    assert.is_true(tester:assertError(raise))
    assert.is_false(tester:assertError(work))
    assert.is_true(tester:assertNoError(work))
    assert.is_false(tester:assertNoError(complain))
    assert.is_true(tester:assertErrorMsg(complain, "some text"))
    assert.is_false(tester:assertErrorMsg(complain, "some"))
    assert.is_true(tester:assertErrorPattern(complain, "so%a+"))
    assert.is_false(tester:assertErrorPattern(complain, "other"))
    assert.is_true(tester:assertErrorObj(raise, function(e) return e.code == 7 end))
    assert.is_false(tester:assertErrorObj(raise, function(e) return e.code == 8 end))
  end)

  it("refuses what it does not compare", function()
    local one = torch.ones(1)
    assert.error_matches(function() tester:assertTensorEq(one, 2) end,
      "Second argument should be a Tensor, found 2")
    assert.error_matches(function() tester:assertTensorEq(nil, one) end, "First argument should be")
    assert.error_matches(function() tester:assertTableEq({}, 1) end,
      "Second argument should be a table")
    assert.error_matches(function() tester:assert(true, "a", "b") end, "Unexpected arguments")
    assert.error_matches(function() tester:eq(1, 1, 0, "a", "b") end, "Unexpected arguments")
  end)
end)

describe("torch.Tester", function()
  local function suite_of(tests)
    local suite = torch.TestSuite()
    for name, test in pairs(tests) do suite[name] = test end
    return suite
  end

  it("runs tests in the order of their names, a line each, and sums up", function()
    local tester = torch.Tester()
    tester:add(suite_of{
      beta = function() tester:assert(true) tester:eq(1, 1) end,
      alpha = function() tester:assert(true) end,
    })
    local text, ok, result = written(function() return tester:run() end)
    assert.is_true(ok)
    assert.equal(0, result)
    assert.matches("^Running 2 tests\n1/2 alpha %.+ %[PASS%]\n2/2 beta %.+ %[PASS%]\n", text)
    assert.matches("Completed 3 asserts in 2 tests with 0 failures and 0 errors\n$", text)
    assert.equal(3, tester.countasserts)
  end)

  it("shows failures and errors between lines, then raises", function()
    local tester = torch.Tester()
    tester:add(suite_of{
      bad = function() tester:assert(false, "it is wrong") tester:assert(true) end,
      worse = function() error("it broke") end,
      good = function() end,
    })
    local text, ok, message = written(function() tester:run() end)
    assert.is_false(ok)
    assert.equal("An error was found while running tests!", message)
    assert.matches("1/3 bad %.+ %[FAIL%]\n2/3 good %.+ %[PASS%]\n3/3 worse %.+ %[ERROR%]\n", text)
    assert.matches("Completed 2 asserts in 3 tests with 1 failure and 1 error\n%-+\n", text)
    assert.matches("\n%-+\nbad\nit is wrong\n.*spec/tester_spec%.lua:%d+", text)
    assert.matches("\n%-+\nworse\nFunction call failed\n.*it broke", text)
    assert.equal(1, tester.assertionFail.bad)
    assert.equal(1, tester.assertionPass.bad)
    assert.equal(1, tester.testError.worse)
    assert.equal(2, #tester.errors)
  end)

  it("runs what a name, a pattern or a list names, and says when none fits", function()
    local tester, ran = torch.Tester(), {}
    for _, name in ipairs{ "sum", "sumAll", "mean" } do
      tester:add(function() ran[#ran + 1] = name end, name)
    end
    written(function() tester:run("sum") end)
    assert.same({ "sum" }, ran)
    written(function() tester:run{ "^s", "mean" } end)
    assert.same({ "sum", "mean", "sum", "sumAll" }, ran)
    local _, ok, message = written(function() tester:run("maen") end)
    assert.is_false(ok)
    assert.matches('no test fits "maen", did you mean "mean"%?', message)
  end)

  it("leaves out disabled tests", function()
    local tester = torch.Tester()
    local ran = false
    tester:add(function() ran = true end, "one"):disable("one")
    assert.matches("1/1 one %.+ %[SKIP%]", (written(function() tester:run() end)))
    assert.is_false(ran)
    assert.error_matches(function() tester:disable{ "none" } end, "there is no test none")
  end)

  it("prepares and tidies around each test, also around one that fails", function()
    local tester, events = torch.Tester(), {}
    local suite = suite_of{
      a = function() events[#events + 1] = "a" end,
      b = function() error("b") end,
      _setUp = function(name) events[#events + 1] = "up " .. name end,
      _tearDown = function(name) events[#events + 1] = "down " .. name end,
    }
    written(function() tester:add(suite):run() end)
    assert.same({ "up a", "a", "down a", "up b", "down b" }, events)
    assert.error_matches(function() tester:add(print, "_setUp") end, "Only one set%-up")
  end)

  it("stops early, lets errors through, or shows only the sum when asked", function()
    local function failing()
      local tester = torch.Tester()
      tester:add(function() tester:assert(false) end, "a")
      return tester:add(function() error("from b") end, "b")
    end
    local text = written(function() failing():setEarlyAbort(true):run() end)
    assert.is_nil(text:find("2/2", 1, true))
    local _, _, message = written(function() failing():setRethrowErrors(true):run("b") end)
    assert.matches("from b$", message)
    assert.matches("^Completed[^\n]+\n$",
      (written(function() failing():setSummaryOnly(true):run() end)))
  end)

  it("warns of tables as suites and of objects where numbers are meant", function()
    local tester = torch.Tester()
    tester:add{ a = function()
      tester:assert({})
      tester:assertne({}, {})
    end }
    local text = written(function() tester:run() end)
    assert.matches("with 0 failures and 0 errors and 3 warnings\n", text)
    assert.matches("use TestSuite rather than plain lua table", text)
    assert.matches("should only be used for boolean", text)
    assert.matches("assertne should only be used to compare basic", text)
  end)

  it("refuses nested sets and names that are taken", function()
    local tester = torch.Tester()
    assert.error_matches(function() tester:add{ { print } } end, "Nested sets of tests")
    tester:add(print, "a")
    assert.error_matches(function() tester:add(print, "a") end, "Test with name a already exists")
    assert.error_matches(function() tester:add(1) end, "expected a TestSuite")
  end)
end)

describe("torch.test", function()
  it("runs the examples of operations", function()
    local text = written(function() torch.test{ "exp", "sum" } end)
    assert.matches("exp %.+ %[PASS%]", text)
    assert.matches(" with 0 failures and 0 errors\n$", text)
  end)
end)
