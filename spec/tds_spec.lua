-- The package `tds`: lua/tds, bindings/tds*.c.
local tds = require "tds"
local threads = require "threads"
local torch = require "torch"

describe("tds.Hash", function()
  it("holds pairs, counts them and forgets them", function()
    local hash = tds.Hash()
    hash.a, hash[1], hash[true], hash[1.5] = "x", 2, false, 3.5
    assert.equal(4, #hash)
    assert.same({ "x", 2, false, 3.5 }, { hash.a, hash[1.0], hash[true], hash[1.5] })
    assert.equal("integer", math.type(hash[1]))
    assert.is_nil(hash.b)
    hash.a, hash[1.0], hash.none = nil, nil, nil
    assert.equal(2, #hash)
    assert.is_nil(hash.a)
  end)

  it("agrees with a Lua table over many changes", function()
    local hash, mirror = tds.Hash(), {}
    torch.manualSeed(3)
    for i = 1, 5000 do
      local key = torch.random(400)
      if key % 2 == 0 then key = "key" .. key end
      local value = torch.random(3) > 1 and ("value"):rep(i % 90) or nil
      hash[key], mirror[key] = value, value
    end
    local seen = 0
    for key, value in pairs(hash) do
      seen = seen + 1
      assert.equal(mirror[key], value)
    end
    for key, value in pairs(mirror) do
      seen = seen - 1
      assert.equal(value, hash[key])
    end
    assert.equal(0, seen)
  end)

  it("may lose pairs and change values while it is walked", function()
    local hash = tds.Hash()
    for i = 1, 100 do hash[i] = i end
    for key in pairs(hash) do
      if key % 2 == 0 then hash[key] = nil else hash[key] = "odd" end
    end
    assert.equal(50, #hash)
    assert.equal("odd", hash[99])
  end)

  it("turns tables into hashes and vectors", function()
    local hash = tds.Hash{ list = { 1, 2, { deep = "yes" } }, name = { first = "Ada" } }
    assert.equal("tds.Vec", torch.typename(hash.list))
    assert.equal("yes", hash.list[3].deep)
    assert.equal("Ada", hash.name.first)
    hash.more = { 7 }
    assert.equal(7, hash.more[1])
  end)

  it("shares memory with the tensors that it holds", function()
    local hash, x = tds.Hash(), torch.zeros(2, 3)
    hash.x, hash.storage, hash.empty = x:t(), x:storage(), torch.Tensor()
    hash.x:fill(2)
    assert.equal(12.0, x:sum())
    assert.same({ 3, 2 }, hash.x:size():totable())
    assert.equal(torch.pointer(x:storage()), torch.pointer(hash.storage))
    assert.equal(0, hash.empty:dim())
  end)

  it("refuses what it cannot hold", function()
    local hash = tds.Hash()
    assert.error_matches(function() hash.f = print end, "holds numbers, strings.*not function")
    assert.error_matches(function() hash.f = io.stdout end, "cannot be held")
    assert.error_matches(function() hash[0 / 0] = 1 end, "NaN cannot be a key")
    assert.error_matches(function() rawset(_G, "nothing", nil) hash[_G.nothing] = 1 end,
      "nil cannot be a key")
    assert.error_matches(function() hash.me = hash end, "cannot hold itself")
    assert.error_matches(function() tds.Hash(3) end, "expected a table, got 3")
    assert.equal(0, #hash)
  end)
end)

describe("tds.Vec", function()
  it("holds elements at indices, nil among them", function()
    local vec = tds.Vec(1, nil, "three")
    assert.equal(3, #vec)
    assert.is_nil(vec[2])
    assert.is_nil(vec[0])
    vec[6] = true
    assert.equal(6, #vec)
    assert.error_matches(function() vec[0] = 1 end, "they count from 1")
    assert.same({ 1, nil, "three", nil, nil, true }, { vec:unpack() })
  end)

  it("inserts, removes and resizes", function()
    local vec = tds.Vec{ "a", "b", "c" }
    vec:insert("d")
    vec:insert(1, "z")
    vec:remove(2)
    vec:remove()
    assert.equal("z-b-c", vec:concat("-"))
    vec:remove(17)
    vec:resize(1)
    assert.equal(1, #vec)
    vec:resize(3)
    assert.equal(3, #vec)
    assert.is_nil(vec[3])
    assert.error_matches(function() vec:resize(-1) end, "a size of %-1")
  end)

  it("sorts, concatenates and is walked in order", function()
    local vec = tds.Vec{ 3, 1, 2 }
    vec:sort()
    assert.equal("1,2,3", vec:concat(","))
    vec:sort(function(a, b) return a > b end)
    assert.equal("3 2", vec:concat(" ", 1, 2))
    assert.equal("321", vec:concatstorage():string())
    local seen = {}
    for i, value in ipairs(vec) do seen[i] = value end
    for i, value in pairs(vec) do assert.equal(seen[i], value) end
    assert.same({ 3, 2, 1 }, seen)
  end)

  it("frees what is nested very deep", function()
    local vec = tds.Vec()
    for _ = 1, 200000 do
      local outer = tds.Vec()
      outer[1] = vec
      vec = outer
    end
    vec = nil -- luacheck: ignore
    collectgarbage()
    collectgarbage()
  end)

  it("prints itself", function()
    assert.equal("tds.Vec[3]{\n    1 : 4\n    2 : x\n    3 : tds.Hash[1]{\n            a : 1\n"
      .. "        }\n}", tostring(tds.Vec(4, "x", { a = 1 })))
    assert.matches("%.%.%.", tostring(tds.Vec(table.unpack({}, 1, 50))))
  end)
end)

describe("tds containers", function()
  it("are written to files and read again", function()
    local vec = tds.Vec(4, torch.range(1, 3), nil, { name = "x", list = { 1, 2 } })
    local back = torch.deserialize(torch.serialize(vec))
    assert.equal("tds.Vec", torch.typename(back))
    assert.equal(4, #back)
    assert.same({ 1.0, 2.0, 3.0 }, back[2]:totable())
    assert.equal(2, back[4].list[2])
    assert.equal("x", back[4].name)
  end)

  it("are shared by threads, or copied", function()
    for name, expected in pairs{ sharedserialize = 400, serialize = 0 } do
      threads.Threads.serialization("threads." .. name)
      local pool, hash = threads.Threads(4), tds.Hash()
      threads.Threads.serialization("threads.serialize")
      for i = 1, 4 do
        pool:addjob(function()
          for k = 1, 100 do hash[("%d-%d"):format(i, k)] = ("v"):rep(k * 4) end
          return #hash
        end, function(n) assert.is_true(n >= 100) end)
      end
      pool:terminate()
      assert.equal(expected, #hash)
    end
  end)
end)
