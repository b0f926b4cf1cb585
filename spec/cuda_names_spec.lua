-- The names of GPU packages on the CPU: cutorch, cunn, cudnn, cltorch and clnn; and optnet, totem
-- and cjson.
local program = require "spec.support.program"

-- What a script writes that loads these packages in a process of its own: these names stay away
-- from the other specs.
local function prints(code)
  local output, errors, status = program.run{ "-e", code }
  if status ~= 0 then error(errors, 2) end
  return output, errors
end

describe("cutorch", function()
  it("is there when it is asked for, and says so once", function()
    local output, errors = prints([[
      assert(torch.CudaTensor == nil and torch.rand(1).cuda == nil and not rawget(_G, "cutorch"))
      require "cudnn"
      require "clnn"
      require "cutorch"
      print(torch.CudaTensor(2):type(), torch.ones(2):cudaLong():type(), torch.ones(2):cl():type())
    ]])
    assert.equal("torch.FloatTensor\ttorch.LongTensor\ttorch.FloatTensor\n", output)
    assert.equal(1, select(2, errors:gsub("there are no GPUs here", "")))
  end)

  it("converts by the names of types", function()
    assert.equal("ok\n", (prints([[
      require "cunn"
      local x = torch.DoubleTensor{ 1, 2 }
      assert(x:type("torch.CudaTensor"):type() == "torch.FloatTensor")
      assert(x:type("torch.CudaHalfTensor"):type() == "torch.FloatTensor")
      assert(x:type() == "torch.DoubleTensor" and x:getDevice() == 1)
      assert(x:cuda():copyAsync(torch.ones(2)):sum() == 2)
      local net = nn.Linear(2, 1):type("torch.CudaDoubleTensor")
      assert(net:type() == "torch.DoubleTensor" and net.weight:type() == "torch.DoubleTensor")
      assert(net:cuda().weight:type() == "torch.FloatTensor")
      assert(nn.MSECriterion():double():cuda():type() == "torch.FloatTensor")
      torch.setdefaulttensortype("torch.CudaDoubleTensor")
      assert(torch.Tensor():type() == "torch.DoubleTensor")
      print "ok"
    ]])))
  end)

  it("has one device and the one generator", function()
    assert.equal("ok\n", (prints([[
      local cutorch = require "cutorch"
      assert(cutorch.getDeviceCount() == 1 and cutorch.getDevice() == 1)
      cutorch.setDevice(1)
      cutorch.synchronize()
      assert(cutorch.withDevice(1, function() return 7 end) == 7)
      local ok, message = pcall(cutorch.setDevice, 2)
      assert(not ok and message:find("there is no device 2", 1, true))
      cutorch.manualSeedAll(5)
      local a = torch.rand(3)
      torch.manualSeed(5)
      assert((a - torch.rand(3)):abs():max() == 0)
      assert(cutorch.createCudaHostTensor(2, 3):type() == "torch.FloatTensor")
      assert(cutorch.createCudaHostDoubleTensor():type() == "torch.DoubleTensor")
      local free, total = cutorch.getMemoryUsage(1)
      assert(free > 0 and free <= total)
      assert(cutorch.getDeviceProperties(1).name == "CPU")
      print "ok"
    ]])))
  end)
end)

