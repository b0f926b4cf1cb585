-- paths: lua/paths/init.lua.
local paths = require "paths"
local system = require "wick.system"

describe("names", function()
  it("basename", function()
    assert.equal("b.txt", paths.basename("/a/b.txt"))
    assert.equal("b", paths.basename("/a/b.txt", ".txt"))
    assert.equal("b", paths.basename("/a/b.txt", "txt"))
    assert.equal("b", paths.basename("a/b/"))
    assert.equal("/", paths.basename("/"))
  end)

  it("dirname", function()
    assert.equal("/a", paths.dirname("/a/b"))
    assert.equal(".", paths.dirname("a"))
    assert.equal("/", paths.dirname("/a"))
    assert.equal("a", paths.dirname("a/b/"))
  end)

  it("extname", function()
    assert.equal("gz", paths.extname("a.tar.gz"))
    assert.is_nil(paths.extname("a.b/c"))
    assert.is_nil(paths.extname(".profile"))
  end)

  it("concat is absolute and normalised", function()
    assert.equal(system.cwd(), paths.concat())
    assert.equal(system.cwd() .. "/a/b", paths.concat("a", "b"))
    assert.equal("/x/z", paths.concat("a", "/x/y", "../z"))
    assert.equal("/", paths.concat("/", "..", "."))
    assert.error_matches(function() paths.concat("a", nil) end, "part 2 is nil")
  end)

  it("thisfile and dofile go by the calling file", function()
    assert.equal(paths.concat("spec/paths_spec.lua"), paths.thisfile())
    assert.equal(paths.concat("spec/other"), paths.thisfile("other"))
    local source = "return " .. ("%q"):format("done")
    local file = assert(io.open(paths.thisfile("dofile_target.tmp"), "w"))
    file:write(source)
    file:close()
    local result = paths.dofile("dofile_target.tmp")
    os.remove(paths.thisfile("dofile_target.tmp"))
    assert.equal("done", result)
  end)
end)

describe("directories", function()
  local root

  before_each(function()
    root = os.tmpname()
    os.remove(root)
    assert(paths.mkdir(root))
    assert(paths.mkdir(root .. "/folder"))
    assert(io.open(root .. "/a.lua", "w")):close()
    assert(io.open(root .. "/folder/b", "w")):close()
  end)

  after_each(function()
    paths.rmall(root, "yes")
  end)

  local function sorted(...)
    local names = {}
    for name in ... do names[#names + 1] = name end
    table.sort(names)
    return names
  end

  it("are told from files", function()
    assert.is_true(paths.dirp(root))
    assert.is_false(paths.filep(root))
    assert.is_true(paths.filep(root .. "/a.lua"))
    assert.is_false(paths.dirp(root .. "/nothing"))
  end)

  it("are listed", function()
    local names = paths.dir(root)
    table.sort(names)
    assert.same({ ".", "..", "a.lua", "folder" }, names)
    assert.is_nil(paths.dir(root .. "/nothing"))
    assert.same({ "folder" }, sorted(paths.iterdirs(root)))
    assert.same({ "a.lua" }, sorted(paths.iterfiles(root)))
    assert.same({ "a.lua" }, sorted(paths.files(root, "%.lua$")))
    assert.same({ ".", ".." }, sorted(paths.files(root, function(n) return n:sub(1, 1) == "." end)))
  end)

  it("are made and removed, or why not is said", function()
    local done, reason = paths.mkdir(root)
    assert.is_nil(done)
    assert.matches("File exists", reason)
    done, reason = paths.rmdir(root)
    assert.is_nil(done)
    assert.matches("not empty", reason)
  end)

  it("are removed with all in them only when told so", function()
    assert.error_matches(function() paths.rmall(root) end, "yes")
    assert.is_true(paths.dirp(root))
    assert.is_true(paths.rmall(root, "yes"))
    assert.is_false(paths.dirp(root))
  end)

  it("rmall does not follow links", function()
    local outside = os.tmpname()
    os.remove(outside)
    paths.mkdir(outside)
    assert(io.open(outside .. "/keep", "w")):close()
    os.execute(("ln -s %s %s/link"):format(outside, root))
    paths.rmall(root, "yes")
    assert.is_true(paths.filep(outside .. "/keep"))
    paths.rmall(outside, "yes")
  end)
end)

describe("the system", function()
  it("finds programs", function()
    assert.matches("/sh$", paths.findprogram("no_such_program", "sh"))
    assert.is_nil(paths.findprogram("no_such_program"))
  end)

  it("has a home and a name", function()
    assert.is_string(paths.home)
    assert.equal("Linux", (paths.uname()))
  end)

  it("knows where things are installed", function()
    for _, name in ipairs{
      "prefix", "bin", "lib", "share", "man", "include", "hlp", "html", "cmake", "lua_path",
      "lua_cpath",
    } do
      assert.is_string(paths["install_" .. name])
    end
    assert.is_nil(paths.is_win())
    assert.error_matches(function() paths.getregistryvalue() end, "only Windows")
    assert.error_matches(function() paths.require("no_such_module") end, "no_such_module")
  end)

  it("gives names for temporary files", function()
    local name = paths.tmpname()
    assert.is_true(paths.filep(name))
    os.remove(name)
  end)
end)
