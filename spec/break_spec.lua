-- What a script can do wrong or oddly ends in a sentence or in right gradients, never in a crash.
local torch = require "torch"
local core = require "wick.core"

local function message_of(f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok)
  return message
end

local function leaf(values)
  return torch.DoubleTensor(values):requiresGrad()
end

describe("element-wise operations", function()
  it("write tensors of other shapes and as many elements in row-major order", function()
    local x = torch.Tensor{ 1, 2, 3, 4 }
    assert.same({ 2, 4, 6, 8 }, x:add(torch.Tensor{ { 1, 2 }, { 3, 4 } }):totable())
    local empty = torch.CharTensor():cmin(torch.FloatTensor())
    assert.equal(0, empty:nElement())
    local into = torch.Tensor{ 1, 2, 3, 4 }
    torch.cmul(into, torch.Tensor{ 1, 2, 3, 4 }, torch.Tensor{ { 1, 2 }, { 3, 4 } })
    assert.same({ 1, 4, 9, 16 }, into:totable())
  end)

  it("refuse divisors that are zero in the type of the elements", function()
    local x = torch.ShortTensor{ 7, 8 }
    for _, divisor in ipairs{ 0, 0.5, 65536, -2147483648, 0 / 0, 1 / 0 } do
      for _, name in ipairs{ "div", "fmod", "remainder" } do
        assert.matches("cannot be divided", message_of(torch[name], x, divisor))
      end
    end
    assert.same({ 3, 4 }, torch.div(x, 2):totable())
  end)
end)

describe("gradient hooks", function()
  it("may remove themselves and others while they run", function()
    local x = leaf{ 1 }
    local first, second
    first = x:registerHook(function()
      first()
      second()
      collectgarbage()
    end)
    second = x:registerHook(function(g) return g * 100 end)
    x:registerHook(function(g) return g * 2 end)
    x:sum():backward()
    assert.same({ 2 }, x.grad:totable())
  end)

  it("that are added by a hook run from the next backward on", function()
    local x = leaf{ 1 }
    local added = false
    x:registerHook(function()
      if not added then x:registerHook(function(g) return g * 10 end) end
      added = true
    end)
    x:sum():backward()
    assert.same({ 1 }, x.grad:totable())
    x:sum():backward()
    assert.same({ 11 }, x.grad:totable())
  end)

  it("may not write into the gradient, which other ways share", function()
    local x = leaf{ 1, 2 }
    local y = x * 2
    y:registerHook(function(g) g:fill(100) end)
    local z = x + y
    assert.matches("a gradient hook wrote into the gradient",
      message_of(z.backward, z, torch.DoubleTensor{ 1, 1 }))
  end)

  it("return a gradient of the shape and type they were given", function()
    for _, wrong in ipairs{ torch.DoubleTensor(7), torch.DoubleTensor(1), torch.FloatTensor(3) } do
      local y = leaf{ 1, 2, 3 } * 2
      y:registerHook(function() return wrong end)
      local sum = y:sum()
      assert.matches("a gradient keeps its shape and type", message_of(sum.backward, sum))
    end
  end)

  it("may run backward over the graph that is being walked", function()
    local x = leaf{ 0 }
    local y = torch.exp(x)
    local loss, runs = y:sum(), 0
    y:registerHook(function()
      runs = runs + 1
      if runs == 1 then loss:backward{ retain = true } end
    end)
    loss:backward{ retain = true }
    assert.same({ 2 }, x.grad:totable())
  end)
end)

describe("operations in Lua", function()
  it("survive a backward of the same graph inside their own", function()
    local function outer(options)
      local x, loss, inside = leaf{ 1, 2 }, nil, false
      local double = torch.operation{
        forward = function(_, a) return a * 2 end,
        backward = function(_, g)
          if not inside then
            inside = true
            torch.grad(loss, x, options)
            collectgarbage()
          end
          return g * 2
        end,
      }
      loss = double(x * 1):sum()
      loss:backward{ retain = true }
      return x.grad:totable()
    end
    assert.same({ 2, 2 }, outer{ retain = true })
    assert.matches("freed by an earlier backward", message_of(outer, {}))
  end)

  it("name themselves and both shapes when a gradient has the wrong shape", function()
    local wrong = torch.operation{
      name = "halve",
      forward = function(_, a) return a / 2 end,
      backward = function() return torch.DoubleTensor(2, 2) end,
    }
    local y = wrong(leaf{ 1, 2, 3 }):sum()
    assert.matches("halve returned 2 x 2 as the gradient of its input 1, which is 3",
      message_of(y.backward, y))
  end)

  it("may not write into the gradients they are given", function()
    local careless = torch.operation{
      name = "careless",
      forward = function(_, a) return a * 2 end,
      backward = function(_, g) return g:mul(2) end,
    }
    local x = leaf{ 1, 2 }
    local y = careless(x) + x
    assert.matches("careless wrote into the gradient",
      message_of(y.backward, y, torch.DoubleTensor{ 1, 1 }))
  end)
end)

describe("recorded results", function()
  it("cannot be pointed or resized to what their history does not know", function()
    local x = leaf{ { 1, 2, 3 }, { 4, 5, 6 } }
    local y = x:t()
    assert.matches("set: .* recorded", message_of(y.set, y, torch.DoubleTensor(3, 2)))
    assert.matches("resize: .* recorded", message_of(y.resize, y, 6))
    y:resize(3, 2)
    y:sum():backward()
    assert.same({ { 1, 1, 1 }, { 1, 1, 1 } }, x.grad:totable())
  end)
end)

