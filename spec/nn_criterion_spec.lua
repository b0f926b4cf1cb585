--- Criteria: reference values and gradients, targets of every kind, both protocols.
local torch = require "torch"
local nn = require "nn"
local tape = require "nn.tape"

local function T(values)
  return torch.DoubleTensor(values)
end

local a, b = { 1, -2, 0.5 }, { 0, 1, 0.5 }
local signs = { 1, -1, 1 }
local log_soft_max = nn.LogSoftMax():forward(T{ { 1, 2, 3 }, { 1, 1, 1 } }):clone()

-- The values come from Torch7; `gradient` is that of the input (or its first entry).
local cases = {
  { "MSE", nn.MSECriterion(), T(a), T(b), 3.33333, { 0.666667, -2, 0 } },
  { "MSE, summed", nn.MSECriterion(false), T(a), T(b), 10, { 2, -6, 0 } },
  { "MSE by name", nn.MSECriterion{ sizeAverage = false }, T(a), T(b), 10, { 2, -6, 0 } },
  { "Abs", nn.AbsCriterion(), T(a), T(b), 1.33333, { 0.333333, -0.333333, 0.333333 }, kink = true },
  { "SmoothL1", nn.SmoothL1Criterion(), T(a), T(b), 1, { 0.333333, -0.333333, 0 }, kink = true },
  { "BCE", nn.BCECriterion(), T{ 0.2, 0.7, 0.9 }, T{ 0, 1, 1 }, 0.228393,
    { 0.416667, -0.47619, -0.37037 } },
  { "weighted BCE", nn.BCECriterion(T{ 1, 2, 3 }), T{ 0.2, 0.7, 0.9 }, T{ 0, 1, 1 }, 0.417525 },
  { "ClassNLL", nn.ClassNLLCriterion(), log_soft_max, T{ 3, 1 }, 0.753109 },
  { "weighted ClassNLL", nn.ClassNLLCriterion(T{ 1, 2, 3 }), log_soft_max, T{ 3, 1 }, 0.580358 },
  { "summed ClassNLL", nn.ClassNLLCriterion(nil, false), log_soft_max, T{ 3, 1 }, 1.50622 },
  { "ClassNLL that ignores", nn.ClassNLLCriterion(nil, true, 1), log_soft_max, T{ 3, 1 },
    0.407606 },
  { "SpatialClassNLL", nn.SpatialClassNLLCriterion(),
    nn.LogSoftMax():forward(torch.range(1, 8):double():view(1, 2, 2, 2)):clone(),
    T{ { { 1, 2 }, { 1, 2 } } }, 2.01815 },
  { "CrossEntropy", nn.CrossEntropyCriterion(), T{ { 1, 2, 3 }, { 1, 1, 1 } }, T{ 3, 1 },
    0.753109 },
  { "DistKLDiv", nn.DistKLDivCriterion(), torch.log(T{ { 0.2, 0.8 }, { 0.5, 0.5 } }),
    T{ { 0.3, 0.7 }, { 1, 0 } }, 0.180329 },
  { "Margin", nn.MarginCriterion(), T(a), T(signs), 0.166667, kink = true },
  { "SoftMargin", nn.SoftMarginCriterion(), T(a), T(signs), 0.304756 },
  { "MultiMargin", nn.MultiMarginCriterion(), T{ 0.1, 0.2, 0.4 }, 3, 0.5 },
  { "squared MultiMargin", nn.MultiMarginCriterion(2), T{ 0.1, 0.2, 0.4 }, 3, 0.376667 },
  { "HingeEmbedding", nn.HingeEmbeddingCriterion(), T{ 0.3, 0.6 }, T{ 1, -1 }, 0.35 },
  { "CosineEmbedding", nn.CosineEmbeddingCriterion(), { T{ 1, 0 }, T{ 1, 1 } }, 1, 0.292893,
    { 0, -0.707107 } },
  { "CosineEmbedding apart", nn.CosineEmbeddingCriterion(0.1),
    { T{ { 1, 0 }, { 2, 1 } }, T{ { 1, 1 }, { -1, 0 } } }, T{ -1, -1 }, 0.303553 },
  { "MarginRanking", nn.MarginRankingCriterion(), { T{ 0.5 }, T{ 0.2 } }, 1, 0.7, { -1 } },
  { "MarginRanking of a batch", nn.MarginRankingCriterion(0.1), { T{ 1, 2 }, T{ 2, 1 } },
    T{ 1, 1 }, 0.55, { -0.5, 0 } },
  { "L1HingeEmbedding", nn.L1HingeEmbeddingCriterion(4), { T{ 1, 2 }, T{ 2, 4 } }, -1, 1,
    { 1, 1 } },
  { "WeightedMSE", nn.WeightedMSECriterion(T{ 1, 2, 3 }), T(a), T(b), 6,
    { 0.666667, -2.66667, -0.666667 } },
  { "MultiLabelMargin", nn.MultiLabelMarginCriterion(), T{ 0.1, 0.2, 0.4, 0.8 },
    torch.LongTensor{ 3, 1, 0, 4 }, 1.25, { -0.5, 0.5, -0.5, 0.5 } },
  { "MultiLabelMargin of a batch", nn.MultiLabelMarginCriterion(),
    T{ { 0.1, 0.2, 0.4, 0.8 }, { 3, 0.1, 0, 0.2 } }, T{ { 3, 1, 0, 0 }, { 1, 0, 2, 2 } }, 0.625 },
  { "MultiLabelSoftMargin", nn.MultiLabelSoftMarginCriterion(), T(a), T{ 1, 0, 1 }, 0.304756 },
  { "weighted MultiLabelSoftMargin", nn.MultiLabelSoftMarginCriterion(T{ 1, 2, 0.5 }, false),
    T{ a, b }, T{ { 1, 0, 1 }, { 0, 0, 1 } }, 4.360865 },
  { "DistanceRatio", nn.DistanceRatioCriterion(), { T{ 1, 2 }, T{ 2, 1 } }, nil, 0.813262 },
  { "DistanceRatio far apart", nn.DistanceRatioCriterion(false), { T{ 1, 900 }, T{ 2, 100 } }, nil,
    800.313262, { 0.268941, 1 } },
  { "SpatialAutoCropMSE", nn.SpatialAutoCropMSECriterion(), T{ { { 1, 2 } } },
    T{ { { 9, 9, 9 }, { 0, 4, 9 }, { 9, 9, 9 } } }, 2.5, { 1, -2 } },
  { "ClassSimplex", nn.ClassSimplexCriterion(3), T{ { 1, 0, 0 }, { 0, 0, 0 } },
    torch.LongTensor{ 1, 3 }, 1 / 6, { 0, 0, 0 } },
  { "Module", nn.ModuleCriterion(nn.MSECriterion(), nn.Square(), nn.MulConstant(2)), T(a), T(b),
    5.5625 / 3, { 4 / 3, -16 / 3, -0.5 } },
  { "L1Cost", nn.L1Cost(), T(a), nil, 3.5, { 1, -1, 1 } },
  { "Multi", nn.MultiCriterion():add(nn.MSECriterion()):add(nn.AbsCriterion(), 0.5), T(a), T(b), 4,
    { 0.833333, -2.166667, 0.166667 }, kink = true },
  { "Parallel", nn.ParallelCriterion():add(nn.MSECriterion()):add(nn.ClassNLLCriterion(), 0.5),
    { T(a), log_soft_max }, { T(b), T{ 3, 1 } }, 3.709888, { 0.666667, -2, 0 } },
  { "Parallel on one target", nn.ParallelCriterion(true):add(nn.MSECriterion())
    :add(nn.AbsCriterion(), 2), { T(a), T(a) }, T(b), 6, kink = true },
}

