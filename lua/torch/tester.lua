-- torch.Tester: runs named test functions, counts their assertions (lua/torch/tester_asserts.lua),
-- shows a line a test and at the end what failed. Returns its constructor.
local asserts = require "torch.tester_asserts"
local class = require "torch.class"
local errors = require "wick.errors"
local system = require "wick.system"

local LINE = 80

local home = {}
local Tester = class.class("torch.Tester", home)
for name, method in pairs(asserts) do Tester[name] = method end

function Tester:__init()
  self.tests = {}
  self.disabledTests = {}
  self.errors = {} -- the texts of what failed
  self.warnings = {}
  self._warningCount = 0
  self.assertionPass = {} -- by test name, as are the next two
  self.assertionFail = {}
  self.testError = {}
  self.countasserts = 0
  self._currentTestName = ""
  self._assertTensorEqIgnoresDims = true
  self.earlyAbort, self.rethrowErrors, self.summaryOnly = false, false, false
end

--- Whether to stop after the first test that fails (not, unless set).
function Tester:setEarlyAbort(stop)
  self.earlyAbort = stop
  return self
end

--- Whether an error in a test leaves `run` at once (it is counted and shown, unless set).
function Tester:setRethrowErrors(rethrow)
  self.rethrowErrors = rethrow
  return self
end

--- Whether to show only the closing line.
function Tester:setSummaryOnly(only)
  self.summaryOnly = only
  return self
end

-- Counting ---------------------------------------------------------------------------------------

local function count(list, name)
  list[name] = (list[name] or 0) + 1
end

--- Counts an assertion that held.
function Tester:_success()
  self.countasserts = self.countasserts + 1
  count(self.assertionPass, self._currentTestName)
  return true
end

