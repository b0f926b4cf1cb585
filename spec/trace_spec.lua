-- Debugging aids: tracing and the search for the first NaN.
local torch = require "torch"
local trace = require "wick.trace"
local check_finite = require "wick.check_finite"

describe("wick.trace", function()
  it("notes each operation with its time and the shape of its result", function()
    trace.start()
    local x = torch.ones(2, 3)
    local y = torch.exp(x) + 1 -- luacheck: ignore
    local events = trace.stop()
    local names = {}
    for i, event in ipairs(events) do
      names[i] = event.operation
      assert.is_true(event.seconds >= 0)
    end
    assert.same({ "ones", "exp", "add" }, names)
    assert.equal("2 x 3", events[2].shape)
    assert.has_error(trace.stop)
  end)

  it("adds up by operation and writes a timeline", function()
    trace.start()
    for _ = 1, 3 do torch.exp(torch.ones(2)) end
    local events = trace.stop()
    local totals = {}
    for _, total in ipairs(events:totals()) do totals[total.operation] = total.calls end
    assert.same({ exp = 3, ones = 3 }, totals)
    assert.matches("exp%s+3", tostring(events))
    local path = os.tmpname()
    events:chrome(path)
    local file = assert(io.open(path))
    assert.matches('"name":"exp","ph":"X"', file:read("a"))
    file:close()
    os.remove(path)
  end)
end)

describe("wick.check_finite", function()
  after_each(function() check_finite(false) end)

  it("names the operation, the element and the module of the first bad value", function()
    local nn = require "nn"
    check_finite()
    local ok, message = pcall(torch.log, torch.Tensor{ 1, 0 })
    assert.is_false(ok)
    assert.matches("log: the first value that is not finite is %-inf, at position 2 of a 2 result",
      message)
    local model = nn.Sequential():add(nn.Identity()):add(nn.Log())
    ok, message = pcall(model.forward, model, torch.Tensor{ 1, -1 })
    assert.is_false(ok)
    assert.matches("In 2 module of nn.Sequential: nn.Log: log: the first value", message)
  end)

  it("finds what backward makes", function()
    check_finite()
    local x = torch.Tensor{ 0 }:requiresGrad()
    local y = torch.sqrt(x)
    local ok, message = pcall(y.backward, y)
    assert.is_false(ok)
    assert.matches("first value that is not finite", message)
  end)
end)
