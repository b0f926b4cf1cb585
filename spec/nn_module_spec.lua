--- What modules promise whatever they compute: two ways of writing them, fields, errors, memory.
local torch = require "torch"
local nn = require "nn"

-- Layers as users write them ---------------------------------------------------------------------

-- Only updateOutput, of operations.
local Swish, swish_parent = torch.class("nn.spec_Swish", "nn.Module")
function Swish:__init()
  swish_parent.__init(self)
end
function Swish:updateOutput(input)
  self.output = torch.cmul(input, torch.sigmoid(input))
  return self.output
end

-- Torch7's way: own buffers, own gradients, parameters.
local Scale, scale_parent = torch.class("nn.spec_Scale", "nn.Module")
function Scale:__init(n)
  scale_parent.__init(self)
  self.weight = torch.Tensor(n):fill(2)
  self.gradWeight = torch.Tensor(n):zero()
end
function Scale:updateOutput(input)
  self.output:resizeAs(input):copy(input)
  self.output:cmul(self.weight:view(1, -1):expandAs(input))
  return self.output
end
function Scale:updateGradInput(_, gradOutput)
  self.gradInput:resizeAs(gradOutput):copy(gradOutput)
  self.gradInput:cmul(self.weight:view(1, -1):expandAs(gradOutput))
  return self.gradInput
end
function Scale:accGradParameters(input, gradOutput, scale)
  self.gradWeight:add(scale, torch.cmul(input, gradOutput):sum(1):view(-1))
end

-- The same as operations.
local Plain, plain_parent = torch.class("nn.spec_Plain", "nn.Module")
function Plain:__init(n)
  plain_parent.__init(self)
  self:parameter("weight", n)
  self.weight:fill(2)
end
function Plain:updateOutput(input)
  return torch.cmul(input, self.weight:view(1, -1))
end

-- A Torch7-style container.
local Residual, residual_parent = torch.class("nn.spec_Residual", "nn.Container")
function Residual:__init(inner)
  residual_parent.__init(self)
  self:add(inner)
end
function Residual:updateOutput(input)
  self.output:resizeAs(input):copy(input):add(self.modules[1]:updateOutput(input))
  return self.output
end
function Residual:updateGradInput(input, gradOutput)
  self.gradInput:resizeAs(gradOutput):copy(gradOutput)
    :add(self.modules[1]:updateGradInput(input, gradOutput))
  return self.gradInput
end
function Residual:accGradParameters(input, gradOutput, scale)
  self.modules[1]:accGradParameters(input, gradOutput, scale)
end

local function network(middle)
  torch.manualSeed(3)
  return nn.Sequential():add(nn.Linear(4, 3)):add(nn.spec_Swish()):add(middle)
    :add(nn.Linear(3, 2)):double()
end

local function batch()
  torch.manualSeed(4)
  return torch.randn(5, 4):double(), torch.randn(5, 2):double()
end

local function gradients(model)
  local _, grads = model:parameters()
  local list = {}
  for i, grad in ipairs(grads) do list[i] = grad:clone() end
  return list
end

local function torch7(model)
  local x, g = batch()
  model:zeroGradParameters()
  local y = model:forward(x):clone()
  return y, model:backward(x, g):clone(), gradients(model)
end

local function modern(model)
  local x, g = batch()
  x:requiresGrad()
  model:zeroGradParameters()
  local y = model(x)
  torch.cmul(y, g):sum():backward()
  return y:detach(), x.grad, gradients(model)
end

local function assert_near(expected, found)
  assert.is_true((expected - found):abs():max() <= 1e-12 * (1 + torch.abs(expected):max()))
end

