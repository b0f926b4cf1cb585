--- Layers whose inputs are lists of indices and values, against nn.Linear on the same inputs.
local torch = require "torch"
local nn = require "nn"

local function near(a, b)
  assert.is_true((a - b):abs():max() < 1e-10)
end

-- Dense rows of `width` and the same as lists of keys and of values; keys may repeat.
local function samples(counts, width)
  torch.manualSeed(3)
  local dense, keys, values = torch.zeros(#counts, width):double(), {}, {}
  for i, n in ipairs(counts) do
    keys[i] = torch.LongTensor(n):random(1, width)
    values[i] = torch.randn(n):double()
    for j = 1, n do dense[i][keys[i][j]] = dense[i][keys[i][j]] + values[i][j] end
  end
  return dense, keys, values
end

-- The gradients of a dense layer with this weight and bias.
local function reference(weight, bias, dense, grad)
  local linear = nn.Linear(weight:size(2), weight:size(1)):double()
  linear.weight:copy(weight)
  linear.bias:copy(bias)
  linear:zeroGradParameters()
  local output = linear:forward(dense):clone()
  linear:backward(dense, grad)
  return linear, output
end

describe("nn.SparseLinear", function()
  local dense, keys, values = samples({ 3, 1, 4 }, 6)
  local input = {}
  for i = 1, 3 do input[i] = torch.cat(keys[i]:double():view(-1, 1), values[i]:view(-1, 1), 2) end
  local grad = torch.randn(3, 2):double()

  it("computes what a linear layer does of a table of samples", function()
    local layer = nn.SparseLinear(6, 2, true):double()
    local linear, expected = reference(layer.weight:detach(), layer.bias:detach(), dense, grad)
    near(expected, layer:forward(input))
    layer:zeroGradParameters()
    local grads = layer:backward(input, grad)
    near(linear.gradWeight, layer.gradWeight)
    near(linear.gradBias, layer.gradBias)
    for i = 1, 3 do
      near(linear.gradInput[i], grads[i]:select(2, 2))
      near(torch.range(1, 6):double(), grads[i]:select(2, 1))
    end
  end)

  it("takes one sample, and a batch in one tensor", function()
    local layer = nn.SparseLinear(6, 2, true):double()
    local batch = torch.DoubleTensor(2, 3, 2)
    batch[1]:copy(input[1])
    batch[2]:copy(input[3]:narrow(1, 1, 3))
    local y = layer:forward(batch):clone()
    near(layer:forward(batch[1]), y[1])
    near(layer:forward(batch[2]), y[2])
    assert.same({ 2, 6, 2 }, layer:backward(batch, layer:forward(batch)):size():totable())
    assert.equal("nn.SparseLinear(6 -> 2)", tostring(layer))
  end)

  it("returns gradients of the values given unless told otherwise, and decays weights", function()
    local layer = nn.SparseLinear(6, 2):double()
    local leaf = input[1]:clone():requiresGrad()
    layer(leaf):sum():backward()
    layer:zeroGradParameters()
    layer.weightDecay = 0.5
    layer:forward(input[1])
    near(leaf.grad, layer:backward(input[1], torch.ones(2):double()))
    near(layer.gradWeight:select(2, 1) - layer.weight:detach():select(2, 1) * 0.5,
      torch.ones(2):double() * dense[1][1])
  end)

  it("takes many samples, and refuses what is none", function()
    local many = {}
    for i = 1, 200 do many[i] = input[i % 3 + 1] end
    local layer = nn.SparseLinear(6, 2):double()
    assert.same({ 200, 2 }, layer:forward(many):size():totable())
    assert.has_error(function() layer:forward{ torch.ones(2, 3) } end,
      "nn.SparseLinear(6 -> 2): sample 1 is torch.FloatTensor 2 x 3; K x 2, indices and values, "
        .. "expected")
    assert.has_error(function() layer:forward(torch.DoubleTensor{ { 7, 1 } }) end)
  end)

  it("learns through SparseJacobian's checks and files", function()
    local layer = nn.SparseLinear(6, 2):double()
    local sample = input[1]:clone()
    assert.is_true(nn.SparseJacobian.testJacobian(layer, sample) < 1e-7)
    assert.is_true(nn.SparseJacobian.testJacobianParameters(layer, sample, layer.weight,
      layer.gradWeight) < 1e-7)
    local forward_error, backward_error = nn.SparseJacobian.testIO(layer, sample)
    assert.is_true(forward_error < 1e-12 and backward_error < 1e-12)
  end)
end)

describe("nn.IndexLinear", function()
  local dense, keys, values = samples({ 3, 2 }, 5)
  local grad = torch.randn(2, 4):double()
  local flat = { torch.cat(keys, 1), torch.cat(values, 1), torch.LongTensor{ 3, 2 } }

  local function layer_of(...)
    local layer = nn.IndexLinear(5, 4, ...):double()
    layer:reset()
    return layer
  end

  it("computes what a linear layer does, of tables and of flat batches", function()
    for _, input in ipairs{ { keys, values }, flat } do
      local layer = layer_of(true)
      local linear, expected = reference(layer.weight:detach():t(), layer.bias:detach(), dense,
        grad)
      near(expected, layer:forward(input))
      layer:zeroGradParameters()
      local grads = layer:backward(input, grad)
      near(linear.gradWeight:t(), layer.gradWeight)
      near(linear.gradBias, layer.gradBias)
      for i = 1, 2 do near(linear.gradInput[i], grads[2][i]) end
    end
  end)

  it("takes one sample and an offset of the keys", function()
    local layer = layer_of(true, 1)
    local y = layer:forward{ keys[1] - 1, values[1] }
    assert.same({ 4 }, y:size():totable())
    near(dense[1]:view(1, 5) * layer.weight:detach() + layer.bias:detach():view(1, 4),
      y:view(1, 4))
    local grads = layer:backward({ keys[1] - 1, values[1] }, y:clone())
    assert.same({ 1, 2, 3, 4, 5 }, grads[1]:totable())
  end)

  it("starts at zero, on a weight that may be given", function()
    local weight, bias = torch.randn(5, 4), torch.randn(4)
    local layer = nn.IndexLinear(nil or 1, 1, false, 0, weight, bias)
    assert.equal(5, layer.inputSize)
    assert.equal(4, layer.outputSize)
    assert.is_true(layer.weight:isSetTo(weight))
    assert.equal(0, nn.IndexLinear(3, 2).weight:detach():norm())
  end)

  it("normalises by the largest value of each key", function()
    local layer = nn.IndexLinear{ 3, 1, normalize = true }
    layer.weight:detach():narrow(2, 5, 1):fill(1)
    local numbers = torch.LongTensor{ 1, 1, 3 }
    assert.same({ 5, 5 }, { layer.weight:size(2), layer:forward{ numbers,
      torch.Tensor{ 2, -4, 5 } }[1] * 10 })
    assert.same({ 4, 0, 5 }, layer.weight:detach():select(2, 1):totable())
    layer:evaluate()
    assert.equal(-1, layer:forward{ torch.LongTensor{ 1 }, torch.Tensor{ -100 } }[1])
    layer:training()
    layer:zeroGradParameters()
    local input = { torch.LongTensor{ 1 }, torch.Tensor{ 2 } }
    layer:backward(input, layer:forward(input):clone():fill(3))
    assert.same({ 0, 0, 0, 3, 1.5 }, layer.gradWeight[1]:totable())
  end)

  it("decays the rows whose keys were seen, once an update", function()
    local layer = nn.IndexLinear(4, 2):double()
    layer.weight:fill(2)
    layer.weightDecay = 0.25
    local input = { torch.LongTensor{ 1, 3, 1 }, torch.DoubleTensor{ 1, 1, 2 } }
    local function step()
      layer:zeroGradParameters()
      layer:forward(input)
      layer:backward(input, torch.DoubleTensor{ 1, 0 })
      layer:updateParameters(0.5)
    end
    step()
    assert.same({ { 1.5 - 0.5 * 3, 1.5 }, { 2, 2 }, { 1.5 - 0.5, 1.5 }, { 2, 2 } },
      layer.weight:detach():totable())
    layer.weightDecay = 0
    step()
    assert.equal(1.5, layer.weight:detach()[1][2])
    local normal = nn.IndexLinear{ 2, 1, normalize = true }
    normal.weight:detach():narrow(2, 5, 1):fill(2)
    normal.weightDecay = 0.5
    normal:zeroGradParameters()
    normal:forward{ torch.LongTensor{ 2 }, torch.Tensor{ 4 } }
    normal:updateParameters(1)
    assert.same({ 2, 1 }, normal.weight:detach():select(2, 5):totable())
    assert.equal(4, normal.weight:detach()[2][1])
  end)

  it("refuses keys and values that do not go together", function()
    local layer = layer_of()
    assert.has_error(function() layer:forward(torch.ones(2)) end)
    local ok, text = pcall(layer.forward, layer, { keys[1], values[2] })
    assert.is_false(ok)
    assert.matches("keys and values should be 1D and of the same size", text)
  end)
end)

describe("torch.sparseMM", function()
  it("refuses positions outside and lists of other lengths", function()
    local v, one, two = torch.ones(2), torch.LongTensor{ 1, 1 }, torch.LongTensor{ 1, 3 }
    assert.has_error(function() torch.sparseMM(v, two, one, torch.ones(1, 2), 2) end,
      "sparseMM: position 2 is 3, out of range: dimension 1 of 2 x 2 has 2 entries; positions "
        .. "count from 1")
    assert.has_error(function() torch.sparseMM(v, one, one:narrow(1, 1, 1), v:view(1, 2), 1) end,
      "sparseMM: 1 positions for 2 entries; values, rows and columns are vectors of one length")
    assert.has_error(function() torch.sparseMM(v, one, one, v, 1) end,
      "sparseMM: a dense matrix is two-dimensional, not 2")
  end)
end)
