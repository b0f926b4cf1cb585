-- The words of messages: lua/wick/errors.lua.
local errors = require "wick.errors"

describe("numbers in messages", function()
  it("are written without a useless fraction", function()
    assert.equal("3", errors.number(3.0))
    assert.equal("3", errors.number(3))
    assert.equal("0.1", errors.number(0.1))
    assert.equal("-2.5", errors.number(-2.5))
    assert.equal("inf", errors.number(math.huge))
    assert.equal("1e+300", errors.number(1e300))
  end)
end)

describe("values in messages", function()
  it("say what they are", function()
    assert.equal("3", errors.value(3.0))
    assert.equal("nil", errors.value(nil))
    assert.equal("true", errors.value(true))
    assert.equal("a table", errors.value({}))
    assert.equal("a function", errors.value(print))
    assert.equal("a nn.Linear", errors.value(setmetatable({}, { __typename = "nn.Linear" })))
  end)

  it("quote strings, on one line and shortened", function()
    assert.equal('"ab"', errors.value("ab"))
    assert.equal([["a\nb\"c"]], errors.value('a\nb"c'))
    assert.equal(42, #errors.value(("x"):rep(100)))
  end)

  it("show a tensor's type and shape", function()
    local sizes = { 2, 3 }
    local tensor = setmetatable({
      dim = function() return #sizes end,
      size = function(_, dim) return sizes[dim] end,
    }, { __typename = "torch.FloatTensor" })
    assert.equal("torch.FloatTensor 2 x 3", errors.value(tensor))
    sizes = {}
    assert.equal("torch.FloatTensor with no dimension", errors.value(tensor))
  end)
end)

describe("the nearest name", function()
  local names = { ReLU = 1, Linear = 1, SpatialConvolution = 1, batchSize = 1 }

  it("is found through case, slips and swaps", function()
    assert.equal("ReLU", errors.nearest("Relu", names))
    assert.equal("Linear", errors.nearest("Liner", names))
    assert.equal("batchSize", errors.nearest("batchsize", names))
    assert.equal("SpatialConvolution", errors.nearest("SpatialConvoltuion", names))
  end)

  it("is none when nothing is near", function()
    assert.is_nil(errors.nearest("Dropout", names))
    assert.equal("", errors.suggestion(nil))
  end)
end)

describe("raise", function()
  it("takes the message as it is without arguments", function()
    assert.error_matches(function() errors.raise("100%") end, "100%%$")
  end)

  it("names the caller's line through the library's own frames", function()
    local class = require "torch.class"
    local ok, message = pcall(function() class.setmetatable({}, "nope") end)
    assert.is_false(ok)
    assert.matches("^spec/errors_spec.lua:%d+: torch.setmetatable", message)
  end)
end)
