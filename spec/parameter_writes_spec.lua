-- Writing to a network's parameters, whole or in part, as scripts for Torch7 do: it is no part of a
-- computation, so it needs no noGrad and leaves no history.
local torch = require "torch"
local nn = require "nn"

local function message_of(f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok)
  return message
end

-- Writes as scripts have them; each leaves 7 in the first row's second column.
local WRITES = {
  ["the whole, copied"] = function(w) w:copy(torch.Tensor(2, 3):fill(7)) end,
  ["the whole, filled"] = function(w) w:fill(7) end,
  ["an element"] = function(w) w[1][2] = 7 end,
  ["an element by a table"] = function(w) w[{ 1, 2 }] = 7 end,
  ["a row"] = function(w) w[1]:copy(torch.Tensor{ 1, 7, 1 }) end,
  ["a row by a table"] = function(w) w[{ { 1 }, {} }]:fill(7) end,
  ["a row, assigned"] = function(w) w[1] = torch.Tensor{ 1, 7, 1 } end,
  ["a column"] = function(w) w:select(2, 2):fill(7) end,
  ["a part"] = function(w) w:narrow(1, 1, 1):narrow(2, 2, 2):zero():add(7) end,
  ["a transposed view"] = function(w) w:t()[2]:fill(7) end,
  ["another shape"] = function(w) w:view(6):sub(2, 2):fill(7) end,
  ["a row of another layer"] = function(w)
    local other = nn.Linear(3, 2)
    other.weight:fill(7)
    w[1]:copy(other.weight[2])
  end,
}

describe("a parameter takes a plain write of", function()
  for name, write in pairs(WRITES) do
    it(name, function()
      local layer = nn.Linear(3, 2)
      write(layer.weight)
      assert.equal(7, layer.weight:detach()[1][2])
      local flat = layer:getParameters()
      flat:zero()
      write(layer.weight)
      assert.equal(7, flat[2])
      local x = torch.ones(1, 3)
      layer:zeroGradParameters()
      layer(x):sum():backward()
      assert.equal(6, layer.gradWeight:sum())
    end)
  end
end)

describe("a part of a parameter", function()
  it("that a script keeps is whatever the parameter is", function()
    local layer = nn.Linear(2, 2)
    local row = layer.weight[1]
    layer.weight:fill(3)
    assert.equal(6, row:sum():item())
    row:fill(1)
    layer.weight:mul(2)
    row:add(1)
    assert.same({ { 3, 3 }, { 6, 6 } }, layer.weight:detach():totable())
  end)

  it("that was used and then written to is found at backward", function()
    local layer, x = nn.Linear(2, 1), torch.ones(2):requiresGrad()
    local loss = torch.dot(layer.weight[1], x)
    layer.weight[1]:fill(0)
    assert.matches("changed since by fill", message_of(loss.backward, loss))
  end)

  it("takes nothing that was computed on the tape", function()
    local layer, x = nn.Linear(2, 1), torch.ones(2):requiresGrad()
    local message = message_of(function() layer.weight[1]:copy(x * 2) end)
    assert.matches("a view of a leaf that asks for a gradient", message)
    assert.matches("torch.noGrad", message)
  end)
end)

describe("a leaf of a script's own", function()
  it("is written to inside torch.noGrad, in whole and in part", function()
    local x = torch.ones(3):requiresGrad()
    for _, write in ipairs{
      function() x:fill(2) end, function() x:narrow(1, 2, 1):fill(2) end,
    } do
      assert.matches("leaf that asks for a gradient.*torch.noGrad", message_of(write))
      torch.noGrad(write)
    end
    assert.same({ 2, 2, 2 }, x:detach():totable())
  end)

  it("is not what a view was copied to", function()
    local layer = nn.Linear(2, 2)
    local copy = torch.zeros(2)
    torch.select(copy, layer.weight, 1, 1)
    local message = message_of(function() copy:narrow(1, 1, 1):fill(0) end)
    assert.matches("a view of another's memory", message)
  end)
end)
