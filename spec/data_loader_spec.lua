-- wick.data.loader: the same batches for every number of workers, sampling, resuming, Lua stages,
-- and options.
local core = require "wick.core"
local torch = require "torch"
local checkpoint = require "wick.checkpoint"
local data = require "wick.data"
local image = require "wick.image"
local loading = require "spec.support.loading"
local scratch = require "spec.support.scratch"

local collect, indices, same = loading.collect, loading.indices, loading.same
local numbers, photographs, stages = loading.numbers, loading.photographs, loading.stages
local fails = scratch.fails

after_each(scratch.remove)

describe("a loader's batches", function()
  it("are the same for 0, 1, 2 and 7 workers, bit for bit", function()
    local set = photographs(23)
    local function epochs(workers)
      local loader = data.loader{ set, pipeline = stages, batchSize = 5, workers = workers,
        shuffle = true, seed = 11 }
      local first = collect(loader:epoch(1))
      assert.equal(5, #first)
      assert.same({ 5, 3, 8, 8 }, first[1].input:size():totable())
      assert.same({ 3, 3, 8, 8 }, first[5].input:size():totable())
      return first, collect(loader:epoch(2))
    end
    local first, second = epochs(0)
    for _, workers in ipairs{ 1, 2, 7 } do
      local a, b = epochs(workers)
      same(first, a)
      same(second, b)
    end
    assert.is_false(torch.equal(first[1].input, second[1].input))
  end)

  it("have the images and labels of the data set", function()
    local set = photographs(7)
    local loader = data.loader{ set, pipeline = { { "Resize", { 6, 6 } } }, batchSize = 7 }
    local batch = collect(loader())[1]
    local resize = data.pipeline{ { "Resize", { 6, 6 } } }
    for i = 1, 7 do
      local sample = set:get(i)
      assert.equal(i, batch.index[i])
      assert.equal(sample.target, batch.target[i])
      assert.is_true(torch.equal(resize(sample.input), batch.input[i]))
    end
    assert.equal("torch.LongTensor", batch.target:type())
    assert.same({ "ants", "bees" }, set.classes)
  end)

  it("may begin with smaller JPEG images, which wick.image defines", function()
    local set, folder = photographs(2)
    local path = folder .. "/ants/001.jpg"
    image.save(path, torch.ByteTensor(3, 48, 64):random(0, 255))
    local function load(at_least)
      return collect(data.loader{ set, atLeast = at_least, batchSize = 1 }())[1].input[1]
    end
    assert.same({ 3, 48, 64 }, load(nil):size():totable())
    assert.same({ 3, 12, 16 }, load(12):size():totable())
    assert.is_true(torch.equal(image.load(path, 3, "byte", { atLeast = { 10, 40 } }),
      load{ 10, 40 }))
  end)

  it("carry masks and boxes through the stages", function()
    local set = data.tensors{
      input = torch.ByteTensor(6, 3, 8, 8):random(0, 255),
      mask = torch.ByteTensor(6, 8, 8):random(0, 3),
      boxes = { torch.Tensor{ { 0, 0, 4, 4 } }, torch.Tensor(0, 4), torch.Tensor{ { 1, 2, 3, 4 },
        { 2, 2, 8, 8 } }, torch.Tensor(0, 4), torch.Tensor(0, 4), torch.Tensor(0, 4) },
      target = torch.LongTensor{ 1, 2, 3, 1, 2, 3 },
    }
    local function run(workers)
      return collect(data.loader{ set, pipeline = { { "HFlip", 1 } }, batchSize = 4, seed = 1,
        workers = workers }())
    end
    local batches = run(2)
    same(run(0), batches)
    assert.same(set:get(1).mask:select(2, 1):totable(), batches[1].mask[1]:select(2, 8):totable())
    assert.same({ 4, 0, 8, 4 }, batches[1].boxes[1][1]:totable())
    assert.same({ 0, 2, 6, 8 }, batches[1].boxes[3][2]:totable())
    assert.same({ 0, 4 }, batches[2].boxes[2]:size():totable())
  end)

  it("take targets of any kind", function()
    local function targets(f)
      local set = data.dataset{ size = 3, get = function(i)
        return { input = torch.ones(2) * i, target = f(i) }
      end }
      return collect(data.loader(set)())[1].target
    end
    assert.same({ 1, 2, 3 }, targets(function(i) return i end):totable())
    assert.equal("torch.FloatTensor", targets(function(i) return i / 2 end):type())
    assert.same({ 3, 1 }, targets(function(i) return torch.Tensor{ i } end):size():totable())
    assert.same({ 3, 2, 2 }, targets(function() return torch.zeros(2, 2) end):size():totable())
    assert.is_nil(targets(function() end))
  end)

  it("go through stages of batches", function()
    local set = data.tensors{ input = torch.rand(8, 3, 4, 4), target = numbers(8).target }
    local function run(workers)
      return collect(data.loader{ set, pipeline = { { "MixUp", 0.4, classes = 3 } },
        batchSize = 4, workers = workers, seed = 5 }())
    end
    if not pcall(data.pipeline, { { "MixUp", 0.4, classes = 3 } }) then
      return pending("no stage MixUp")
    end
    same(run(0), run(3))
    assert.same({ 4, 3 }, run(0)[1].target:size():totable())
  end)

  it("leave the default generator alone but for the seed", function()
    torch.manualSeed(3)
    local loader = data.loader{ numbers(9), shuffle = true }
    local after = core.getGenerator()
    collect(loader())
    assert.equal(after, core.getGenerator())
    torch.manualSeed(3)
    assert.equal(loader:state().seed, data.loader{ numbers(9), shuffle = true }:state().seed)
  end)
end)

describe("an epoch", function()
  it("has every sample once, in another order each time", function()
    local loader = data.loader{ numbers(20), batchSize = 6, shuffle = true, seed = 2, workers = 2 }
    local first, second = indices(loader()), indices(loader())
    assert.equal(4, loader:size())
    assert.equal(4, #first)
    assert.is_false(table.concat(first, " ") == table.concat(second, " "))
    local seen = {}
    for place in table.concat(first, " "):gmatch("%d+") do seen[tonumber(place)] = true end
    assert.equal(20, #seen)
    assert.equal(3, loader:state().epoch)
  end)

  it("may leave a smaller last batch out", function()
    local loader = data.loader{ numbers(20), batchSize = 6, dropLast = true, workers = 2 }
    assert.same({ "1 2 3 4 5 6", "7 8 9 10 11 12", "13 14 15 16 17 18" }, indices(loader()))
  end)

  it("draws by weight", function()
    local weights = torch.zeros(100)
    weights[7], weights[9] = 1, 3
    local loader = data.loader{ numbers(100), batchSize = 400, weights = weights, samples = 400,
      seed = 1 }
    local count = { [7] = 0, [9] = 0 }
    for _, i in ipairs(collect(loader())[1].index) do count[i] = count[i] + 1 end
    assert.equal(400, count[7] + count[9])
    assert.is_true(math.abs(count[9] - 300) < 4 * math.sqrt(400 * 0.75 * 0.25))
    local without = data.loader{ numbers(5), batchSize = 5, weights = { 1, 2, 3, 4, 5 },
      replacement = false, seed = 1 }
    local list = collect(without())[1].index
    table.sort(list)
    assert.same({ 1, 2, 3, 4, 5 }, list)
  end)

  it("draws classes equally often", function()
    local target = torch.LongTensor(100):fill(1)
    target:narrow(1, 91, 10):fill(2)
    local loader = data.loader{ { input = torch.zeros(100, 1), target = target }, balance = true,
      samples = 600, batchSize = 600, seed = 4 }
    local rare = 0
    for _, i in ipairs(collect(loader())[1].index) do rare = rare + (i > 90 and 1 or 0) end
    assert.is_true(math.abs(rare - 300) < 4 * math.sqrt(150))
  end)

  it("goes on where the state was taken, with any number of workers", function()
    local set = photographs(17)
    local function new(workers, seed)
      return data.loader{ set, pipeline = stages, batchSize = 3, workers = workers, shuffle = true,
        seed = seed }
    end
    local loader = new(2, 5)
    collect(loader())
    for _ in loader() do
      if loader:state().position == 2 then break end
    end
    local state = loader:state()
    local rest, following = collect(loader()), collect(loader())
    assert.equal(4, #rest)
    for _, workers in ipairs{ 0, 3 } do
      local other = new(workers, 99)
      other:restore(state)
      same(rest, collect(other:epoch(2)))
      same(following, collect(other:epoch(3)))
    end
  end)

  it("is kept by checkpoints", function()
    local path = scratch.path()
    local function new()
      return data.loader{ numbers(12), batchSize = 4, shuffle = true, seed = 1, workers = 1 }
    end
    local loader, other = new(), new()
    loader:epoch(6)()
    checkpoint.save(path, { loader = loader })
    checkpoint.load(path, { loader = other })
    assert.same(indices(loader()), indices(other()))
    assert.equal(7, other:state().epoch)
  end)
end)

describe("Lua stages", function()
  local module = "spec.support.loader_stage"

  it("named by module and function run in workers, functions on the loop's thread", function()
    local set = photographs(9)
    local function run(workers, stage)
      return collect(data.loader{ set, batchSize = 4, seed = 1, workers = workers,
        pipeline = { { "CenterCrop", { 8, 8 } }, stage, { "HFlip", 0.5 } } }())
    end
    local halve = require(module).halve
    local expected = run(0, halve)
    same(expected, run(2, halve))
    same(expected, run(0, { module, "halve" }))
    same(expected, run(2, { module, "halve" }))
  end)

  it("tell where they failed", function()
    local set = photographs(4)
    local loader = data.loader{ set, batchSize = 4, workers = 2,
      pipeline = { { "CenterCrop", { 8, 8 } }, { module, "fail" } } }
    local message = fails(set:entry(1).path .. ": stage 2, spec.support.loader_stage.fail: ",
      collect, loader())
    assert.matches("loader_stage.lua:%d+: on purpose", message)
    assert.matches("stack traceback", message)
  end)
end)

describe("options", function()
  it("are checked", function()
    local set = numbers(4)
    local function bad(expected, options)
      options[1] = options[1] or set
      fails(expected, data.loader, options)
    end
    bad('there is no option "batchsize", did you mean "batchSize"', { batchsize = 3 })
    bad("batchSize is a whole number from 1 on, not 0", { batchSize = 0 })
    bad("batchSize is a whole number from 1 on, not 2.5", { batchSize = 2.5 })
    bad("workers is a whole number from 0 on, not -1", { workers = -1 })
    bad("prefetch is a whole number from 1 on, not 0", { prefetch = 0 })
    bad("samples is a whole number from 1 on, not 0", { samples = 0 })
    bad("an epoch of 5 samples is more than the 4 there are", { samples = 5 })
    bad("seed is a table, an integer expected", { seed = {} })
    bad("shuffle is 1, a boolean expected", { shuffle = 1 })
    bad("dropLast is \"no\", a boolean expected", { dropLast = "no" })
    bad("balance is 1, a boolean expected", { balance = 1 })
    bad("replacement is 0, a boolean expected", { replacement = 0 })
    bad('onError is "raise", "skip" or a function, not "ignore"', { onError = "ignore" })
    bad("onError is 3, a string or a function expected", { onError = 3 })
    bad("log is \"file\", a function expected", { log = "file" })
    bad("limit is a whole number from 0 on, not -1", { limit = -1 })
    bad("atLeast is a side or { height, width }", { atLeast = 0 })
    bad("atLeast is a side or { height, width }", { atLeast = { 1, 2, 3 } })
    bad("channels is 3, 1 for grey, or 0 for those of the file; got 2", { channels = 2 })
    bad("weights are a number for each of the 4 samples, got 2 numbers", { weights = { 1, 2 } })
    bad("weights are 0 or above, and not all 0", { weights = { 0, 0, 0, 0 } })
    bad("weights are 0 or above, and not all 0", { weights = { 1, 2, -1, 0 } })
    bad("weights and balance are two ways", { weights = { 1, 1, 1, 1 }, balance = true })
    bad("there is no stage \"Flip\"", { pipeline = { { "Flip" } } })
    bad("balance wants classes as targets; sample 1 has none",
      { { input = torch.zeros(3, 1) }, balance = true })
    bad("expected a data set, which has the methods size and get", { { 1, 2 } })
    bad("the data set is empty", { data.dataset{ size = 0, get = error } })
    fails("dataset is missing", data.loader)
    fails("dataset is 3, a table expected", data.loader, 3)
    fails("workers is a number from 0 to 256, not 1000",
      data.loader{ set, workers = 1000 }.epoch, data.loader{ set, workers = 1000 }, 1)
  end)

  it("are kept out of a state that does not fit", function()
    local loader = data.loader{ numbers(10), batchSize = 2 }
    local state = loader:state()
    fails("kept with batchSize = 2, here it is 3", function()
      data.loader{ numbers(10), batchSize = 3 }:restore(state)
    end)
    fails("kept with count = 10, here it is 9", function()
      data.loader{ numbers(9), batchSize = 2 }:restore(state)
    end)
    fails("an epoch is a whole number, not 1.5", loader.epoch, loader, 1.5)
    fails("an epoch is a whole number, not nil", loader.epoch, loader)
  end)

  it("say what a sample lacks", function()
    local function bad(expected, sample)
      local set = data.dataset{ size = 1, get = function() return sample end }
      fails(expected, collect, data.loader(set)())
    end
    bad("sample 1 has neither an input nor a path", { target = 1 })
    bad("sample 1 is nil; a table such as { input = image, target = class } expected", nil)
    bad("sample 1 has \"x\" as its input", { input = "x" })
    bad("sample 1 has \"x\" as its target", { input = torch.zeros(1), target = "x" })
  end)
end)
