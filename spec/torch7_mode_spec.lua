-- Torch7's mode: lua/torch7/*.lua, and what else in the tree hangs on it.
local program = require "spec.support.program"
local system = require "wick.system"

-- What a script written for Torch7 prints.
local function th(text)
  local output, complaint, code = program.run{ "--torch7", "-e", text }
  assert.equal("", complaint)
  assert.equal(0, code)
  return output
end

-- What statements answer under the mode, joined by Lua's own print.
local function value(expression)
  return (th("print_old(" .. expression .. ")"):gsub("\n$", ""))
end

describe("wick --torch7", function()
  it("makes Double the default and whole numbers Lua integers", function()
    assert.equal("torch.DoubleTensor", value("torch.Tensor():type()"))
    assert.equal("conf_3.png", value("'conf_' .. torch.ones(3):sum() .. '.png'"))
    assert.equal("integer\tfloat", value("math.type(torch.Tensor{2}[1]), "
      .. "math.type(torch.Tensor{2.5}[1])"))
    assert.equal("1 2", value("table.concat(torch.range(1, 2):totable(), ' ')"))
    assert.equal("integer", value("math.type(torch.Tensor{4}:max())"))
    assert.equal("integer", value("math.type(torch.uniform(5, 5))"))
    assert.equal("integer", value("(function() local kind torch.ones(1):apply(function(x) "
      .. "kind = math.type(x) end) return kind end)()"))
  end)

  it("lets shapes go together that agree in their number of elements", function()
    assert.equal("2 2", value("table.concat((torch.ones(2, 2) + torch.ones(4)):size():totable(), "
      .. "' ')"))
    assert.equal("3 1", value("table.concat((torch.ones(3, 1) - torch.ones(3)):size():totable(), "
      .. "' ')"))
    assert.equal("0", value("torch.cmul(torch.ones(2, 3), torch.zeros(6)):sum()"))
  end)

  it("selects numbers from vectors whatever dimension is named", function()
    assert.equal("5", value("torch.Tensor{4, 5}:select(2, 2)"))
  end)

  it("brings Lua 5.1's functions back", function()
    assert.equal("1\t2", value("unpack{1, 2}"))
    assert.equal("3", value("loadstring('return 3')()"))
    assert.equal("2\t7", value("table.getn{1, 2}, table.maxn{[7] = 1}"))
    assert.equal("8.0\t2.0\t6.0", value("math.pow(2, 3), math.log10(100), math.ldexp(3, 1)"))
    assert.equal("0.75\t3\t1", value("math.frexp(6), select(2, math.frexp(6)), math.mod(7, 3)"))
    assert.equal("function", value("type(string.gfind)"))
    assert.equal("1 a", value("(function() for k, v in string.gfind('1=a', '(%d)=(%a)') do "
      .. "return k .. ' ' .. v end end)()"))
    assert.equal("12", value("(function() local s = 0 table.foreach({5, 7}, function(_, v) "
      .. "s = s + v end) return s end)()"))
    assert.equal("768\t0", value("os.execute('exit 3'), os.execute('true')"))
    assert.equal("-1\t5\t-2147483648", value("bit.bnot(0), bit.bor(4, 1), bit.lshift(1, 31)"))
    assert.equal("ff\t-1\t78563412", value("bit.tohex(255, 2), bit.arshift(-2, 1), "
      .. "bit.tohex(bit.bswap(0x12345678))"))
  end)

  it("gives functions other environments", function()
    assert.equal("5", value("setfenv(function() return x end, {x = 5})()"))
    assert.equal("true", value("getfenv(function() return x end) == _G"))
    assert.equal("true", value("getfenv() == _G"))
    assert.equal("6", value("(function() setfenv(1, {x = 6}) return x end)()"))
    assert.equal("true", value("(function() local e = {} local f = function() end "
      .. "setfenv(f, e) return getfenv(f) == e end)()"))
  end)

  it("makes modules of files", function()
    local name = os.tmpname()
    os.remove(name)
    local file = assert(io.open(name .. ".lua", "wb"))
    file:write("module('counter', package.seeall)\nfunction add(a, b) return tonumber(a + b) end\n")
    file:close()
    local folder, base = name:match("^(.*)/([^/]*)$")
    assert.equal("3\tcounter\tnil\ttrue\n", th(("package.path = '%s/?.lua;' .. package.path "
      .. "require '%s' print_old(counter.add(1, 2), counter._NAME, rawget(_G, 'add'), "
      .. "package.loaded.counter == counter)"):format(folder, base)))
    os.remove(name .. ".lua")
  end)

  it("takes floats where whole numbers are meant", function()
    assert.equal("3 -3 ff", value("('%d %d %x'):format(3.7, -3.7, 255.5)"))
    assert.equal("7 7", value("('%u %s'):format(7, 7.0)"))
    assert.equal("100%", value("('%d%%'):format(100.0)"))
    assert.equal("ab", value("('abcd'):sub(1, 2.5)"))
    assert.equal("2 3", value("table.concat(torch.Tensor(5 / 2, 7 / 2):size():totable(), ' ')"))
    assert.equal("true", value("math.random(2.5) <= 2"))
    assert.equal("3\t2.5\t1e+15", value("tostring(3.0), tostring(5 / 2), tostring(1e15)"))
    assert.equal("1,2.5", value("table.concat({1.0, 2.5}, ',')"))
    assert.equal("4\n", th("io.write(8 / 2, '\\n')"))
    assert.equal("2 of 3", value("'%d of %d' % {2, 3}"))
    assert.equal("1", value("'10' % 3"))
  end)

  it("prints as th did", function()
    assert.equal("1\ta\tnil\t\n", th("print(1, 'a', nil)"))
    assert.equal("{\n  1 : 1\n  2 : \n    {\n      1 : true\n    }\n  b : \"x\"\n"
      .. "  t : DoubleTensor - size: 2x3\n}\t\n",
      th("print{1, {true}, b = 'x', t = torch.ones(2, 3)}"))
    assert.matches("{%.%.%.}", th("print{{{{{{1}}}}}}"))
    assert.equal(" 1\n 1\n[torch.DoubleTensor of size 2]\n\n", th("print(torch.ones(2))"))
    assert.matches("^table: 0x", th("setprintlevel(0) print{}"))
  end)

  it("has the globals of th", function()
    assert.equal("table\ttable\ttable\ttable", value("type(rawget(_G, 'torch')), "
      .. "type(rawget(_G, 'paths')), type(rawget(_G, 'sys')), type(rawget(_G, 'xlua'))"))
    assert.equal("function\tfunction\tfunction", value("type(import), type(include), "
      .. "type(print_new)"))
  end)

  it("has Penlight's names where Penlight is installed", function()
    if not package.searchpath("pl.stringx", package.path) then return end
    assert.equal("a,b", value("table.concat(stringx.split('a b'), ',')"))
    assert.equal("nil\n", (program.run{ "-e", "print(stringx)" }))
  end)

  it("requires and includes files beside the script", function()
    local folder = os.tmpname()
    os.remove(folder)
    system.mkdir(folder)
    local function put(name, text)
      local file = assert(io.open(folder .. "/" .. name, "wb"))
      file:write(text)
      file:close()
    end
    put("main.lua", "local a = require './part'\nlocal b = require 'part'\ninclude('part.lua')\n"
      .. "print_old(a.x, b.x, parts)\n")
    put("part.lua", "parts = (parts or 0) + 1\nreturn {x = parts}\n")
    assert.equal("1\t2\t3\n", (program.run{ "--torch7", folder .. "/main.lua" }))
    local _, complaint = program.run{ "--torch7", "-e", "require './no_such'" }
    assert.matches("module '%./no_such' not found", complaint)
    os.execute("rm -rf " .. folder)
  end)

  it("keeps the outputs of inner modules", function()
    local network = "m = nn.Sequential():add(nn.Linear(2, 3)):add(nn.Tanh()) "
      .. "x = torch.ones(1, 2) m:forward(x) m:backward(x, torch.ones(1, 3)) "
      .. "print_old(m:get(1).output:nElement())"
    assert.equal("3\n", th("require 'nn' " .. network))
    local _, complaint = program.run{ "-e", "require 'nn' print_old = print " .. network }
    assert.matches("was let go of by backward", complaint)
  end)

  it("helps nobody who did not ask", function()
    local output = program.run{ "-e", "print(unpack, torch.Tensor():type(), rawget(_G, 'bit'))" }
    assert.equal("nil\ttorch.FloatTensor\tnil\n", output)
  end)
end)

