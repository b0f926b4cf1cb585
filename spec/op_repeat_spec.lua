-- The same call gives the same bits: again, with one thread or two, and whatever fresh memory
-- holds.
local torch = require "torch"
local results = require "spec.support.op_results"
local walk = require "spec.support.walk"

describe("the same call twice", function()
  for _, entry in ipairs(walk.operations()) do
    local op, case = entry[1], entry[2]
    it("gives the same bits: " .. op.word, function()
      assert.same(results.lines(op, case), results.lines(op, case))
    end)
  end
end)

-- Large enough that two threads share the work where an operation knows how to share it.
-- NaN is like NaN.
local function differences(a, b)
  if not torch.isTensor(a) then return a == b and 0 or 1 end
  return a:ne(b):sum() - torch.cmul(a:ne(a), b:ne(b)):sum()
end

describe("one thread and two", function()
  local threads = torch.getnumthreads()
  after_each(function() torch.setnumthreads(threads) end)

  for _, entry in ipairs(walk.operations()) do
    local op, case = entry[1], entry[2]
    local arguments = results.large(case)
    if arguments then
      it("give the same bits: " .. op.word, function()
        torch.setnumthreads(1)
        local alone = results.tensors(op, case, arguments)
        torch.setnumthreads(2)
        local together = results.tensors(op, case, arguments)
        assert.equal(#alone, #together)
        for i, x in ipairs(alone) do assert.equal(0, differences(x, together[i])) end
      end)
    end
  end
end)

local function lines_with(setting)
  local lua = os.getenv("WICK_LUA") or "lua5.4"
  local pipe = assert(io.popen(("%s '%s' spec/support/op_results.lua 2>&1"):format(setting, lua)))
  local lines = {}
  for line in pipe:lines() do table.insert(lines, line) end
  assert(pipe:close(), lines[#lines])
  return lines
end

describe("fresh memory", function()
  it("is never read before it is written", function()
    local clean, poisoned = lines_with("WICK_POISON=0"), lines_with("WICK_POISON=1")
    assert.is_true(#clean > 1000)
    assert.equal(#clean, #poisoned)
    for i, line in ipairs(clean) do assert.equal(line, poisoned[i]) end
  end)
end)
