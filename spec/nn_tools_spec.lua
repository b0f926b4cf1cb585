--- nn.StochasticGradient, nn.Jacobian, nn.utils, and the package itself.
local torch = require "torch"
local nn = require "nn"

describe("nn.StochasticGradient", function()
  local function dataset()
    local data = { size = function() return 4 end }
    for i, row in ipairs{ { 0, 0 }, { 0, 1 }, { 1, 0 }, { 1, 1 } } do
      data[i] = { torch.Tensor(row), torch.Tensor{ row[1] + 2 * row[2] } }
    end
    return data
  end

  it("trains, calls its hooks and says what Torch7 says", function()
    torch.manualSeed(1)
    local trainer = nn.StochasticGradient(nn.Linear(2, 1), nn.MSECriterion())
    trainer.learningRate, trainer.maxIteration = 0.1, 60
    local examples, errors_seen, said = 0, {}, {}
    function trainer.hookExample(self, example)
      assert.equal(trainer, self)
      assert.equal(2, #example)
      examples = examples + 1
    end
    function trainer.hookIteration(_, iteration, err) errors_seen[iteration] = err end
    local print_before = print
    _G.print = function(text) said[#said + 1] = text end
    trainer:train(dataset())
    _G.print = print_before
    assert.equal(240, examples)
    assert.is_true(errors_seen[60] < 1e-3 and errors_seen[60] < errors_seen[1])
    assert.equal("# StochasticGradient: training", said[1])
    assert.matches("^# current error = ", said[2])
    assert.matches("you have reached the maximum number of iterations$", said[62])
    assert.matches("^# training error = ", said[63])
  end)

  it("is quiet and in order when told so", function()
    local trainer = nn.StochasticGradient(nn.Linear(2, 1), nn.MSECriterion())
    trainer.verbose, trainer.shuffleIndices, trainer.maxIteration = false, false, 1
    local seen, data = {}, dataset()
    function trainer.hookExample(_, example) seen[#seen + 1] = example end
    trainer:train(data)
    for i = 1, 4 do assert.equal(data[i], seen[i]) end
  end)
end)

describe("nn.Jacobian", function()
  it("finds gradients right, and wrong ones wrong", function()
    local module = nn.Sequential():add(nn.Linear(3, 2)):add(nn.Tanh()):double()
    local input = torch.DoubleTensor(4, 3)
    local layer = module:get(1)
    assert.is_true(nn.Jacobian.testJacobian(module, input) < 1e-7)
    assert.is_true(nn.Jacobian.testJacobianParameters(module, input, layer.weight,
      layer.gradWeight) < 1e-7)
    assert.is_true(nn.Jacobian.testJacobianUpdateParameters(module, input, layer.bias) < 1e-7)
    for name, err in pairs(nn.Jacobian.testAllUpdate(layer, input, "weight", "gradWeight")) do
      assert.is_true(err < 1e-12, name)
    end
    local Wrong, parent = torch.class("nn.spec_Wrong", "nn.Module")
    function Wrong:__init() parent.__init(self) end
    function Wrong:updateOutput(x)
      self.output:resizeAs(x):copy(x):mul(2)
      return self.output
    end
    function Wrong:updateGradInput(x, g)
      self.gradInput:resizeAs(x):copy(g)
      return self.gradInput
    end
    assert.is_true(nn.Jacobian.testJacobian(nn.spec_Wrong():double(), input) > 0.9)
  end)
end)

describe("nn.hessian", function()
  -- In a process of its own: enable changes what parameters returns.
  local function run(text)
    local program = require "spec.support.program"
    local output, complaint, code = program.run{ "-e", "require 'nn' nn.hessian.enable() " .. text }
    assert.equal("", complaint)
    assert.equal(0, code)
    return output
  end

  it("gives linear modules their diagonals", function()
    assert.equal("true\ttrue\ttrue\n", run([[
      torch.setdefaulttensortype("torch.DoubleTensor")
      local jacobian = nn.Jacobian
      local function errors(m, x)
        return math.max(jacobian.testDiagHessianInput(m, x), jacobian.testDiagHessianWeight(m, x),
          m.bias and jacobian.testDiagHessianBias(m, x) or 0)
      end
      print(errors(nn.Linear(3, 2), torch.Tensor(4, 3)) < 1e-9,
        errors(nn.Linear(3, 2, false), torch.Tensor(3)) < 1e-9,
        errors(nn.SpatialConvolution(2, 3, 2, 2), torch.Tensor(2, 4, 4)) < 1e-9)]]))
  end)

  it("passes them back through networks and hands them out flat", function()
    assert.equal("true\ttrue\t8\ttrue\n", run([[
      torch.setdefaulttensortype("torch.DoubleTensor")
      local linear = nn.Linear(3, 2)
      local net, loss = nn.Sequential():add(linear):add(nn.Tanh()), nn.MSECriterion()
      net:retain()
      net:initDiagHessianParameters()
      local flat, grads, diagonals = net:getParameters()
      local x, t = torch.randn(1, 3), torch.randn(1, 2)
      local y = net:forward(x)
      loss:forward(y, t)
      local top = loss:updateDiagHessianInput(y, t)
      net:updateDiagHessianInput(x, top)
      net:accDiagHessianParameters(x, top)
      local slope = torch.cmul(y, y):mul(-1):add(1)
      local expected = torch.cmul(slope, slope)
      print((linear.diagHessianBias - expected[1]):abs():max() < 1e-12,
        (linear.diagHessianWeight - expected:t() * torch.cmul(x, x)):abs():max() < 1e-12,
        diagonals:nElement(), not pcall(nn.SoftMax().updateDiagHessianInput, nn.SoftMax(), x, y))
      ]]))
  end)
end)

describe("nn.test", function()
  it("checks layers by name", function()
    local program = require "spec.support.program"
    local output, _, code = program.run{ "-e", "require 'nn' nn.test({ 'Linear', 'Cosine' }, 5)" }
    assert.equal(0, code)
    assert.matches("in 2 tests with 0 failures and 0 errors", output)
  end)
end)

describe("nn.THNN", function()
  it("names what to call in place of Torch7's kernels", function()
    assert.equal("tensor", nn.THNN.optionalTensor("tensor"))
    assert.is_nil(nn.THNN.getState())
    assert.has_error(function() torch.ones(2).THNN.SpatialMaxPooling_updateOutput() end,
      "nn.THNN.SpatialMaxPooling_updateOutput: Torch7's C kernels are not here; "
        .. "nn.SpatialMaxPooling, or an operation of torch, computes the same")
    assert.has_error(function() nn.THNN.runKernel("Tanh_updateOutput", "torch.FloatTensor") end,
      "nn.THNN.Tanh_updateOutput: Torch7's C kernels are not here; nn.Tanh, or an operation of "
        .. "torch, computes the same")
  end)
end)

describe("nn.utils", function()
  it("works through nested tables", function()
    local a = { torch.ones(2), { torch.ones(3) } }
    local b = nn.utils.recursiveResizeAs({}, a)
    nn.utils.recursiveFill(b, 2)
    assert.same({ 2, 2, 2 }, b[2][1]:totable())
    nn.utils.recursiveAdd(b, 10, a)
    assert.same({ 12, 12 }, b[1]:totable())
    local c = nn.utils.recursiveCopy(nil, b)
    assert.same({ 12, 12 }, c[1]:totable())
    c[1]:zero()
    assert.equal(12, b[1][1])
    local d = nn.utils.recursiveType(c, "torch.DoubleTensor")
    assert.equal("torch.DoubleTensor", d[2][1]:type())
    assert.same({ 2, 1 }, nn.utils.addSingletonDimension(b[1], 2):size():totable())
    assert.same({ 2, 1 }, nn.utils.contiguousView(nil, b[1], 2, 1):size():totable())
    local module = nn.Tanh()
    module:forward(torch.ones(2))
    module.cache = { 1 }
    nn.utils.clear(module, "output", "cache")
    assert.equal(0, module.output:nElement())
    assert.same({}, module.cache)
  end)
end)

describe("the package", function()
  it("offers every class that it lists, under its own name", function()
    local count = 0
    for name, value in pairs(nn) do
      if torch.getmetatable("nn." .. name) then
        count = count + 1
        assert.equal("table", type(value))
        assert.equal("nn." .. name, torch.getmetatable("nn." .. name).__typename)
      end
    end
    assert.is_true(count > 120)
    assert.is_nil(nn.NoSuchLayer)
  end)

  it("has help on every class", function()
    local help = require "wick.help"
    for name, value in pairs(nn) do
      if torch.getmetatable("nn." .. name) then
        local text = help.text("nn." .. name, value)
        assert.matches("^nn%..*\n.", text)
        assert.is_nil(text:find("nothing more", 1, true), name)
        assert.is_nil(text:find("What the files of layers share", 1, true), name)
      end
    end
  end)

  it("finds classes by name before they were used", function()
    local pipe = io.popen(("%s -e %q 2>&1"):format(os.getenv("WICK_LUA") or "lua5.4", [[
      require "nn"
      torch.class("nn.Mine", "nn.SpatialAveragePooling")
      print(torch.factory("nn.Threshold") ~= nil, torch.typename(nn.Mine(2, 2)))
    ]]))
    local text = pipe:read("a")
    pipe:close()
    assert.equal("true\tnn.Mine\n", text)
  end)
end)