describe("a script that fails in plain wick on a habit of Lua 5.1", function()
  it("is told of the mode", function()
    for statement, instead in pairs{
      ["unpack{1}"] = "table%.unpack", ["loadstring('x')"] = "load",
      ["table.getn{}"] = "operator #",
      ["setfenv(1, {})"] = "environment argument of load", ["module('x')"] = "a table returned",
      ["for w in string.gfind('a', 'a') do end"] = "string%.gmatch",
    } do
      local _, complaint = program.run{ "-e", statement }
      assert.matches("Lua 5%.4 has [^\n]*" .. instead, complaint)
      assert.matches("scripts written for Torch7 run with wick %-%-torch7", complaint)
    end
    local _, complaint = program.run{ "-e", "print(('%d'):format(2.5))" }
    assert.matches("no integer representation%); math%.floor [^\n]*wick %-%-torch7", complaint)
  end)
end)

describe("require 'torch7'", function()
  local before = {}
  local function state()
    local names = {}
    for _, place in ipairs{ _G, string, table, math, os, io, package, debug, getmetatable("") } do
      for name, member in pairs(place) do names[#names + 1] = { place, name, member } end
    end
    return names
  end

  it("works under plain Lua, and off() takes all of it back", function()
    for _, name in ipairs{ "torch", "paths", "sys", "xlua" } do require(name) end
    for _, entry in ipairs(state()) do
      before[entry[1]] = before[entry[1]] or {}
      before[entry[1]][entry[2]] = entry[3]
    end
    local torch7 = require "torch7"
    assert.is_true(torch7.isOn())
    assert.equal("torch.DoubleTensor", _G.torch.Tensor():type())
    assert.equal("3", tostring(3.0))
    torch7.off()
    assert.is_false(torch7.isOn())
    assert.equal("torch.FloatTensor", _G.torch.Tensor():type())
    assert.equal("float", math.type(_G.torch.ones(2):sum()))
    assert.equal("3.0", tostring(3.0))
    for _, entry in ipairs(state()) do
      assert.equal(before[entry[1]][entry[2]], entry[3], entry[2])
    end
    assert.error_matches(function() return _G.torch.Tensor{ 1 }:select(2, 1) end, "dimension 2")
    torch7.on()
    assert.equal(3, _G.unpack{ 3 })
    torch7.off()
  end)
end)
