-- wick.data's data sets: image folders, lists, tensors, CIFAR-100, and sets made of others.
local core = require "wick.core"
local torch = require "torch"
local data = require "wick.data"
local image = require "wick.image"
local paths = require "paths"
local scratch = require "spec.support.scratch"

local fails = scratch.fails
local folder

before_each(function() folder = scratch.folder() end)
after_each(scratch.remove)

local function write(name, text)
  core.io.writeFile(folder .. "/" .. name, text)
end

-- An image file whose grey samples are all `value`.
local function draw(name, value, channels)
  image.save(folder .. "/" .. name, torch.ByteTensor(channels or 3, 4, 5):fill(value))
end

local function numbers(count)
  return data.dataset{ size = count, get = function(i)
    return { input = torch.Tensor{ i, -i }, target = i }
  end }
end

-- The targets of a set in order.
local function targets(set)
  local list = {}
  for i = 1, set:size() do list[i] = set:get(i).target end
  return list
end

describe("imageFolder", function()
  local function fill()
    for _, name in ipairs{ "b", "a", "c", "c/inner", ".hidden" } do
      paths.mkdir(folder .. "/" .. name)
    end
    draw("b/1.png", 11)
    draw("a/2.png", 22)
    draw("a/1.jpg", 33)
    draw("c/inner/x.ppm", 44)
    draw("c/y.png", 55)
    write("a/notes.txt", "no image")
    write("a/.secret.png", "no image")
    draw(".hidden/1.png", 66)
  end

  it("has a class a folder, in the order of names", function()
    fill()
    local set = data.imageFolder(folder)
    assert.same({ "a", "b", "c" }, set.classes)
    assert.equal(5, set:size())
    assert.same({ 1, 1, 2, 3, 3 }, targets(set))
    local samples = { "a/1.jpg", "a/2.png", "b/1.png", "c/inner/x.ppm", "c/y.png" }
    for i, name in ipairs(samples) do
      assert.equal(folder .. "/" .. name, set:entry(i).path)
      assert.is_nil(set:entry(i).input)
    end
    local sample = set:get(2)
    assert.equal("torch.ByteTensor", sample.input:type())
    assert.same({ 3, 4, 5 }, sample.input:size():totable())
    assert.equal(22, sample.input:max())
    assert.equal("wick.data.imageFolder(5 samples, 3 classes)", tostring(set))
  end)

  it("takes classes in an order of the caller's, and other channels", function()
    fill()
    local set = data.imageFolder{ folder, classes = { "c", "a" }, channels = 1 }
    assert.same({ 1, 1, 2, 2 }, targets(set))
    assert.same({ 1, 4, 5 }, set:get(3).input:size():totable())
    draw("b/grey.png", 7, 1)
    local whole = data.imageFolder{ folder, channels = 0 }
    assert.equal(1, whole:get(4).input:size(1))
    assert.equal(3, data.imageFolder(folder):get(4).input:size(1))
  end)

  it("says what is wrong", function()
    fails("wick.data.imageFolder: there is no folder /nowhere", data.imageFolder, "/nowhere")
    fails(folder .. " has no folders", data.imageFolder, folder)
    paths.mkdir(folder .. "/empty")
    fails("the folder " .. folder .. "/empty has no image", data.imageFolder, folder)
    fails("folder is missing", data.imageFolder)
    fails('there is no option "chanels", did you mean "channels"', data.imageFolder,
      { folder, chanels = 1 })
    draw("empty/1.png", 1)
    fails("channels is 3, 1 for grey, or 0", data.imageFolder, { folder, channels = 4 })
    fails("there is no sample 2; there are 1", function() data.imageFolder(folder):get(2) end)
    fails("there is no sample 0.5", function() data.imageFolder(folder):get(0.5) end)
  end)
end)

