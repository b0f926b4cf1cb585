-- The package autograd: derivatives of functions of nested tables, options, what such functions are
-- made of, losses, optimisers.
local torch = require "torch"
local nn = require "nn"
local grad = require "autograd"
local util = require "autograd.util"
local scratch = require "spec.support.scratch"
local support = require "spec.support.autograd"

local agrees, double, near = support.agrees, support.double, support.near

describe("derivatives", function()
  it("have the structure of the parameters: tables, tensors and numbers", function()
    local df = grad(function(p, x)
      return torch.sum(p.layers[1] * x) * p.scale + p.list[2].b
    end)
    local p = { layers = { double(2, 3) }, scale = 2, list = { 5, { b = 7 } } }
    local x = double(3)
    local gradients, loss = df(p, x)
    near(gradients.layers[1], torch.expand((x * 2):view(1, 3), 2, 3), 1e-12)
    assert.is_true(math.abs(gradients.scale - torch.sum(p.layers[1] * x)) < 1e-12)
    assert.equal(0, gradients.list[1])
    assert.equal(1, gradients.list[2].b)
    assert.equal("number", type(loss))
    assert.is_false(p.layers[1]:isRecorded())
  end)

  it("take another argument by gradArg, and pass further results on", function()
    local df = grad(function(a, b) return (a * b):sum(), a, { b } end, { gradArg = 2 })
    local gradients, loss, first, second = df(torch.ones(2, 2), torch.ones(2, 2) * 3)
    near(gradients, torch.ones(2, 2) * 2)
    assert.equal(24, loss)
    assert.is_false(second[1]:isRecorded())
    assert.equal(4, first:nElement())
  end)

  it("nest, through nested parameters", function()
    local inner = grad(function(p) return torch.sum(torch.pow(p.x, 4)) end)
    local outer = grad(function(p) return torch.sum(torch.pow(inner(p).x, 2)) end)
    local x = double(3)
    near(outer{ x = x }.x, torch.pow(x, 5) * 96, 1e-8)
    assert.equal(12, grad(function(n) return grad(function(m) return m * m * m end)(n) end)(2))
  end)

  it("nest however the outer parameter comes into the inner one", function()
    local x, w = double(3), double(3)
    local inner = grad(function(p, v) return torch.sum(torch.cmul(torch.pow(p, 2), v)) end)
    near((grad(function(v) return torch.sum((inner(w, v))) end)(x)), w * 2, 1e-12)
    near((grad(function(v)
      return torch.sum((grad(function(p) return torch.sum(torch.cmul(p, torch.pow(v, 3))) end)(w)))
    end)(x)), torch.pow(x, 2) * 3, 1e-12)
    local leaf = x:clone():requiresGrad()
    torch.sum((grad(function(v) return torch.sum(torch.pow(v, 3)) end)(leaf))):backward()
    near(leaf.grad, x * 6, 1e-12)
  end)

  it("take parameters of modules, where nothing is recorded too", function()
    local layer = nn.Linear(2, 2):double()
    local df = grad(function(p, v) return torch.sum(torch.linear(v, p[1], p[2])) end)
    local gradients, loss = torch.noGrad(df, layer:parameters(), double(3, 2))
    near(gradients[2], torch.ones(2):double() * 3, 1e-12)
    assert.equal("number", type(loss))
  end)

  it("are zero where nothing depends on a parameter, which may be of any type", function()
    local df = grad(function(p, x) return torch.sum(x) + p.w * 0 end)
    local p = { unused = double(2), w = 3, labels = torch.LongTensor{ 1, 2 } }
    local gradients = df(p, double(2))
    assert.equal(0, gradients.unused:abs():sum())
    assert.equal("torch.LongTensor", gradients.labels:type())
    local none = grad(function(_, x) return x:sum() end)(double(3), double(2))
    assert.equal(0, none:abs():sum())
  end)

  it("know more than a pass of the tape answers for", function()
    local p = {}
    for i = 1, 600 do p[i] = torch.Tensor{ i } end
    local gradients = grad(function(list)
      local total = 0
      for i, x in ipairs(list) do total = x * i + total end
      return total
    end)(p)
    assert.equal(600, gradients[600][1])
    assert.equal(251, gradients[251][1])
  end)

  it("follow options", function()
    local f = function(x) return torch.sum(torch.pow(x, 2)), "more" end
    local x = torch.ones(2)
    assert.equal(1, select("#", grad(f, { withForward = false })(x)))
    assert.equal("more", select(2, grad(f, { withGradients = false })(x)))
    local partial = grad(function(v) return torch.pow(v, 2) end, { partialGrad = true })
    near(partial(x * 3, x * 2), x * 12)
    local steady = grad(f, { stableGradients = true })
    local first = steady(x)
    assert.is_true(rawequal(first, (steady(x * 2))))
    near(first, x * 4)
    grad.optimize(true)
    assert.is_true(grad.optimizing())
    near((grad(f, { optimize = true, profile = "summary" })(x)), x * 2)
    grad.optimize(false)
  end)

  it("tell a hook of results that are not finite", function()
    local messages, lines = {}, {}
    local df = grad(function(x) return torch.sum(torch.log(x)) end, {
      debugHook = function(_, message, code)
        messages[#messages + 1], lines[#lines + 1] = message, code.line
      end,
    })
    df(torch.ones(2))
    assert.equal(0, #messages)
    df(torch.zeros(2))
    assert.equal(1, #messages)
    assert.matches("log", messages[1])
    assert.is_true(lines[1] > 0)
  end)

  it("say what is wrong at the script's line", function()
    local f = function(x) return x end
    for expected, g in pairs{
      ['there is no option "optimise", did you mean "optimize"?'] = function()
        grad(f, { optimise = true })
      end,
      ["the function returned torch.FloatTensor 3 first"] = function() grad(f)(torch.ones(3)) end,
      ["the last argument is the gradient of the result"] = function()
        grad(f, { partialGrad = true })(torch.ones(3), nil)
      end,
      ["the gradient given for the result is torch.FloatTensor 2"] = function()
        grad(f, { partialGrad = true })(torch.ones(3), torch.ones(2))
      end,
    } do
      assert.matches("^spec/autograd_functions_spec.lua:%d+: ", scratch.fails(expected, g))
    end
  end)
end)

describe("functions in derivatives", function()
  it("take recorded numbers for numbers", function()
    agrees(function(p)
      local s = torch.sum(p.x)
      return torch.sum(torch.mul(p.x, s)) + torch.sum(torch.div(p.x, s * s + 1))
        + torch.sum(torch.pow(torch.abs(p.x) + 1, p.n)) + (1 - s) / 3
    end, { x = double(2, 2), n = 1.5 })
    agrees(function(p)
      return torch.sum(torch.baddbmm(p.beta, p.m, p.alpha, p.x, p.y))
    end, { beta = 0.5, alpha = 2, m = double(2, 2, 2), x = double(2, 2, 3), y = double(2, 3, 2) })
    assert.is_true(util.lt(1, 2) and util.ge(torch.ones(1), 1) and not util.eq(1, 2))
  end)

  it("of autograd.util are differentiable", function()
    local zeros = torch.zeros(3, 3):double()
    for name, f in pairs{
      logSumExp = function(p) return util.logSumExp(p.x) end,
      logSoftMax = function(p) return torch.sum(torch.pow(util.logSoftMax(p.x), 2)) end,
      fill = function(p) return torch.sum(torch.cmul(p.x, util.fill(p.x, torch.sum(p.x)))) end,
      catTensors = function(p) return torch.sum(torch.pow(util.cat(p.x, p.x), 2)) end,
      select = function(p)
        return torch.sum(torch.pow(util.selectSliceCopy(p.x:select(1, 1), zeros, 2, 3), 2))
      end,
      narrow = function(p)
        return torch.sum(torch.pow(util.narrowSliceCopy(p.x, zeros, 1, 2, 2), 2))
      end,
      indexAdd = function(p)
        return torch.sum(torch.pow(util.indexAdd(p.x, zeros, 1, torch.LongTensor{ 3, 3 }), 2))
      end,
      lookup = function(p)
        return torch.sum(torch.pow(util.lookup(p.x, torch.LongTensor{ { 1, 2 }, { 2, 2 } }), 2))
      end,
      setNotEqual = function(p)
        local x = torch.cat(p.x, p.x:narrow(1, 1, 1), 1)
        return torch.sum(util.setNotEqual(zeros, zeros, nil, x))
      end,
    } do
      agrees(f, { x = double(2, 3) }, name)
    end
    local gradients = grad(function(p)
      return torch.sum(torch.pow(util.cat{ p.a, p.b, 3 }, 2))
    end){ a = 1, b = 2 }
    assert.same({ a = 2, b = 4 }, gradients)
  end)

  it("write into tensors and copies", function()
    agrees(function(p)
      local c = torch.clone(p.x)
      c[1] = torch.sum(p.y) * 2
      c[{ 2, 2 }] = torch.sum(p.y)
      return torch.sum(torch.pow(c, 2))
    end, { x = double(3, 2), y = double(2) })
    agrees(function(p)
      local room = p.x.new(2, 3)
      local row = torch.copy(torch.select(room, 1, 1), torch.select(p.x, 1, 2) * 10)
      return torch.sum(torch.pow(row, 2))
    end, { x = double(2, 3) })
  end)

  it("have gradients of the user's by overload", function()
    local place = { cube = function(x) return torch.pow(x, 3) end }
    grad.overload.module("place", place, function(m)
      m.gradient("cube", { function(g, _, x) return torch.cmul(g, torch.pow(x, 2)) * 30 end })
    end)
    local x = double(3)
    local f = function(v) return torch.sum(place.cube(v)) end
    near((grad(f)(x)), torch.pow(x, 2) * 30, 1e-12)
    near(place.cube(x), torch.pow(x, 3), 1e-12)
    near((grad(function(v) return torch.sum((grad(f)(v))) end)(x)), x * 60, 1e-10)
    scratch.fails('place has no function "square"', grad.overload.module, "place", place,
      function(m) m.gradient("square", {}) end)
  end)
end)

describe("losses", function()
  it("have right values and gradients", function()
    local output, target = double(4), torch.zeros(4):double()
    target[2] = 1
    local loss, logarithms = grad.loss.crossEntropy(output, target)
    assert.is_true(math.abs(loss - nn.CrossEntropyCriterion():double():forward(output, 2)) < 1e-6)
    near(torch.exp(logarithms), torch.softMax(output), 1e-9)
    local bits, p = grad.loss.binaryCrossEntropy(output, target)
    local expected = nn.BCECriterion():double()
    expected.sizeAverage = false
    assert.is_true(math.abs(bits - expected:forward(torch.sigmoid(output), target)) < 1e-4)
    assert.equal(4, p:nElement())
    assert.is_true(math.abs(grad.loss.leastSquares(output, target)
      - torch.dist(output, target) ^ 2) < 1e-9)
    local scores = torch.DoubleTensor{ 1, 0.5, 3, 2 }
    assert.equal(0.5 + 3 + 2, grad.loss.margin(scores, torch.DoubleTensor{ 1, 0, 0, 0 })
      + 0 * scores[1])
  end)

  it("differentiate", function()
    local target = torch.DoubleTensor{ 0, 1, 0, 0 }
    for _, name in ipairs{ "crossEntropy", "binaryCrossEntropy", "leastSquares", "margin",
      "logMultinomialLoss" } do
      agrees(function(p) return grad.loss[name](p.x, target) end, { x = double(4) })
    end
    agrees(function(p) return grad.loss.logBCELoss(torch.sigmoid(p.x), target, 1e-3) end,
      { x = double(4) })
  end)
end)

describe("optimisers of derivatives", function()
  it("take steps on nested parameters, each with a state of its own", function()
    local params = { w = { torch.ones(2), torch.ones(3) }, b = torch.ones(1) }
    local df = grad(function(p)
      return torch.sum(torch.pow(p.w[1], 2)) + torch.sum(torch.pow(p.w[2], 2)) + torch.sum(p.b)
    end)
    local step, states = grad.optim.sgd(df, { learningRate = 0.1 }, params)
    local gradients, loss = step()
    assert.equal(6, loss)
    near(params.w[1], torch.ones(2) * 0.8)
    near(params.b, torch.ones(1) * 0.9)
    near(gradients.w[2], torch.ones(3) * 2)
    assert.equal(3, #states)
    assert.is_nil(grad.optim.no_such_method)
  end)
end)

describe("gradient checks", function()
  it("find wrong gradients", function()
    local place = { double = function(x) return x * 2 end }
    grad.overload.module("place", place, function(m)
      m.gradient("double", { function(g) return g * 3 end })
    end)
    local f = function(p) return torch.sum(place.double(p.x)) end
    assert.is_false(support.check(f, { x = double(2) }))
  end)
end)
