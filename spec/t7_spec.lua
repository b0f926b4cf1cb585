-- Torch7's format: its bytes, and what comes back.
local scratch = require "spec.support.scratch"
local t7_bytes = require "spec.support.t7_bytes"
local torch = require "torch"
local warnings = require "spec.support.warnings"

local path, fails = scratch.path, scratch.fails
local ints, longs, text, head = t7_bytes.ints, t7_bytes.longs, t7_bytes.text, t7_bytes.head
local double = t7_bytes.double

local function copy(object, format, options)
  return torch.deserialize(torch.serialize(object, format), format, options)
end

local Point = torch.class("T7SpecPoint")
function Point:__init(x) self.x = x end

local Own = torch.class("T7SpecOwn")
function Own:write(file) file:writeObject(self.a) file:writeInt(self.b) end
function Own:read(file, version)
  self.a, self.b, self.version = file:readObject(), file:readInt(), version
end
Own.__version = 3

local Passing = torch.class("T7SpecPassing")
Passing.__transient = { run = true }

after_each(scratch.remove)

describe("the bytes of Torch7's format", function()
  local shared = {}
  local vectors = {
    { "nil", nil, ints(0), "0\n" },
    { "a number", 1.5, ints(1) .. string.pack(double, 1.5), "1\n1.5\n" },
    { "a string", "ab", ints(2, 2) .. "ab", "2\n2\nab\n" },
    { "an empty string", "", ints(2, 0), "2\n0\n" },
    { "true", true, ints(5, 1), "5\n1\n" },
    { "false", false, ints(5, 0), "5\n0\n" },
    { "an empty table", {}, ints(3, 1, 0), "3\n1\n0\n" },
    { "a list", { 7 }, ints(3, 1, 1, 1) .. string.pack(double, 1) .. ints(1)
      .. string.pack(double, 7), "3\n1\n1\n1\n1\n1\n7\n" },
    { "a table twice", { shared, shared }, nil, "3\n1\n2\n1\n1\n3\n2\n0\n1\n2\n3\n2\n" },
    { "a DoubleTensor", torch.DoubleTensor{ 1, 2 }, head(1, "torch.DoubleTensor") .. ints(1)
      .. longs(2, 1, 1) .. head(2, "torch.DoubleStorage") .. longs(2) .. string.pack("<dd", 1, 2),
      "4\n1\n3\nV 1\n18\ntorch.DoubleTensor\n1\n2\n1\n1\n4\n2\n3\nV 1\n19\ntorch.DoubleStorage\n"
      .. "2\n1 2\n" },
    { "an empty FloatTensor", torch.FloatTensor(), head(1, "torch.FloatTensor") .. ints(0)
      .. longs(1) .. ints(0), "4\n1\n3\nV 1\n17\ntorch.FloatTensor\n0\n1\n0\n" },
    { "an IntTensor", torch.IntTensor{ { 3, 4 } }, nil, "4\n1\n3\nV 1\n15\ntorch.IntTensor\n2\n"
      .. "1 2\n2 1\n1\n4\n2\n3\nV 1\n16\ntorch.IntStorage\n2\n3 4\n" },
    { "a ByteStorage", torch.ByteStorage{ 65, 66 }, nil,
      "4\n1\n3\nV 1\n17\ntorch.ByteStorage\n2\nAB\n" },
    { "a FloatStorage", torch.FloatStorage{ .1, -2 }, nil,
      "4\n1\n3\nV 1\n18\ntorch.FloatStorage\n2\n0.100000001 -2\n" },
    { "a LongStorage", torch.LongStorage{ 2, 3 }, nil,
      "4\n1\n3\nV 1\n17\ntorch.LongStorage\n2\n2 3\n" },
    { "an instance", T7SpecPoint(1), nil, -- luacheck: ignore
      "4\n1\n3\nV 1\n11\nT7SpecPoint\n3\n2\n1\n2\n1\nx\n1\n1\n" },
  }
  for _, vector in ipairs(vectors) do
    it("are those of " .. vector[1], function()
      if vector[3] then assert.equal(vector[3], torch.serialize(vector[2])) end
      assert.equal(vector[4], torch.serialize(vector[2], "ascii"))
    end)
  end

  it("number objects in the order of their beginnings", function()
    local x = torch.FloatTensor{ 1, 2 }
    local bytes = torch.serialize({ x, x:narrow(1, 2, 1) }, "ascii")
    assert.equal("3\n1\n2\n1\n1\n4\n2\n3\nV 1\n17\ntorch.FloatTensor\n1\n2\n1\n1\n4\n3\n3\nV 1\n"
      .. "18\ntorch.FloatStorage\n2\n1 2\n1\n2\n4\n4\n3\nV 1\n17\ntorch.FloatTensor\n1\n1\n1\n2\n"
      .. "4\n3\n", bytes)
  end)

  it("have Longs of four bytes in b32", function()
    local x = torch.LongTensor{ 5, -6 }
    local bytes = torch.serialize(x, "b32")
    assert.equal(head(1, "torch.LongTensor") .. ints(1, 2, 1, 1) .. head(2, "torch.LongStorage")
      .. ints(2, 5, -6), bytes)
    assert.same({ 5, -6 }, torch.deserialize(bytes, "b32"):totable())
    assert.equal(torch.serialize(x), torch.serialize(x, "b64"))
  end)
end)

