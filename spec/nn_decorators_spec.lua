--- Decorators: element types kept apart, NaN found, time taken, shapes named by letters, weights
-- of a length and a direction; and criteria as modules.
local torch = require "torch"
local nn = require "nn"

local function T(values)
  return torch.DoubleTensor(values)
end

describe("nn.PrintSize", function()
  it("prints types and sizes, and passes its input and gradient on", function()
    local lines, real = {}, print
    finally(function() _G.print = real end)
    _G.print = function(text) lines[#lines + 1] = text end -- luacheck: ignore
    local x = torch.randn(2, 3)
    local module = nn.PrintSize("here")
    local y = module:forward(x)
    assert.is_true(torch.equal(x, y))
    assert.is_true(torch.equal(y, module:backward(x, y)))
    assert.equal("here: torch.FloatTensor 2 x 3", lines[1])
  end)
end)

describe("nn.DontCast", function()
  local x, grad = torch.randn(3, 4):double(), torch.randn(3, 2):double()

  it("keeps the module's type and converts what goes in and comes out", function()
    local linear = nn.Linear(4, 2):float()
    local net = nn.Sequential():add(nn.DontCast(linear, true)):double()
    assert.equal("torch.FloatTensor", linear.weight:type())
    assert.equal("torch.FloatTensor", linear:type())
    local y = net:forward(x)
    assert.equal("torch.DoubleTensor", y:type())
    local alone = linear:clone()
    assert.is_true(torch.equal(alone:forward(x:float()), y:float()))
    net:zeroGradParameters()
    local g = net:backward(x, grad)
    assert.equal("torch.DoubleTensor", g:type())
    assert.is_true((g:float() - alone:backward(x:float(), grad:float())):abs():max() < 1e-6)
    assert.equal("torch.FloatTensor", linear.gradWeight:type())
    assert.equal("torch.FloatTensor", net:float():forward(x):type())
  end)

  it("leaves tensors alone unless told to convert", function()
    local wrapped = nn.DontCast(nn.Linear(4, 2):float()):double()
    assert.equal("torch.FloatTensor", wrapped:forward(x:float()):type())
    assert.equal("nn.DontCast @ nn.Linear(4 -> 2)", tostring(wrapped))
    local inward = nn.DontCast{ nn.Linear(4, 2):float(), castin = true, castout = false }
    assert.equal("torch.FloatTensor", inward:forward(x):type())
  end)

  it("works through tables and files", function()
    local pair = nn.ParallelTable():add(nn.Linear(4, 2)):add(nn.Tanh()):float()
    local wrapped = nn.DontCast(pair, true, true, "torch.FloatTensor"):double()
    local again = torch.deserialize(torch.serialize(wrapped))
    for _, module in ipairs{ wrapped, again } do
      local y = module:forward{ x, x }
      assert.equal("torch.DoubleTensor", y[1]:type())
      assert.equal("torch.DoubleTensor", y[2]:type())
    end
  end)
end)

describe("a module that converts in its own way", function()
  it("is asked to, wherever it stands", function()
    local Own, parent = torch.class("nn.spec_OwnType", "nn.Module")
    function Own:__init() parent.__init(self) end
    function Own:updateOutput(input) return input end
    function Own:type(name, cache)
      if name then self.asked = name end
      return parent.type(self, name, cache)
    end
    function Own:clearState()
      self.cleared_too = true
      return parent.clearState(self)
    end
    local own = nn.spec_OwnType()
    local net = nn.Sequential():add(nn.Sequential():add(own))
    net:double()
    assert.equal("torch.DoubleTensor", own.asked)
    assert.equal("torch.DoubleTensor", own:type())
    net:clearState()
    assert.is_true(own.cleared_too)
  end)
end)

describe("nn.NaN", function()
  local nan = 0 / 0
  local function message(f, ...)
    local ok, text = pcall(f, ...)
    assert.is_false(ok)
    return text
  end

  it("says where NaN came in", function()
    local linear = nn.Linear(2, 2)
    local watched = nn.NaN(linear, 7)
    local x = torch.randn(3, 2)
    watched:zeroGradParameters()
    watched:backward(x, watched:forward(x):clone():fill(1))
    assert.matches("NaN found in input of module :\nnn%.NaN%(7%) @ nn%.Linear",
      message(watched.forward, watched, x:clone():fill(nan)))
    local before = linear.bias:detach():clone()
    linear.bias:fill(nan)
    assert.matches("NaN found in parameters", message(watched.forward, watched, x))
    linear.bias:copy(before)
    watched:forward(x)
    assert.matches("NaN found in gradOutput",
      message(watched.backward, watched, x, torch.Tensor(3, 2):fill(nan)))
    watched:forward(x)
    linear.gradBias:fill(nan)
    assert.matches("NaN found in gradParameters",
      message(watched.backward, watched, x, torch.ones(3, 2)))
  end)

  it("watches inside a network, both ways of differentiating", function()
    local net = nn.Sequential():add(nn.NaN(nn.Sqrt())):add(nn.NaN(nn.MulConstant(0)))
    assert.matches("NaN found in output", message(net.forward, net, torch.Tensor{ -1 }))
    local x = torch.Tensor{ 0 }:requiresGrad()
    local y = nn.NaN(nn.Power(0.5))(x) * (0 / 0)
    assert.matches("NaN found in gradOutput", message(y.backward, y))
    assert.is_true(nn.NaN.newId() < nn.NaN(nn.Tanh()).id)
  end)
end)

describe("nn.Profile", function()
  it("prints the time of so many passes", function()
    local lines, print_before = {}, print
    _G.print = function(text) lines[#lines + 1] = text end
    local net = nn.Profile(nn.Linear(2, 3), 2, "middle")
    local x = torch.randn(4, 2)
    local ok, text = pcall(function()
      for _ = 1, 4 do net:backward(x, net:forward(x):clone()) end
    end)
    _G.print = print_before
    assert(ok, text)
    assert.equal(4, #lines)
    assert.matches("^middle took %d+%.%d%d%d seconds for 2 forward passes$", lines[1])
    assert.matches("^middle took %d+%.%d%d%d seconds for 2 backward passes$", lines[2])
    assert.is_true(torch.equal(net.gradInput, net.module.gradInput))
    assert.equal("middle", torch.deserialize(torch.serialize(net)).name)
  end)
end)

describe("nn.Convert", function()
  local x = torch.range(1, 24):double():view(2, 3, 4)

  it("knows the shapes that Torch7's does", function()
    assert.is_true(torch.equal(x:view(2, 12), nn.Convert("bch", "bf"):double():forward(x)))
    assert.is_true(torch.equal(x:transpose(1, 2):contiguous():view(3, 8),
      nn.Convert("cbh", "bf"):double():forward(x)))
    assert.same({ 1, 3 }, nn.Convert("bt", "b"):double():forward(T{ { 1, 2 }, { 3, 4 } })
      :totable())
    assert.same({ { 1 }, { 2 } }, nn.Convert("b", "bt"):double():forward(T{ 1, 2 }):totable())
    assert.is_true(torch.equal(x[1]:t(), nn.Convert("ch", "hc"):double():forward(x[1])))
    assert.is_true(torch.equal(x[1]:contiguous():view(12),
      nn.Convert("ch", "f"):double():forward(x[1])))
  end)

  it("converts types, and does nothing else without shapes", function()
    assert.equal("torch.FloatTensor", nn.Convert():float():forward(x):type())
    local convert = nn.Convert("bch", "bf"):float()
    assert.equal("torch.FloatTensor", convert:forward(x):type())
    assert.equal("torch.DoubleTensor", convert:double():forward(x:float()):type())
  end)

  it("refuses what it does not know", function()
    assert.has_error(function() nn.Convert("bhw", "bt"):double():forward(x) end,
      "nn.Convert: Unrecognized conversion of shape bhw to bt")
    assert.has_error(function() nn.Convert(nil, "bf") end,
      "nn.Convert: an output shape is given, but no input shape")
    assert.has_error(function() nn.Convert("bf", "b"):double():forward(T{ { 1, 2 } }) end,
      "nn.Convert: Cannot convert shape bf to b when feature > 1: the input is 1 x 2")
  end)
end)

describe("nn.WeightNorm", function()
  it("computes the weight from v and g, and keeps it in files", function()
    local net = nn.WeightNorm(nn.Linear(3, 2)):double()
    local v, g = net.v:detach(), net.g:detach()
    local expected = v:clone()
    for i = 1, 2 do expected[i]:mul(g[i] / math.sqrt(v[i]:norm() ^ 2 + 1e-4)) end
    local x = torch.randn(4, 3):double()
    local y = net:forward(x):clone()
    assert.is_true((net.weight - expected):abs():max() < 1e-12)
    assert.is_true((y - x * expected:t()):abs():max() < 1e-12)
    assert.equal(3, #net:parameters())
    local again = torch.deserialize(torch.serialize(net))
    assert.is_true(torch.equal(y, again:forward(x)))
    assert.is_true(torch.equal(y, net:clone():forward(x)))
    net:evaluate()
    assert.is_true(torch.equal(y, net:forward(x)))
  end)

  it("learns v, g and the bias, and nothing else", function()
    local net = nn.WeightNorm(nn.Linear(3, 2))
    local x = torch.randn(4, 3)
    net:zeroGradParameters()
    net:backward(x, net:forward(x):clone():fill(1))
    for _, name in ipairs{ "gradV", "gradG", "gradBias" } do
      assert.is_true(net[name]:abs():sum() > 0)
    end
    local names = {}
    for _, p in ipairs(nn.Sequential():add(net):namedParameters()) do names[#names + 1] = p.name end
    assert.same({ "1.v", "1.g", "1.bias" }, names)
    assert.has_error(function() nn.WeightNorm(nn.Tanh()) end,
      "nn.WeightNorm: nn.Tanh has no weight")
  end)
end)

describe("nn.LinearWeightNorm", function()
  it("goes from a linear layer and back", function()
    local x = torch.randn(5, 3)
    for _, bias in ipairs{ true, false } do
      local linear = nn.Linear(3, 2, bias)
      local layer = nn.LinearWeightNorm.fromLinear(linear)
      local y = linear:forward(x):clone()
      assert.is_true((layer:forward(x) - y):abs():max() < 1e-6)
      assert.is_true((layer:toLinear():forward(x) - y):abs():max() < 1e-6)
      assert.equal(bias, layer.bias ~= nil)
    end
  end)
end)

describe("criteria as modules", function()
  it("nn.CriterionTable gives the loss as a number", function()
    local module = nn.CriterionTable(nn.MSECriterion()):double()
    local x, t = T{ 1, 2 }, T{ 0, 0 }
    assert.equal(2.5, module:forward{ x, t })
    local grads = module:backward{ x, t }
    assert.same({ 1, 2 }, grads[1]:totable())
    assert.same({ 0, 0 }, grads[2]:totable())
    local leaf = x:clone():requiresGrad()
    module{ leaf, t }:backward()
    assert.same({ 1, 2 }, leaf.grad:totable())
    assert.equal("nn.CriterionTable @ nn.MSECriterion", tostring(module))
  end)

  it("nn.ModuleCriterion keeps the type of the target's module when told so", function()
    local target = nn.Linear(2, 2)
    local criterion = nn.ModuleCriterion(nn.MSECriterion(), nil, target, false)
    criterion:double()
    assert.equal("torch.FloatTensor", target.weight:type())
    assert.equal("torch.DoubleTensor", criterion.criterion:type())
    nn.ModuleCriterion(nn.MSECriterion(), nil, target):double()
    assert.equal("torch.DoubleTensor", target.weight:type())
  end)

  it("nn.ClassSimplexCriterion ranks classes", function()
    local criterion = nn.ClassSimplexCriterion(4):double()
    local vertices = criterion.simplex
    for i = 1, 4 do
      for j = 1, 4 do
        local product = vertices[i]:dot(vertices[j])
        assert.is_true(math.abs(product - (i == j and 1 or -1 / 3)) < 1e-6)
      end
    end
    assert.same({ 1, 2, 3, 4 }, criterion:getTopPrediction(vertices):totable())
    assert.same({ 1, 4 }, criterion:getPredictions(vertices[1]):size():totable())
    assert.has_error(function() criterion:forward(vertices[1], 5) end,
      "nn.ClassSimplexCriterion: targets have to be 1 to 4, those given are 5 to 5")
  end)

  it("refuse what does not fit", function()
    local function message(criterion, ...)
      local ok, text = pcall(criterion.forward, criterion, ...)
      assert.is_false(ok)
      return text
    end
    local crop = nn.SpatialAutoCropMSECriterion()
    assert.matches("less than or equal to the spatial resolution of the target: 1 x 3 x 3",
      message(crop, torch.ones(1, 3, 3), torch.ones(1, 3, 2)))
    assert.matches("same number of samples and planes: 2 x 3 x 3 and 1 x 3 x 3",
      message(crop, torch.ones(2, 3, 3), torch.ones(1, 3, 3)))
    assert.matches("class numbers from 1 to 2 and end with 0, those given are 0 to 3",
      message(nn.MultiLabelMarginCriterion(), torch.ones(2), torch.Tensor{ 3, 0 }))
    assert.matches("scores of 2, targets of 3",
      message(nn.MultiLabelSoftMarginCriterion(), torch.ones(2), torch.ones(3)))
  end)
end)
