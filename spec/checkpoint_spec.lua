-- wick.checkpoint, wick.safetensors and wick.json: what was kept comes back bit for bit, and a run
-- that was interrupted goes on as if it had not been.
local core = require "wick.core"
local torch = require "torch"
local nn = require "nn"
local optim = require "optim"
local checkpoint = require "wick.checkpoint"
local data = require "wick.data"
local json = require "wick.json"
local safetensors = require "wick.safetensors"

local path

before_each(function()
  path = os.tmpname()
end)

after_each(function()
  os.remove(path)
end)

-- All elements, exactly, as text.
local function bits(tensor)
  local values = tensor:detach():contiguous():view(-1):totable()
  for i, value in ipairs(values) do values[i] = string.pack("n", value) end
  return table.concat(values)
end

local function fails(expected, f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok)
  assert.truthy(message:find(expected, 1, true), message)
  return message
end

-- Convolution, batch normalisation and dropout: parameters, buffers and random numbers.
local function network()
  local model = nn.Sequential()
  model:add(nn.SpatialConvolution{ 1, 3, kernel = 3, name = "conv" })
  model:add(nn.SpatialBatchNormalization(3)):add(nn.ReLU())
  model:add(nn.View(27)):add(nn.Dropout(0.4)):add(nn.Linear(27, 4))
  return model
end

-- A training run of which nothing outside the table matters.
local function new_run(method, config)
  torch.manualSeed(11)
  local set = { data = torch.randn(22, 1, 5, 5), label = torch.LongTensor(22):random(1, 4) }
  local run = {
    model = network(), method = optim[method], step = 0, losses = {}, config = {},
    batches = data.batches(set, { batch = 5, shuffle = true }),
    criterion = nn.CrossEntropyCriterion(),
  }
  for key, value in pairs(config) do run.config[key] = value end
  run.parameters, run.gradients = run.model:getParameters()
  return run
end

-- Runs until step `last`; afterwards no batch is open.
local function train(run, last)
  while run.step < last do
    for _, batch in run.batches:iterate() do
      run.step = run.step + 1
      local _, losses = run.method(function()
        run.gradients:zero()
        local output = run.model:forward(batch.data)
        local loss = run.criterion:forward(output, batch.label)
        run.model:backward(batch.data, run.criterion:backward(output, batch.label))
        return loss, run.gradients
      end, run.parameters, run.config)
      run.losses[run.step] = losses[1]
      if run.step == last then return run end
    end
  end
  return run
end

local function resumed(method, config)
  local run = new_run(method, config)
  torch.manualSeed(99) -- whatever the process did before must not matter
  run.parameters:fill(0.25)
  local entries = checkpoint.load(path, {
    model = run.model, batches = run.batches, config = run.config,
  })
  run.step = entries.step
  return run
end

describe("a resumed run", function()
  local methods = {
    sgd = { learningRate = 0.05, momentum = 0.9, weightDecay = 1e-3, learningRateDecay = 1e-2 },
    adam = { learningRate = 0.01 },
    adadelta = {},
  }
  for method, config in pairs(methods) do
    it("equals the unbroken one bit for bit: " .. method, function()
      local whole = train(new_run(method, config), 14)
      local random = torch.random()
      for _, stop in ipairs{ 1, 3, 5, 7, 13 } do
        local first = train(new_run(method, config), stop)
        checkpoint.save(path, {
          model = first.model, batches = first.batches, config = first.config, step = first.step,
        })
        local second = train(resumed(method, config), 14)
        for step = stop + 1, 14 do
          assert.equal(whole.losses[step], second.losses[step])
        end
        assert.equal(bits(whole.parameters), bits(second.parameters))
        for _, field in ipairs{ "running_mean", "running_var" } do
          assert.equal(bits(whole.model:get(2)[field]), bits(second.model:get(2)[field]))
        end
        assert.equal(random, torch.random())
      end
    end)
  end
end)

