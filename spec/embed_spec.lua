-- Wick in other programs: bindings/wick_lua.h, lua/wick/sandbox.lua, and the hosts in
-- examples/embed, which `make test` builds.
local program = require "spec.support.program"

local hosts = (os.getenv("WICK_BUILD") or "build") .. "/embed/"

-- What the host prints, complaints included, and its exit code.
local function run(host, arguments, input)
  local given = program.file(input or "")
  local pipe = assert(io.popen(("%s%s %s <%s 2>&1"):format(hosts, host, arguments or "", given)))
  local output = pipe:read("a")
  local _, _, code = pipe:close()
  os.remove(given)
  return output, code
end

-- Calls check with the names of files that hold these texts.
local function with_files(texts, check)
  local names = {}
  for i, text in ipairs(texts) do names[i] = program.file(text) end
  local done, message = pcall(check, table.unpack(names))
  for _, name in ipairs(names) do os.remove(name) end
  if not done then error(message, 0) end
end

describe("a host in C", function()
  it("trains a network", function()
    local output, code = run("train")
    local right = tonumber(output:match("^(%d+) of 512 right\n0 bytes left\n$"))
    assert.equal(0, code)
    assert.is_true(right and right > 490, output)
  end)

  it("survives running out of its own allocator's memory", function()
    local output, code = run("limited")
    assert.matches("^out of memory: asked for %d+ bytes, %d+ in use", output)
    assert.matches("\n64 samples\ttrue\nrefused: yes, at most 64 MB: yes, left: 0 bytes\n$", output)
    assert.equal(0, code)
  end)

  it("opens and closes Wick a thousand times without growing", function()
    if os.getenv("ASAN_OPTIONS") then return pending("the sanitizer keeps what was freed") end
    local output, code = run("reopen")
    local kilobytes = tonumber(output:match("^1000 times, (%-?%d+) KB more\n$"))
    assert.equal(0, code)
    assert.is_true(kilobytes and kilobytes < 2048, output)
  end)

  it("trains in two states and threads as in one", function()
    local output, code = run("states")
    local alone, together = output:match("^alone: (0x%x%S+ 0x%x%S+)\ntogether: (.*)\n$")
    assert.equal(0, code)
    assert.truthy(alone, output)
    assert.equal(alone, together)
    assert.not_equal(alone:match("^%S+"), alone:match("%S+$"))
  end)
end)

describe("the host that reloads its model", function()
  local twice = "local torch = require 'torch' return function(x) return x * 2 end"
  local shape = "local nn = require 'nn' local net = nn.Linear(4, 2) net.weight:fill(1) "
    .. "net.bias:fill(0) return function(x) return net:forward(x) end"

  it("asks each version of the script, with the host's own numbers", function()
    with_files({ twice, shape }, function(first, second)
      assert.equal(("%s: 2 4 6 8\n%s: 10 10\n"):format(first, second),
        (run("reload", nil, first .. "\n" .. second .. "\n")))
    end)
  end)

  it("keeps the version before when one does not work", function()
    with_files({ twice, "return 3", "syntax error", "error 'no'" }, function(good, ...)
      local output, code = run("reload", nil, table.concat({ good, ... }, "\n") .. "\n")
      assert.matches(": 2 4 6 8\n.*kept the model before: it returns no function\n.*"
        .. "kept the model before: .*syntax error.*kept the model before: .*: no\n$", output)
      assert.equal(0, code)
    end)
  end)

  it("lends its numbers for reading only", function()
    with_files({ "return function(x) return x:fill(0) end" }, function(writes)
      assert.matches("memory lent for reading only", (run("reload", nil, writes .. "\n")))
    end)
  end)
end)

-- What the host that guards itself says about a script whose function `answer` returns that.
local function guarded(expression, seconds, megabytes)
  local output
  local script = "local torch = require 'torch' function answer(x) return %s end"
  with_files({ script:format(expression) }, function(name)
    output = run("guard", ("%g %g %s text"):format(seconds or 60, megabytes or 256, name))
  end)
  return (output:gsub("\n$", ""))
end

local function run_for(body, seconds, megabytes)
  return guarded(("(function() %s end)()"):format(body), seconds, megabytes)
end

