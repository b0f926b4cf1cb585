-- The datasets of torchnet: lua/torchnet/dataset, transform and utils.
local paths = require "paths"
local tds = require "tds"
local tnt = require "torchnet"
local torch = require "torch"

local function new_folder()
  local name = os.tmpname()
  os.remove(name)
  assert(paths.mkdir(name))
  return name
end

local function remove_folder(name)
  paths.rmall(name, "yes")
end

local function numbers(n)
  local data = {}
  for i = 1, n do data[i] = i end
  return tnt.TableDataset{ data = data }
end

local function samples(n)
  local data = {}
  for i = 1, n do data[i] = { input = torch.FloatTensor{ i, -i }, target = i } end
  return tnt.TableDataset{ data = data }
end

local function all(dataset)
  local list = {}
  for i = 1, dataset:size() do list[i] = dataset:get(i) end
  return list
end

local function again(object)
  return torch.deserialize(torch.serialize(object), { functions = true })
end

describe("datasets", function()
  it("are lists of whatever kind", function()
    local function double(x) return 2 * x end
    for _, list in ipairs{ { 1, 2, 3 }, tds.Vec{ 1, 2, 3 }, tds.Hash{ 1, 2, 3 },
      torch.LongTensor{ 1, 2, 3 } } do
      assert.same({ 2, 4, 6 }, all(tnt.ListDataset(list, double)))
    end
    assert.equal("a/3.png", tnt.ListDataset{
      list = { 1.0, 2.0, 3.0 }, path = "a", load = function(x) return x .. ".png" end,
    }:get(3))
  end)

  it("give copies of samples that are in memory", function()
    local dataset = samples(2)
    dataset:get(1).input:zero()
    assert.same({ 1, -1 }, dataset:get(1).input:totable())
    local shared = torch.ones(1)
    local sample = tnt.TableDataset{ data = { { a = shared, b = { shared } } } }:get(1)
    assert.is_true(rawequal(sample.a, sample.b[1]))
  end)

  it("are concatenated, resampled, shuffled and split", function()
    local six = tnt.ConcatDataset{ datasets = { numbers(2), numbers(3), numbers(1) } }
    assert.same({ 1, 2, 1, 2, 3, 1 }, all(six))
    assert.same({ 6, 4, 2 }, all(numbers(6):sample(function(dataset, i)
      return dataset:size() - 2 * (i - 1)
    end, 3)))
    local shuffled = numbers(20):shuffle()
    local list = all(shuffled)
    assert.same(list, all(shuffled))
    shuffled:exec("resample")
    assert.not_same(list, all(shuffled))
    table.sort(list)
    assert.same(all(numbers(20)), list)
    assert.equal(50, numbers(3):shuffle{ size = 50, replacement = true }:size())
    local parts = numbers(10):split({ train = 0.7, test = 0.2 }, "train")
    assert.equal(7, parts:size())
    assert.equal(3, parts:get(1)) -- "test" comes first
    parts:select("test")
    assert.same({ 1, 2 }, all(parts))
    local named = { partitions = { a = 4, b = 6 }, initialpartition = "a" }
    assert.equal(4, numbers(10):split(named):size())
  end)

  it("are transformed as a whole or by field", function()
    local seen = {}
    local dataset = samples(3):transform(function(x, i)
      seen[#seen + 1] = i
      return x:mul(2)
    end, "input"):transform{ target = function(x) return -x end }
    assert.same({ 4, -4 }, dataset:get(2).input:totable())
    assert.equal(-2, dataset:get(2).target)
    assert.same({ 2, 2 }, seen)
    assert.same({ 10, 20 }, all(numbers(2):transform{ transform = function(x) return 10 * x end }))
  end)

  it("are batched", function()
    local batches = samples(7):batch(3)
    assert.equal(3, batches:size())
    assert.same({ { 4, -4 }, { 5, -5 }, { 6, -6 } }, batches:get(2).input:totable())
    assert.equal("torch.FloatTensor", batches:get(2).input:type())
    assert.same({ 7 }, batches:get(3).target)
    assert.equal(2, samples(7):batch{ batchsize = 3, policy = "skip-last" }:size())
    local odd = samples(6):batch{
      batchsize = 3, filter = function(sample) return sample.target % 2 == 1 end,
      perm = function(i, size) return size + 1 - i end,
      merge = tnt.transform.tableapply(function(field) return #field end),
    }
    assert.same({ input = 1, target = 1 }, odd:get(1))
    assert.same({ input = 2, target = 2 }, odd:get(2))
  end)

  it("may ask for all samples of a batch before they give one", function()
    local asked, dataset = {}, tnt.Dataset()
    function dataset:size() return 6 end
    function dataset:get(i)
      asked[#asked + 1] = i
      coroutine.yield()
      return { target = i, waited = #asked }
    end
    assert.same({ target = { 4, 5, 6 }, waited = { 3, 3, 3 } },
      tnt.CoroutineBatchDataset(dataset, 3):get(2))
  end)

  it("come back from files as they were", function()
    torch.manualSeed(3)
    local dataset = samples(9):shuffle():transform(function(x) return -x end, "target"):batch(4)
    local copy = again(dataset)
    for i = 1, 3 do
      assert.same(dataset:get(i).target, copy:get(i).target)
      assert.same(dataset:get(i).input:totable(), copy:get(i).input:totable())
    end
  end)

  it("say what is wrong", function()
    local function refuses(pattern, f) assert.error_matches(f, pattern) end
    local dataset = numbers(3)
    refuses("index 4 is out of bound, there are 3 samples", function() dataset:get(4) end)
    refuses("index must be an integer, not 1.5", function() dataset:get(1.5) end)
    refuses("invalid arguments.*tnt.BatchDataset.*batchsize", function() dataset:batch("x") end)
    refuses("batchsize should be a positive integer number, not 0", function() dataset:batch(0) end)
    refuses('invalid policy "skip".*divisible%-only', function() dataset:batch(2, "skip") end)
    refuses("not divisible by batch size: 3 samples in batches of 2",
      function() dataset:batch(2, "divisible-only") end)
    refuses("sample 1 is 1, a table with fields expected", function() dataset:batch(2):get(1) end)
    refuses("none at 2", function() tnt.TableDataset{ data = { 1, nil, 3, a = 1 } } end)
    refuses("number 2 is 7", function() tnt.ConcatDataset{ datasets = { dataset, 7 } } end)
    refuses("select a partition", function() dataset:split{ a = 1, b = 2 }:size() end)
    refuses('did you mean "train"', function() dataset:split({ train = 1, b = 2 }, "trian") end)
    refuses("more samples than dataset size: 5 of 3", function() dataset:split{ a = 1, b = 4 } end)
    refuses("sampling without replacement: 4 samples of 3", function() dataset:shuffle(4) end)
    refuses("%(sampler%): index 0 is out of bound", function()
      dataset:sample(function() return 0 end):get(1)
    end)
    refuses('missing key in sample 1: "input"', function()
      dataset:transform{ input = function(x) return x end }:get(1)
    end)
    refuses("size not implemented for class <tnt.Dataset>", function() tnt.Dataset():size() end)
    refuses("neither tnt.TableDataset nor", function() dataset:exec("nothing") end)
  end)
end)

describe("tnt.IndexedDataset", function()
  local folder

  local function archive(name, kind, values)
    local writer = tnt.IndexedDatasetWriter(("%s/%s.idx"):format(folder, name),
      ("%s/%s.bin"):format(folder, name), kind)
    for _, value in ipairs(values) do writer:add(value) end
    writer:close()
  end

  local function open(options)
    options.path = folder
    local print_before = print
    print = function() end -- luacheck: ignore
    finally(function() print = print_before end) -- luacheck: ignore
    return tnt.IndexedDataset(options)
  end

  before_each(function() folder = new_folder() end)
  after_each(function() remove_folder(folder) end)

  it("keeps tensors of any shape and tables", function()
    for _, mapped in ipairs{ false, true } do
      archive("x", "float", { torch.FloatTensor{ { 1, 2 }, { 3, 4 } }, torch.FloatTensor(),
        torch.FloatTensor{ 5, 6, 7 }:narrow(1, 2, 2) })
      archive("y", "table", { { 1 }, { name = "two" }, { torch.LongTensor{ 3 } } })
      local dataset = open{ fields = { "x", "y" }, mmap = mapped, mmapidx = mapped }
      assert.equal(3, dataset:size())
      assert.same({ { 1, 2 }, { 3, 4 } }, dataset:get(1).x:totable())
      assert.equal(0, dataset:get(2).x:nElement())
      assert.same({ 6, 7 }, dataset:get(3).x:totable())
      assert.equal("two", dataset:get(2).y.name)
      assert.equal(3, dataset:get(3).y[1][1])
      local copy = again(dataset)
      assert.same({ 6, 7 }, copy:get(3).x:totable())
      assert.equal(2, open{ fields = { "x" }, maxload = 2, standalone = true }:size())
    end
  end)

  it("goes on behind what is there", function()
    archive("x", "int", { torch.IntTensor{ 1 } })
    local writer = tnt.IndexedDatasetWriter{
      indexfilename = folder .. "/x.idx", datafilename = folder .. "/x.bin",
    }
    writer:add(torch.IntTensor{ 2, 3 })
    writer:close()
    local dataset = open{ fields = { "x" }, standalone = true }
    assert.same({ { 1 }, { 2, 3 } }, { dataset:get(1):totable(), dataset:get(2):totable() })
  end)

  it("has the index that torchnet writes", function()
    archive("x", "short", { torch.ShortTensor{ { 1, 2, 3 } } })
    local file <close> = assert(io.open(folder .. "/x.idx", "rb"))
    local header = { ("<" .. ("i8"):rep(12)):unpack(file:read("a")) }
    assert.same({ 0x584449544E54, 1, 3, 2, 1, 2, 0, 2, 0, 3, 1, 3 },
      { table.unpack(header, 1, 12) })
  end)

  it("believes no file", function()
    archive("x", "int", { torch.IntTensor{ 1 } })
    local function spoil(bytes)
      local file <close> = assert(io.open(folder .. "/x.idx", "wb"))
      file:write(bytes)
    end
    local function opened() open{ fields = { "x" } } end
    spoil("short")
    assert.error_matches(opened, "unrecognized index format")
    spoil(("<" .. ("i8"):rep(8)):pack(0x584449544E54, 1, 4, 4, 1 << 60, 0, 0, 0))
    assert.error_matches(opened, "the file has 8 numbers")
    spoil(("<" .. ("i8"):rep(11)):pack(0x584449544E54, 1, 4, 4, 1, 1, 0, 1, 0, -5, 1))
    assert.error_matches(opened, "positions are damaged")
    spoil(("<" .. ("i8"):rep(11)):pack(0x584449544E54, 1, 4, 4, 1, 1, 0, 1, 0, 500, 500))
    local dataset = open{ fields = { "x" } }
    assert.has_error(function() dataset:get(1) end)
  end)

  it("says what does not fit", function()
    archive("x", "int", { torch.IntTensor{ 1 } })
    archive("y", "int", {})
    assert.error_matches(function() open{ fields = { "x", "y" } } end, "x has 1, y has 0")
    assert.error_matches(function() archive("z", "odd", {}) end, 'invalid type "odd"')
    assert.error_matches(function() archive("z", "int", { torch.ByteTensor{ 1 } }) end,
      "torch.ByteTensor in an archive of torch.IntTensor")
    assert.error_matches(function() archive("z", "int", { { 1 } }) end, "type table or char")
  end)
end)

describe("tnt.transform", function()
  local transform = tnt.transform

  it("makes functions of functions", function()
    local twice, plus = function(x) return 2 * x end, function(x) return x + 10 end
    assert.equal(16, transform.compose{ twice, plus, foo = twice, [4] = twice }(3))
    assert.same({ 6, 13, foo = 6 }, transform.merge{ twice, plus, foo = twice }(3))
    assert.same({ a = 2, b = 4 }, transform.tableapply(twice){ a = 1, b = 2 })
    assert.same({ input = { 1, 2 }, target = { "a" } }, transform.tablemergekeys(){
      { input = 1, target = "a" }, { input = 2 },
    })
    assert.equal(3, transform.identity()(3))
    assert.equal(4, transform.identity(4)())
    assert.error_matches(function() transform.compose{ 1 } end, "table of functions expected")
  end)

  it("stacks, permutes and normalizes", function()
    assert.same({ { 1, 2 }, { 2, 4 } }, transform.merge{
      function(x) return x end, function(x) return x * 2 end,
    }(torch.Tensor{ 1, 2 }):totable())
    local order, seen = transform.randperm(5), {}
    for i = 1, 5 do seen[order(i)] = true end
    assert.same({ true, true, true, true, true }, seen)
    local x = transform.normalize()(torch.DoubleTensor{ 1, 2, 3 })
    assert.same({ -1, 0, 1 }, x:totable())
    assert.same({ -1, 1 }, transform.normalize(5)(torch.DoubleTensor{ 1, 3 }):totable())
  end)
end)

describe("tnt.utils", function()
  local utils = tnt.utils

  it("knows sizes through layers", function()
    local layers = { { kw = 5, dw = 2 }, { kw = 3, pw = 1 }, { kw = 2, dw = 2 } }
    assert.same({ 7, 4 }, { utils.nn.inferoutputsize(layers, 32) })
    assert.same({ 31, 4 }, { utils.nn.inferinputsize(layers, 7) })
  end)

  it("copies and merges tables", function()
    assert.same({ 2, { 4 } }, utils.table.foreach({ 1, { 2 } }, function(x) return 2 * x end, true))
    assert.same({ a = 2, b = 1 }, utils.table.merge({ a = 1, b = 1 }, { a = 2 }))
    assert.is_false(utils.table.canmergetensor{ torch.ones(2), torch.ones(3) })
    assert.error_matches(function() utils.table.mergetensor{ 1 } end, "entry 1 is 1")
  end)

  it("reads folders, lists and command lines", function()
    local folder = new_folder()
    finally(function() remove_folder(folder) end)
    utils.sys.mkdir(folder .. "/a/b")
    utils.sys.mkdir(folder .. "/a/b")
    for _, name in ipairs{ "a/x.png", "a/b/y.JPG", "list.txt" } do
      local file <close> = assert(io.open(folder .. "/" .. name, "w"))
      file:write("one\ntwo\nthree\n")
    end
    local print_before = print
    print = function() end -- luacheck: ignore
    local list = utils.sys.listimgfiles(folder)
    print = print_before -- luacheck: ignore
    local names = { list[1]:match("[^/]+$"), list[2]:match("[^/]+$") }
    table.sort(names)
    assert.same({ "x.png", "y.JPG" }, names)
    local lines = utils.sys.loadlist(folder .. "/list.txt", true, 2)
    assert.equal("two", lines[2])
    assert.equal(2, lines.two)
    assert.is_nil(lines[3])
    local settings = { lr = 1 }
    utils.sys.cmdline({ "lr = lr / 4", "net = { n = math.floor(2.5) }" }, settings)
    assert.same({ lr = 0.25, net = { n = 2 } }, settings)
    assert.error_matches(function() utils.sys.cmdline({ "lr =" }, {}) end, "compilation error")
    assert.equal(32, #utils.sys.md5{ 1, 2 })
    assert.equal(utils.sys.md5("a"), utils.sys.md5("a"))
  end)
end)