local function assert_all_near(expected, found)
  for i = 1, 2 do assert_near(expected[i], found[i]) end
  assert.equal(#expected[3], #found[3])
  for i, grad in ipairs(expected[3]) do assert_near(grad, found[3][i]) end
end

describe("two ways of writing layers", function()
  for name, make in pairs{ ["Torch7's layer"] = function() return nn.spec_Scale(3) end,
    ["Torch7's container"] = function() return nn.spec_Residual(nn.spec_Plain(3)) end } do
    it("mix in one network: " .. name, function()
      local reference = network(name == "Torch7's layer" and nn.spec_Plain(3)
        or nn.ConcatTable():add(nn.Identity()):add(nn.spec_Plain(3)))
      if name ~= "Torch7's layer" then reference:insert(nn.CAddTable():double(), 4) end
      local mixed = network(make())
      for i, weight in ipairs((reference:parameters())) do
        (mixed:parameters())[i]:copy(weight:detach())
      end
      local expected = { torch7(reference) }
      assert_all_near(expected, { modern(reference) })
      assert_all_near(expected, { torch7(mixed) })
      assert_all_near(expected, { modern(mixed) })
      assert_all_near(expected, { torch7(mixed) })
    end)
  end

  it("pass gradients to whatever stands before and behind", function()
    local x = torch.ones(2, 3):double():requiresGrad()
    local scale = nn.spec_Scale(3):double()
    local y = scale(torch.mul(x, 3))
    torch.square(y):sum():backward()
    assert.same({ 36 * 2, 36 * 2, 36 * 2 }, x.grad[1]:totable())
    assert.same({ 72, 72, 72 }, scale.gradWeight:totable())
  end)

  it("refuse a second run of a layer with buffers of its own", function()
    local scale = nn.spec_Scale(3)
    local x = torch.ones(2, 3):requiresGrad()
    local ok, message = pcall(function()
      local y = scale(scale(x))
      y:sum():backward()
    end)
    assert.is_false(ok)
    assert.matches("nn%.spec_Scale ran again before the backward of this run", message)
    assert.matches("clone", message)
    local clone = scale:clone("weight", "gradWeight")
    clone(scale(x)):sum():backward()
    assert.same({ 8, 8, 8 }, scale.gradWeight:totable())
  end)
end)

describe("a module that works in place", function()
  it("may write into the gradient it is given", function()
    local Negate, parent = torch.class("nn.spec_Negate", "nn.Module")
    function Negate:__init() parent.__init(self) end
    function Negate:updateOutput(input)
      self.output = input:clone():mul(-1)
      return self.output
    end
    function Negate:updateGradInput(_, gradOutput)
      self.gradInput = gradOutput:mul(-1)
      return self.gradInput
    end
    local x = torch.randn(3):requiresGrad()
    local y = nn.Sequential():add(nn.spec_Negate()):add(nn.spec_Negate())(x)
    torch.cmul(y, torch.Tensor{ 1, 2, 3 }):sum():backward()
    assert.same({ 1, 2, 3 }, x.grad:totable())
  end)
end)

describe("forward and backward", function()
  it("keep output and gradInput the same objects", function()
    local model = nn.Sequential():add(nn.Linear(3, 2)):add(nn.spec_Swish())
    local x = torch.randn(2, 3)
    local y = model:forward(x)
    local g = model:backward(x, y:clone())
    local layer = nn.spec_Swish()
    local z = layer:forward(x)
    assert.equal(z, layer:forward(x:clone()))
    local x2 = torch.randn(4, 3)
    assert.equal(y, model:forward(x2))
    assert.equal(y, model.output)
    assert.same({ 4, 2 }, y:size():totable())
    assert.equal(g, model:backward(x2, y:clone()))
    assert.is_false(y:isRecorded())
  end)

  it("let go of inner outputs, unless told to retain them", function()
    local model = nn.Sequential():add(nn.Linear(3, 2)):add(nn.Tanh())
    local x = torch.randn(2, 3)
    local inner = model:forward(x) and model:get(1).output
    assert.same({ 2, 2 }, model:get(1).output:size():totable())
    model:backward(x, torch.ones(2, 2))
    assert.has_error(function() return model:get(1).output:size() end, "the output of nn.Linear "
      .. "was let go of by backward, so that it does not hold memory; call retain() on the "
      .. "outermost module before forward to keep the outputs inside it")
    assert.same({ 2, 2 }, inner:size():totable())
    assert.same({ 2, 2 }, model.output:size():totable())
    model:retain():forward(x)
    model:backward(x, torch.ones(2, 2))
    assert.same({ 2, 2 }, model:get(1).output:size():totable())
    local leaf = torch.randn(2, 3):requiresGrad()
    model:retain(false)
    model(leaf):sum():backward()
    assert.has_error(function() return model:get(1).output + 1 end)
  end)

  it("keep inner outputs in evaluation, without anything else", function()
    local model = nn.Sequential():add(nn.Linear(3, 2)):add(nn.Tanh())
    model:evaluate()
    local y = model:forward(torch.randn(2, 3))
    assert.is_true(torch.equal(y, torch.tanh(model:get(1).output)))
    assert.is_nil(rawget(model:get(1), "_kept"))
  end)

  it("rebuild the graph for backward after evaluation or a first backward", function()
    local model = nn.Sequential():add(nn.Linear(3, 2)):add(nn.BatchNormalization(2))
      :add(nn.Dropout(0.5))
    local x, g = torch.randn(6, 3), torch.randn(6, 2)
    model:forward(x)
    local mean = model:get(2).running_mean:clone()
    local first = model:backward(x, g):clone()
    local state = torch.getRNGState()
    assert.is_true(torch.equal(first, model:backward(x, g)))
    assert.is_true(torch.equal(mean, model:get(2).running_mean))
    assert.is_true(torch.equal(state, torch.getRNGState()))
    model:evaluate()
    model:forward(x)
    assert.same({ 6, 3 }, model:backward(x, g):size():totable())
    model:training()
    model:forward(x)
    model:backward(x, g)
    model:get(1).weight:mul(2)
    local ok, message = pcall(model.backward, model, x, g)
    assert.is_false(ok)
    assert.matches("a parameter was written since", message)
  end)

  it("survive a run of an inner module by itself in between", function()
    local inner = nn.Linear(2, 2)
    local model = nn.Sequential():add(inner)
    local x = torch.randn(3, 2)
    model:zeroGradParameters()
    model:forward(x)
    inner:forward(torch.randn(4, 2))
    model:backward(x, torch.ones(3, 2))
    assert.same({ 3, 3 }, inner.gradBias:totable())
  end)

  it("refuse a gradient of another size", function()
    local model = nn.Linear(3, 2)
    local x = torch.randn(4, 3)
    model:forward(x)
    local ok, message = pcall(model.backward, model, x, torch.ones(4, 3))
    assert.is_false(ok)
    assert.matches("nn%.Linear%(3 %-> 2%): .*4 x 3.*4 x 2", message)
  end)
end)

describe("parameters", function()
  it("may be replaced or written by scripts", function()
    local layer = nn.Linear(2, 1)
    layer.weight = torch.Tensor{ { 1, 2 } }
    layer.bias:fill(0)
    layer.gradWeight = torch.zeros(1, 2)
    local x = torch.Tensor{ { 3, 4 } }
    assert.equal(11, layer:forward(x)[1][1])
    layer:backward(x, torch.ones(1, 1))
    assert.same({ { 3, 4 } }, layer.gradWeight:totable())
    layer:updateParameters(0.5)
    assert.same({ { -0.5, 0 } }, layer.weight:totable())
  end)

  it("flatten into one storage in order", function()
    local model = nn.Sequential():add(nn.Linear(2, 2)):add(nn.PReLU()):add(nn.Linear(2, 1, false))
    local flat, grads = model:getParameters()
    assert.equal(9, flat:nElement())
    flat:copy(torch.range(1, 9))
    assert.same({ { 1, 2 }, { 3, 4 } }, model:get(1).weight:totable())
    assert.same({ 7 }, model:get(2).weight:totable())
    assert.same({ { 8, 9 } }, model:get(3).weight:totable())
    local x = torch.ones(1, 2):requiresGrad()
    model(x):sum():backward()
    assert.is_true(grads:norm() > 0)
    assert.equal(grads[8], model:get(3).gradWeight[1][1])
    grads:zero()
    assert.equal(0, model:get(1).gradWeight:norm())
  end)

  it("give the same flat tensors again, until they lie elsewhere", function()
    local first, second = nn.Linear(2, 2), nn.Linear(2, 1, false)
    local model = nn.Sequential():add(first):add(nn.ReLU()):add(second)
    local flat, grads = model:getParameters()
    local again, grads_again = model:getParameters()
    assert.is_true(rawequal(flat, again) and rawequal(grads, grads_again))
    first:freeze()
    assert.equal(2, model:getParameters():nElement())
    first:unfreeze()
    flat = model:getParameters()
    flat:fill(3)
    assert.same({ { 3, 3 }, { 3, 3 } }, first.weight:totable())
    local whole = nn.Sequential():add(model):add(nn.Linear(1, 1)):getParameters()
    whole:fill(4)
    flat = model:getParameters()
    assert.equal(4, flat[1])
    assert.equal(8, model:clone():getParameters():fill(5):nElement())
    assert.equal(4, flat[8])
    assert.equal("torch.DoubleTensor", model:double():getParameters():type())
    assert.equal("torch.FloatTensor", flat:type())
  end)

  it("draw Torch7's numbers", function()
    torch.setdefaulttensortype("torch.DoubleTensor")
    torch.manualSeed(123)
    local layer = nn.Linear(2, 2)
    torch.setdefaulttensortype("torch.FloatTensor")
    local found = torch.cat(layer.weight:detach():view(4), layer.bias:detach(), 1)
    local expected = torch.DoubleTensor{ 0.27784938922686, 0.30116430372903, -0.30244464760781,
      -0.1011573880223, -0.38629037697203, 0.26995194568011 }
    assert.is_true((found - expected):abs():max() < 1e-14)
  end)

  it("keep names and order", function()
    local model = nn.Sequential():add(nn.Linear{ 2, 3, name = "first" })
      :add(nn.BatchNormalization(3))
    local names = {}
    for i, p in ipairs(model:namedParameters(true)) do names[i] = p.name end
    assert.same({ "first.weight", "first.bias", "2.weight", "2.bias", "2.running_mean",
      "2.running_var" }, names)
  end)
end)

describe("errors", function()
  local function message_of(f, ...)
    local ok, message = pcall(f, ...)
    assert.is_false(ok)
    return message
  end

  it("name the place, the layer, its name and both shapes", function()
    local model = nn.Sequential():add(nn.Identity())
      :add(nn.Concat(2):add(nn.Linear{ 3, 2, name = "fc" }))
    local message = message_of(model.forward, model, torch.ones(5, 4))
    assert.matches("In 2 module of nn%.Sequential: In 1 module of nn%.Concat: "
      .. 'nn%.Linear%(3 %-> 2%) "fc": .*5 x 4.*2 x 3', message)
  end)

  it("say what type was expected", function()
    local model = nn.Sequential():add(nn.Linear(3, 2))
    assert.matches(":float%(%) or :double%(%)",
      message_of(model.forward, model, torch.DoubleTensor(1, 3)))
    assert.matches("nn%.Add: the input is a torch%.DoubleTensor",
      message_of(function() nn.Add(3):forward(torch.DoubleTensor(3)) end))
  end)

  for text, f in pairs{
    ["nn.Linear: inputSize is missing (an integer expected)"] = function() nn.Linear() end,
    ['nn.Linear: there is no option "bais", did you mean "bias"?'] = function()
      nn.Linear{ 3, 4, bais = false }
    end,
    ["nn.Linear: the weight cannot have the size -4 x 3"] = function() nn.Linear(3, -4) end,
    ["nn.Sequential: modules are added one by one: nn.Sequential():add(...)"] = function()
      nn.Sequential(nn.Linear(3, 4), nn.ReLU())
    end,
    ["nn.Sequential: add takes a module, got the class nn.ReLU; call it to make one"] = function()
      nn.Sequential():add(nn.ReLU)
    end,
    ["nn.Sequential: add takes a module, got 3"] = function() nn.Sequential():add(3) end,
    ["nn.SpatialConvolution: 2 groups do not divide nInputPlane, 3"] = function()
      nn.SpatialConvolution{ 3, 4, kernel = 3, groups = 2 }
    end,
    ["nn.Dropout: illegal percentage 1.5, p has to be 0 <= p < 1"] = function() nn.Dropout(1.5) end,
    ["nn.HardTanh: max_val -1 has to be greater than min_val 1"] = function()
      nn.HardTanh(1, -1)
    end,
    ["nn.ParallelTable: 2 modules, but the input has 1 entries"] = function()
      nn.ParallelTable():add(nn.Tanh()):add(nn.Tanh()):forward{ torch.ones(1) }
    end,
    ["nn.View(7): input view (2x3x4) and desired view (7) do not match"] = function()
      nn.View(7):forward(torch.ones(2, 3, 4))
    end,
    ["nn.BatchNormalization (2D) (2): only mini-batch supported (2D tensor), got 1D tensor "
      .. "instead: 3"] = function() nn.BatchNormalization(2):forward(torch.ones(3)) end,
    ["nn.BatchNormalization (2D) (2): got 3-feature tensor, expected 2: the input is 4 x 3"] =
      function() nn.BatchNormalization(2):forward(torch.ones(4, 3)) end,
    ["nn.PReLU: Wrong number of input planes. Expected 3 but got 4."] = function()
      nn.PReLU(3):forward(torch.ones(2, 4))
    end,
    ["nn.LookupTable: numbers have to be 1 to 3, those given are 1 to 4"] = function()
      nn.LookupTable(3, 2):forward(torch.LongTensor{ 1, 4 })
    end,
    ["nn.CAddTable: entry 1 is 2, entry 2 is 3; all have to have equal sizes"] = function()
      nn.CAddTable():forward{ torch.ones(2), torch.ones(3) }
    end,
    ["nn.SelectTable(3): there is no entry 3 in an input of 1 entries"] = function()
      nn.SelectTable(3):forward{ torch.ones(2) }
    end,
    ["nn.Sequential: index out of range: it is 4, there are 1 modules"] = function()
      nn.Sequential():add(nn.Tanh()):remove(4)
    end,
  } do
    it("read: " .. text, function()
      local message = message_of(f)
      assert.equal(text, (message:gsub("^[^\n]-:%d+: ", "")))
    end)
  end
end)
