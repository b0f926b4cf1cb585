-- torch.CmdLine: lua/torch/cmdline.lua.
local CmdLine = require "torch.cmdline"
local program = require "spec.support.program"

local function training_options()
  local cmd = CmdLine()
  cmd:text("Trains.")
  cmd:option("-learningRate", 0.1, "step size")
  cmd:option("--model", "lenet", "which network")
  cmd:option("-gpu", false, "use one")
  cmd:option("-shuffle", true, "shuffle")
  return cmd
end

describe("CmdLine:parse", function()
  it("returns the defaults by name without dashes", function()
    assert.same({ learningRate = 0.1, model = "lenet", gpu = false, shuffle = true },
      training_options():parse{})
  end)

  it("reads numbers, strings and switches", function()
    local params = training_options():parse{ "-learningRate", "1e-3", "--model", "mlp", "-gpu",
      "-shuffle" }
    assert.same({ learningRate = 0.001, model = "mlp", gpu = true, shuffle = false }, params)
  end)

  it("lets a type be given that is not the default's", function()
    local cmd = CmdLine()
    cmd:option("-seed", "", "or nothing", "number")
    assert.equal(3, cmd:parse{ "-seed", "3" }.seed)
  end)

  it("reads positional arguments among the options", function()
    local cmd = training_options()
    cmd:argument("data", "a folder")
    cmd:argument("epochs", "how many", "number")
    local params = cmd:parse{ "here", "-gpu", "5" }
    assert.equal("here", params.data)
    assert.equal(5, params.epochs)
  end)

  it("refuses an option without a default", function()
    assert.error_matches(function() CmdLine():option("-x") end, "option %-x has no default value")
  end)
end)

describe("a command line that cannot be read", function()
  local prelude = [[
    local cmd = require("torch.cmdline")()
    cmd:text("Trains.")
    cmd:option("-rate", 0.1, "step size")
    if arg[1] == "positional" then table.remove(arg, 1) cmd:argument("data", "a folder") end
    print(cmd:parse(arg).rate)
  ]]

  local function parse(...)
    local script = program.file(prelude)
    local output, _, code = program.run{ script, ... }
    os.remove(script)
    return output, code
  end

  it("gets a message, the help and code 1", function()
    local cases = {
      ["invalid argument: x"] = { "x" },
      ["missing argument for option -rate"] = { "-rate" },
      ["invalid type for option -rate (should be number)"] = { "-rate", "fast" },
      ["not enough arguments"] = { "positional" },
    }
    for message, words in pairs(cases) do
      local output, code = parse(table.unpack(words))
      assert.matches(message, output, 1, true)
      assert.matches("Usage:", output, 1, true)
      assert.equal(1, code)
    end
  end)

  it("gets the help with code 0 when it asks", function()
    for _, word in ipairs{ "-h", "-help", "--help" } do
      local output, code = parse(word)
      assert.matches("Trains.", output, 1, true)
      assert.matches("%-rate +step size %[0.1%]", output)
      assert.equal(0, code)
    end
  end)
end)

describe("CmdLine:string", function()
  it("has the prefix and what differs, sorted", function()
    local cmd = training_options()
    local params = cmd:parse{ "-gpu", "-learningRate", "2", "--model", "mlp" }
    assert.equal("exp,gpu=t,learningRate=2,model=mlp", cmd:string("exp", params, {}))
    assert.equal("exp,gpu=t", cmd:string("exp", params, { learningRate = true, model = true }))
  end)

  it("is the prefix alone when nothing differs", function()
    local cmd = training_options()
    assert.equal("exp", cmd:string("exp", cmd:parse{}, {}))
  end)

  it("uses the separators it was given, and positional arguments first", function()
    local cmd = CmdLine(";", ":")
    cmd:option("-a", 1, "")
    cmd:argument("data", "")
    assert.equal("exp;d;a:2", cmd:string("exp", cmd:parse{ "d", "-a", "2" }, {}))
  end)
end)

describe("CmdLine:log", function()
  local file

  before_each(function()
    file = os.tmpname()
  end)

  after_each(function()
    os.remove(file)
  end)

  local function logged(prepare)
    local cmd = training_options()
    cmd:silent()
    if prepare then prepare(cmd) end
    local print_before = print
    cmd:log(file, { rate = 0.1 })
    print("hello", 3)
    _G.print = print_before
    local log = assert(io.open(file))
    local text = log:read("a")
    log:close()
    return text
  end

  it("copies what is printed into the file", function()
    local text = logged()
    assert.matches("program started on", text, 1, true)
    assert.matches("rate\t0.1\n", text, 1, true)
    assert.matches("hello\t3\n$", text)
  end)

  it("puts time and name in front", function()
    local text = logged(function(cmd) cmd:addTime("run", "%Y") end)
    assert.matches("%d%d%d%d%[run%]: hello\t3\n$", text)
  end)
end)
