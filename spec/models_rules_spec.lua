-- wick.models that learn by rules of their own: perceptron, Adaline, Madaline, restricted Boltzmann
-- machines and the autoencoder made of them, the neocognitron; and LeNet-5 as it was published.
local torch = require "torch"
local nn = require "nn"
local checkpoint = require "wick.checkpoint"
local models = require "wick.models"
local optim = require "optim"
local array = require "spec.support.array"
local walk = require "spec.support.walk"

local function near(expected, found, margin)
  if type(expected) == "table" then expected = torch.Tensor(expected) end
  assert.is_nil(walk.difference(array.of(found), array.of(expected), margin or 1e-6))
end

local function fails(f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok)
  return message
end

before_each(function()
  torch.manualSeed(3)
end)

describe("a perceptron", function()
  it("moves by (d - y) x", function()
    local model = models.perceptron{ 2, 1 }
    local x = torch.Tensor{ { 2, -1 } }
    near({ { 1 } }, model:forward(x)) -- 0 is not negative
    assert.equal(1, model:learn(x, torch.Tensor{ { 0 } }, 0.5))
    near({ { -1, 0.5 } }, model.weight:detach())
    near({ -0.5 }, model.bias:detach())
    near({ { 0 } }, model:forward(x))
    assert.equal(0, model:learn(x, torch.Tensor{ { 0 } }))
    near({ { -1, 0.5 } }, model.weight:detach())
  end)

  it("tells 26 letters of 20 x 20 photocells apart", function()
    local model, letters = models.perceptron(), torch.randn(26, 20, 20):ge(0):float()
    local wrong
    for _ = 1, 20 do
      wrong = model:learn(letters, torch.eye(26))
      if wrong == 0 then break end
    end
    assert.equal(0, wrong)
    assert.is_true(torch.equal(torch.eye(26), model:forward(letters)))
  end)

  it("does not find what no line separates, and wants as many answers as samples", function()
    local model = models.perceptron{ 2, 1 }
    local x = torch.Tensor{ { 0, 0 }, { 0, 1 }, { 1, 0 }, { 1, 1 } }
    local least = math.huge
    for _ = 1, 100 do least = math.min(least, model:learn(x, torch.Tensor{ 0, 1, 1, 0 })) end
    assert.is_true(least > 0)
    assert.matches("learn: 4 samples, 3 desired", fails(model.learn, model, x, torch.zeros(3)))
  end)
end)

describe("an Adaline", function()
  it("moves by (d - w x) x, the gradient of half the squared error", function()
    local model, x, d = models.adaline{ 3 }, torch.randn(1, 3), torch.Tensor{ { 1 } }
    local weight = model.weight:detach():clone()
    model:zeroGradParameters()
    local criterion = nn.MSECriterion()
    criterion:forward(model:forward(x), d)
    model:backward(x, criterion:backward(model.output, d))
    local expected = weight - model.gradWeight * (0.1 / 2)
    local output = model.output[1][1]
    assert.is_true(math.abs((1 - output) ^ 2 - model:learn(x, d, 0.1)) < 1e-6)
    near(expected, model.weight:detach())
  end)

  it("learns patterns of 4 x 4 switches", function()
    local model = models.adaline()
    local x = torch.Tensor(4, 16):bernoulli(0.5):mul(2):add(-1)
    local d = torch.Tensor{ 1, -1, 1, -1 }
    for _ = 1, 200 do model:learn(x, d, 0.02) end
    assert.is_true(model:learn(x, d) < 1e-3)
    assert.is_true(torch.equal(d, model:decide(x):view(-1)))
  end)
end)

describe("a Madaline", function()
  it("learns the exclusive or, which one unit cannot", function()
    local x = torch.Tensor{ { 1, 1 }, { 1, -1 }, { -1, 1 }, { -1, -1 } }
    local d = torch.Tensor{ -1, 1, 1, -1 }
    local model, wrong = models.madaline{ 2, 3 }, nil
    for _ = 1, 200 do
      wrong = model:learn(x, d)
      if wrong == 0 then break end
    end
    assert.equal(0, wrong)
    assert.is_true(torch.equal(d, model:forward(x):view(-1)))
  end)

  it("changes only as many units as the majority lacks, those nearest to zero", function()
    local model = models.madaline{ 1, 3 }
    model.weight:detach():copy(torch.Tensor{ { 0.1 }, { 0.5 }, { 2 } })
    model.bias:detach():zero()
    assert.equal(1, model:learn(torch.Tensor{ { 1 } }, torch.Tensor{ -1 }))
    near({ { 0.1 - 0.55 }, { 0.5 - 0.75 }, { 2 } }, model.weight:detach())
    assert.matches("2 units have no majority", fails(models.madaline, { 4, 2 }))
  end)
end)