--- Counts an assertion that did not hold, with its message.
function Tester:_failure(message)
  self.countasserts = self.countasserts + 1
  count(self.assertionFail, self._currentTestName)
  self.errors[#self.errors + 1] = self:_addDebugInfo(message)
  return false
end

--- Notes a warning, to be shown at the end.
function Tester:_warning(message)
  self._warningCount = self._warningCount + 1
  self.warnings[#self.warnings + 1] = self:_addDebugInfo(message)
end

-- The lines of a traceback that are the test's own: above them are the assertion's, below them
-- those of who ran the test.
local function own_lines(traceback)
  local lines = {}
  for line in traceback:gmatch("\n([^\n]+)") do
    local is_ours = line:find("torch/tester[%a_]*%.lua:%d")
    if is_ours and #lines > 0 then break end
    if not is_ours and not line:find("[C]:", 1, true) and not line:find("^stack traceback")
      and not line:find("(...tail calls...)", 1, true) then
      lines[#lines + 1] = line
    end
  end
  return table.concat(lines, "\n")
end

--- A message under the name of the running test, with the lines that led to it.
function Tester:_addDebugInfo(message)
  local lines = own_lines(debug.traceback("", 2))
  local name = self._currentTestName ~= "" and self._currentTestName .. "\n" or ""
  return ("%s%s%s"):format(name, message, lines ~= "" and "\n" .. lines or "")
end

-- Tests ------------------------------------------------------------------------------------------

local special = { _setUp = "set-up", _tearDown = "tear-down" }

local function add_function(self, test, name)
  if special[name] then
    if self[name] then errors.raise("Only one %s function is allowed", special[name]) end
    self[name] = test
    return
  end
  if self.tests[name] then errors.raise("Test with name %s already exists!", name) end
  self.tests[name] = test
end

local function add_table(self, tests)
  local members = tests.__isTestSuite and tests.__tests or tests
  if members == tests then
    self:_warning("use TestSuite rather than plain lua table: in a table a name given twice goes "
      .. "unnoticed")
  end
  for name, test in pairs(members) do
    if type(test) == "table" then
      errors.raise("Nested sets of tests are not supported (%s is a table)", tostring(name))
    end
    self:add(test, name)
  end
end

--- Adds a suite or table of tests, or a function with a name. The functions named `_setUp` and
-- `_tearDown` run before and after every test and get its name. Returns the tester.
function Tester:add(tests, name)
  if type(tests) == "table" then
    add_table(self, tests)
  elseif type(tests) == "function" then
    local number = 0
    for _ in pairs(self.tests) do number = number + 1 end
    add_function(self, tests, tostring(name or "test " .. number + 1))
  else
    errors.raise("Tester.add: expected a TestSuite, a table of functions or a function, got %s",
      errors.value(tests))
  end
  return self
end

--- Leaves out the test of this name, or those of a list of names. Returns the tester.
function Tester:disable(names)
  for _, name in ipairs(type(names) == "table" and names or { names }) do
    if not self.tests[name] then errors.raise("Tester.disable: there is no test %s", name) end
    self.disabledTests[name] = true
  end
  return self
end

--- The tests to run, a table by name: all, or those that a name or Lua pattern, or one of a list,
-- fits.
function Tester:_getTests(names)
  if names == nil then return self.tests end
  local chosen = {}
  for _, wanted in ipairs(type(names) == "table" and names or { names }) do
    if self.tests[wanted] then
      chosen[wanted] = self.tests[wanted]
    else
      local found = false
      for name, test in pairs(self.tests) do
        if name:find(wanted) then chosen[name], found = test, true end
      end
      if not found then
        errors.raise("Tester.run: no test fits %s%s", errors.value(wanted),
          errors.suggestion(errors.nearest(wanted, self.tests)))
      end
    end
  end
  return chosen
end

-- Running ----------------------------------------------------------------------------------------

local function explain(problem)
  return ("%s\n%s"):format(tostring(problem), own_lines(debug.traceback("", 2)))
end

local function run_protected(f, ...)
  return xpcall(f, explain, ...)
end

--- Calls `f` so that an error counts against the running test; returns whether there was none.
function Tester:_pcall(f, ...)
  if self.rethrowErrors then
    f(...)
    return true
  end
  local went_well, problem = run_protected(f, ...)
  if not went_well then
    count(self.testError, self._currentTestName)
    self.errors[#self.errors + 1] = ("%s\nFunction call failed\n%s"):format(
      self._currentTestName, problem)
  end
  return went_well
end

local function run_one(self, name, test)
  self._currentTestName = name
  local ready = not self._setUp or self:_pcall(self._setUp, name)
  if ready then self:_pcall(test) end
  if self._tearDown then self:_pcall(self._tearDown, name) end
  self._currentTestName = ""
  if (self.testError[name] or 0) > 0 then return "ERROR" end
  return (self.assertionFail[name] or 0) > 0 and "FAIL" or "PASS"
end

local colors = { PASS = 32, FAIL = 31, ERROR = 35, SKIP = 33, WAIT = 36 }

local function status_line(self, position, total, name, status)
  local width = #tostring(total)
  local head = ("%" .. width .. "d/%d %s "):format(position, total, name)
  local dots = ("."):rep(math.max(1, LINE - #head - 8))
  local mark = self.colored and ("\27[%dm%s\27[0m"):format(colors[status], status) or status
  return ("%s%s [%s]"):format(head, dots, mark)
end

-- On a terminal the line stands there while the test runs.
local function show(self, position, total, name, status)
  if self.summaryOnly then return end
  if status ~= "WAIT" then
    io.write(status_line(self, position, total, name, status) .. "\n")
  elseif self.live then
    io.write(status_line(self, position, total, name, status) .. "\r")
  end
  io.flush()
end

local function sorted_names(tests)
  local names = {}
  for name in pairs(tests) do names[#names + 1] = name end
  table.sort(names)
  return names
end

--- Runs `tests`, a table by name, in the order of their names.
function Tester:_run(tests)
  local names = sorted_names(tests)
  if not self.summaryOnly then
    io.write(("Running %d test%s\n"):format(#names, #names == 1 and "" or "s"))
  end
  for position, name in ipairs(names) do
    local status = "SKIP"
    if not self.disabledTests[name] then
      show(self, position, #names, name, "WAIT")
      status = run_one(self, name, tests[name])
    end
    show(self, position, #names, name, status)
    if self.earlyAbort and (status == "FAIL" or status == "ERROR") then break end
  end
end

local function sum(counts)
  local total = 0
  for _, number in pairs(counts) do total = total + number end
  return total
end

local function quantity(number, word)
  return ("%d %s%s"):format(number, word, number == 1 and "" or "s")
end

local function show_texts(title, texts)
  local rule = ("-"):rep(LINE) .. "\n"
  for _, text in ipairs(texts) do io.write(rule .. title .. text .. "\n") end
  if #texts > 0 then io.write(rule) end
end

--- Shows the closing line, then warnings and failures; returns whether everything went well.
function Tester:_report(tests)
  local failures, problems = sum(self.assertionFail), sum(self.testError)
  local line = ("Completed %s in %s with %s and %s"):format(quantity(self.countasserts, "assert"),
    quantity(#sorted_names(tests), "test"), quantity(failures, "failure"),
    quantity(problems, "error"))
  if self._warningCount > 0 then
    line = line .. " and " .. quantity(self._warningCount, "warning")
  end
  io.write(line .. "\n")
  if not self.summaryOnly then
    show_texts("WARNING: ", self.warnings)
    show_texts("", self.errors)
  end
  io.flush()
  return failures + problems == 0
end

--- Runs all tests, or those of a name, a Lua pattern or a list of them; shows how they went, and
-- raises when anything failed. Returns 0.
function Tester:run(names)
  local tests = self:_getTests(names)
  self.live = system.isatty(1)
  self.colored = self.live and os.getenv("NO_COLOR") == nil
  self:_run(tests)
  if not self:_report(tests) then error("An error was found while running tests!", 0) end
  return 0
end

return home.Tester
