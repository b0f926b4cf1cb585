-- The program wick: options, scripts, exit codes, Ctrl-C.
local program = require "spec.support.program"
local system = require "wick.system"

local run = program.run

local function with_script(text, check)
  local name = program.file(text)
  local done, message = pcall(check, name)
  os.remove(name)
  if not done then error(message, 0) end
end

describe("wick with options", function()
  it("runs statements in order", function()
    assert.equal("1\n2\n", (run{ "-e", "x = 1 print(x)", "-eprint(x + 1)" }))
  end)

  it("shows its version", function()
    local output, _, code = run{ "-v" }
    assert.matches("^Wick %d+%.%d+%.%d+", output)
    assert.equal(0, code)
    assert.equal(output, (run{ "--version" }))
  end)

  it("requires a module into its global", function()
    assert.equal("table\n", (run{ "-l", "xlua", "-e", "print(type(rawget(_G, 'xlua')))" }))
    assert.equal("table\n", (run{ "-lp=paths", "-e", "print(type(p))" }))
  end)

  it("fails for a module that is not there", function()
    local _, complaint, code = run{ "-l", "no_such_module" }
    assert.matches("^wick: module 'no_such_module' not found", complaint)
    assert.equal(1, code)
  end)

  it("shows how to use it, asked or not", function()
    local output, _, code = run{ "--help" }
    assert.matches("^usage: wick", output)
    assert.equal(0, code)
    local _, complaint, failed = run{ "-x" }
    assert.matches("^wick: there is no option %-x\nusage:", complaint)
    assert.equal(1, failed)
    assert.matches("^wick: %-e needs a value", (select(2, run{ "-e" })))
  end)
end)

describe("wick with a misspelled name", function()
  it("says what may have been meant", function()
    assert.matches('did you mean "nn.ReLU"%?', (select(2, run{ "-e", "nn.Relu()" })))
    assert.matches('did you mean "sum"%?',
      (select(2, run{ "-e", "local x = torch.ones(2) x:sumd(1)" })))
    assert.matches("global 'something'%)\n", (select(2, run{ "-e", "something()" })))
  end)

  it("knows the names of other libraries", function()
    for statement, answer in pairs{
      ["nn.Linear(2, 3):cuda()"] = "'cuda'%); Wick has no GPU",
      ["print(torch.ones(2).shape[1])"] = "'shape'%); Wick has x:size%(%)",
      ["nn.save('x', {})"] = "'save'%); Wick has checkpoint%.save",
      ["nn.Linear(2, 3).forward(torch.ones(2))"] = "called with a dot that takes a colon%?",
    } do
      assert.matches(answer, (select(2, run{ "-e", statement })))
    end
  end)
end)

describe("wick with a script", function()
  it("passes the arguments on", function()
    with_script("print(...) print(arg[0], #arg, arg[-1])", function(name)
      assert.equal(("a\t-b\n%s\t2\t%s\n"):format(name, program.path), (run{ name, "a", "-b" }))
    end)
  end)

  it("keeps its own options below zero in arg", function()
    with_script("print(arg[-3], arg[-2], arg[-1])", function(name)
      assert.equal(("%s\t-e\tx=1\n"):format(program.path), (run{ "-e", "x=1", name }))
    end)
  end)

  it("reads standard input for -", function()
    assert.equal("5\tx\n", (run({ "-", "x" }, "local y = 5\nprint(y, ...)")))
  end)

  it("skips a first line for the shell", function()
    with_script("#!/usr/bin/env wick\nprint(1)", function(name)
      assert.equal("1\n", (run{ name }))
    end)
  end)

  it("says what went wrong and where, without its own frames", function()
    with_script("local function f()\n  error('bad')\nend\nf()", function(name)
      local _, complaint, code = run{ name }
      assert.equal(1, code)
      assert.equal(("wick: %s:2: bad\n"):format(name), complaint:match("^.-\n"))
      assert.matches("stack traceback:", complaint, 1, true)
      assert.matches(":4: in main chunk", complaint, 1, true)
      assert.is_nil(complaint:find("program.lua", 1, true))
    end)
  end)

  it("says where the syntax is wrong", function()
    local _, complaint, code = run{ "-e", "x =" }
    assert.equal("wick: (command line):1: unexpected symbol near <eof>\n", complaint)
    assert.equal(1, code)
  end)

  it("copes with errors that are no strings", function()
    assert.matches("^wick: %(error object is a table value%)", (select(2, run{ "-e", "error{}" })))
    local speaking = "error(setmetatable({}, {__tostring = function() return 'told' end}))"
    assert.matches("^wick: told\n", (select(2, run{ "-e", speaking })))
  end)

  it("complains about a script that is not there", function()
    local _, complaint, code = run{ "/no/such.lua" }
    assert.equal("wick: cannot open /no/such.lua: No such file or directory\n", complaint)
    assert.equal(1, code)
  end)

  it("returns what os.exit says", function()
    assert.equal(7, (select(3, run{ "-e", "os.exit(7)" })))
  end)
end)