describe("a restricted Boltzmann machine", function()
  -- Four patterns of twelve units.
  local function patterns()
    local x = torch.zeros(4, 12)
    for i = 1, 4 do x[i]:narrow(1, 3 * i - 2, 3):fill(1) end
    return x
  end

  it("moves by what is on together in the data, minus in its reconstruction", function()
    local model = models.rbm{ 3, 2 }
    local v, weight = torch.Tensor{ { 1, 0, 1 } }, model.weight:detach():clone()
    local state = torch.getRNGState()
    local hidden = torch.sigmoid(torch.mm(v, weight:t()))
    local states = torch.lt(torch.rand(1, 2), hidden):float()
    local again = torch.sigmoid(torch.mm(states, weight))
    local expected = weight + (torch.mm(hidden:t(), v)
      - torch.mm(torch.sigmoid(torch.mm(again, weight:t())):t(), again)) * 0.5
    torch.setRNGState(state)
    local loss = model:learn(v, { rate = 0.5, momentum = 0, decay = 0 })
    near(expected, model.weight:detach())
    near((v - again):view(-1) * 0.5, model.visibleBias:detach())
    assert.is_true(math.abs(torch.dist(v, again) ^ 2 - loss) < 1e-5)
  end)

  it("comes to reconstruct its data", function()
    local model, x = models.rbm{ 12, 8 }, patterns()
    local first = model:learn(x)
    local last
    for _ = 1, 400 do last = model:learn(x, { rate = 0.2 }) end
    assert.is_true(last < 0.5 and first > 2, ("%g, %g"):format(first, last))
    assert.same({ 4, 8 }, model:forward(x):size():totable())
  end)

  it("makes a deep autoencoder that begins where its machines ended", function()
    local model, x, seen = models.deepAutoencoder{ 12, 8, 2 }, patterns(), {}
    local machines = model:pretrain(x, { epochs = 3, batch = 3, report = function(layer, epoch)
      seen[#seen + 1] = layer * 10 + epoch
    end })
    assert.same({ 11, 12, 13, 21, 22, 23 }, seen)
    assert.is_true(machines[2].linear)
    local codes = machines[2]:forward(machines[1]:forward(x))
    near(codes, model:encode(x))
    near(machines[1]:reconstruct(machines[2]:reconstruct(codes)), model:forward(x))
  end)

  it("and the autoencoder learns by backpropagation from there on", function()
    local model, x, criterion = models.deepAutoencoder{ 12, 8, 2 }, patterns(), nn.BCECriterion()
    model:pretrain(x, { epochs = 100, batch = 4 })
    local parameters, gradients = model:getParameters()
    local state, loss = { learningRate = 0.02 }, nil
    for _ = 1, 400 do
      optim.adam(function()
        gradients:zero()
        loss = criterion:forward(model:forward(x), x)
        model:backward(x, criterion:backward(model.output, x))
        return loss, gradients
      end, parameters, state)
    end
    assert.is_true(loss < 0.05, tostring(loss))
    assert.is_true(torch.equal(x, torch.ge(model:forward(x), 0.5):float()))
  end)
end)

-- Eight drawings of bars.
local function drawings()
  local x = torch.zeros(8, 1, 16, 16)
  for i = 1, 8 do
    x[i][1]:narrow(1, i + 2, 1):narrow(2, 3, 8):fill(1)
    x[i][1]:narrow(2, 3 + (3 * i) % 8, 1):narrow(1, 3, 9):fill(1)
  end
  return x
end

describe("a neocognitron", function()
  it("has S-cells that answer to the cosine with what they learned", function()
    local model = models.neocognitron{ { 2, 4 }, size = 5, selectivity = 2 }
    local cells, image = model:get(1), drawings()[1]:narrow(2, 1, 5):narrow(3, 1, 5):clone()
    assert.equal(0, cells:forward(image):max())
    assert.is_true(cells:learn(image) > 0)
    assert.is_true(math.abs(cells:forward(image):max() - 1) < 0.05)
    near(cells:forward(image), cells:forward(image * 2), 0.05) -- the contrast does not matter
    assert.equal(0, cells:forward(image:clone():zero()):max())
  end)

  it("knows what it was shown, and knows it where it has moved to", function()
    local model, x, labels = models.neocognitron(), drawings(), torch.range(1, 8):long()
    local counts = model:learn(x, labels)
    assert.equal(3, #counts)
    assert.is_true(counts[1] >= 2 and counts[3] == 8)
    assert.is_true(torch.equal(labels, model:classify(x)))
    for dim = 3, 4 do
      local moved = torch.zeros(8, 1, 16, 16)
      moved:narrow(dim, 2, 15):copy(x:narrow(dim, 1, 15))
      assert.is_true(torch.equal(labels, model:classify(moved)))
    end
    assert.equal(8, model:learn(x, labels)[3]) -- nothing is new
    assert.equal(0, model:classify(torch.zeros(1, 1, 16, 16))[1])
  end)

  it("says when no plane is left", function()
    local model = models.neocognitron{ 4, 4, 3 }
    assert.matches("all 3 planes have learned, none is left for label 4",
      fails(model.learn, model, drawings(), torch.range(1, 8):long()))
  end)

  it("keeps what it learned in a file", function()
    local model, path = models.neocognitron(), os.tmpname()
    model:learn(drawings(), torch.range(1, 8):long())
    checkpoint.save(path, { model = model })
    local other = models.neocognitron()
    checkpoint.load(path, { model = other })
    os.remove(path)
    assert.is_true(torch.equal(model:classify(drawings()), other:classify(drawings())))
  end)
end)

describe("LeNet-5 as it was published", function()
  it("has maps of C3 that see three, four or six of S2's: 60 kernels", function()
    local connections = models.lenet5Original():findModules("nn.SpatialConvolutionMap")[1]
    local inputs = {}
    for _, row in ipairs(connections.connTable:totable()) do
      inputs[row[2]] = (inputs[row[2]] or 0) + 1
    end
    assert.same({ 3, 3, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4, 4, 4, 4, 6 }, inputs)
    assert.equal(1516, connections.weight:nElement() + connections.bias:nElement())
  end)

  it("has parameters layer by layer as the paper counts them", function()
    local found = {}
    for _, module in ipairs(models.lenet5Original().modules) do
      local count = 0
      for _, parameter in ipairs(module:parameters() or {}) do
        count = count + parameter:nElement()
      end
      if count > 0 then found[#found + 1] = count end
    end
    assert.same({ 156, 12, 1516, 32, 48120, 10164 }, found)
  end)

  it("compares with pictures of the digits, all of them different", function()
    local codes = models.lenet5Codes()
    assert.same({ 10, 84 }, codes:size():totable())
    assert.is_true(torch.abs(codes):eq(1):all())
    for i = 1, 10 do
      for j = 1, i - 1 do assert.is_true(torch.ne(codes[i], codes[j]):sum() >= 6) end
    end
    local model = models.lenet5Original()
    local distances = model:get(#model)
    local x = torch.randn(2, 84)
    local scores = distances:forward(x)
    for i = 1, 10 do
      assert.is_true(math.abs(scores[2][i] + torch.dist(x[2], codes[i]) ^ 2) < 1e-3)
    end
    near(scores[1], distances:forward(x[1]), 1e-4)
    assert.equal(0, (distances:forward(codes):max(2) - 0):abs():gt(1e-3):sum())
    assert.same({ 4, 84 }, models.lenet5Codes(4):size():totable())
  end)

  it("leaves the codes where they are", function()
    local model = models.lenet5Original()
    for _, entry in ipairs(model:namedParameters()) do assert.is_nil(entry.name:find("codes")) end
    local names = {}
    for _, entry in ipairs(model:namedParameters(true)) do names[entry.name] = true end
    assert.is_true(names["26.codes"])
  end)
end)

describe("saved models of these classes", function()
  it("come back from a .t7 file", function()
    for _, model in ipairs{ models.perceptron{ 4, 2 }, models.lenet5Original(),
      models.neocognitron{ { 2, 3 }, size = 8 }, models.rbm{ 4, 2 } } do
      local path = os.tmpname()
      torch.save(path, model)
      local copy = torch.load(path)
      os.remove(path)
      assert.equal(torch.typename(model), torch.typename(copy))
      assert.equal(tostring(model), tostring(copy))
    end
  end)
end)