describe("imageList", function()
  it("reads paths and labels, a line each", function()
    draw("one.png", 1)
    draw("two words.png", 2)
    write("list.txt", "# a comment\none.png 2\n\ntwo words.png,1\r\n")
    local set = data.imageList(folder .. "/list.txt")
    assert.same({ 2, 1 }, targets(set))
    assert.equal(2, set:get(2).input:min())
    assert.is_nil(set.classes)
  end)

  it("makes classes of words", function()
    write("list.csv", "a.png,dog\nb.png,cat\nc.png,dog\n")
    local set = data.imageList(folder .. "/list.csv")
    assert.same({ "cat", "dog" }, set.classes)
    assert.equal(2, set:entry(1).target)
    local other = data.imageList{ folder .. "/list.csv", classes = { "dog", "cat", "cow" } }
    assert.equal(1, other:entry(3).target)
    fails('entry 1 has the label "dog", which is none of the 2 classes, did you mean "dogs"',
      data.imageList, { folder .. "/list.csv", classes = { "dogs", "cat" } })
  end)

  it("makes numbers of numbers", function()
    local pairs_given = { { "a.png", 0 }, { "b.png", 3 } }
    local set = data.imageList{ pairs_given, labelsFrom = 0, folder = "/there" }
    assert.equal(1, set:entry(1).target)
    assert.equal(4, set:entry(2).target)
    assert.equal("/there/b.png", set:entry(2).path)
    assert.equal(0.25, data.imageList{ { "a.png", 0.25 } }:entry(1).target)
    local target = torch.Tensor{ 1, 2 }
    assert.equal(target, data.imageList{ { "a.png", target } }:entry(1).target)
    fails("entry 1 has the label 0; classes count from 1; labelsFrom = 0 says", data.imageList,
      pairs_given)
  end)

  it("says what is wrong", function()
    write("list.txt", "one.png 1\ntwo.png\n")
    fails("list.txt:2: expected a path and a label, as in photo.jpg,3", data.imageList,
      folder .. "/list.txt")
    write("list.txt", "# nothing\n")
    fails("is empty", data.imageList, folder .. "/list.txt")
    fails("nowhere.txt", data.imageList, folder .. "/nowhere.txt")
    fails('entry 1 is "a.png"; a pair such as', data.imageList, { "a.png", "b.png" })
    fails("list is missing", data.imageList)
  end)
end)

