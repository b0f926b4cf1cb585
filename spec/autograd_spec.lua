-- The tape: recording, in-place rules, versions, hooks, operations in Lua, what is let go of.
local torch = require "torch"

local function message_of(f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok)
  return message
end

local function leaf(values)
  return torch.DoubleTensor(values):requiresGrad()
end

describe("backward", function()
  it("gives the lecture's gradients of relu and of a matrix product", function()
    local x = leaf{ 1, -2, 3, -1 }
    torch.relu(x):backward(torch.DoubleTensor{ 4, -1, 5, 9 })
    assert.same({ 4, 0, 5, 0 }, x.grad:totable())
    local a, w = leaf{ { 2, 1, -3 }, { -3, 4, 2 } },
      leaf{ { 3, 2, 1, -1 }, { 2, 1, 3, 2 }, { 3, 2, 1, -2 } }
    local y = a * w
    assert.same({ { -1, -1, 2, 6 }, { 5, 2, 11, 7 } }, y:totable())
    y:backward(torch.DoubleTensor{ { 2, 3, -3, 9 }, { -8, 1, 4, 6 } })
    assert.same({ { 0, 16, -9 }, { -24, 9, -30 } }, a.grad:totable())
    assert.same({ { 28, 3, -18, 0 }, { -30, 7, 13, 33 }, { -22, -7, 17, -15 } }, w.grad:totable())
  end)

  it("adds to what a leaf has, once for each way to it", function()
    local x = leaf{ 3 }
    local y = torch.cmul(x, x) + x
    y:backward()
    assert.equal(7, x.grad[1])
    torch.cmul(x, x):backward()
    assert.equal(13, x.grad[1])
  end)

  it("frees the graph, and says so when asked again", function()
    local x = leaf{ 2 }
    local y = torch.exp(x)
    y:backward()
    assert.matches("freed by an earlier backward", message_of(y.backward, y))
    local z = torch.exp(x)
    z:backward{ retain = true }
    z:backward()
  end)

  it("refuses to arrive in a part of the graph that is freed, instead of losing the gradient",
    function()
    local x = leaf{ 1, 2 }
    local shared = torch.exp(x)
    local first, second = shared * 2, shared * 3
    torch.grad(first, x, leaf{ 1, 1 })
    assert.matches("exp was freed by an earlier backward",
      message_of(torch.grad, second, x, leaf{ 1, 1 }))
  end)

  it("frees only what lies on the way to the inputs asked for", function()
    local x = leaf{ 2 }
    local middle = torch.exp(x)
    local y = torch.square(middle)
    local g = torch.grad(y, middle)
    middle:backward(g)
    assert.is_true(math.abs(x.grad[1] - 2 * math.exp(4)) < 1e-12)
  end)

  it("refuses what has no single gradient, no history, or a gradient of another shape", function()
    local x = leaf{ 1, 2 }
    local y = x * 2
    assert.matches("2 has no single gradient", message_of(y.backward, y))
    assert.matches("one shape", message_of(y.backward, y, torch.DoubleTensor{ 1, 2, 3 }))
    local plain = torch.Tensor{ 1 }
    assert.matches("requiresGrad", message_of(plain.backward, plain))
    local bytes = torch.ByteTensor{ 1 }
    assert.matches("uint8 tensor has no gradient", message_of(bytes.requiresGrad, bytes))
  end)

  it("brings gradients to the shape and type of each input", function()
    local x, y = torch.FloatTensor{ { 1 }, { 2 } }:requiresGrad(), leaf{ 1, 2, 3 }
    local z = torch.cmul(x, y)
    assert.equal("torch.DoubleTensor", z:type())
    z:sum():backward()
    assert.equal("torch.FloatTensor", x.grad:type())
    assert.same({ { 6 }, { 6 } }, x.grad:totable())
    assert.same({ 3, 3, 3 }, y.grad:totable())
  end)

  it("goes a chain of a million additions there and back again", function()
    local x = leaf{ 1 }
    local y = x
    for _ = 1, 1000000 do y = y + 1 end
    y:backward()
    assert.equal(1, x.grad[1])
    y = nil -- luacheck: ignore
    collectgarbage()
    assert.is_true(torch.memory().nodes < 1000)
  end)

  it("gives second derivatives", function()
    local x = leaf{ 2 }
    local first = torch.grad(torch.pow(x, 3), x, { record = true })
    assert.equal(12, first:item())
    assert.equal(12, torch.grad(first, x):item())
  end)

  it("answers nil where nothing depends", function()
    local x, y = leaf{ 1 }, leaf{ 2 }
    local grads = torch.grad(x * 2, { x, y })
    assert.equal(2, grads[1]:item())
    assert.is_nil(grads[2])
    assert.is_nil(x.grad)
  end)
end)

