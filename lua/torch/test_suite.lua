-- torch.TestSuite: a table that takes test functions under names and refuses a name given twice,
-- which a plain table would lose in silence. Returns its constructor.
local errors = require "wick.errors"

local suite_of = {}

local function define(suite, name, test)
  if suite.__tests[name] ~= nil then
    errors.raise("Test %s is already defined.", tostring(name))
  elseif type(test) == "table" then
    errors.raise("Nested tables of tests are not supported (%s is a table)", tostring(name))
  elseif type(test) ~= "function" then
    errors.raise("Only functions are supported as members of a TestSuite, %s is %s",
      tostring(name), errors.value(test))
  end
  suite.__tests[name] = test
end

suite_of.__newindex = define

function suite_of.__index(suite, name)
  return rawget(suite, "__tests")[name]
end

--- An empty suite: `function suite.name() ... end` puts a test into it.
return function()
  return setmetatable({ __tests = {}, __isTestSuite = true }, suite_of)
end
