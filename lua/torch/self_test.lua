-- torch.test: every operation's own example as a test, so that an installation can be tried out
-- where its specs are not. Examples print; here they are quiet.
local core = require "wick.core"

local torch = _G.torch

local function silent() end

-- The example in an environment whose print says nothing.
local function chunk_of(operation)
  local environment = setmetatable({ print = silent, torch = torch }, { __index = _G })
  return assert(load(operation.example, "=" .. operation.word, "t", environment))
end

--- Runs the tests, or those of a name, a pattern or a list; returns the tester.
return function(names)
  local tester = torch.Tester()
  local suite = torch.TestSuite()
  for _, operation in ipairs(core.operations()) do
    if operation.example then
      suite[operation.word] = function()
        tester:assertNoError(chunk_of(operation), operation.example)
      end
    end
  end
  tester:add(suite):run(names)
  return tester
end