describe("tensors", function()
  it("has what stands at i in each", function()
    local x, y = torch.rand(4, 3, 2, 2), torch.LongTensor{ 4, 3, 2, 1 }
    local set = data.tensors{ input = x, target = y }
    assert.equal(4, set:size())
    assert.is_true(torch.equal(x[2], set:get(2).input))
    assert.equal(3, set:get(2).target)
  end)

  it("takes what readers return, with a channel for grey images", function()
    local set = data.tensors(data.digits("test"))
    assert.equal(359, set:size())
    assert.same({ 1, 8, 8 }, set:get(1).input:size():totable())
    assert.equal(10, #set.classes)
  end)

  it("says what is wrong", function()
    fails("the tensors of the set have", data.tensors,
      { input = torch.zeros(3, 1), target = torch.zeros(4) })
    fails("expected tensors such as", data.tensors, { target = torch.zeros(4) })
    fails("expected a table of tensors, got 3", data.tensors, 3)
  end)
end)

describe("cifar100", function()
  it("has fine and coarse labels and their names", function()
    paths.mkdir(folder .. "/cifar-100-binary")
    write("cifar-100-binary/train.bin", "\0\5" .. ("\1"):rep(3072) .. "\19\99" .. ("\2"):rep(3072))
    write("cifar-100-binary/fine_label_names.txt", "apple\nfish\n")
    local set = data.cifar100(folder)
    assert.same({ 2, 3, 32, 32 }, set.data:size():totable())
    assert.same({ 6, 100 }, set.label:totable())
    assert.same({ 1, 20 }, set.coarse:totable())
    assert.equal(2, set.data[2][3][32][32])
    assert.same({ "apple", "fish" }, set.classes)
    assert.is_nil(set.coarseClasses)
    assert.equal(100, data.tensors(set):get(2).target)
  end)

  it("says what is wrong", function()
    fails("wick.data.cifar100: test.bin or cifar-100-binary/test.bin is missing", data.cifar100,
      folder, "test")
    fails('the part is "train" or "test", got "all"', data.cifar100, folder, "all")
    write("train.bin", "\20\0" .. ("\1"):rep(3072))
    fails("record 1 has label 20, expected 0 to 19", data.cifar100, folder)
    write("train.bin", ("\1"):rep(3073))
    fails("has 3,073 bytes, expected a multiple of 3074 (two labels and 3 x 32 x 32)",
      data.cifar100, folder)
  end)
end)

describe("a set made of others", function()
  it("resamples, shuffles and splits", function()
    local set = numbers(10)
    assert.same({ 3, 3, 10 }, targets(set:resample{ 3, 3, 10 }))
    assert.same({ 2, 1 }, targets(set:resample(torch.Tensor{ 2, 1 })))
    local shuffled = targets(set:shuffle(4))
    assert.same(shuffled, targets(set:shuffle(4)))
    assert.is_false(table.concat(shuffled) == table.concat(targets(set:shuffle(5))))
    table.sort(shuffled)
    assert.same(targets(set), shuffled)
    local train, valid = set:split(0.75, 0.25)
    assert.same({ 1, 2, 3, 4, 5, 6, 7, 8 }, targets(train))
    assert.same({ 9, 10 }, targets(valid))
    local a, b = set:split(2, 3)
    assert.same({ 1, 2 }, targets(a))
    assert.same({ 3, 4, 5 }, targets(b))
  end)

  it("transforms", function()
    local set = numbers(3):transform(function(sample)
      return { input = sample.input * 2, target = sample.target + 1 }
    end)
    assert.same({ 2, 3, 4 }, targets(set))
    assert.equal(6, set:get(3).input[1])
    local fields = numbers(3):transform{ target = function(target) return -target end }
    assert.same({ -1, -2, -3 }, targets(fields))
    assert.equal(3, fields:get(3).input[1])
  end)

  it("joins", function()
    local set = data.concat{ numbers(2), numbers(3), { input = torch.ones(2, 1),
      target = torch.LongTensor{ 8, 9 } } }
    assert.same({ 1, 2, 1, 2, 3, 8, 9 }, targets(set))
    assert.is_nil(set.entry)
  end)

  it("batches", function()
    local set = numbers(5):batch(2)
    assert.equal(3, set:size())
    assert.same({ { 3, -3 }, { 4, -4 } }, set:get(2).input:totable())
    assert.same({ 5 }, set:get(3).target:totable())
    assert.equal("torch.LongTensor", set:get(3).target:type())
  end)

  it("caches", function()
    local reads = 0
    local set = data.dataset{ size = 2, get = function(i)
      reads = reads + 1
      return { input = torch.Tensor{ i }, target = i }
    end }:cache()
    assert.same({ 1, 2 }, targets(set))
    assert.same({ 1, 2 }, targets(set))
    assert.equal(2, reads)
  end)

  it("reads all of a set into memory", function()
    for _, name in ipairs{ "/a", "/b" } do
      paths.mkdir(folder .. name)
      for i = 1, 2 do draw(("%s/%d.png"):format(name, i), i) end
    end
    local files = data.imageFolder(folder)
    local set = files:inMemory()
    os.remove(folder .. "/a/2.png")
    assert.equal(4, set:size())
    assert.same({ "a", "b" }, set.classes)
    assert.same({ 1, 1, 2, 2 }, targets(set))
    assert.equal(2, set:get(2).input:max())
    assert.equal("torch.ByteTensor", set:get(1).input:type())
    set = data.dataset{ size = 3, get = function(i)
      return { input = torch.ones(1, 2, 2) * i, mask = torch.ones(2, 2):long() * i,
        boxes = torch.ones(i, 4) }
    end }:inMemory()
    assert.equal(3, set:get(3).mask:max())
    assert.equal(2, set:get(2).boxes:size(1))
    assert.is_nil(set:get(1).target)
  end)

  it("passes files on unread", function()
    paths.mkdir(folder .. "/a")
    for i = 1, 3 do draw(("a/%d.png"):format(i), i) end
    local set = data.imageFolder{ folder, channels = 1 }
    local joined = data.concat{ set:resample{ 3 }, set:split(2) }
    assert.matches("3.png", joined:entry(1).path)
    assert.matches("2.png", joined:entry(3).path)
    assert.equal(1, joined.channels)
    local batch = data.loader{ joined, batchSize = 3, workers = 1 }()()
    assert.same({ 3, 1, 2 }, batch.input:view(3, -1):select(2, 1):totable())
  end)

  it("says what is wrong", function()
    local set = numbers(4)
    fails("places are numbers from 1 to 4; got 0 to 3", set.resample, set, { 0, 3 })
    fails("places are numbers from 1 to 4; got none", set.resample, set, {})
    fails("split: 5 samples asked for, there are 4", set.split, set, 2, 3)
    fails("a part is a share or a number of samples above 0, not 0", set.split, set, 0, 1)
    fails("split: 1.5 is no number of samples", set.split, set, 1.5, 1)
    fails("expected a function of a sample", set.transform, set, 3)
    fails("a batch has at least one sample", set.batch, set, 0)
    fails("expected a list of data sets", data.concat, {})
    fails("wick.data.concat: expected a data set", data.concat, { 3 })
    fails("expected { size = n, get = function(i) ... end }", data.dataset, { size = 3 })
    fails("wick.data.dataset: there is no sample 5; there are 4", set.get, set, 5)
  end)
end)
