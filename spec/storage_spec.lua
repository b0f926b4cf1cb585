-- Storages: constructors, views, mapped files, what they hold and refuse.
local scratch = require "spec.support.scratch"
local torch = require "torch"

local path, fails = scratch.path, scratch.fails

after_each(scratch.remove)

describe("storages", function()
  it("are made of tables, sizes and nothing", function()
    assert.same({ 1, 2 }, torch.IntStorage{ 1.9, 2 }:totable())
    assert.equal(0, #torch.DoubleStorage())
    assert.equal(3, torch.LongStorage(3):size())
    assert.same({ 0.5, -2.0, 65504.0 }, torch.HalfStorage{ 0.5, -2, 65504 }:totable())
    fails("entry 2 of the table is", torch.IntStorage, { 1, {} })
    fails("negative", torch.IntStorage, -1)
  end)

  it("round halves to the nearest", function()
    local halves = torch.HalfStorage{ 2049, 2051, 1e-8, 6e-8, 65519, 65520, -1e30, 0.1, 2047.9 }
    assert.same({ 2048.0, 2052.0, 0.0, 2.0 ^ -24, 65504.0, math.huge, -math.huge, 1638 / 16384,
      2048.0 }, halves:totable())
    local floats = torch.FloatStorage(9):copy(torch.FloatStorage{ 2049, 2051, 1e-8, 6e-8, 65519,
      65520, -1e30, 0.1, 2047.9 })
    assert.same(torch.HalfStorage(9):copy(floats):totable(), halves:totable())
    assert.equal(-math.huge, 1 / torch.HalfStorage{ -0.0 }[1])
  end)

  it("are filled, copied, resized and read", function()
    local s = torch.FloatStorage(3):fill(2.5)
    assert.same({ 2.5, 2.5, 2.5 }, s:totable())
    s[2] = 7
    assert.same({ 2, 7, 2 }, torch.IntStorage(3):copy(s):totable())
    assert.same({ 2.5, 7 }, s:resize(2):totable())
    assert.equal(4, s:elementSize())
    fails("size mismatch", s.copy, s, torch.FloatStorage(3))
    fails("out of bounds", function() return s[3] end)
    fails("out of bounds", function() s[0] = 1 end)
    assert.same({ 1.5 }, torch.HalfStorage(1):fill(1.5):totable())
  end)

  it("hold text", function()
    local s = torch.CharStorage():string("a\0b")
    assert.same({ 97, 0, 98 }, s:totable())
    assert.equal("a\0b", s:string())
    assert.equal("", torch.ByteStorage():string(""):string())
    fails("only Byte and Char", torch.IntStorage(1).string, torch.IntStorage(1))
  end)

  it("can be let go of", function()
    local s = torch.IntStorage(2)
    s:retain()
    s:free()
    fails("freed", function() return s:size() end)
  end)
end)

describe("views of storages", function()
  it("share memory", function()
    local s = torch.LongStorage{ 3, 4, 5, 6 }
    local view, part = torch.LongStorage(s, 2), torch.LongStorage(s, 2, 2)
    view[1] = 13
    assert.equal(13, s[2])
    assert.same({ 13, 5 }, part:totable())
    part:fill(1)
    assert.same({ 3, 1, 1, 6 }, s:totable())
    assert.equal(0, #torch.LongStorage(s, 5))
  end)

  it("outlive what they look at, which cannot change its size meanwhile", function()
    local s = torch.IntStorage{ 1, 2, 3 }
    local view = torch.IntStorage(s, 2)
    fails("views", s.resize, s, 1000)
    fails("host's memory", view.resize, view, 1)
    local x = torch.IntTensor(s)
    fails("views", x.resize, x, 100)
    s, x = nil, nil -- luacheck: ignore
    collectgarbage()
    collectgarbage()
    assert.same({ 2, 3 }, view:totable())
    s = torch.IntStorage{ 1, 2 }
    torch.IntStorage(s, 2):free()
    assert.equal(5, #s:resize(5))
  end)

  it("stay inside", function()
    local s = torch.IntStorage(3)
    fails("size out of bounds", torch.IntStorage, s, 2, 3)
    fails("size out of bounds", torch.IntStorage, s, 5)
    fails("size out of bounds", torch.IntStorage, s, 1, -1)
    fails("out of bounds", torch.IntStorage, s, 0)
    fails("torch.IntStorage expected", torch.IntStorage, torch.LongStorage(3))
  end)
end)

describe("storages on files", function()
  local function file_of(text)
    local name = path()
    local file = torch.DiskFile(name, "w")
    file:writeString(text)
    file:close()
    return name
  end

  local function content(name)
    return torch.CharStorage(name):string()
  end

  it("keep their writes to themselves unless shared", function()
    local name = file_of("Hello World\n")
    local s = torch.CharStorage(name)
    assert.equal("Hello World\n", s:string())
    assert.equal("************", s:fill(42):string())
    assert.equal("Hello World\n", content(name))
    local shared = torch.CharStorage(name, true)
    shared:fill(42)
    assert.equal("************", content(name))
    fails("host's memory", shared.resize, shared, 3)
  end)

  it("have the size of the file, or the one asked for", function()
    local name = file_of(("x"):rep(11))
    assert.equal(2, #torch.IntStorage(name))
    assert.equal(3, #torch.CharStorage(name, false, 3))
    fails("smaller than the required", torch.IntStorage, name, false, 3)
    local grown = torch.IntStorage(name, true, 4)
    grown[4] = 9
    assert.equal(16, #content(name))
    assert.equal(0, #torch.IntStorage(file_of("")))
    fails("unable to open file", torch.IntStorage, "/nope/x")
    fails("no regular file", torch.IntStorage, "/")
    fails("elements", torch.IntStorage, name, true, math.maxinteger)
  end)

  it("may stand in shared memory", function()
    local name = ("wick_spec_%s"):format(path():match("[^/]+$"))
    local a = torch.FloatStorage(name, true, 5, true):fill(3)
    local b = torch.FloatStorage(name, true, 5, true)
    assert.same(a:totable(), b:totable())
    a[1] = 8
    assert.equal(8.0, b[1])
    a:free()
    b:free()
    fails("unable to open", torch.FloatStorage, name, false, 5, true)
  end)

  it("carry tensors, which are saved as any other", function()
    local name = file_of(string.pack("ffff", 1, 2, 3, 4))
    local x = torch.FloatTensor(torch.FloatStorage(name), 1, 2, 2, 2, 1)
    assert.equal(10.0, x:sum())
    assert.same(x:totable(), torch.deserialize(torch.serialize(x)):totable())
  end)
end)