describe("a recorded value", function()
  it("computes, compares and prints like a number", function()
    local x = leaf{ 1, 2 }
    local total = x:sum()
    assert.equal("3", tostring(total))
    assert.is_true(total > 2 and total <= 3)
    assert.equal("loss 3", "loss " .. total)
    assert.equal(3, total:item())
    assert.equal("torch.DoubleTensor", torch.type(x[2] * x[1]))
  end)

  it("is nothing special without recording", function()
    local x = leaf{ 1, 2 }
    assert.equal(3, torch.noGrad(x.sum, x))
    assert.is_false(torch.noGrad(torch.exp, x):isRecorded())
    assert.is_true(torch.isRecording())
    pcall(torch.noGrad, error, "out")
    assert.is_true(torch.isRecording())
    assert.is_false((x * 2):detach():isRecorded())
  end)
end)

describe("writing in place", function()
  it("is recorded on a value that was computed", function()
    local x = leaf{ 1, 2 }
    local y = x * 3
    y:add(1):mul(2)
    y:sum():backward()
    assert.same({ 6, 6 }, x.grad:totable())
  end)

  it("of values without history leaves none", function()
    local y = leaf{ 1, 2 } * 3
    y:copy(torch.DoubleTensor{ 7, 8 })
    assert.is_false(y:isRecorded())
    assert.equal(15, y:sum())
  end)

  it("is refused on a leaf, with the way out", function()
    local x = leaf{ 1 }
    assert.matches("torch.noGrad", message_of(x.add, x, 1))
    torch.noGrad(x.add, x, 1)
    assert.equal(2, x:item())
  end)

  it("is refused through a view", function()
    local y = leaf{ 1, 2 } * 2
    local part = y:narrow(1, 1, 1)
    assert.matches("view of another's memory", message_of(part.mul, part, 2))
    local empty = torch.DoubleTensor(2)
    local first = empty:narrow(1, 1, 1)
    assert.matches("view of another's memory", message_of(first.copy, first, leaf{ 1 } * 2))
  end)

  it("by an index is recorded on the whole", function()
    local x = leaf{ 5 }
    local y = torch.DoubleTensor{ 1, 2, 3 }
    y[2] = x * 2
    assert.is_true(y:isRecorded())
    torch.cmul(y, torch.DoubleTensor{ 1, 10, 100 }):sum():backward()
    assert.equal(20, x.grad[1])
    assert.same({ 1, 10, 3 }, y:detach():totable())
  end)

  it("makes backward fail when it changed a saved value, naming both operations", function()
    local x = leaf{ 1, 2 }
    local y = torch.exp(x)
    local z = torch.exp(y)
    y:detach():mul(2)
    local message = message_of(z.backward, z, torch.ones(2):double())
    assert.matches("exp needs a 2 value", message)
    assert.matches("changed since by mul", message)
  end)

  it("behind the history's back makes the value unusable", function()
    local x = leaf{ 1, 2 }
    local y = x * 2
    y:detach():zero()
    assert.matches("its memory was changed since by zero", message_of(torch.exp, y))
  end)

  it("finds parameters of one flat storage apart", function()
    local core = require "wick.core"
    local flat = torch.DoubleTensor{ 1, 2, 3, 4 }
    local storage = flat:storage()
    core.divide(storage, { { 1, 2 }, { 3, 4 } })
    local a = torch.DoubleTensor(storage, 1, torch.LongStorage{ 2 })
    local b = torch.DoubleTensor(storage, 3, torch.LongStorage{ 2 }):requiresGrad()
    local z = torch.cmul(b, b):sum()
    a:add(1)
    z:backward()
    assert.same({ 6, 8 }, b.grad:totable())
    local again = torch.cmul(b, b):sum()
    flat:add(1)
    assert.matches("changed since by add", message_of(again.backward, again))
  end)
end)

