-- sys: lua/sys/init.lua.
local sys = require "sys"

describe("sys", function()
  it("tells the time", function()
    assert.is_true(math.abs(sys.clock() - os.time()) < 2)
    sys.tic()
    sys.usleep(10000)
    local elapsed = sys.toc()
    assert.is_true(elapsed >= 0.01 and elapsed < 5)
    assert.is_true(sys.toc() >= elapsed)
  end)

  it("returns what commands print, errors too", function()
    assert.equal("out\nerr", sys.execute("echo out; echo err >&2"))
    assert.equal("a b", sys.fexecute("printf 'a b\\n\\n'"))
  end)

  it("lists a directory whose name needs quotes", function()
    local folder = os.tmpname()
    os.remove(folder)
    folder = folder .. " it's"
    os.execute(('mkdir "%s" && touch "%s/x"'):format(folder, folder))
    assert.equal("x", sys.ls(folder))
    os.execute(('rm -r "%s"'):format(folder))
  end)

  it("splits at patterns", function()
    assert.same({ "a", "b", "c" }, sys.split("a, b,c", ",%s*"))
    assert.same({ "a" }, sys.split("a", ","))
    assert.same({}, sys.split("", ","))
  end)

  it("knows the running file", function()
    local folder, name = sys.fpath()
    assert.equal("sys_spec.lua", name)
    assert.matches("/spec$", folder)
  end)

  it("tells what is no number", function()
    assert.is_true(sys.isNaN(0 / 0))
    assert.is_false(sys.isNaN(1 / 0))
  end)

  it("has colours and a system's name", function()
    assert.equal("\27[0m", sys.COLORS.none)
    for _, name in ipairs{ "red", "Red", "_red", "white", "White", "_white" } do
      assert.matches("^\27%[[%d;]+m$", sys.COLORS[name])
    end
    assert.equal("linux", sys.OS)
  end)
end)
