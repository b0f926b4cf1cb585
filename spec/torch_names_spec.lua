-- Torch7's names: every one exists, or the table for the reference says why not.
local torch = require "torch"
local names = require "spec.support.torch_names"

local groups = dofile("docs/torch_names.lua")
local listed = { names.functions, names.methods, names.classes }

-- All names of a group: name -> "same", "differs" or "absent".
local function states(group)
  local state, twice = {}, {}
  local function note(name, value)
    if state[name] then twice[#twice + 1] = name end
    state[name] = value
  end
  for _, name in ipairs(group.same) do note(name, "same") end
  for _, value in ipairs{ "differs", "absent" } do
    for _, entry in ipairs(group[value]) do
      for name in entry[1]:gmatch("%S+") do note(name, value) end
    end
  end
  assert.same({}, twice)
  return state
end

describe("the table of Torch7's names", function()
  for i, group in ipairs(groups) do
    it("lists each once: " .. group.title, function()
      local state, unknown, missing = states(group), {}, {}
      for _, name in ipairs(listed[i]) do
        if not state[name] then missing[#missing + 1] = name end
        listed[i][name] = true
      end
      for name in pairs(state) do
        if not listed[i][name] then unknown[#unknown + 1] = name end
      end
      assert.same({}, missing)
      assert.same({}, unknown)
    end)

    it("says of what differs and what is absent how and why: " .. group.title, function()
      for _, value in ipairs{ "differs", "absent", "added" } do
        for _, entry in ipairs(group[value] or {}) do assert.matches("^%u.*%.$", entry[2]) end
      end
    end)
  end
end)

-- A name that only explains why it does nothing is absent.
local function is_absent(value, ...)
  if value == nil then return true end
  local ok, message = pcall(value, ...)
  return not ok and tostring(message):find("ffi") ~= nil
end

describe("the package torch", function()
  local state = states(groups[1])

  for _, name in ipairs(names.functions) do
    if state[name] ~= "absent" then
      it("has " .. name, function() assert.is_true(torch[name] ~= nil) end)
    else
      it("has no " .. name, function() assert.is_true(is_absent(torch[name])) end)
    end
  end
end)

describe("tensors", function()
  local state = states(groups[2])

  for _, short in ipairs{ "Byte", "Char", "Short", "Int", "Long", "Float", "Double" } do
    it("have all methods: " .. short, function()
      local x, missing = torch[short .. "Tensor"](2, 2), {}
      for _, name in ipairs(names.methods) do
        if state[name] ~= "absent" and x[name] == nil then missing[#missing + 1] = name end
      end
      assert.same({}, missing)
    end)
  end

  it("have none of those that are absent", function()
    for _, name in ipairs(names.methods) do
      local x = torch.Tensor(2, 2)
      if state[name] == "absent" then assert.is_true(is_absent(x[name], x)) end
    end
  end)
end)

describe("the package nn", function()
  local nn = require "nn"
  local state = states(groups[3])

  it("has every class that is not absent", function()
    for _, name in ipairs(names.classes) do
      assert.equal(state[name] ~= "absent", torch.getmetatable("nn." .. name) ~= nil
        or nn[name] ~= nil, name)
    end
  end)

  it("has no class that the table does not list", function()
    local unlisted, added = {}, {}
    for _, entry in ipairs(groups[3].added) do added[entry[1]] = true end
    for name in pairs(nn) do
      if torch.getmetatable("nn." .. name) and not (state[name] or added[name]) then
        unlisted[#unlisted + 1] = name
      end
    end
    assert.same({}, unlisted)
  end)
end)