describe("an operation in Lua", function()
  local function squares()
    return torch.operation{
      name = "square",
      forward = function(context, x)
        context.x = x
        return torch.cmul(x, x)
      end,
      backward = function(context, g)
        return torch.cmul(g, context.x) * 2
      end,
    }
  end

  it("enters the tape", function()
    local square = squares()
    assert.is_true(torch.gradcheck(square, { torch.randn(4) }))
    assert.is_true(torch.gradcheck(function(x)
      return square(square(x) + x)
    end, { torch.randn(3) }))
    assert.is_false(square(torch.ones(2)):isRecorded())
  end)

  it("passes its errors on as they are", function()
    local failing = torch.operation{
      name = "failing",
      forward = function(_, x) return x * 2 end,
      backward = function() error({ code = 7 }) end,
    }
    local y = failing(leaf{ 1 })
    local ok, problem = pcall(y.backward, y)
    assert.is_false(ok)
    assert.equal(7, problem.code)
    local wrong = torch.operation{
      forward = function(_, x) return x * 2 end,
      backward = function() return "no" end,
    }
    local z = wrong(leaf{ 1 })
    assert.matches("it has to be a tensor", message_of(z.backward, z))
  end)

  it("is collected with the graph, cycles and all", function()
    local alive = setmetatable({}, { __mode = "k" })
    for _ = 1, 100 do
      local kept = {}
      alive[kept] = true
      local twice = torch.operation{
        forward = function(_, x) return x * 2 end,
        backward = function(_, g)
          kept.used = true
          return g * 2
        end,
      }
      kept.y = twice(leaf{ 1 })
    end
    collectgarbage()
    collectgarbage()
    assert.is_nil(next(alive))
  end)

  it("lets go of its closure once backward has passed", function()
    local alive = setmetatable({}, { __mode = "k" })
    local kept = {}
    alive[kept] = true
    local twice = torch.operation{
      forward = function(_, x) return x * 2 end,
      backward = function(_, g) return kept and g * 2 end,
    }
    local y = twice(leaf{ 1 })
    twice, kept = nil, nil -- luacheck: ignore
    y:backward()
    collectgarbage()
    collectgarbage()
    assert.is_nil(next(alive))
    assert.equal(2, y:item())
  end)
end)

describe("a hook", function()
  it("sees the gradient and may replace it", function()
    local x = leaf{ 1, 2 }
    local y = x * 3
    local seen
    y:registerHook(function(g) seen = g:totable() end)
    local remove = y:registerHook(function(g) return g * 10 end)
    y:sum():backward()
    assert.same({ 1, 1 }, seen)
    assert.same({ 30, 30 }, x.grad:totable())
    remove()
    local z = leaf{ 1 }
    local gone = z:registerHook(function() return torch.DoubleTensor{ 5 } end)
    torch.mul(z, 2):backward()
    assert.equal(5, z.grad:item())
    gone()
    torch.mul(z, 2):backward()
    assert.equal(7, z.grad:item())
  end)
end)

describe("gradcheck", function()
  it("tells right gradients from wrong ones", function()
    assert.is_true(torch.gradcheck(torch.tanh, { torch.randn(3) }))
    assert.is_true(torch.gradgradcheck(torch.tanh, { torch.randn(3) }))
    local wrong = torch.operation{
      forward = function(_, x) return x * 2 end,
      backward = function(_, g) return g end,
    }
    local ok, where = torch.gradcheck(wrong, { torch.randn(3) })
    assert.is_false(ok)
    assert.matches("input 1, element 1", where)
  end)
end)

describe("autograd", function()
  local grad = require "autograd"

  it("differentiates functions of nested tables", function()
    local df = grad(function(p, x)
      return (x * p.layer.w + p.b):sum(), "more"
    end)
    local p = { layer = { w = torch.ones(3, 2) }, b = torch.zeros(2) }
    local grads, loss, more = df(p, torch.ones(4, 3))
    assert.same({ { 4, 4 }, { 4, 4 }, { 4, 4 } }, grads.layer.w:totable())
    assert.same({ 4, 4 }, grads.b:totable())
    assert.equal(24, loss)
    assert.equal("more", more)
    assert.is_false(p.b:isRecorded())
  end)

  it("nests, and takes numbers", function()
    local cube = grad(function(x) return torch.pow(x, 3):sum() end)
    local second = grad(function(x) return cube(x):sum() end)
    assert.same({ 6, 12 }, second(torch.Tensor{ 1, 2 }):totable())
    assert.equal(6, (grad(function(x) return x * x end)(3)))
  end)

  it("names what is wrong", function()
    assert.matches("there is no option \"gradarg\", did you mean",
      message_of(grad, print, { gradarg = 1 }))
    assert.matches("a derivative is of one number",
      message_of(grad(function(x) return x end), torch.ones(3)))
  end)
end)