describe("objects", function()
  for _, format in ipairs{ "binary", "ascii", "b32" } do
    it("come back from " .. format, function()
      local object = { 1, 2.5, "three\0\n", { false, true }, x = -0.0, [2 ^ 53] = math.huge,
        [true] = "key", [1.5] = {} }
      local again = copy(object, format)
      assert.same(object, again)
      assert.equal("integer", math.type(again[1]))
      assert.equal(-math.huge, 1 / again.x)
      for _, name in ipairs{ "Byte", "Char", "Short", "Int", "Long", "Half", "Float", "Double" } do
        local x = torch[name .. "Tensor"]{ { 1, 2, 3 }, { 4, 5, 6 } }
        local y = copy(x:t(), format)
        assert.same(x:t():totable(), y:totable())
        assert.same(x:t():stride():totable(), y:stride():totable())
        assert.equal(x:type(), y:type())
      end
    end)
  end

  it("keep every bit of every number", function()
    local bits = {}
    for i = 1, 1000 do bits[i] = string.unpack("<d", string.pack("<i8", math.random(0))) end
    local x = torch.DoubleTensor(bits)
    for _, format in ipairs{ "binary", "ascii" } do
      local y = copy(x, format)
      for i = 1, #bits do
        assert.is_true(y[i] == x[i] or (y[i] ~= y[i] and x[i] ~= x[i]))
      end
      local f = x:float()
      local g = copy(f, format)
      for i = 1, #bits do
        assert.is_true(g[i] == f[i] or (g[i] ~= g[i] and f[i] ~= f[i]))
      end
    end
  end)

  it("that are one stay one", function()
    local t = { name = "t" }
    t.self, t[t] = t, "key"
    local x = torch.FloatTensor(4):fill(1)
    local object = copy{ t, t, x, x, x:narrow(1, 2, 2), x:storage() }
    assert.is_true(object[1] == object[2] and object[1].self == object[1])
    assert.equal("key", object[1][object[1]])
    assert.is_true(object[3] == object[4])
    object[3]:fill(7)
    assert.same({ 7.0, 7.0 }, object[5]:totable())
    assert.equal(7.0, object[6][1])
    assert.equal(2, object[5]:storageOffset())
  end)

  it("are known to a file from one to the next", function()
    local t, file = {}, torch.MemoryFile()
    file:writeObject(t)
    t.late = 1
    file:writeObject({ t })
    file:seek(1)
    local a, b = file:readObject(), file:readObject()
    assert.is_true(a == b[1] and a.late == nil)
  end)

  it("are written in full when references are off", function()
    local t, x, file = { 1 }, torch.FloatTensor{ 1 }, torch.MemoryFile():referenced(false)
    assert.is_false(file:isReferenced())
    file:writeObject({ t, t })
    file:writeObject(x)
    file:writeObject(x:fill(2))
    file:seek(1)
    local list = file:readObject()
    assert.is_true(list[1] ~= list[2] and list[1][1] == 1 and list[2][1] == 1)
    assert.same({ 1.0 }, file:readObject():totable())
    assert.same({ 2.0 }, file:readObject():totable())
    fails("true or false expected", file.referenced, file)
  end)

  it("nest and chain as deeply as they like", function()
    local list, deep = nil, {}
    for _ = 1, 50000 do list = { next = list } end
    for _ = 1, 50000 do deep = { [deep] = true } end
    local count, object = 0, copy(list)
    while object do count, object = count + 1, object.next end
    assert.equal(50000, count)
    count, object = 0, next(copy(deep))
    while object do count, object = count + 1, next(object) end
    assert.equal(50000, count)
  end)

  it("of recorded tensors are their values", function()
    local x = torch.FloatTensor{ 1, 2 }:requiresGrad()
    local y = copy(x * 3)
    assert.same({ 3.0, 6.0 }, y:totable())
  end)

  it("of integers that doubles have not are refused by name", function()
    fails("Unwritable object <integer 9007199254740993> at <?>.a.b", torch.serialize,
      { a = { b = (1 << 53) + 1 } })
    assert.equal(1 << 53, copy(1 << 53))
  end)
end)

