-- Every function and method of Torch7 that is here is tried: operations by their cases, which
-- op_table_spec (values of forms that share nothing with ours, printing, errors), op_gradient_spec
-- (gradients in double), op_types_spec (conversion of types), op_shape_spec and op_layout_spec
-- (forms of the call, shapes, strides) walk; classes of nn by nn_cases, which nn_layers_spec walks
-- (and saves and loads); what is left by the rows of spec/support/torch_rows; and the types of
-- tensors and storages here, one by one.
local torch = require "torch"
local core = require "wick.core"
local names = require "spec.support.torch_names"
local rows = require "spec.support.torch_rows"

local TYPES = { "Byte", "Char", "Short", "Int", "Long", "Half", "Float", "Double" }

local function plain(value)
  if torch.isTensor(value) or torch.isStorage(value) then return value:totable() end
  if type(value) ~= "table" or getmetatable(value) then return value end
  local copy = {}
  for k, v in pairs(value) do copy[k] = plain(v) end
  return copy
end

local function run(text)
  local environment = setmetatable({ torch = torch, T = torch.Tensor }, { __index = _G })
  environment._G = _G
  return assert(load("return " .. text, text, "t", environment))()
end

-- The names of a group of docs/torch_names.lua that are here.
local function present(group)
  local list = {}
  for _, name in ipairs(group.same) do list[#list + 1] = name end
  for _, entry in ipairs(group.differs) do
    for name in entry[1]:gmatch("%S+") do list[#list + 1] = name end
  end
  return list
end

local function is_type(name)
  local kind = name:match("^(%a*)Tensor$") or name:match("^(%a*)Storage$")
  if kind == "" then return true end
  for _, one in ipairs(TYPES) do
    if one == kind then return true end
  end
  return false
end

describe("each name of Torch7 that is here", function()
  local groups = dofile("docs/torch_names.lua")

  for i, kind in ipairs{ "functions", "methods" } do
    local conversions = {}
    for _, name in ipairs(TYPES) do conversions[name:lower()] = true end

    it("has a case or rows: " .. kind, function()
      local missing = {}
      for _, name in ipairs(present(groups[i])) do
        local is_tried = core.functions[name] or rows[kind][name] or is_type(name)
          or i == 2 and conversions[name]
        if not is_tried then missing[#missing + 1] = name end
      end
      assert.same({}, missing)
    end)

    it("is one: " .. kind, function()
      local known, spare = {}, {}
      for _, name in ipairs(names[kind]) do known[name] = true end
      for name in pairs(rows[kind]) do
        if not known[name] then spare[#spare + 1] = name end
      end
      assert.same({}, spare)
    end)

    for name, list in pairs(rows[kind]) do
      it(("gives what its rows say: %s %s"):format(kind, name), function()
        for _, row in ipairs(list) do
          local value = run(row[1])
          assert.same(row[2], plain(value), row[1])
        end
        if not list.wrong then return end
        local ok, message = pcall(run, list.wrong[1])
        assert.is_false(ok, list.wrong[1])
        assert.is_truthy(tostring(message):find(list.wrong[2], 1, true), tostring(message))
      end)
    end
  end
end)

describe("each class of nn that is here", function()
  it("is made in a spec", function()
    local pipe = assert(io.popen("cat spec/*_spec.lua spec/support/*.lua"))
    local is_named, missing = {}, {}
    for line in pipe:lines() do
      for name in line:gmatch("nn%.(%w+)") do is_named[name] = true end
      for name in line:gmatch('"(%w+)"') do is_named[name] = true end
    end
    pipe:close()
    for _, name in ipairs(present(dofile("docs/torch_names.lua")[3])) do
      if not is_named[name] then missing[#missing + 1] = name end
    end
    assert.same({}, missing)
  end)
end)

describe("tensors and storages of type", function()
  for _, name in ipairs(TYPES) do
    local Tensor, Storage = torch[name .. "Tensor"], torch[name .. "Storage"]
    local is_floating = name == "Half" or name == "Float" or name == "Double"

    it(name .. " are made in every way", function()
      assert.equal(0, Tensor():dim())
      assert.same({ 2, 3 }, Tensor(2, 3):size():totable())
      if name ~= "Long" then -- whose storage it would be
        assert.same({ 2, 3 }, Tensor(torch.LongStorage{ 2, 3 }):size():totable())
      end
      assert.same({ { 1, 2 }, { 3, 4 } }, Tensor{ { 1, 2 }, { 3, 4 } }:totable())
      local storage = Storage{ 1, 2, 3, 4 }
      assert.same({ 1, 2, 3, 4 }, Tensor(storage):totable())
      assert.same({ 3, 4 }, Tensor(storage, 3, torch.LongStorage{ 2 }):totable())
      assert.same({ { 1, 3 }, { 2, 4 } },
        Tensor(storage, 1, torch.LongStorage{ 2, 2 }, torch.LongStorage{ 1, 2 }):totable())
      local whole = Tensor{ 5 }
      Tensor(whole)[1] = 6
      assert.equal(6, whole[1])
      assert.equal(0, Storage():size())
      assert.equal(3, Storage(3):size())
      assert.equal(6, Storage(3):fill(6)[2])
      assert.has_error(function() Tensor{ { 1 }, { 1, 2 } } end)
      assert.error_matches(function() return Tensor(2)[3] end, "out of range")
    end)

    it(name .. " become those of every other, truncated", function()
      for _, other in ipairs(TYPES) do
        local whole = other ~= "Half" and other ~= "Float" and other ~= "Double"
        local x = Tensor{ 1, 2.5, 100 }
        local y = x:type("torch." .. other .. "Tensor")
        local kept = is_floating and 2.5 or 2
        assert.equal("torch." .. other .. "Tensor", torch.type(y))
        assert.equal(torch.type(y), torch.type(x[other:lower()](x)))
        assert.same({ 1, whole and kept // 1 or kept, 100 }, y:totable())
        assert.same(y:totable(), x[other:lower()](x):totable())
      end
    end)

    it(name .. " are files and back again", function()
      local values = is_floating and { 0.5, -2, 1 / 0 } or { 1, 2, 120 }
      for _, mode in ipairs{ "binary", "ascii" } do
        local x = Tensor(values)
        local back = torch.deserialize(torch.serialize({ x, x:storage() }, mode), mode)
        assert.equal(torch.type(x), torch.type(back[1]))
        assert.same(x:totable(), back[1]:totable())
        assert.same(x:totable(), back[2]:totable())
        back[2][1] = 7
        assert.equal(7, back[1][1])
      end
    end)

    it(name .. " say what they are", function()
      assert.matches("%[torch%." .. name .. "Tensor of size 1x2%]", tostring(Tensor{ { 1, 2 } }))
      assert.matches("%[torch%." .. name .. "Storage of size 2%]", tostring(Storage{ 1, 2 }))
      assert.matches("1 +2", tostring(Tensor{ { 1, 2 } }))
    end)
  end
end)
