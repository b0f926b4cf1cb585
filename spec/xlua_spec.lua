-- xlua: lua/xlua/*.lua.
local program = require "spec.support.program"
local xlua = require "xlua"

describe("xlua.progress", function()
  local function bar(statement)
    return (program.run{ "-e", statement })
  end

  it("rewrites one line and ends it at the goal", function()
    local output = bar("for i = 1, 3 do xlua.progress(i, 3) end")
    local _, returns = output:gsub("\r", "")
    local _, newlines = output:gsub("\n", "")
    assert.equal(3, returns)
    assert.equal(1, newlines)
    assert.matches(" 1/3 ", output, 1, true)
    assert.matches("ETA: ", output, 1, true)
    assert.matches(" 3/3 .*Tot: .*Step: ", output)
  end)

  it("writes floats without a fraction", function()
    assert.matches(" 3/10 ", bar("xlua.progress(6 / 2, 10.0)"), 1, true)
  end)

  it("keeps within 80 columns", function()
    for line in bar("for i = 1, 50 do xlua.progress(i, 50) end"):gmatch("[^\r\n]+") do
      assert.is_true(#line <= 80)
    end
  end)
end)

describe("xlua.OptionParser", function()
  local function parse(words, check)
    local arg_before = _G.arg
    _G.arg = words
    local parser = xlua.OptionParser("%prog [options]")
    parser:option{ "-s", "--seed", action = "store", dest = "seed", help = "seed", default = 1 }
    parser:option{ "-v", action = "store_true", dest = "verbose", help = "talk" }
    parser:option{ "-q", action = "store_false", dest = "sound", default = true }
    local done, message = pcall(check, parser)
    _G.arg = arg_before
    if not done then error(message, 0) end
  end

  it("keeps values as strings and switches as booleans", function()
    parse({ "-s", "3", "-v", "-q", "file" }, function(parser)
      local options, others = parser:parse()
      assert.same({ seed = "3", verbose = true, sound = false }, options)
      assert.equal("file", others[1])
    end)
  end)

  it("splits at = and fills in defaults", function()
    parse({ "--seed=4" }, function(parser) assert.equal("4", (parser:parse()).seed) end)
    parse({}, function(parser) assert.equal(1, (parser:parse()).seed) end)
  end)

  it("ends the script where words cannot be read", function()
    local script = program.file([[
      local op = xlua.OptionParser("%prog [options]")
      op:option{ "-s", dest = "seed", help = "a seed", req = true }
      print(op:parse().seed)]])
    local function run(...)
      local output, complaint, code = program.run{ script, ... }
      return output .. complaint, code
    end
    assert.matches("invalid option: %-%-nope", (run("--nope")))
    assert.matches("option requires an argument: %-s", (run("-s")))
    assert.matches("required", (run()))
    assert.equal(1, (select(2, run("--nope"))))
    local help, code = run("-h")
    assert.matches("a seed", help)
    assert.equal(0, code)
    assert.equal("x\n", (run("-s", "x")))
    os.remove(script)
  end)
end)

describe("xlua.Profiler", function()
  it("measures laps", function()
    local profiler = xlua.Profiler()
    profiler:start("work")
    require("wick.system").sleep(0.01)
    local real, cpu = profiler:lap("work")
    assert.is_true(real >= 0.01 and cpu >= 0)
    assert.equal(real, profiler:real("work"))
    assert.matches("^work: ", profiler:format("work"))
    assert.error_matches(function() profiler:lap("other") end, '"other" was not started')
  end)

  it("does nothing when it is off", function()
    local profiler = xlua.Profiler("off")
    profiler:start("work")
    assert.equal(0.0, (profiler:lap("work")))
  end)
end)

describe("helpers", function()
  it("formatTime shows two units", function()
    assert.equal("0ms", xlua.formatTime(0))
    assert.equal("3s20ms", xlua.formatTime(3.02))
    assert.equal("1h2m", xlua.formatTime(3720))
    assert.equal("1m2s", xlua.formatTime(62))
  end)

  it("table2string", function()
    assert.equal('{1,2,a="x"}', xlua.table2string{ 1, 2, a = "x" })
    assert.equal("{{}}", xlua.table2string{ {} })
  end)

  it("string.split drops an empty beginning alone", function()
    assert.same({ "a", "b", "", "c" }, ("a b  c"):split(" "))
    assert.same({ "a", "b" }, ("/a/b"):split("/"))
  end)

  it("table.splice and table.prune", function()
    local splice, prune = rawget(table, "splice"), rawget(table, "prune")
    local rest, removed = splice({ 1, 2, 3, 4 }, 2, 2)
    assert.same({ 1, 4 }, rest)
    assert.same({ 2, 3 }, removed)
    assert.same({ 1, 2, 3 }, prune{ 1, 2, 1, 3, 2 })
  end)

  it("require returns false for what is not there", function()
    local print_before, said = print, nil
    _G.print = function(text) said = text end
    local module = xlua.require("no_such_module")
    _G.print = print_before
    assert.is_false(module)
    assert.matches("no_such_module", said)
    assert.equal(xlua, xlua.require("xlua"))
    assert.is_true((xlua.installed("xlua")))
    assert.is_false((xlua.installed("no_such_module")))
  end)

  it("envparams convert to the default's type", function()
    local home = os.getenv("HOME")
    assert.same({ HOME = home, NO_SUCH_VARIABLE = 3 },
      xlua.envparams{ HOME = "x", NO_SUCH_VARIABLE = 3 })
  end)

  it("tosymbol finds globals by their names", function()
    assert.equal(math.floor, rawget(string, "tosymbol")("math.floor"))
    assert.is_nil(rawget(string, "tosymbol")("no.such.thing"))
  end)

  it("sets the globals that scripts expect", function()
    assert.equal(xlua, rawget(_G, "xlua"))
    assert.equal(xlua.error, rawget(_G, "xerror"))
    assert.equal(xlua.print, rawget(_G, "xprint"))
    assert.equal(xlua.require, rawget(_G, "xrequire"))
  end)

  it("who, clear and clearall look after the script's globals", function()
    local output = program.run{ "-e", [[
      local xlua = require "xlua"
      first, second, third = 1, "x", 3
      xlua.clear("third")
      xlua.who()
      xlua.clearall()
      print(first, second, third, print ~= nil, torch ~= nil)]] }
    assert.equal('first                1\nsecond               "x"\nnil\tnil\tnil\ttrue\ttrue\n',
      output)
  end)

  it("usage_module lists what a module has", function()
    assert.equal("m: does things\n  m.a\n  m.b\nsee also", xlua.usage_module("m", "does things",
      { b = 1, a = 2 }, "see also"))
  end)

  it("error and trycatch", function()
    local caught
    xlua.trycatch(function() xlua.error("bad", "domain") end, function(e) caught = e end)
    assert.matches("<domain>.* bad", caught)
  end)
end)

describe("xlua.unpack", function()
  local rows = {
    { arg = "size", type = "number", help = "how large", req = true },
    { arg = "name", type = "string", help = "what", default = "x" },
    { arg = "other", type = "number", defaulta = "size" },
  }

  local function unpack_arguments(...)
    return xlua.unpack({ ... }, "make", "makes", table.unpack(rows))
  end

  it("reads positions and names", function()
    local values, size, name, other = unpack_arguments(3)
    assert.same({ size = 3, name = "x", other = 3 }, values)
    assert.same({ 3, "x", 3 }, { size, name, other })
    assert.equal("y", select(3, unpack_arguments{ size = 3, name = "y" }))
  end)

  it("names what is missing or wrong, with the usage", function()
    assert.error_matches(function() unpack_arguments() end, "make: size is missing\nmake: makes")
    assert.error_matches(function() unpack_arguments("x") end, 'size is "x", number expected')
  end)

  it("stores into an object", function()
    local object = {}
    xlua.unpack_class(object, { 3 }, "make", "", table.unpack(rows))
    assert.equal(3, object.size)
  end)
end)
