-- model:export and the C side that carries out what it wrote: lua/nn/export.lua, core/model,
-- through the hosts examples/embed/planned.c and classify.c.
local core = require "wick.core"
local export_cases = require "spec.support.export_cases"
local model_files = require "spec.support.model_files"
local models = require "wick.models"
local nn = require "nn"
local safetensors = require "wick.safetensors"
local torch = require "torch"

local build = os.getenv("WICK_BUILD") or "build"
local hosts, run, shell = model_files.hosts, model_files.run, model_files.shell
local with_names = model_files.with_names

-- Asserts that C answers as Lua does, bit for bit, and asks for no memory once it has planned.
local function answers_alike(...)
  assert.equal(model_files.answers(...))
end

local function small()
  torch.manualSeed(7)
  local net = nn.Sequential():add(nn.SpatialConvolution(3, 8, 3, 3, 1, 1, 1, 1))
  net:add(nn.SpatialBatchNormalization(8)):add(nn.ReLU()):add(nn.SpatialMaxPooling(2, 2, 2, 2))
  net:add(nn.View(-1):setNumInputDims(3)):add(nn.Dropout()):add(nn.Linear(8 * 16, 10))
  net:forward(torch.rand(4, 3, 8, 8)) -- running statistics of some use
  return net:add(nn.LogSoftMax())
end

describe("an exported network", function()
  it("answers in C as in Lua, for any number of samples", function()
    for _, samples in ipairs{ 1, 2, 5 } do answers_alike(small(), { 3, 8, 8 }, samples) end
  end)

  -- Checks with the model's and an input's file, and the class that Lua finds.
  local function with_classified(check)
    local net, input = small(), torch.rand(1, 3, 8, 8)
    net:evaluate()
    local _, class = net:forward(input):max(2)
    with_names(2, function(file, name)
      net:export(file, { 3, 8, 8 })
      safetensors.save(name, { input = input })
      check(file, name, ("class %d\n"):format(class[1][1]))
    end)
  end

  it("tells a class", function()
    with_classified(function(file, name, class)
      assert.equal(class, shell("%sclassify %s %s", hosts, file, name))
      assert.matches("planned for 1 samples", run(file, torch.rand(2, 3, 8, 8), "classify"))
    end)
  end)

  it("tells LuaJIT a class", function()
    if shell("command -v luajit") == "" then return pending("there is no luajit") end
    if os.getenv("ASAN_OPTIONS") then return pending("luajit is without the sanitizer") end
    with_classified(function(file, name, class)
      local command = "LUA_PATH='%s/?.lua' WICK_LIBRARY='%s/libwick.so.0' luajit "
        .. "examples/embed/classify_ffi.lua %s %s"
      assert.equal(class, shell(command, build, build, file, name))
      assert.equal(name .. ": no model: its metadata has no usable \"wick.model\"\n",
        shell(command, build, build, name, name))
    end)
  end)

  it("may branch, add, join and average", function()
    local branches = nn.Concat(2):add(nn.SpatialConvolution(3, 4, 1, 1))
    branches:add(nn.SpatialConvolution(3, 5, 3, 3, 1, 1, 1, 1))
    local sum = nn.ConcatTable():add(nn.Identity()):add(nn.Sequential():add(nn.Sigmoid()))
    answers_alike(nn.Sequential():add(branches):add(sum):add(nn.CAddTable())
      :add(nn.SpatialCrossMapLRN(5)):add(nn.SpatialAveragePooling(2, 2, 2, 2))
      :add(nn.View(-1):setNumInputDims(3)):add(nn.SoftMax()), { 3, 6, 6 })
  end)

  for _, network in ipairs(export_cases.networks) do
    it("may be the model " .. network.name, function()
      torch.manualSeed(5)
      answers_alike(network.make(), network.sizes, 1)
    end)
  end

  it("leaves the model and the random numbers as they were", function()
    local net, state = small(), core.getGenerator()
    net:training()
    local mean, output = net:get(2).running_mean:clone(), net.output
    with_names(1, function(file) net:export(file, { 3, 8, 8 }) end)
    assert.is_true(net.train)
    assert.is_true(torch.equal(mean, net:get(2).running_mean))
    assert.equal(output, net.output)
    assert.equal(state, core.getGenerator())
  end)
end)

describe("a host in C with a network", function()
  it("gets a status for every allocation that it refuses", function()
    with_names(2, function(file, name)
      small():export(file, { 3, 8, 8 })
      safetensors.save(name, { input = torch.rand(1, 3, 8, 8) })
      local times = shell("%srefused %s %s", hosts, file, name)
        :match("^refused (%d+) times, 0 bytes held\n$")
      assert.is_true(tonumber(times) > 30, times)
    end)
  end)

  it("keeps its handlers and traps, and stops the library by a signal", function()
    with_names(1, function(file)
      models.lenet5():export(file, { 1, 32, 32 })
      local output = shell("%ssignals %s", hosts, file)
      local longest = output:match("^stopped 200 times, within (%S+) ms; then it ran\n"
        .. "handlers and traps are the host's\n$")
      assert.is_true(longest and tonumber(longest) < 500, output)
    end)
  end)
end)