describe("a call within limits", function()
  it("answers", function()
    assert.equal("text 6.0", guarded("x .. ' ' .. torch.Tensor{ 1, 2, 3 }:sum()"))
    assert.equal("2", guarded("require('nn').Linear(3, 2):forward(torch.ones(3)):size(1)"))
  end)

  it("ends loops when the time is up, whatever they catch", function()
    for _, body in ipairs{
      "while true do end",
      "while true do pcall(function() while true do end end) end",
      "coroutine.wrap(function() while true do end end)()",
      "local x = torch.ones(200, 200) while true do pcall(torch.mm, x, x) end",
      "local x = torch.ones(200, 200) while true do x:mm(x, x) end",
    } do
      assert.matches("^too slow: .*interrupted$", run_for(body, 0.2))
    end
  end)

  it("ends what takes too much of Lua's memory", function()
    assert.equal("too big: not enough memory",
      run_for("local t = {} for i = 1, 1e8 do t[i] = {} end", 60, 16))
    assert.equal("too big: not enough memory", guarded("#('x'):rep(1e9)", 60, 16))
  end)

  it("ends what takes too much memory of tensors", function()
    local says = "^error: .*: out of memory: asked for %d+ bytes, %d+ in use, limit 16777216$"
    local hoard = "local t = {} for i = 1, 1e3 do t[i] = torch.ones(1e5) end"
    assert.matches(says, guarded("torch.ones(1e7)", 60, 16))
    assert.matches(says, run_for(hoard, 60, 16))
    assert.equal("fine", run_for("for i = 1, 1e3 do torch.ones(1e5) end return 'fine'", 60, 16))
  end)
end)

describe("the sandbox", function()
  it("keeps scripts from what is outside", function()
    for _, expression in ipairs{
      "io.open('/etc/passwd')", "io.lines('/etc/passwd')", "io.popen('ls')", "io.stdin:read()",
      "os.execute('ls')", "os.remove('x')", "os.exit()", "dofile('x')", "loadfile('x')",
      "package.loadlib('libc.so.6', '*')", "debug.getregistry()", "debug.sethook()",
      "debug.getupvalue(load, 1)", "torch.load('x.t7')", "torch.save('x.t7', torch.ones(2))",
      "torch.DiskFile('/etc/passwd')", "torch.PipeFile('ls')", "torch.FloatStorage('/etc/passwd')",
      "require('image').load('x.png')", "require('wick.safetensors').load('x')",
      "require('threads').Threads(1)", "require('paths').dir('/')", "require('ffi').new('int[3]')",
      "torch.data(torch.ones(3))", "require('wick.core').setMemoryLimit(0)",
      "require('wick.core').failAfter(1)", "require('wick.system').sleep(1)",
    } do
      assert.matches("^error: .*this host keeps scripts from", guarded(expression), expression)
    end
  end)

  it("takes text and compiled-in modules alone", function()
    assert.equal("nil", guarded("load(string.dump(function() end))"))
    assert.equal("3", guarded("load('return q', '=x', 'b', { q = 3 })()"))
    assert.matches("^error: .*module 'socket' not found", guarded("require 'socket'"))
    assert.equal("nil", guarded("os.getenv 'HOME'"))
    assert.equal("nil", guarded("debug.getinfo(1, 'f').func"))
  end)

  it("leaves what computes", function()
    for name in ("nn optim image nngraph autograd torchnet xlua tds wick.models wick.data")
      :gmatch("%S+") do
      assert.equal("table", guarded(("type(require '%s')"):format(name)), name)
    end
    assert.equal("true", guarded("torch.deserialize(torch.serialize(torch.ones(3))):sum() == 3"))
  end)
end)

describe("docs/embedding.md", function()
  it("shows C that compiles without a warning", function()
    local file = assert(io.open("docs/embedding.md"))
    local text, blocks = file:read("a"), 0
    file:close()
    for block in text:gmatch("```c\n(.-)```") do
      blocks = blocks + 1
      with_files({ block }, function(name)
        local pipe = io.popen(("cc -std=c11 -Wall -Wextra -Werror -fsyntax-only -Icore -Ibindings "
          .. "-Wno-unused-function $(pkg-config --cflags lua5.4) -x c %s 2>&1"):format(name))
        assert.equal("", pipe:read("a"))
        pipe:close()
      end)
    end
    assert.equal(2, blocks)
  end)
end)
