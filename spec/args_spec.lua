-- One declaration for constructor arguments: lua/wick/args.lua.
local args = require "wick.args"

local declaration = args{ "nn.SpatialConvolution",
  { "nInputPlane", "integer" }, { "nOutputPlane", "integer" },
  { "kW", "integer" }, { "kH", "integer", function(a) return a.kW end },
  { "padW", "integer|'same'", 0 }, { "init", "string?" },
  kernel = { "kW", "kH" },
  bias = true,
}

local function read(...)
  return declaration:read(...)
end

describe("args by position", function()
  it("fills in defaults", function()
    local a = read(3, 16, 5)
    assert.same({ nInputPlane = 3, nOutputPlane = 16, kW = 5, kH = 5, padW = 0, bias = true }, a)
  end)

  it("converts integral floats and numbers in strings", function()
    local a = read(3.0, 32 / 2, "5")
    assert.equal("integer", math.type(a.nInputPlane))
    assert.equal("integer", math.type(a.nOutputPlane))
    assert.equal(5, a.kW)
  end)

  it("takes nil for what has a default", function()
    assert.equal(0, read(3, 16, 5, nil, nil).padW)
  end)

  it("names what is missing and what is wrong", function()
    assert.error_matches(function() read(3, 16) end,
      "nn.SpatialConvolution: kW is missing %(an integer expected%)")
    assert.error_matches(function() read(3.5, 16, 5) end,
      "nInputPlane is 3.5, an integer expected")
    assert.error_matches(function() read(3, 16, 5, 5, "some") end,
      'padW is "some", an integer or "same" expected')
  end)

  it("raises at the caller's line", function()
    local _, message = pcall(function() declaration:read(3) end)
    assert.matches("^spec/args_spec.lua:%d+: ", message)
  end)
end)

describe("args in one table", function()
  it("takes positions and names together", function()
    local a = read{ 3, 16, kW = 5, bias = false, name = "conv1" }
    assert.equal(16, a.nOutputPlane)
    assert.is_false(a.bias)
    assert.equal("conv1", a.name)
  end)

  it("spreads a name that sets several", function()
    local a = read{ 3, 16, kernel = 7 }
    assert.equal(7, a.kW)
    assert.equal(7, a.kH)
    local b = read{ 3, 16, kernel = { 5, 3 } }
    assert.equal(5, b.kW)
    assert.equal(3, b.kH)
  end)

  it("prefers the single name to the group", function()
    assert.equal(3, read{ 3, 16, kernel = 5, kH = 3 }.kH)
  end)

  it("takes words where they are declared", function()
    assert.equal("same", read{ 3, 16, 5, padW = "same" }.padW)
  end)

  it("refuses unknown names with the nearest match", function()
    assert.error_matches(function() read{ 3, 16, kernal = 5 } end,
      'there is no option "kernal", did you mean "kernel"%?')
    assert.error_matches(function() read{ 3, 16, 5, transposed = true } end,
      'there is no option "transposed"; there are .*kernel, .*padW')
  end)

  it("refuses more positions than there are", function()
    assert.error_matches(function() read{ 1, 2, 3, 4, 5, "x", 7 } end,
      "takes 6 values by position, got one at 7")
  end)

  it("is a value where the first argument takes tables", function()
    local list = args{ "nn.View", { "sizes", "sizes" }, { "batch", "boolean", false } }
    assert.same({ 2, 3 }, list:read({ 2, 3 }).sizes)
    assert.same({ 2, 3 }, list:read{ sizes = { 2, 3 }, batch = true }.sizes)
    assert.error_matches(function() list:read({ 2, "x" }) end,
      "sizes is a table, a list of integers expected")
  end)
end)

describe("kinds", function()
  it("tell classes and tensors by their type names", function()
    local function object(name) return setmetatable({}, { __typename = name }) end
    local declared = args{ "f", { "t", "tensor" }, { "m", "nn.Module?" } }
    assert.is_table(declared:read(object("torch.FloatTensor"), object("nn.Module")))
    assert.error_matches(function() declared:read(object("nn.Linear")) end,
      "t is a nn.Linear, a tensor expected")
    assert.error_matches(function() declared:read(object("torch.FloatTensor"), 3) end,
      "m is 3, a nn.Module expected")
  end)

  it("that are unknown are the declarer's mistake", function()
    assert.error_matches(function() args{ "f", { "x", "intger" } } end, "unknown kind")
  end)

  it("show in the signature", function()
    assert.equal(
      "nn.SpatialConvolution(nInputPlane, nOutputPlane, kW, [kH], [padW = 0], [init])",
      declaration:signature())
  end)
end)