describe("a network in an audio callback", function()
  local HISTORY, BLOCK = 16, 64

  local function learned()
    torch.manualSeed(11)
    return nn.Sequential():add(nn.SpatialConvolution(1, 8, 9, 1)):add(nn.Tanh())
      :add(nn.SpatialConvolution(8, 1, 9, 1))
  end

  -- What the model makes of the sound, block by block, as the host prints it.
  local function filtered(model, sound)
    local lines, window = {}, torch.zeros(1, 1, 1, HISTORY + BLOCK)
    for start = 1, sound:size(1), BLOCK do
      window:narrow(4, 1, HISTORY):copy(window:narrow(4, BLOCK + 1, HISTORY):clone())
      window:narrow(4, HISTORY + 1, BLOCK):copy(sound:narrow(1, start, BLOCK))
      torch.noGrad(model.forward, model, window):clone():apply(function(x)
        lines[#lines + 1] = ("%a"):format(x)
      end)
    end
    return table.concat(lines, "\n")
  end

  it("answers as in Lua and allocates nothing", function()
    local model, sound = learned(), torch.rand(BLOCK * 50) - 0.5
    with_names(2, function(file, name)
      model:export(file, { 1, 1, HISTORY + BLOCK })
      safetensors.save(name, { sound = sound })
      local output = shell("%sfilter %s %s", hosts, file, name)
      local heard, allocations, rest = output:match("^(.*)\nallocations: (%d+)\n(.*)\n$")
      assert.equal(filtered(model, sound), heard)
      assert.equal("0", allocations)
      assert.matches("^1000 callbacks: half within %S+ us, the longest %S+ us, of 1333.3 us$", rest)
    end)
  end)
end)

describe("export", function()
  local function refusal(model, sizes)
    local message
    with_names(1, function(file)
      message = select(2, pcall(model.export, model, file, sizes or { 4 }))
    end)
    return message
  end

  local function module_of(update)
    local module = nn.Identity()
    module.updateOutput = update
    return module
  end

  local function drawn() return math.random() end

  it("refuses what it cannot write down", function()
    assert.matches("sizes of one sample", refusal(small(), 3))
    assert.matches("gives a table", refusal(nn.ConcatTable():add(nn.Identity())))
    assert.matches("writes into a tensor that was there before",
      refusal(module_of(function(_, x) return torch.exp(x):add(1) end)))
    assert.matches("depends on the input, but was made by no operation", refusal(
      module_of(function(_, x) return x + torch.FloatTensor(1, 4):apply(drawn) end)))
    assert.matches("other things for 2 samples than for 3", refusal(
      module_of(function(_, x) return x:size(1) == 2 and torch.exp(x) or torch.exp(x) + 1 end)))
    assert.matches("an argument of add_number is 0.5 for 2 samples and 0.25 for 3 others", refusal(
      module_of(function(_, x) return x + x:max() end)))
    assert.matches("draws random numbers as it evaluates, by uniform", refusal(
      module_of(function(_, x) return x + torch.FloatTensor(1, 4):uniform() end)))
    assert.matches("how many elements nonzero gives depends on the input", refusal(
      module_of(function(_, x) return torch.nonzero(x) end)))
    assert.matches("was tried with 2 x 4 numbers, all of them 0.5: .*linear: ", refusal(
      nn.Linear(3, 2)))
    assert.matches("does not depend on its input", refusal(
      module_of(function() return torch.FloatTensor(2, 2) end)))
  end)
end)

describe("a file that is no model", function()
  local good = { ["wick.model"] = "1", ["wick.input"] = "float32 2", ["wick.output"] = "1",
    ["wick.program"] = "add %0 b | 1" }

  local function says(changes)
    local metadata, output = {}, nil
    for key, value in pairs(good) do metadata[key] = value end
    for key, value in pairs(changes) do metadata["wick." .. key] = value or nil end
    with_names(1, function(file)
      safetensors.save(file, { b = torch.Tensor{ 1, 2 } }, metadata)
      output = run(file, torch.Tensor{ { 3, 4 } })
    end)
    return (output:gsub("\nbytes left: 0\n$", ""))
  end

  it("is refused by line and word", function()
    assert.equal("0x1p+2\n0x1.8p+2\nallocations by ten more runs: 0", says{})
    for message, changes in pairs{
      ['no usable "wick.model"'] = { model = "2" },
      ['no usable "wick.input"'] = { input = "float32 -2" },
      ['no usable "wick.output"'] = { output = "2" },
      ['line 1: no operation "explode"'] = { program = "explode %0 | 1" },
      ['line 1: no operation ""'] = { program = "\nadd %0 b | 1" },
      ['line 1: no tensor "c"'] = { program = "add %0 c | 1" },
      ['line 1: no tensor "%1"'] = { program = "add %1 b | 1" },
      ["line 1: add takes other tensors"] = { program = "add %0 | 1" },
      ['line 1: "x" are no arguments of add'] = { program = "add %0 b | x" },
      ['line 1: "1 2" are no arguments of add'] = { program = "add %0 b | 1 2" },
      ["line 1: narrow: no such dimension"] = { program = "narrow %0 | 7 0 1" },
      ["planned for 1 samples, the input is 1 x 2 of float32"] = {
        input = "float32 3", program = "relu %0 |" },
    } do
      assert.truthy(says(changes):find(message, 1, true), message .. " / " .. says(changes))
    end
  end)

  it("is refused when nothing of it makes sense", function()
    with_names(1, function(file)
      assert.matches("safetensors", run(file, torch.ones(1, 2)))
    end)
  end)
end)