describe("recording", function()
  it("stays as it was when a coroutine tries to leave noGrad by yielding", function()
    local thread = coroutine.create(function()
      torch.noGrad(coroutine.yield)
    end)
    local ok, message = coroutine.resume(thread)
    assert.is_false(ok)
    assert.matches("a coroutine cannot yield inside", message)
    assert.is_true(torch.isRecording())
  end)

  it("lets coroutines that live inside noGrad yield", function()
    local values = {}
    torch.noGrad(function()
      for value in coroutine.wrap(function() coroutine.yield(1) coroutine.yield(2) end) do
        values[#values + 1] = value
      end
    end)
    assert.same({ 1, 2 }, values)
  end)
end)

describe("finalizers", function()
  it("may free a tensor while an operation on it collects", function()
    for _ = 1, 200 do
      local x = torch.DoubleTensor{ 1, 2, 3 }
      setmetatable({}, { __gc = function() x:free() end })
      pcall(function()
        for _ = 1, 20 do
          torch.exp(x)
          x:detach()
          torch.DoubleTensor(x)
        end
      end)
    end
    collectgarbage()
  end)
end)

describe("failing allocations", function()
  it("leave a training step that goes on as if nothing had been", function()
    local input, target = torch.randn(5, 4), torch.randn(5, 3)
    local function step()
      torch.manualSeed(1)
      local first, second = torch.randn(4, 8):requiresGrad(), torch.randn(8, 3):requiresGrad()
      local y = torch.tanh(input * first) * second
      local z = y:clone()
      z:mul(2)
      z[1] = 0.5
      torch.mseLoss(z, target):backward()
      return first.grad:sum() + second.grad:sum()
    end
    local expected, failures, finished = step(), 0, false
    while not finished do
      core.failAfter(failures + 1)
      local ok, message = pcall(step)
      core.failAfter(0)
      finished = ok
      if not ok then
        assert.matches("out of memory", message)
        failures = failures + 1
      end
      assert.equal(expected, step())
    end
    assert.is_true(failures > 20)
  end)
end)

describe("misuse", function()
  it("of metamethods is named", function()
    local metatable = getmetatable(torch.Tensor(1))
    for _, value in ipairs{ 5, {}, io.stdout } do
      assert.matches("expected a tensor", message_of(metatable.__index, value, "grad"))
      assert.matches("expected a tensor", message_of(metatable.__index, value, "size"))
    end
  end)

  it("of offsets into a storage is named", function()
    local storage = torch.DoubleTensor(4):storage()
    for _, offset in ipairs{ 0, -1, math.mininteger } do
      assert.matches("offset", message_of(torch.DoubleTensor, storage, offset))
    end
  end)

  it("of ranges of a storage is named", function()
    local storage = torch.DoubleTensor(4):storage()
    local far = { { 1, math.maxinteger }, { math.mininteger, 1 } }
    for _, range in ipairs{ 5, { 0, 2 }, { 1, 5 }, far[1], far[2] } do
      assert.matches("divide: range 1", message_of(core.divide, storage, { range }))
    end
  end)

  it("of nested tables names the depth", function()
    local endless = {}
    endless[1] = endless
    assert.matches("nested more than 12 deep", message_of(torch.Tensor, endless))
  end)

  it("of torch.grad is named at the script's line", function()
    local y = leaf{ 1 }:sum()
    local message = message_of(function() local g = torch.grad(y, nil) return g end)
    assert.matches("break_spec.lua:%d+: grad: the inputs are", message)
  end)

  it("of methods that take a function, a type or a dimension is named", function()
    local x = torch.Tensor(2, 3)
    assert.matches("apply: expected a function", message_of(x.apply, x, 5))
    assert.matches("map: expected a function", message_of(x.map, x, x))
    assert.matches("registerHook: expected a function", message_of(x.registerHook, x, x))
    assert.matches("noGrad: expected a function", message_of(torch.noGrad, 5))
    assert.matches("type: expected the name", message_of(x.type, x, {}))
    assert.matches("size: dimension 3 out of range of 2D tensor %(2 x 3%)",
      message_of(x.size, x, 3))
    assert.matches("stride: expected a dimension, got table", message_of(x.stride, x, {}))
    assert.matches("item: this tensor %(2 x 3%) has 6 elements", message_of(x.item, x))
  end)

  it("of functions of two tensors is named at the script's line", function()
    local x = torch.Tensor(2, 3)
    for _, name in ipairs{ "viewAs", "expandAs", "typeAs", "equal" } do
      local message = message_of(function() local y = torch[name](x, 5) return y end)
      assert.matches("break_spec.lua:%d+: " .. name .. ": expected a tensor as argument 2", message)
    end
    assert.matches("split: pieces", message_of(torch.split, x, "a"))
    assert.matches("chunk: expected", message_of(torch.chunk, x, {}))
    assert.matches("sub: expected", message_of(x.sub, x, 1, "x"))
  end)

  it("with long texts shows their beginning", function()
    assert.is_true(#message_of(torch.exp, ("y"):rep(5000)) < 200)
  end)
end)

describe("a tensor from tables", function()
  it("is made of one table", function()
    local ok, message = pcall(torch.Tensor, { 1, 2 }, { 3, 4 })
    assert.is_false(ok)
    assert.matches("expected one table, got 2 values", message)
  end)
end)