local function near(expected, found, tolerance)
  assert.is_true(math.abs(expected - found) <= tolerance, ("%g is not %g"):format(found, expected))
end

for _, case in ipairs(cases) do
  local name, criterion, input, target, loss, gradient = table.unpack(case, 1, 6)
  describe("nn." .. name .. "Criterion", function()
    it("has Torch7's value and gradient", function()
      local double = criterion:clone():double()
      near(loss, double:forward(input, target), 6e-6)
      near(loss, double.output, 6e-6)
      local grad = tape.tensors(double:backward(input, target))[1]
      assert.equal(grad, tape.tensors(double.gradInput)[1])
      for i, value in ipairs(gradient or {}) do near(value, grad:view(-1)[i], 6e-6) end
    end)

    it("is differentiable, with the same numbers both ways", function()
      local double = criterion:clone():double()
      if not case.kink then
        local inputs = tape.tensors(input)
        assert(torch.gradcheck(function(...)
          local given, i = { ... }, 0
          return (double(tape.map(input, function()
            i = i + 1
            return given[i]
          end), target))
        end, inputs))
      end
      local expected = {}
      local value = double:forward(input, target)
      for i, g in ipairs(tape.tensors(double:backward(input, target))) do
        expected[i] = g:clone()
      end
      local leaves = tape.leaves(input)
      local recorded = double(leaves, target)
      assert.equal(value, recorded:item())
      recorded:backward()
      for i, x in ipairs(tape.tensors(leaves)) do
        assert.is_true(torch.equal(expected[i], x.grad), tostring(x.grad))
      end
      local called, grad = double(input, target)
      assert.equal(value, called)
      assert.is_true(torch.equal(expected[1], tape.tensors(grad)[1]))
    end)
  end)
end

