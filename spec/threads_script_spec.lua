-- Programs that use the package `threads`: how they end.
local program = require "spec.support.program"
local system = require "wick.system"

describe("a script with threads", function()
  local function run(script)
    local begin = system.ticks()
    local output, complaint, code = program.run{ "-e", script }
    return output, complaint, code, system.ticks() - begin
  end

  it("ends when all jobs and end callbacks are through", function()
    local output, _, code = run[[
      local pool = require("threads").Threads(2)
      for i = 1, 5 do
        pool:addjob(function() require("sys").sleep(0.02) return i end, function(i) print(i) end)
      end
    ]]
    local seen = {}
    for line in output:gmatch("%d+") do seen[#seen + 1] = tonumber(line) end
    table.sort(seen)
    assert.same({ 1, 2, 3, 4, 5 }, seen)
    assert.equal(0, code)
  end)

  it("tells of errors that nobody waited for", function()
    local output, complaint, code = run[[
      local pool = require("threads").Threads(1)
      pool:addjob(function() error("in vain") end)
      print("through")
    ]]
    assert.equal("through\n", output)
    assert.matches("threads: .*in vain", complaint)
    assert.equal(0, code)
  end)

  it("leaves jobs behind when an error closes the pool", function()
    local _, complaint, code, time = run[[
      local pool <close> = require("threads").Threads(1)
      pool:addjob(function() while true do end end)
      error("enough")
    ]]
    assert.matches("enough", complaint)
    assert.equal(1, code)
    assert.is_true(time < 10)
  end)

  it("ends at an error while jobs wait", function()
    local _, complaint, code = run[[
      local pool = require("threads").Threads(1)
      for i = 1, 2 do pool:addjob(function() return torch.ones(10):sum() end) end
      error("enough")
    ]]
    assert.matches("enough", complaint)
    assert.equal(1, code)
  end)

  -- What a script prints, and its exit code, when Ctrl-C comes after a second; 137: in vain.
  local function interrupted(script, stream)
    local path = os.tmpname()
    finally(function() os.remove(path) end)
    local _, _, code = os.execute(("timeout -s INT -k 20 1 %s %s>%s")
      :format(program.command{ "-e", script }, stream, path))
    local file = assert(io.open(path))
    local text = file:read("a")
    file:close()
    return text, code
  end

  it("is ended by Ctrl-C while it waits", function()
    local complaint, code = interrupted([[
      local pool = require("threads").Threads(1)
      pool:addjob(function() while true do end end)
      pool:synchronize()
    ]], "2")
    assert.matches("interrupted", complaint)
    assert.equal(124, code)
  end)

  it("is ended by Ctrl-C while it closes", function()
    local output, code = interrupted([[
      local pool = require("threads").Threads(1)
      pool:addjob(function() while true do end end)
      io.write("through\n"):flush()
    ]], "1")
    assert.equal("through\n", output)
    assert.equal(124, code)
  end)

  it("hands Torch7's mode on", function()
    local output = program.run{ "--torch7", "-e", [[
      local pool = require("threads").Threads(1)
      pool:addjob(function() return torch.type(torch.Tensor()), unpack{1} end, print)
      pool:synchronize()
    ]] }
    assert.matches("torch.DoubleTensor%s+1", output)
  end)
end)