describe("the globals of scripts", function()
  it("are loaded when they are first read", function()
    assert.equal("nil\ttable\ttable\n",
      (run{ "-e", "print(rawget(_G, 'paths'), type(paths), type(rawget(_G, 'paths')))" }))
  end)

  it("that nobody set are nil without a word", function()
    local output, complaint = run{ "-e", "print(no_such_global)" }
    assert.equal("nil\n", output)
    assert.equal("", complaint)
  end)
end)

describe("starting", function()
  local function best_of(times, command)
    local best = math.huge
    for _ = 1, times do
      local started = system.ticks()
      os.execute(command)
      best = math.min(best, system.ticks() - started)
    end
    return best
  end

  it("takes no more than ten times what lua5.4 takes", function()
    if os.getenv("ASAN_OPTIONS") then return pending("a sanitized program starts slowly") end
    local ours = best_of(10, program.command{ "-e", "" })
    local theirs = best_of(10, "lua5.4 -e ''")
    assert.is_true(ours < 10 * theirs, ("%.1f ms against %.1f"):format(ours * 1e3, theirs * 1e3))
  end)
end)

describe("Ctrl-C", function()
  -- Runs `setup` and `statement`, sends SIGINT when that calls ready() and `more` times after, 1.2
  -- seconds apart; returns standard error, the code and the seconds that all of it took.
  local function interrupt(statement, more, setup)
    local errors = os.tmpname()
    local signals = "kill -INT $p;" .. (" sleep 1.2; kill -INT $p 2>/dev/null;"):rep(more or 0)
    local pipe = io.popen(([[
      out=$(mktemp); %s >$out 2>%s & p=$!
      while ! grep -q ready $out; do sleep 0.02; done
      %s wait $p; echo $?; rm -f $out]]):format(
      program.command{ "-e", "local function ready() print'ready' io.stdout:flush() end "
        .. (setup or "") .. statement },
      errors, signals))
    local started = system.ticks()
    local code = math.tointeger(tonumber(pipe:read("a")))
    pipe:close()
    local elapsed = system.ticks() - started
    local file = io.open(errors)
    local complaint = file:read("a")
    file:close()
    os.remove(errors)
    return complaint, code, elapsed
  end

  it("ends a loop with an error", function()
    local complaint, code, elapsed = interrupt("ready() while true do end")
    assert.matches("^wick: [^\n]*interrupted\n", complaint)
    assert.equal(1, code)
    assert.is_true(elapsed < 2)
  end)

  it("ends a loop inside a coroutine", function()
    local loop = "local function f() ready() while true do end end "
    assert.matches("interrupted", (interrupt(loop .. "coroutine.wrap(f)()")))
    assert.matches("interrupted",
      (interrupt(loop .. "assert(coroutine.resume(coroutine.create(f)))")))
  end)

  it("ends a loop of operations", function()
    local complaint, code, elapsed = interrupt("ready() while true do x = x + 1 end", 0,
      "local x = torch.FloatTensor(200, 200):zero() ")
    assert.matches("^wick: [^\n]*interrupted\n", complaint)
    assert.equal(1, code)
    assert.is_true(elapsed < 2)
  end)

  it("leaves nothing behind that would stop a later operation", function()
    local complaint, code = interrupt("pcall(function() ready() while true do end end) x:add(1)",
      0, "local x = torch.FloatTensor(2):zero() ")
    assert.equal("", complaint)
    assert.equal(0, code)
  end)

  it("can be caught by a script", function()
    local complaint, code = interrupt(
      "assert(not pcall(function() ready() while true do end end))")
    assert.equal("", complaint)
    assert.equal(0, code)
  end)

  it("is raised once when an operation saw it first", function()
    local complaint, code = interrupt([[
      local _, message = pcall(function() ready() while true do x:add(1) end end)
      assert(message:find("interrupted"))
      x:add(1)]], 0, "local x = torch.FloatTensor(300, 300):zero() ")
    assert.equal("", complaint)
    assert.equal(0, code)
  end)

  it("pressed again ends what does not react", function()
    local stubborn = "ready() string.rep('a', 40):find(('a-'):rep(30) .. 'b')"
    local _, code, elapsed = interrupt(stubborn, 1)
    assert.equal(130, code)
    assert.is_true(elapsed < 5)
  end)
end)
