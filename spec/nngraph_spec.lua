-- The package nngraph: nodes, gModules, pictures.
local torch = require "torch"
local core = require "wick.core"
local nn = require "nn"
local nngraph = require "nngraph"
local scratch = require "spec.support.scratch"

local function near(a, b, bound)
  local ok = torch.isTensor(a) and a:isSameSizeAs(b) and (a - b):abs():max() <= (bound or 1e-6)
  assert.is_true(ok, not ok and tostring(a) .. tostring(b) or nil)
end

-- Two inputs of 4 and 3, two outputs, a module that is used by both.
local function two_by_two()
  local a, b = nn.Identity()(), nn.Linear(3, 4)()
  local sum = nn.CAddTable()({ nn.Tanh()(a), b })
  return nn.gModule({ a, b }, { nn.Sigmoid()(sum), nn.Linear(4, 2)(sum) })
end

local function linear(model, place)
  return model:findModules("nn.Linear")[place]
end

describe("calling a module", function()
  it("with nothing or with nodes makes a node", function()
    local node = nn.Linear(2, 3)()
    assert.equal("nngraph.Node", torch.typename(node))
    assert.equal("nn.Linear", torch.typename(node.data.module))
    local next_one = nn.CAddTable(){ node, nn.Identity()() }
    assert.equal(2, #next_one.children)
    assert.equal(node, next_one.children[1])
    assert.matches("^%[spec/nngraph_spec.lua%]:%d+_$", node.data.annotations._debugLabel)
  end)

  it("with tensors runs it, also with tables of tensors", function()
    local layer, x = nn.Linear(2, 3), torch.randn(4, 2)
    near(layer(x), layer:forward(x))
    near(nn.CAddTable()({ x, x }), x * 2)
    local output, gradient = layer(x, torch.ones(4, 3))
    near(output, layer.output)
    near(gradient, layer.gradInput)
    assert.equal("torch.FloatTensor", torch.typename((nn.MSECriterion()(x:requiresGrad(), x))))
  end)

  it("is what - does, from left to right", function()
    local input = - nn.Linear(3, 4)
    local output = input - nn.Tanh() - nn.Linear(4, 2)
    local joined = { input, output } - nn.JoinTable(2)
    local model, x = nn.gModule({ input }, { joined }), torch.randn(5, 3)
    local y = model:forward(x)
    assert.same({ 5, 6 }, y:size():totable())
    near(y:narrow(2, 5, 2), linear(model, 2):forward(torch.tanh(linear(model, 1):forward(x))))
  end)

  it("refuses what is no node, at the script's line", function()
    local node = nn.Identity()()
    for expected, f in pairs{
      ["inputs[2] is an nn.Module, specifically a nn.Identity"] = function()
        nn.CMulTable(){ node, nn.Identity() }
      end,
      ["inputs[1] is nil (typo / bad index?)"] = function() nn.Tanh()(nil) end,
      ["inputs[2] is nil (typo / bad index?)"] = function() nn.CAddTable(){ node, nil, node } end,
      ["cannot pass an empty table of inputs"] = function() nn.Tanh()({}) end,
      ["Use {input1, input2} to pass multiple inputs."] = function() nn.CAddTable()(node, node) end,
      ["inputs[1] should be an nngraph.Node but is of type string"] = function()
        nn.Tanh()("node")
      end,
      ["Don't pass the same input twice."] = function() nn.CAddTable(){ node, node } end,
      ["split takes the number of outputs, got 0"] = function() node:split(0) end,
    } do
      assert.matches("^spec/nngraph_spec.lua:%d+: ", scratch.fails(expected, f))
    end
  end)
end)

describe("a gModule", function()
  it("computes what its modules compute, one after the other", function()
    local model = two_by_two()
    local x, z = torch.randn(5, 4), torch.randn(5, 3)
    local output = model:forward{ x, z }
    local sum = torch.tanh(x) + linear(model, 1):forward(z)
    near(output[1], torch.sigmoid(sum))
    near(output[2], linear(model, 2):forward(sum))
    assert.equal("nn.gModule", tostring(model))
    assert.equal(2, model.nInputs)
  end)

  it("has right gradients in double, in both ways and twice over", function()
    local model = two_by_two():double()
    local function loss(x, z)
      local output = model{ x, z }
      return output[1], output[2]
    end
    local inputs = { torch.randn(2, 4):double(), torch.randn(2, 3):double() }
    assert(torch.gradcheck(loss, inputs))
    assert(torch.gradgradcheck(loss, inputs))
    local grads = { torch.randn(2, 4):double(), torch.randn(2, 2):double() }
    model:zeroGradParameters()
    model:forward(inputs)
    local gradient = model:backward(inputs, grads)
    local _, flat = model:getParameters()
    local first = flat:clone()
    model:zeroGradParameters()
    local x, z = inputs[1]:clone():requiresGrad(), inputs[2]:clone():requiresGrad()
    local output = model{ x, z }
    local sum = torch.cmul(output[1], grads[1]):sum() + torch.cmul(output[2], grads[2]):sum()
    sum:backward()
    near(x.grad, gradient[1], 1e-12)
    near(z.grad, gradient[2], 1e-12)
    near(flat, first, 1e-12)
  end)

  it("keeps Torch7's protocol: updateOutput, updateGradInput, accGradParameters", function()
    local h1 = nn.Linear(20, 10)()
    local h2 = nn.Linear(10, 1)(nn.Tanh()(nn.Linear(10, 10)(nn.Tanh()(h1))))
    local model, twin = nn.gModule({ h1 }, { h2 }), nn.Sequential()
    for _, module in ipairs(model.modules) do twin:add(module:clone()) end
    local x, dx = torch.rand(20), torch.rand(1)
    for _, one in ipairs{ model, twin } do
      one:zeroGradParameters()
      one:updateOutput(x)
      one:updateGradInput(x, dx)
      one:accGradParameters(x, dx)
    end
    near(model.output, twin.output)
    near(model.gradInput, twin.gradInput)
    near(model.modules[1].gradWeight, twin.modules[1].gradWeight)
  end)

  it("counts a module at two places once, with the gradients of both", function()
    local layer, a, b = nn.Linear(2, 2):double(), nn.Identity()(), nn.Identity()()
    local model = nn.gModule({ a, b }, { nn.CAddTable(){ layer(a), layer(b) } })
    assert.equal(4, #model.modules)
    assert.equal(2, #(model:parameters()))
    local x, z = torch.randn(3, 2):double(), torch.randn(3, 2):double()
    local gradient = torch.randn(3, 2):double()
    layer:zeroGradParameters()
    model:forward{ x, z }
    model:updateGradInput({ x, z }, gradient)
    model:accGradParameters({ x, z }, gradient)
    near(layer.gradWeight, gradient:t() * (x + z), 1e-12)
  end)

  it("splits tables and nests nodes", function()
    local a, b = nn.Identity()(), nn.Identity()()
    local h, c = b:split(2)
    local model = nn.gModule({ a, b }, { nn.CMulTable(){ a, h, c }, nngraph.nest{ a, { h } } })
    local x = torch.randn(3)
    local output = model:forward{ x, { x, x } }
    near(output[1], torch.pow(x, 3))
    near(output[2][2][1], x)
    local gradient = model:backward({ x, { x, x } }, { x, { x, { x } } })
    near(gradient[2][2], torch.pow(x, 3))
    assert.equal("nngraph.JustElement", torch.typename(a:split(1).data.module))
  end)

  it("has losses for nodes", function()
    local prediction, target = nn.Identity()(), nn.Identity()()
    local model = nn.gModule({ prediction, target }, { nn.MSECriterion(){ prediction, target } })
    local x, t = torch.randn(3, 2), torch.randn(3, 2)
    local criterion = nn.MSECriterion()
    assert.is_true(math.abs(model:forward{ x, t }[1] - criterion:forward(x, t)) < 1e-6)
    local gradient = model:backward({ x, t }, torch.Tensor{ 3 })
    near(gradient[1], criterion:backward(x, t) * 3)
    assert.equal(0, gradient[2]:abs():max())
    assert.equal("nn.ModuleFromCriterion(nn.MSECriterion)", tostring(model:get(3)))
  end)

  it("copies, shares, converts, saves and reads itself", function()
    local model = two_by_two()
    local input = { torch.randn(2, 4), torch.randn(2, 3) }
    local output = model:forward(input)[2]:clone()
    local copy = model:clone()
    linear(copy, 1).bias:add(1)
    near(model:forward(input)[2], output)
    local shared = model:clone("weight", "bias")
    linear(shared, 1).bias:add(1)
    assert.is_true((model:forward(input)[2] - output):abs():max() > 1e-3)
    linear(model, 1).bias:add(-1)
    assert.equal(26, (shared:getParameters()):nElement())
    local read = torch.deserialize(torch.serialize(model))
    near(read:forward(input)[2], output)
    assert.equal(#model.fg.nodes, #read.fg.nodes)
    read:double()
    assert.equal("torch.DoubleTensor",
      read:forward{ input[1]:double(), input[2]:double() }[1]:type())
    assert.equal("torch.DoubleTensor", read:type())
    read:clearState()
    assert.equal(0, read:get(1).output:nElement())
  end)

  it("is copied through a file and shares by set, as recurrent scripts do", function()
    local x, h = nn.Identity()(), nn.Identity()()
    local next_h = nn.Tanh()(nn.CAddTable(){ nn.Linear(2, 3)(x), nn.Linear(3, 3)(h) })
    local cell = nn.gModule({ x, h }, { next_h }):double()
    local weights, grads = cell:parameters()
    local steps, inputs, states = {}, {}, { [0] = torch.zeros(4, 3):double() }
    for t = 1, 3 do
      local file = torch.MemoryFile("w"):binary()
      file:writeObject(cell)
      local reader = torch.MemoryFile(file:storage(), "r"):binary()
      steps[t] = reader:readObject()
      local own, own_grads = steps[t]:parameters()
      for i = 1, #own do
        own[i]:set(weights[i])
        own_grads[i]:set(grads[i])
      end
      inputs[t] = torch.randn(4, 2):double()
      states[t] = steps[t]:forward{ inputs[t], states[t - 1] }
    end
    cell:zeroGradParameters()
    local gradient = torch.ones(4, 3):double()
    for t = 3, 1, -1 do gradient = steps[t]:backward({ inputs[t], states[t - 1] }, gradient)[2] end
    local found = {}
    for i, grad in ipairs(grads) do found[i] = grad:clone() end
    cell:zeroGradParameters()
    local state = states[0]
    for t = 1, 3 do state = cell{ inputs[t], state } end
    state:sum():backward()
    for i, grad in ipairs(grads) do near(found[i], grad, 1e-12) end
  end)

  it("lets go of inner outputs in evaluation, which come back when read", function()
    local input = nn.Identity()()
    local node = input
    for _ = 1, 6 do node = nn.CAddTable(){ nn.Tanh()(node), node } end
    local model, x = nn.gModule({ input }, { node }), torch.randn(1024, 1024)
    model:evaluate()
    local live = core.liveBytes()
    local y = model:forward(x)
    assert.is_true(core.liveBytes() - live < 24 << 20)
    near(model:get(3).output, torch.tanh(x) + x)
    near(y, model:clone():forward(x))
  end)

  it("replaces and maps its modules", function()
    local model, other = two_by_two(), two_by_two()
    model:replace(function(module)
      return torch.typename(module) == "nn.Tanh" and nn.ReLU() or module
    end)
    assert.equal(0, #model:findModules("nn.Tanh"))
    assert.equal(1, #model:findModules("nn.ReLU"))
    local names = {}
    model:map(other, function(a, b)
      names[#names + 1] = torch.typename(a) == torch.typename(b) and 1 or 0
    end)
    assert.equal(#model.modules, #names)
    local calls = 0
    model:runForwardFunction(function(module, input)
      calls = calls + 1
      return module:forward(input)
    end, { torch.randn(2, 4), torch.randn(2, 3) })
    assert.equal(#model.modules, calls)
  end)

  it("of a thousand modules runs, copies and saves itself", function()
    local input = nn.Identity()()
    local node = input
    for _ = 1, 1000 do node = nn.AddConstant(1)(node) end
    local model = nn.gModule({ input }, { node }):clone()
    local read = torch.deserialize(torch.serialize(model)):double()
    assert.equal(1000, read:forward(torch.zeros(1):double())[1])
    assert.equal(1, read:backward(torch.zeros(1):double(), torch.ones(1):double())[1])
  end)

  it("keeps inputs and gradients at the nodes after retain()", function()
    local model, x = two_by_two(), { torch.randn(2, 4), torch.randn(2, 3) }
    model:forward(x)
    assert.is_nil(model.forwardnodes[1].data.input)
    model:retain()
    model:forward(x)
    model:backward(x, { torch.randn(2, 4), torch.randn(2, 2) })
    local data = model.forwardnodes[#model.forwardnodes].children
    assert.equal(0, #data)
    local last = model.outnode.children[2].data
    assert.same({ 2, 4 }, last.input[1]:size():totable())
    assert.same({ 2, 2 }, last.gradOutput[1]:size():totable())
    assert.matches("input = {Tensor%[2x4%]}", model.outnode.children[2]:label())
    model:clearState()
    assert.is_nil(last.input)
  end)
end)

describe("pictures of networks", function()
  local folder

  before_each(function()
    folder = os.tmpname()
    os.remove(folder)
    assert(os.execute("mkdir " .. folder))
  end)
  after_each(function()
    nngraph.setDebug(false)
    assert(os.execute("rm -r " .. folder))
  end)

  local function read(name)
    local file = assert(io.open(folder .. "/" .. name))
    local text = file:read("a")
    file:close()
    return text
  end

  it("show names, descriptions and colours", function()
    local input = nn.Identity()():annotate{ name = "in", graphAttributes = { color = "red" } }
    local hidden = nn.Linear(3, 2)(input):annotate{ description = "the only layer" }
    nngraph.annotateNodes()
    local model = nn.gModule({ input }, { hidden })
    _G.graph.dot(model.fg, "net", folder .. "/net")
    assert.matches('%[color=red, label="in %(%d%)', read("net.dot"))
    assert.matches("hidden %(1%)", read("net.dot"))
    assert.matches("desc = the only layer", read("net.svg"))
    assert.matches("module = nn.Linear%(3 %-&gt; 2%)", read("net.svg"))
    assert.matches("tooltip=\"%[spec/nngraph_spec.lua%]:%d+_\"", read("net.dot"))
    local simple = nngraph.simple_print.todot(model.fg, "net")
    assert.is_nil(simple:find("nn.Identity", 1, true))
  end)

  it("mark the node that failed, while debugging is on", function()
    local input = nn.Identity()()
    local model = nn.gModule({ input }, { nn.Linear(3, 2)(nn.Tanh()(input)) })
    model.name = folder .. "/failing"
    nngraph.setDebug(true)
    local stderr = io.stderr
    rawset(io, "stderr", { write = function() end })
    local ok, message = pcall(model.forward, model, torch.ones(2, 4))
    rawset(io, "stderr", stderr)
    assert.is_false(ok)
    assert.matches("In 3 module of nn.gModule", message)
    local _, red = read("failing.svg"):gsub('fill="red"', "")
    assert.equal(1, red)
    assert.matches("fillcolor=red, label=[^]]*nn.Linear", read("failing.dot"))
  end)
end)