describe("instances", function()
  it("are made without their constructor", function()
    local p = T7SpecPoint(3) -- luacheck: ignore
    p.other = p
    local q = copy(p)
    assert.equal("T7SpecPoint", torch.typename(q))
    assert.is_true(q.x == 3 and q.other == q)
  end)

  it("write and read themselves when their class says how", function()
    local o = T7SpecOwn() -- luacheck: ignore
    o.a, o.b = { o }, 5
    for _, format in ipairs{ "binary", "ascii" } do
      local p = copy({ o, o }, format)
      assert.is_true(p[1] == p[2] and p[1].a[1] == p[1])
      assert.same({ 5, 3 }, { p[1].b, p[1].version })
    end
  end)

  it("nested in themselves end cleanly", function()
    local bytes = {}
    for i = 1, 6000 do bytes[i] = head(i, "T7SpecOwn") end
    fails("nested more than", torch.deserialize, table.concat(bytes))
  end)

  it("leave out what belongs to a run and what cannot be written", function()
    local o, printed, print = T7SpecPassing(), {}, print -- luacheck: ignore
    o.run, o.stays, o.co = {}, 1, coroutine.create(print)
    _G.print = function(line) printed[#printed + 1] = line end -- luacheck: ignore
    local ok, bytes = pcall(torch.serialize, { inside = o })
    _G.print = print -- luacheck: ignore
    assert.is_true(ok, bytes)
    assert.same({ "$ Warning: cannot write object field <co> of <T7SpecPassing> <?>.inside" },
      printed)
    local fields = {}
    for key in pairs(torch.deserialize(bytes).inside) do fields[#fields + 1] = key end
    assert.same({ "stays" }, fields)
  end)

  it("of unknown classes are tables, with a warning", function()
    local bytes = head(1, "gone.Thing") .. ints(3, 2, 1) .. ints(2) .. text("a") .. ints(5, 1)
    local warning, object = warnings(torch.deserialize, bytes)
    assert.same({ a = true }, object)
    assert.truthy(warning:find("unknown Torch class <gone.Thing>", 1, true))
    for _, name in ipairs{ "torch.Nope", "os\27[2J.execute", "../x", "", "a\0b" } do
      fails("unknown Torch class <", torch.deserialize, head(1, name) .. ints(3, 2, 0))
    end
    fails("is to be a table", warnings, torch.deserialize, head(1, "gone.Thing") .. ints(1, 1, 1))
  end)

  it("of GPU tensors are read as tensors", function()
    local bytes = head(1, "torch.CudaTensor") .. ints(1) .. longs(2, 1, 1)
      .. head(2, "torch.CudaStorage") .. longs(2) .. string.pack("<ff", 1, 2)
    assert.equal("torch.FloatTensor", torch.deserialize(bytes):type())
    bytes = bytes:gsub("CudaTensor", "CudaTensor"):gsub(text("torch.CudaStorage"),
      text("torch.CudaDoubleStorage"))
    fails("torch.FloatTensor in a torch.DoubleStorage", torch.deserialize,
      bytes .. ("\0"):rep(8))
  end)

  it("of networks work again", function()
    local nn = require "nn"
    local net = nn.Sequential():add(nn.Linear(3, 4)):add(nn.Tanh()):add(nn.Linear(4, 2))
    local x = torch.rand(5, 3)
    local y = net:forward(x):clone()
    net:backward(x, y)
    local again = copy(net)
    assert.same(y:totable(), again:forward(x):totable())
    again:zeroGradParameters()
    again:backward(x, y)
    local _, g = net:parameters()
    local _, h = again:parameters()
    for i = 1, #g do assert.same(g[i]:totable(), h[i]:totable()) end
  end)
end)

describe("functions", function()
  local function counter()
    local n, unset = 1, nil
    return { up = function() n = n + 1 return unset end, get = function() return n end,
      print = function(s) return tostring(s) end }
  end

  it("come back where they were written, upvalues shared", function()
    local file = torch.MemoryFile():binary()
    local fact
    fact = function(i) return i == 0 and 1 or i * fact(i - 1) end
    file:writeObject({ counter(), fact })
    file:seek(1)
    local list = file:readObject()
    list[1].up()
    assert.equal(2, list[1].get())
    assert.equal("5", list[1].print(5))
    assert.equal(120, list[2](5))
  end)

  it("of other files need permission", function()
    local bytes = torch.serialize({ counter(), counter() })
    local load, loads = load, 0
    _G.load = function(...) loads = loads + 1 return load(...) end -- luacheck: ignore
    local warning, list = warnings(torch.deserialize, bytes)
    _G.load = load -- luacheck: ignore
    assert.equal(0, loads)
    assert.equal(1, select(2, warning:gsub("not loaded", "")))
    fails("was not loaded", list[1].get)
    list = torch.deserialize(bytes, { functions = true })
    list[1].up()
    assert.same({ 2, 1 }, { list[1].get(), list[2].get() })
    local file = torch.MemoryFile(torch.CharStorage():string(bytes .. "\0")):binary()
    assert.equal(1, file:allowFunctions():readObject()[1].get())
  end)

  it("of other Luas are replaced, with a warning", function()
    local bytes = ints(8, 1) .. text("\27LJ\2...") .. ints(3, 2, 0)
    local warning, f = warnings(torch.deserialize, bytes, "binary", { functions = true })
    assert.truthy(warning:find("not this Lua's", 1, true))
    fails("was not loaded", f)
  end)

  it("of old files have their values alone", function()
    local a, b = 3, 4
    local code = string.dump(function() return a + b end)
    local values = ints(3, 7, 2, 1) .. string.pack(double, 1) .. ints(1) .. string.pack(double, 3)
      .. ints(1) .. string.pack(double, 2) .. ints(1) .. string.pack(double, 4)
    for _, begin in ipairs{ ints(6), ints(7, 1) } do
      local f = torch.deserialize(begin .. text(code) .. values, { functions = true })
      assert.equal(7, f())
    end
  end)

  it("that hold what cannot be written say where", function()
    local inner = { baz = function() return torch.nothing end }
    local outer = { theinner = inner }
    fails("at <?>.outer.theinner.baz.torch.", torch.serialize, function() return outer end)
    fails("Unwritable object <thread> at <?>.a", torch.serialize, { a = coroutine.create(print) })
    fails("Unwritable object <function> at model.f", torch.File.writeObject, torch.MemoryFile(),
      { f = print }, "model")
    fails("<torch.MemoryFile> is a non-serializable Torch object", torch.serialize,
      torch.MemoryFile())
  end)
end)

describe("hooks", function()
  it("put other objects in the place of those met", function()
    local p, q, file = T7SpecPoint(1), T7SpecPoint(2), torch.MemoryFile() -- luacheck: ignore
    local calls = 0
    file:writeObject({ a = p, b = p, c = q, d = "text" }, nil, function(object)
      if torch.typename(object) == "T7SpecPoint" then
        calls = calls + 1
        return T7SpecOwn == nil and object or { was = object.x } -- luacheck: ignore
      end
      return object == "text" and "other" or object
    end)
    file:seek(1)
    local t = file:readObject()
    assert.is_true(t.a == t.b and t.a ~= t.c)
    assert.same({ 1, 2, "other", 2 }, { t.a.was, t.c.was, t.d, calls })
  end)
end)

describe("isWritableObject", function()
  it("gives what stands in front", function()
    local file = torch.MemoryFile()
    local function f() end
    for tag, object in pairs{ [1] = 1, [2] = "", [3] = {}, [4] = torch.Tensor(), [5] = false,
      [8] = f } do
      assert.equal(tag, file:isWritableObject(object))
    end
    assert.equal(0, file:isWritableObject(nil))
    assert.is_nil(file:isWritableObject(print))
    assert.is_nil(file:isWritableObject(coroutine.create(f)))
    assert.is_nil(file:isWritableObject(file))
  end)
end)

describe("torch.save and torch.load", function()
  it("keep the old file until the new one is whole", function()
    local name = path()
    torch.save(name, { 1 })
    fails("Unwritable", torch.save, name, { 2, print })
    assert.same({ 1 }, torch.load(name))
    torch.save(name, { 3 }, "ascii")
    assert.same({ 3 }, torch.load(name, { format = "ascii" }))
    torch.save(name, "x", "binary", false)
    assert.equal("x", torch.load(name, "binary", false))
    assert.equal(9, torch.serializeToStorage("x"):size())
    assert.equal("x", torch.deserializeFromStorage(torch.serializeToStorage("x")))
  end)

  it("say what is wrong with a call or a file", function()
    local name = path()
    fails("expected the path", torch.save, {}, name)
    fails("the format is", torch.load, name, "text")
    fails('did you mean "functions"', torch.load, name, { function_ = true })
    fails("cannot open </nope/x>", torch.load, "/nope/x")
    fails("read error", torch.load, name)
    torch.save(name, { 1 }, "ascii")
    fails("may be 'ascii'", torch.load, name)
    torch.save(name, { 1 })
    fails("looks binary", torch.load, name, "ascii")
    local file = torch.DiskFile(name, "w")
    file:writeString("PK\3\4xxxxxxxxxxxxxxxxxxxxxxx")
    file:close()
    assert.truthy(fails("zip archive", torch.load, name):find(name, 1, true))
    fails("torch.CharStorage expected", torch.deserializeFromStorage, {})
    fails("string of bytes", torch.deserialize, {})
  end)
end)