describe("class targets", function()
  local scores = torch.randn(2, 3):double()

  it("may be of any numeric type", function()
    local expected = nn.CrossEntropyCriterion():forward(scores, torch.LongTensor{ 3, 1 })
    for _, kind in ipairs{ "ByteTensor", "IntTensor", "FloatTensor", "DoubleTensor" } do
      assert.equal(expected, nn.CrossEntropyCriterion():forward(scores, torch[kind]{ 3, 1 }))
    end
    local column = torch.LongTensor{ { 3 }, { 1 } }
    assert.equal(expected, nn.CrossEntropyCriterion():forward(scores, column))
    assert.equal(nn.CrossEntropyCriterion():forward(scores[1], 2),
      nn.CrossEntropyCriterion():forward(scores[1]:view(1, 3), torch.LongTensor{ 2 }))
  end)

  it("are refused out of range, with the place and the value", function()
    local function message(target)
      local ok, text = pcall(nn.ClassNLLCriterion().forward, nn.ClassNLLCriterion(), scores, target)
      assert.is_false(ok)
      return text
    end
    assert.matches("nn%.ClassNLLCriterion: .*target%[2%] is 4; classes are 1%.%.3",
      message(torch.LongTensor{ 1, 4 }))
    assert.matches("1%-based", message(torch.LongTensor{ 0, 1 }))
    assert.matches("target%[1%] is 1%.5", message(torch.DoubleTensor{ 1.5, 1 }))
    assert.matches("2 x 3 takes a target of 2, got 3", message(torch.LongTensor{ 1, 2, 3 }))
    assert.matches("class number or a tensor of them, got \"cat\"", message("cat"))
  end)

  it("are averaged or summed as the fields of CrossEntropyCriterion and its nll say", function()
    local target = torch.LongTensor{ 3, 1 }
    local criterion = nn.CrossEntropyCriterion(T{ 1, 2, 3 })
    local x = T{ { 1, 2, 3 }, { 1, 1, 1 } }
    local mean = criterion:forward(x, target)
    assert.is_true(math.abs(mean - 0.580358) < 6e-6)
    criterion.nll.sizeAverage = false
    assert.is_true(math.abs(criterion:forward(x, target) - 4 * mean) < 1e-12)
    criterion.nll.sizeAverage, criterion.sizeAverage = true, false
    assert.is_true(math.abs(criterion:forward(x, target) - 4 * mean) < 1e-12)
    criterion.nll.weights = nil
    assert.is_true(math.abs(criterion:forward(x, target) - 1.50622) < 6e-6)
  end)

  it("give the loss and the total weight", function()
    local target = torch.LongTensor{ 3, 1 }
    local _, count = nn.ClassNLLCriterion():forward(log_soft_max, target)
    assert.equal(2, count)
    local _, weight = nn.ClassNLLCriterion(T{ 1, 2, 5 }):forward(log_soft_max, target)
    assert.equal(6, weight)
  end)
end)

describe("a criterion", function()
  it("with a gradient of its own works both ways", function()
    local Twice, parent = torch.class("nn.spec_TwiceCriterion", "nn.Criterion")
    function Twice:__init()
      parent.__init(self)
    end
    function Twice:updateOutput(input)
      self.output = 2 * input:sum()
      return self.output
    end
    function Twice:updateGradInput(input)
      self.gradInput:resizeAs(input):fill(2)
      return self.gradInput
    end
    local twice = nn.spec_TwiceCriterion():double()
    local x = T{ 1, 2, 3 }
    assert.equal(12, twice:forward(x))
    assert.same({ 2, 2, 2 }, twice:backward(x):totable())
    local leaf = x:clone():requiresGrad();
    (twice(leaf, 0) * 3):backward()
    assert.same({ 6, 6, 6 }, leaf.grad:totable())
  end)

  it("names itself and both shapes", function()
    local criterion = nn.MSECriterion()
    local ok, text = pcall(criterion.forward, criterion, torch.ones(3), torch.ones(4))
    assert.is_false(ok)
    assert.matches("nn%.MSECriterion: .*3.*4", text)
    assert.has_error(function() nn.MSECriterion{ sizeAvergae = true } end,
      'nn.MSECriterion: there is no option "sizeAvergae", did you mean "sizeAverage"?')
  end)

  it("returns the loss alone where updateOutput does", function()
    assert.equal(1, select("#", nn.MSECriterion():forward(torch.ones(3), torch.zeros(3))))
    local input = torch.zeros(2, 2)
    assert.equal(2, select("#", nn.ClassNLLCriterion():forward(input, torch.LongTensor{ 1, 2 })))
  end)

  it("records nothing for others when it runs by itself", function()
    local x = torch.ones(3)
    nn.MSECriterion():forward(x, torch.zeros(3))
    assert.is_false(x:isRecorded())
    torch.noGrad(function()
      local criterion = nn.MSECriterion()
      assert.equal(1, criterion:forward(x, torch.zeros(3)))
    end)
  end)
end)