describe("cudnn", function()
  it("gives nn's numbers under its own names", function()
    assert.equal("ok\n", (prints([[
      require "cudnn"
      local function net(from)
        torch.manualSeed(2)
        return nn.Sequential():add(from.SpatialConvolution(2, 4, 3, 3, 1, 1, 1, 1))
          :add(from.SpatialBatchNormalization(4, 1e-3)):add(from.ReLU(true))
          :add(from.SpatialMaxPooling(2, 2, 2, 2):ceil()):add(nn.View(-1))
      end
      local x = torch.randn(1, 2, 5, 5)
      local theirs, ours = net(cudnn), net(nn)
      assert((theirs:forward(x) - ours:forward(x)):abs():max() == 0)
      assert(torch.type(theirs:get(1)) == "cudnn.SpatialConvolution")
      assert(torch.isTypeOf(theirs:get(1), "nn.SpatialConvolution"))
      assert(theirs:get(1):fastest():setMode(1, 1, 1) == theirs:get(1))
      local grad = torch.randn(ours.output:size())
      assert((theirs:backward(x, grad) - ours:backward(x, grad)):abs():max() == 0)
      local copy = torch.deserialize(torch.serialize(theirs))
      assert(torch.type(copy:get(3)) == "cudnn.ReLU")
      assert((copy:forward(x) - ours:forward(x)):abs():max() < 1e-5)
      assert(cudnn.SpatialConvolution(4, 4, 1, 1, 1, 1, 0, 0, 2).weight:size(2) == 2)
      assert(cudnn.ClippedReLU(6):forward(torch.Tensor{ -1, 3, 9 }):sum() == 9)
      assert(cudnn.version >= 5000 and cudnn.benchmark == false)
      print "ok"
    ]])))
  end)

  it("converts networks", function()
    assert.equal("ok\n", (prints([[
      require "cudnn"
      local net = nn.Sequential():add(nn.SpatialConvolution(1, 2, 3, 3))
        :add(nn.ConcatTable():add(nn.ReLU(true)):add(nn.Tanh())):add(nn.CAddTable())
      local x = torch.randn(1, 4, 4)
      local before = net:forward(x):clone()
      cudnn.convert(net, cudnn, function(m) return torch.type(m) == "nn.Tanh" end)
      assert(#net:findModules("cudnn.SpatialConvolution") == 1)
      assert(#net:findModules("cudnn.ReLU") == 1 and #net:findModules("nn.Tanh") == 1)
      assert((net:forward(x) - before):abs():max() == 0)
      local weights, grads = net:getParameters()
      grads:zero()
      net:backward(x, before)
      assert(grads:abs():sum() > 0)
      cudnn.convert(net, nn)
      assert(#net:findModules("nn.ReLU") == 1)
      assert((net:forward(x) - before):abs():max() == 0)
      local _, message = pcall(cudnn.convert, net, "nn")
      assert(message:find("destination is nn or cudnn", 1, true))
      local _, refused = pcall(function() return cudnn.LSTM(1, 2, 3) end)
      assert(refused:find("no counterpart", 1, true))
      print "ok"
    ]])))
  end)

  it("runs a table of replicas as the one", function()
    assert.equal("ok\n", (prints([[
      require "cunn"
      local net, called = nn.Linear(2, 2), 0
      local all = nn.DataParallelTable(1, true, true):add(net, { 1, 2 })
        :add(net:clone(), 2):threads(function() called = called + 1 end)
      local x = torch.randn(3, 2)
      assert((all:forward(x) - net:forward(x)):abs():max() == 0)
      all:zeroGradParameters()
      all:backward(x, torch.ones(3, 2))
      assert(net.gradBias:sum() == 6 and #all.modules == 1 and called == 1)
      assert(all:get(1) == net and #all:parameters() == 2)
      assert(all:syncParameters() == all)
      local _, message = pcall(all.add, all, 3)
      assert(message:find("a module expected, got 3", 1, true))
      print "ok"
    ]])))
  end)
end)

describe("optnet", function()
  it("counts what a network holds and leaves it as it is", function()
    local nn, optnet, torch = require "nn", require "optnet", require "torch"
    local net = nn.Sequential():add(nn.Linear(4, 3)):add(nn.Linear(3, 3))
    net:get(2).weight:set(torch.Tensor(3, 3):zero())
    local before = net:forward(torch.ones(2, 4)):clone()
    optnet.optimizeMemory(net, torch.ones(2, 4), { mode = "training", inplace = true })
    assert.equal(0, (net:forward(torch.ones(2, 4)) - before):abs():max())
    local sizes = optnet.countUsedMemory(net)
    assert.equal(2 * 4 * (12 + 3 + 9 + 3), sizes.params)
    assert.equal(sizes.params + sizes.outputs + sizes.gradInputs + sizes.buffers, sizes.total_size)
    optnet.removeOptimization(net)
    assert.error_matches(function() optnet.optimizeMemory(3) end, "a module expected, got 3")
    assert.error_matches(function() optnet.optimizeMemory(net, nil, { mode = "x" }) end,
      'inference" or "training"')
  end)
end)

describe("totem", function()
  local nn, torch, totem = require "nn", require "torch", require "totem"

  -- The failures of the checks that f makes with a tester.
  local function failures(f)
    local tester = torch.Tester()
    local list = {}
    function tester._success() return true end
    function tester._failure(_, message) list[#list + 1] = message end
    f(tester)
    return list
  end

  local function double_net()
    torch.manualSeed(1)
    return nn.Sequential():add(nn.Linear(3, 2)):add(nn.Tanh()):double()
  end

  it("passes modules that are right", function()
    local x = torch.randn(4, 3):double()
    assert.same({}, failures(function(tester)
      totem.nn.checkGradients(tester, double_net(), x)
      totem.nn.checkMinibatch(tester, double_net(), x)
      totem.nn.checkSerializable(tester, double_net(), x)
      totem.nn.checkTypeCastable(tester, double_net(), x)
      totem.nn.checkTypePreservesSharing(tester, double_net())
      totem.nn.checkGradients(tester, nn.ParallelTable():add(nn.Tanh()):add(nn.Identity()), {
        x, x:clone(),
      })
    end))
  end)

  it("fails a wrong gradient", function()
    local wrong = nn.Tanh()
    function wrong:updateOutput(input)
      self.output = torch.tanh(input)
      return self.output
    end
    function wrong:updateGradInput(_, grad)
      self.gradInput = grad:clone()
      return self.gradInput
    end
    local list = failures(function(tester)
      totem.nn.checkGradients(tester, wrong, torch.randn(2):double())
    end)
    assert.equal(1, #list)
    assert.matches("wrong grad w.r.t. input", list[1])
  end)

  it("compares values", function()
    assert.is_true(totem.areTensorsEq(torch.ones(2), torch.ones(2), 0))
    assert.is_true(totem.areNe({ 1 }, { 2 }, 0))
    assert.equal(torch.Tester, totem.Tester)
  end)
end)

describe("cjson", function()
  it("encodes and decodes", function()
    local cjson = require "cjson"
    assert.equal('{"a":[1,2]}', cjson.encode{ a = { 1, 2 } })
    assert.same({ a = { 1, 2 } }, cjson.decode('{"a": [1, 2]}'))
    assert.equal(cjson.null, cjson.decode("[null]")[1])
    assert.has_error(function() cjson.decode("{") end)
    assert.error_matches(function() cjson.new().decode(3) end, "text expected, got 3")
  end)
end)
