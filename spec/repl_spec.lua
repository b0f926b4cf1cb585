-- The prompt: lua/wick/repl*.lua, piped and on a terminal.
local program = require "spec.support.program"
local Terminal = require "spec.support.terminal"

local function feed(...)
  return program.run({}, table.concat({ ... }, "\n") .. "\n")
end

describe("piped input", function()
  it("gives results alone: no banner, prompt, echo or colour", function()
    local output, complaint, code = feed("1 + 1", "x = 5", "x")
    assert.equal("2\n5\n", output)
    assert.equal("", complaint)
    assert.equal(0, code)
  end)

  it("goes on after an error and ends with code 1", function()
    local output, complaint, code = feed("error('bad')", "1 + 1")
    assert.equal("2\n", output)
    assert.equal("stdin:1: bad\nstack traceback:\n\t[C]: in function 'error'\n"
      .. "\tstdin:1: in main chunk\n", complaint)
    assert.equal(1, code)
  end)

  it("reports input that ends too early", function()
    local _, complaint, code = feed("function f()")
    assert.matches("near <eof>", complaint)
    assert.equal(1, code)
  end)
end)

describe("statements and expressions", function()
  it("span lines until they are complete", function()
    assert.equal("1\n2\n", (feed("for i = 1, 2 do", "", "print(i)", "end")))
    assert.equal("{1, 2}\n", (feed("{", "1, 2", "}")))
  end)

  it("are silenced by a semicolon", function()
    assert.equal("3\n", (feed("1 + 2;", "_")))
  end)

  it("may begin with =", function()
    assert.equal("3\n", (feed("= 1 + 2")))
  end)

  it("show several results, nil too", function()
    assert.equal("1\ta\tnil\n", (feed("1, 'a', nil")))
  end)

  it("keep the last results", function()
    assert.equal("7\t8\n8\n8\n", (feed("7, 8", "_2", "_")))
  end)

  it("print what a call prints and no more", function()
    assert.equal("hello\n", (feed("print('hello')")))
  end)
end)