describe("a checkpoint", function()
  it("keeps values exactly", function()
    local shared = torch.randn(3)
    local entries = {
      epoch = 7, third = 1 / 3, whole = 2.0, tiny = 5e-324, huge = -math.huge,
      least = math.mininteger,
      text = 'é "\n\\', bytes = "\0\255", yes = true, no = false, list = { 1, { 2.5 }, "x" },
      mixed = { "a", [10] = "b", name = "c", [true] = { "d" }, [-1.5] = "e" }, ["$odd"] = { 1 },
      tensors = { a = shared, b = shared, c = torch.LongTensor{ 2 ^ 53 + 1 } }, empty = {},
    }
    checkpoint.save(path, entries)
    local read = checkpoint.load(path)
    for key, value in pairs(entries) do
      if key ~= "tensors" then
        assert.same(value, read[key])
        assert.equal(math.type(value), math.type(read[key]))
      end
    end
    assert.equal(bits(shared), bits(read.tensors.a))
    assert.equal(read.tensors.a, read.tensors.b)
    assert.equal(bits(entries.tensors.c), bits(read.tensors.c))
    checkpoint.save(path, { nan = 0 / 0 })
    local nan = checkpoint.load(path).nan
    assert.is_true(nan ~= nan)
  end)

  it("is a file of weights, and reads one", function()
    local model = network()
    checkpoint.save(path, { model = model, epoch = 1 })
    local tensors, _, names = safetensors.load(path)
    assert.same({
      "conv.weight", "conv.bias", "2.weight", "2.bias", "2.running_mean", "2.running_var",
      "6.weight", "6.bias", "state/generator",
    }, names)
    assert.equal(bits(model:get(1).weight), bits(tensors["conv.weight"]))
    safetensors.save(path, model:namedParameters(true))
    local other = network()
    local before = core.getGenerator()
    checkpoint.load(path, { model = other })
    assert.equal(bits(model:get(6).weight), bits(other:get(6).weight))
    assert.equal(before, core.getGenerator())
  end)

  it("is the same bytes for the same run", function()
    local run = train(new_run("adam", {}), 2)
    local entries = { model = run.model, config = run.config, batches = run.batches }
    checkpoint.save(path, entries)
    local first = core.io.readFile(path)
    checkpoint.save(path, { batches = run.batches, config = run.config, model = run.model })
    assert.equal(first, core.io.readFile(path))
  end)

  it("holds several models", function()
    local one, two = nn.Linear(2, 2), nn.Linear(3, 1)
    checkpoint.save(path, { generatorNet = one, model = two })
    local _, _, names = safetensors.load(path)
    assert.same({
      "state/generatorNet/weight", "state/generatorNet/bias", "weight", "bias", "state/generator",
    }, names)
    local three, four = nn.Linear(2, 2), nn.Linear(3, 1)
    local entries = checkpoint.load(path, { generatorNet = three, model = four })
    assert.equal(three, entries.generatorNet)
    assert.equal(bits(one.weight), bits(three.weight))
    assert.equal(bits(two.bias), bits(four.bias))
    assert.same({ "bias", "weight" }, (function()
      local keys = {}
      for key in pairs(checkpoint.load(path).model) do keys[#keys + 1] = key end
      table.sort(keys)
      return keys
    end)())
  end)

  it("goes into a model of another type", function()
    local model = nn.Linear(2, 2)
    checkpoint.save(path, { model = model })
    local wide = nn.Linear(2, 2):double()
    checkpoint.load(path, { model = wide })
    assert.equal("torch.DoubleTensor", wide.weight:type())
    assert.same(model.weight:totable(), wide.weight:totable())
  end)

  it("lists all that does not fit, and changes nothing", function()
    checkpoint.save(path, { model = network(), epoch = 2 })
    local model = nn.Sequential()
    model:add(nn.SpatialConvolution{ 1, 4, kernel = 3, name = "conv" })
    model:add(nn.Linear{ 36, 4, name = "6x" })
    local before, generator = model:getParameters():clone(), core.getGenerator()
    local message = fails("does not fit the model:", checkpoint.load, path, { model = model })
    for _, line in ipairs{
      'missing in the file: "6x.bias" (FloatTensor 4), the nearest name there is "6.bias"',
      'missing in the file: "6x.weight" (FloatTensor 4 x 36)',
      'not in the model: "2.running_var" (FloatTensor 3)',
      'not in the model: "6.weight" (FloatTensor 4 x 27), the nearest name there is "6x.weight"',
      'of another shape: "conv.weight": FloatTensor 3 x 1 x 3 x 3 in the file, FloatTensor 4 x 1 '
        .. "x 3 x 3 in the model",
    } do
      assert.truthy(message:find("\n  " .. line, 1, true), message)
    end
    assert.equal(bits(before), bits((model:parameters())[1].new(model:parameters()[1]:storage())))
    assert.equal(generator, core.getGenerator())
  end)

  it("says what it cannot keep", function()
    checkpoint.save(path, { epoch = 1 })
    local save = checkpoint.save
    fails("optimState/decay is a function; a checkpoint keeps", save, path,
      { optimState = { decay = print } })
    local loop = {}
    loop.loop = loop
    fails("state/loop contains itself", save, path, { state = loop })
    fails("expected a path and a table", save, path, nn.Linear(1, 1))
    fails('names that begin with "state/" are the checkpoint\'s own', save, path,
      { model = nn.Sequential():add(nn.Linear{ 1, 1, name = "state/x" }) })
    fails("entries have names, got 1", save, path, { 5 })
    assert.equal(1, checkpoint.load(path).epoch)
  end)

  it("says what it does not have", function()
    checkpoint.save(path, { model = nn.Linear(1, 1), epoch = 2 })
    fails('has no entry "modle", did you mean "model"?; it has epoch, model', checkpoint.load, path,
      { modle = nn.Linear(1, 1) })
    fails('the entry "epoch"', checkpoint.load, path, { epoch = nn.Linear(1, 1) })
    local batches = data.batches({ data = torch.zeros(4, 1) }, { batch = 2 })
    checkpoint.save(path, { batches = batches })
    fails("the place was kept with count = 4, here it is 5", checkpoint.load, path,
      { batches = data.batches({ data = torch.zeros(5, 1) }, { batch = 2 }) })
  end)

  it("does not trust the file", function()
    local weights = { w = torch.zeros(1) }
    local function with(text, format)
      safetensors.save(path, weights, { ["wick.state"] = text, ["wick.format"] = format })
    end
    for text, expected in pairs{
      ["{"] = "a name in quotes expected", ['{"a":{"$tensor":"x"}}'] = 'there is no tensor "x"',
      ['{"a":{"$tensor":[1]}}'] = "$tensor is a table", ["7"] = "is no table",
      ['{"a":{"$pairs":7}}'] = "$pairs is 7", ["null"] = "is no table",
      [("[")..("["):rep(300)] = "nested deeper",
    } do
      with(text)
      fails(expected, checkpoint.load, path)
    end
    with('{"a":{"$pairs":[[null,1],3,[{"$float":"nan"},1],[2]]}}')
    assert.equal("table", type(checkpoint.load(path).a))
    with("{}", "2")
    fails("is of format \"2\"; this version reads up to 1", checkpoint.load, path)
  end)
end)

describe("safetensors", function()
  it("keep tables by name and lists in order", function()
    local a, b = torch.randn(2, 3), torch.LongTensor{ 1, 2 }
    safetensors.save(path, { b = b, a = a }, { origin = "here" })
    local tensors, metadata, names = safetensors.load(path)
    assert.same({ "a", "b" }, names)
    assert.same({ origin = "here" }, metadata)
    assert.equal(bits(a), bits(tensors.a))
    safetensors.save(path, { { "z", a }, { "y", b } })
    assert.same({ "z", "y" }, select(3, safetensors.load(path)))
  end)

  it("are mapped when asked: read-only views", function()
    local a = torch.randn(100, 10)
    safetensors.save(path, { a = a })
    local live = torch.memory().live
    local mapped = safetensors.load(path, { map = true }).a
    assert.is_true(torch.memory().live - live < 2000)
    assert.equal(bits(a), bits(mapped))
    assert.near(a:sum(), mapped:sum(), 1e-4)
    fails("looks at memory lent for reading only", mapped.add, mapped, 1)
    safetensors.save(path, { b = torch.zeros(1) })
    assert.equal(bits(a), bits(mapped))
    assert.equal(bits(a), bits(mapped:clone():add(0)))
  end)

  it("say what is wrong", function()
    fails('there is no option "mapp", did you mean "map"', safetensors.load, path, { mapp = true })
    fails("expected a table of tensors by name", safetensors.save, path, torch.zeros(1))
    fails("tensors have names, got true", safetensors.save, path, { [true] = torch.zeros(1) })
  end)
end)

describe("json", function()
  it("keeps numbers and their kind", function()
    for _, number in ipairs{
      0, -1, 1.0, 0.1, -0.0, 1 / 3, 1e300, 5e-324, 123456789.125, math.maxinteger, 2 ^ 53, 1e22,
    } do
      local read = json.decode(json.encode(number))
      assert.equal(string.pack("n", number), string.pack("n", read))
      assert.equal(math.type(number), math.type(read))
    end
    assert.equal("0.1", json.encode(0.1))
    assert.equal("2.0", json.encode(2.0))
  end)

  it("reads and writes the rest", function()
    assert.equal('{"a":[1,[true,false,null]],"b":{},"c":"\\"\\u0001é"}', json.encode{
      c = '"\1é', b = {}, a = { 1, { true, false, json.null } },
    })
    assert.same({ a = "é😀/", b = { 1, -2.5e3, {} } },
      json.decode(' {"a" : "\\u00e9\\ud83d\\ude00\\/", "b":[1 ,-2.5E3,\n[]]} '))
    assert.equal(json.null, json.decode("null"))
  end)

  it("refuses what is no JSON", function()
    for text, expected in pairs{
      ["[1,]"] = "character 4: a value expected", ["{'a':1}"] = "a name in quotes",
      ["01"] = "a value",
      ["[1 2]"] = "a comma or ]", ['"a\nb"'] = "a control character", ["1."] = "a value",
      ['"\\x"'] = "an escape", ['"\\ud800"'] = "the other half", ["[] []"] = "the end expected",
      [""] = "got the end", ["+1"] = "a value", ["nan"] = "a value", ['{"a":1,\n}'] = "line 2",
    } do
      fails(expected, json.decode, text)
    end
    fails("is no number in JSON", json.encode, 0 / 0)
    fails("is not UTF-8", json.encode, "\255")
    fails("has no form in JSON", json.encode, print)
    fails("neither a list nor an object", json.encode, { 1, 2, x = 3 })
  end)
end)
