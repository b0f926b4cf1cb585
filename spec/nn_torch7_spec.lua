-- What scripts written for Torch7's nn rely on: modules in the mode, and small habits in any.
local program = require "spec.support.program"
local torch = require "torch"
local nn = require "nn"

local function th(text)
  local output, complaint, code = program.run{ "--torch7", "-e", "require 'nn' " .. text }
  assert.equal("", complaint)
  assert.equal(0, code)
  return output
end

describe("modules under wick --torch7", function()
  it("have plain tensors for parameters", function()
    assert.equal("number\tnumber\tnumber\n", th("local m = nn.Linear(2, 3) "
      .. "print_old(type(m.weight:norm()), type(m.weight[1][1]), type((m.bias - m.bias):sum()))"))
  end)

  it("learn by forward and backward", function()
    assert.equal("true\n", th("local m, c = nn.Linear(2, 1), nn.MSECriterion() "
      .. "local x, y = torch.randn(8, 2), torch.randn(8, 1) local first, last "
      .. "for i = 1, 50 do last = c:forward(m:forward(x), y) first = first or last "
      .. "m:zeroGradParameters() m:backward(x, c:backward(m.output, y)) "
      .. "m:updateParameters(0.1) end print_old(last < first)"))
  end)

  it("of a script's own without a gradient give none and may write to their input", function()
    assert.equal("0.5\t0.5\ttrue\n", th("local Flip = torch.class('nn.SpecFlip', 'nn.Module') "
      .. "function Flip:updateOutput(x) x[1]:copy(-x[1]) self.output:set(x) return self.output end "
      .. "local m = nn.Sequential():add(nn.SpecFlip()):add(nn.Linear(1, 1)) "
      .. "m:zeroGradParameters() local x = torch.Tensor{ { -0.25 }, { 0.25 } } "
      .. "m:forward(x) m:backward(x, torch.ones(2, 1)) "
      .. "print_old(m:get(2).gradWeight:sum(), x:sum(), m:get(2).gradBias:sum() == 2)"))
  end)

  it("may be given a gradient one by one", function()
    assert.equal("0\t2\n", th("local a, b = nn.Identity(), nn.Identity() "
      .. "a.updateGradInput = function(self, _, g) self.gradInput = g * 0 return g * 0 end "
      .. "local x = torch.ones(2) a:forward(x) b:forward(x) "
      .. "print_old(a:backward(x, x):sum(), b:backward(x, x):sum())"))
  end)

  it("record for torch.withGrad and autograd", function()
    assert.equal("true\n", th("local m = nn.Linear(2, 1) torch.withGrad(function() "
      .. "m(torch.ones(1, 2)):sum():backward() end) print_old(m.gradBias[1] == 1)"))
    assert.equal("6\n", th("local grad = require 'autograd' "
      .. "print_old(grad(function(x) return torch.sum(torch.cmul(x, x)) end)(torch.Tensor{3})[1])"))
  end)

  it("name the places of errors line by line", function()
    local _, complaint = program.run{ "--torch7", "-e",
      "require 'nn' nn.Sequential():add(nn.Linear(1, 1)):forward(torch.ones(2, 2))" }
    assert.matches("In 1 module of nn%.Sequential:\n", complaint)
  end)
end)

describe("a module", function()
  it("lets scripts write to its output, unless its gradient needs the value", function()
    local x, module = torch.ones(2), nn.MulConstant(2)
    module:forward(x):zero()
    assert.same({ 2, 2 }, module:backward(x, torch.ones(2)):totable())
    local tanh = nn.Tanh()
    tanh:forward(x):zero()
    local ok, message = pcall(tanh.backward, tanh, x, torch.ones(2))
    assert.is_false(ok)
    assert.matches("changed since by zero", message)
  end)

  it("takes its bias back after noBias", function()
    local m = nn.Linear(2, 1):noBias()
    assert.is_nil(m.bias)
    m:forward(torch.ones(1, 2))
    m.bias, m.gradBias = torch.zeros(1), torch.zeros(1)
    m:backward(torch.ones(1, 2), m:forward(torch.ones(1, 2)):clone():fill(2))
    assert.equal(2, m.gradBias[1])
    assert.equal(2, #m:parameters())
  end)

  it("gathers parameters that are compact in another order", function()
    local m = nn.Linear(2, 3)
    m.weight = torch.range(1, 6):view(2, 3):t()
    local flat = m:getParameters()
    assert.same({ 1, 2, 3, 4, 5, 6 }, flat:narrow(1, 1, 6):totable())
    assert.same({ { 1, 4 }, { 2, 5 }, { 3, 6 } }, m.weight:detach():totable())
    m.weight = torch.zeros(3, 4):narrow(2, 1, 2)
    assert.error_matches(function() m:getParameters() end, "not compact")
  end)

  it("adds and multiplies tensors as constants", function()
    local x = torch.Tensor{ { 1, 2 }, { 3, 4 } }
    assert.same({ { 2, 4 }, { 4, 6 } }, nn.AddConstant(torch.Tensor{ 1, 2 }):forward(x):totable())
    assert.same({ { 1, 4 }, { 3, 8 } }, nn.MulConstant(torch.Tensor{ 1, 2 }):forward(x):totable())
  end)

  it("with dontCast keeps its type", function()
    local c = nn.Copy("torch.FloatTensor", "torch.DoubleTensor")
    c.dontCast = true
    c:float()
    assert.equal("torch.DoubleTensor", c:forward(torch.ones(1)):type())
  end)

  it("of parameters with a first dimension of one is for samples of any shape", function()
    local m = nn.CMul(1, 2, 3, 1)
    m.weight:copy(torch.range(1, 6))
    assert.same({ { { 1, 2, 3 }, { 4, 5, 6 } } }, m:forward(torch.ones(1, 2, 3)):totable())
    assert.equal(42, m:forward(torch.ones(2, 2, 3)):sum())
  end)

  it("for every entry of a table lets its clones go with its state", function()
    local m = nn.MapTable(nn.Identity())
    m:forward{ torch.ones(1), torch.ones(1) }
    assert.equal(2, m:size())
    m:clearState()
    assert.equal(1, m:size())
  end)

  it("shares across modules that are converted together", function()
    local a, b = nn.Linear(2, 2), nn.Linear(2, 2)
    b.bias:set(a.bias)
    nn.utils.recursiveType({ a, b }, "torch.DoubleTensor")
    a.bias:fill(3)
    assert.equal(3, b.bias:detach()[1])
  end)
end)

describe("nn.CrossEntropyCriterion", function()
  it("hands sizeAverage on", function()
    local c = nn.CrossEntropyCriterion()
    c.sizeAverage = false
    c:forward(torch.zeros(2, 3), torch.Tensor{ 1, 2 })
    assert.is_false(c.nll.sizeAverage)
  end)
end)

describe("an element read where nothing is recorded", function()
  it("is a number", function()
    local x = torch.ones(2):requiresGrad()
    assert.equal("number", type(torch.noGrad(function() return x[1] end)))
    assert.equal("torch.FloatTensor", torch.type(x[1]))
  end)
end)

describe("nn.Jacobian", function()
  it("differentiates by parameters where the input is of integers", function()
    local m = nn.LookupTable(4, 2):double()
    local numbers = torch.IntTensor(3)
    assert.is_true(nn.Jacobian.testJacobianParameters(m, numbers, m.weight, m.gradWeight, 1, 4)
      < 1e-5)
  end)
end)