describe("values", function()
  it("that are classes say so", function()
    assert.equal("class nn.Linear, ?nn.Linear explains it\n", (feed("nn.Linear")))
  end)

  it("that are tables are shown one level deep", function()
    assert.equal("{1, 2, a = {}, b = {...}, f = function, s = \"x\"}\n",
      (feed("{1, 2, a = {}, b = {1}, f = print, s = 'x'}")))
  end)

  it("that are long tables are cut", function()
    local output = feed("t = {} for i = 1, 70 do t[i] = i end", "t")
    assert.matches("... 20 more", output, 1, true)
    assert.is_nil(output:find("51", 1, true))
  end)

  it("with a text of their own give it", function()
    assert.equal("mine\n", (feed("setmetatable({}, {__tostring = function() return 'mine' end})")))
  end)

  it("whose text fails leave the prompt alive", function()
    local output, complaint = feed("setmetatable({}, {__tostring = error})", "4")
    assert.equal("4\n", output)
    assert.is_true(#complaint > 0)
  end)
end)

describe("tensors", function()
  it("print as they do", function()
    assert.equal(" 1  2\n 3  4\n[torch.FloatTensor of size 2x2]\n",
      (feed("torch.FloatTensor{{1, 2}, {3, 4}}")))
  end)

  it("that are large are summarised", function()
    local output = feed("torch.FloatTensor(50, 60):fill(2)")
    assert.matches("[torch.FloatTensor 50 x 60, min 2, mean 2, max 2]", output, 1, true)
    assert.is_true(#output < 1000)
    assert.matches("^%(1,1,%.,%.%)\n", (feed("torch.ByteTensor(3, 3, 20, 20):fill(1)")))
  end)

  it("that are recorded are shown too", function()
    local output = feed("x = torch.FloatTensor(2):fill(1)", "x:requiresGrad();", "x * 3")
    assert.matches("^ 3\n 3\n", output)
  end)

  it("are shown by type and shape inside tables and in who()", function()
    local output = feed("t = torch.FloatTensor(2, 3):zero()", "{ t }", "who()")
    assert.equal("{torch.FloatTensor 2 x 3}\n"
      .. "t                torch.FloatTensor 2 x 3                  24 bytes\n", output)
  end)
end)

describe("names that are not set", function()
  it("are warned of once", function()
    local _, complaint = feed("y = nosuch", "y = nosuch", "x = 1", "x")
    assert.equal("warning: nosuch is not set\n", complaint)
  end)

  it("do not count when a module reads them", function()
    local _, complaint = feed("paths.cwd();", "xlua.formatTime(1);")
    assert.equal("", complaint)
  end)
end)

describe("commands", function()
  it("? shows the comment of a function", function()
    local output = feed("?paths.concat")
    assert.matches("^paths.concat%(%.%.%.%)\nResolves the paths", output)
  end)

  it("? without a name shows what there is", function()
    assert.matches(":time expr", (feed("?")), 1, true)
  end)

  it("? suggests the nearest name", function()
    assert.matches('did you mean "paths.concat"', (feed("paths;", "?paths.concta")), 1, true)
  end)

  it("? shows an operation's arguments, sentence and example", function()
    local output = feed("?torch.exp")
    assert.matches("^torch.exp%(x%)\n", output)
    assert.equal(output, (feed("?exp")))
    assert.matches("torch.add%(x, %[alpha = 1%], z%)", (feed("?add")))
  end)

  it("? shows a class", function()
    assert.matches("stopwatch", (feed("?torch.Timer")))
  end)

  it("?? shows place and source", function()
    local output = feed("??paths.cwd")
    assert.matches("paths/init.lua:%d+\nfunction paths.cwd%(%)\n  return system.cwd%(%)\nend\n$",
      output)
  end)

  it(":time shows how long an expression takes", function()
    assert.matches("^%d+%.%d+ %ws %(processor %d+%.%d+ %ws%)\n$", (feed(":time 1 + 1")))
  end)

  it("$ runs a shell command", function()
    assert.equal("hi\n", (feed("$ echo hi")))
    assert.equal("[exit 3]\n", (feed("$ exit 3")))
  end)

  it("that do not exist are refused with the nearest", function()
    assert.equal(':tme is no command, did you mean "time"?\n', (select(2, feed(":tme 1"))))
  end)

  it("who() lists the user's globals", function()
    assert.matches("^n +3\nword +\"x\"\n$", (feed("n = 3 word = 'x' local hidden = 1", "who()")))
  end)

  it("exit leaves", function()
    assert.equal("1\n", (feed("1", "exit", "2")))
  end)
end)

describe("under plain Lua", function()
  it("the prompt works without the program", function()
    local input = program.file("1 + 1\nerror('bad')\nx = 3\nx\n")
    local start = "os.exit(require('wick.repl').start{})"
    local pipe = io.popen(('%s -e "%s" <%s 2>/dev/null'):format(
      os.getenv("WICK_LUA") or "lua5.4", start, input))
    local output = pipe:read("a")
    local _, _, code = pipe:close()
    os.remove(input)
    assert.equal("2\n3\n", output)
    assert.equal(1, code)
  end)
end)

describe("on a terminal", function()
  local history, terminal

  before_each(function()
    history = os.tmpname()
    terminal = Terminal.open("WICK_HISTORY=" .. history .. " " .. program.command{})
    terminal:expect("wick> ")
  end)

  after_each(function()
    terminal:close()
    os.remove(history)
  end)

  -- Starts a loop and waits until it runs.
  local function begin(loop)
    terminal:type("io.write('be', 'gun', '\\n') " .. loop .. "\r")
    terminal:expect("begun")
  end

  local function enter(line, answer)
    terminal:type(line .. "\r")
    terminal:expect(answer)
    terminal:expect("wick> ")
  end

  it("greets in one line", function()
    local banner = terminal:shown():match("Wick [^\n]*")
    assert.matches("^Wick %d+%.%d+%.%d+", banner)
    assert.matches("Ctrl%-D", banner)
  end)

  it("shows results and asks for more", function()
    enter("1 + 1", "\r\n2\r\n")
    terminal:type("for i = 1, 1 do\r")
    terminal:expect("...> ")
    enter("print('in', i) end", "in\t1")
  end)

  it("stops a loop by Ctrl-C within half a second and stays usable", function()
    begin("while true do end")
    terminal:type("\3")
    assert.is_true(terminal:expect("interrupted") < 0.5)
    terminal:expect("wick> ")
    enter("2 + 2", "\r\n4\r\n")
  end)

  it("stops a loop that catches the first Ctrl-C by a second one", function()
    begin("while true do pcall(function() while true do end end) end")
    terminal:type("\3")
    require("wick.system").sleep(0.2)
    terminal:type("\3")
    assert.is_true(terminal:expect("interrupted") < 0.5)
    terminal:expect("wick> ")
    enter("7 + 7", "\r\n14\r\n")
  end)

  it("clears the line by Ctrl-C", function()
    terminal:type("error('never')")
    terminal:expect("never')")
    terminal:type("\3")
    terminal:expect("wick> ")
    enter("3 + 3", "\r\n6\r\n")
  end)

  it("gives up unfinished input by Ctrl-C", function()
    terminal:type("function f(\r")
    terminal:expect("...> ")
    terminal:type("\3")
    terminal:expect("wick> ")
    enter("4 + 4", "\r\n8\r\n")
  end)

  it("survives errors", function()
    enter("nothing.at_all", "attempt to index a nil value")
    enter("5 + 5", "\r\n10\r\n")
  end)

  it("completes nested names and methods", function()
    enter("model = setmetatable({ layers = {} }, { __index = { forwardAll = print } })", "\r\n")
    terminal:type("string.rev\t")
    terminal:expect("erse")
    terminal:type("\3")
    terminal:expect("wick> ")
    terminal:type("model:for\t")
    terminal:expect("wardAll")
    terminal:type("\3")
    terminal:expect("wick> ")
  end)

  it("completes methods of tensors", function()
    enter("x = torch.FloatTensor(2)", "\r\n")
    terminal:type("x:nEle\t")
    terminal:expect("ment")
    terminal:type("\3")
    terminal:expect("wick> ")
  end)

  it("goes on with operations after Ctrl-C stopped some", function()
    enter("x = torch.FloatTensor(100, 100):zero()", "\r\n")
    for _ = 1, 5 do
      begin("while true do local y = x + 1 end")
      terminal:type("\3")
      terminal:expect("interrupted")
      terminal:expect("wick> ")
      enter("(x + 1):sum()", "10000")
    end
  end)

  it("lists what a name may become", function()
    terminal:type("string.re\t")
    terminal:expect("rep  reverse")
    terminal:type("\3")
    terminal:expect("wick> ")
  end)

  it("completes packages before they are loaded", function()
    terminal:type("paths.find\t")
    terminal:expect("program")
    terminal:type("\3")
    terminal:expect("wick> ")
  end)

  it("completes file names in strings", function()
    terminal:type("io.open('/et\t")
    terminal:expect("c/")
    terminal:type("\3")
    terminal:expect("wick> ")
  end)

  it("recalls lines, those of the last session too", function()
    enter("11 + 22", "\r\n33\r\n")
    terminal:type("\4")
    assert.equal(0, terminal:close())
    terminal = Terminal.open("WICK_HISTORY=" .. history .. " " .. program.command{})
    terminal:expect("wick> ")
    terminal:type("\27[A")
    terminal:expect("11 + 22")
    terminal:type("\r")
    terminal:expect("\r\n33\r\n")
  end)

  it("leaves on Ctrl-D with code 0", function()
    terminal:type("\4")
    assert.equal(0, terminal:close())
  end)
end)
