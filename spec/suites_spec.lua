-- `make suites`: spec/suites/run.lua, on a checkout made up here.
local program = require "spec.support.program"
local system = require "wick.system"

local tester = [[
local t = torch.Tester()
t:add(function() t:assert(true) t:assert(%s) end, "first")
t:add(function() t:assert(unpack ~= nil) end, "second")
t:run()
]]

local function put(folder, name, text)
  local path = folder .. "/" .. name
  os.execute("mkdir -p '" .. path:match("^(.*)/") .. "'")
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
end

describe("the runner of Torch7's suites", function()
  local folder

  local function run(...)
    return program.run{ "spec/suites/run.lua", ... }
  end

  before_each(function()
    folder = os.tmpname()
    os.remove(folder)
    system.mkdir(folder)
    put(folder, "deep/down/torch/TensorMath.lua", "")
    put(folder, "deep/down/torch/test/test.lua", "function torch.test() " .. tester:format("true")
      .. " end")
    put(folder, "deep/down/torch/test/test_Tester.lua", tester:format("true"))
  end)

  after_each(function()
    os.execute("rm -rf '" .. folder .. "'")
  end)

  it("finds checkouts by their files and counts tests and assertions", function()
    local output, complaint, code = run(folder)
    assert.equal("", complaint)
    assert.equal(0, code)
    assert.matches("torch7/test/test%.lua +2 passed +0 failed +3 assertions", output)
    assert.matches("torch7/test/test_Tester%.lua +2 passed +0 failed +3 assertions", output)
    assert.matches("test_half%.lua +passed over: this checkout has it not", output)
    assert.matches("nn +passed over: no checkout of it there", output)
    assert.matches("\n2 suites: 4 tests passed, 0 failed, 6 assertions; %d+ passed over\n$", output)
  end)

  it("names what failed and says so by its exit code", function()
    put(folder, "deep/down/torch/test/test_half.lua", tester:format("false"))
    put(folder, "deep/down/torch/test/test_qr.lua", "error('no suite')")
    local output, _, code = run(folder)
    assert.equal(1, code)
    assert.matches("test_half%.lua +1 passed +1 failed +3 assertions[^\n]*\n +first %(fail%)\n",
      output)
    assert.matches("test_qr%.lua +0 passed +1 failed[^\n]*\n +ended with code 1 before its summary",
      output)
  end)

  it("stops what runs too long", function()
    put(folder, "deep/down/torch/test/longSize.lua", "while true do end")
    local output, _, code = run("--limit", "1", "--only", "longSize", folder)
    assert.equal(1, code)
    assert.matches("longSize%.lua +0 passed +1 failed[^\n]*\n +ran past its limit of 1 s", output)
  end)

  it("passes over what needs packages that are not there", function()
    for _, name in ipairs{ "lswolfe.lua", "test/rosenbrock.lua", "test/test_fista.lua" } do
      put(folder, "optim/" .. name, "")
    end
    assert.matches("optim/test/test_fista%.lua +passed over: needs unsup, kex",
      (run("--only", "fista", folder)))
  end)

  it("asks for a folder, and says when there was nothing to run", function()
    local _, complaint, code = run()
    assert.matches("make suites DIR=path", complaint)
    assert.equal(2, code)
    assert.equal(2, (select(3, run("--only", "nothing", folder))))
  end)
end)
