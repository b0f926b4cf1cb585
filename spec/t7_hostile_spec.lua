-- Files in Torch7's format that are not what they say.
local scratch = require "spec.support.scratch"
local t7_bytes = require "spec.support.t7_bytes"
local torch = require "torch"
local warnings = require "spec.support.warnings"

local fails = scratch.fails
local ints, longs, text, head = t7_bytes.ints, t7_bytes.longs, t7_bytes.text, t7_bytes.head
local double = t7_bytes.double

local Point = torch.class("T7HostilePoint")
function Point:__init(x) self.x = x end

after_each(scratch.remove)

describe("hostile files", function()
  local function refused(expected, ...)
    torch.resetPeak()
    local before = torch.memory().peak
    local message = fails(expected, torch.deserialize, ...)
    assert.truthy(message:find("a string, position %d+: "), message)
    assert.is_true(torch.memory().peak - before < 1e5)
  end

  local function tensor(body, class)
    return head(1, class or "torch.FloatTensor") .. body
  end

  local function storage(n, bytes)
    return head(2, "torch.FloatStorage") .. longs(n) .. (bytes or ("\0"):rep(4 * n))
  end

  it("announce more than they hold", function()
    refused("only 1 bytes follow", ints(2, 0x7fffffff) .. "x")
    refused("less than nothing", ints(2, -5))
    refused("entries of 2147483647", ints(3, 1, 0x7fffffff))
    refused("less than nothing", ints(3, 1, -1))
    for _, n in ipairs{ 3, 1 << 40, math.maxinteger, -1, math.mininteger } do
      refused("FloatStorage", head(1, "torch.FloatStorage") .. longs(n) .. "12345678901")
      refused("Storage", head(1, "torch.ByteStorage") .. longs(n | 1 << 20) .. "12345678901")
    end
    refused("FloatStorage", "4\n1\n3\nV 1\n18\ntorch.FloatStorage\n99999999\n1 2\n", "ascii")
  end)

  it("hold tensors that reach outside their storage", function()
    for _, case in ipairs{
      { 1, 5, 1, 1 }, { 1, 4, 2, 1 }, { 1, 4, 1, 2 }, { 1, 4, 1, 0 }, { 1, 4, 1, -3 },
      { 1, -4, 1, 1 }, { 1, 4, -1, 4 }, { 1, 2, math.maxinteger, 1 },
      { 2, 1 << 32, 1 << 32, 0, 0, 1 }, { 2, 2, 2, 1 << 62, 1 << 62, 1 },
    } do
      local body = ints(case[1]) .. longs(table.unpack(case, 2))
      refused("", tensor(body .. storage(4)))
    end
    refused("13 dimensions", tensor(ints(13) .. ("\0"):rep(400)))
    refused("-1 dimensions", tensor(ints(-1) .. ("\0"):rep(400)))
    refused("", tensor(ints(1) .. longs(2, 1, 1) .. ints(0)))
    refused("in a torch.FloatStorage", tensor(ints(1) .. longs(2, 1, 1) .. storage(2),
      "torch.IntTensor"))
    refused("have a storage", tensor(ints(1) .. longs(2, 1, 1) .. ints(3, 2, 0)))
    refused("have a storage", tensor(ints(1) .. longs(2, 1, 1) .. ints(4, 1)))
  end)

  it("confuse numbers of objects", function()
    local one = string.pack(double, 1)
    refused("object 1 is a table, but is referred to as a torch object",
      ints(3, 1, 1, 1) .. one .. ints(4, 1))
    refused("object 1 is a table, but is referred to as a function",
      ints(3, 1, 1, 1) .. one .. ints(8, 1))
    refused("0 to 8", ints(9, 1))
    refused("nil as the key", ints(3, 1, 1, 0, 0))
    refused("not a number as the key", ints(3, 1, 1, 1) .. string.pack(double, 0 / 0) .. ints(0))
    refused("upvalue", ints(8, 1) .. text(string.dump(function() end)) .. ints(3, 2, 1, 1) .. one
      .. ints(3, 3, 0), { functions = true })
  end)

  -- A file with some of everything, and where it may be cut without harm (white space at the end).
  local function sample(format)
    local up = { 1 }
    local object = {
      1, "two", { x = 1.5, [true] = {} }, torch.FloatTensor{ { 1, 2 }, { 3, 4 } }:t(),
      torch.LongStorage{ 4, 5 }, torch.HalfTensor{ 1, 2 }, T7HostilePoint(2), -- luacheck: ignore
      function() return up end, torch.DoubleTensor(),
    }
    object[10] = object
    return torch.serialize(object, format)
  end

  it("are noticed wherever they are cut off", function()
    for _, format in ipairs{ "binary", "ascii", "b32" } do
      local bytes = sample(format)
      for n = 0, #bytes - (format == "ascii" and 2 or 1) do
        local _, ok = warnings(pcall, torch.deserialize, bytes:sub(1, n), format)
        assert.is_false(ok, n)
      end
    end
  end)

  local odd = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 127, 128, 254, 255 }

  local function mutate(bytes)
    local list = { bytes:byte(1, -1) }
    for _ = 1, math.random(1, 4) do
      local at, way = math.random(#list), math.random(4)
      if way == 1 then list[at] = list[at] ~ (1 << math.random(0, 7))
      elseif way == 2 then list[at] = odd[math.random(#odd)]
      elseif way == 3 then table.remove(list, at)
      else for i = at, math.min(at + 3, #list) do list[i] = 255 end end
    end
    return string.char(table.unpack(list))
  end

  it("are errors or objects, and cost no memory", function()
    math.randomseed(1)
    for _, format in ipairs{ "binary", "ascii", "b32" } do
      local bytes = sample(format)
      torch.resetPeak()
      local before = torch.memory().peak
      for _ = 1, 1500 do
        local changed = mutate(bytes)
        local _, ok, result = warnings(pcall, torch.deserialize, changed, format)
        if ok and type(result) == "table" then
          for _, value in pairs(result) do
            if torch.isTensor(value) and value:nElement() > 0 then value:double():sum() end
          end
        elseif not ok then
          assert.truthy(result:find("a string, position %d+: ") or result:find("a string, position")
            or result:find("(a string, position", 1, true), result)
        end
      end
      assert.is_true(torch.memory().peak - before < 1e6)
    end
  end)
end)
