-- trepl: lua/trepl.
local program = require "spec.support.program"
local sys = require "sys"

describe("trepl.colorize", function()
  it("colours text", function()
    local c = require "trepl.colorize"
    assert.equal(sys.COLORS.red .. "x" .. sys.COLORS.none, c.red("x"))
    assert.equal(sys.COLORS.Blue .. "3" .. sys.COLORS.none, c.Blue(3))
    assert.equal(sys.COLORS._green .. "x" .. sys.COLORS.none, c._green("x"))
    for _, name in ipairs{ "none", "black", "yellow", "magenta", "cyan", "white" } do
      assert.is_function(c[name])
    end
  end)
end)

describe("trepl", function()
  local function run(text)
    local script = program.file(text)
    local output, complaint, code = program.run{ script }
    os.remove(script)
    return output, complaint, code
  end

  it("is a function", function()
    assert.equal("function\n", (run('print(type(require "trepl"))')))
  end)

  it("takes colours away", function()
    assert.equal("xy\n", (run([[
      require "trepl"
      local c = require "trepl.colorize"
      noColors()
      print(c.red("x") .. sys.COLORS.red .. "y")]])))
  end)

  it("watches globals", function()
    local _, complaint = run([[
      require "trepl"
      monitor_G()
      made_here = 1
      local y = not_there
      local z = torch.zeros(1)]])
    assert.matches(":3: global made_here is made", complaint)
    assert.matches(":4: global not_there is not set", complaint)
    assert.is_nil(complaint:find("torch", 1, true))
    local _, refusal, code = run('require "trepl" monitor_G(true) local x = not_there')
    assert.matches("global not_there is not set", refusal)
    assert.equal(1, code)
  end)
end)
