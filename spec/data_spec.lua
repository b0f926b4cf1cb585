-- wick.data: readers of data sets, the digits that come along, and batches whose order a seed
-- decides.
--
-- WICK_DATA names the folder with mnist/ (../shared/data when it is not set).
local core = require "wick.core"
local torch = require "torch"
local data = require "wick.data"
local paths = require "paths"
local scratch = require "spec.support.scratch"

local real = os.getenv("WICK_DATA") or "../shared/data"
local fails = scratch.fails
local folder

before_each(function() folder = scratch.folder() end)
after_each(scratch.remove)

local function write(name, text)
  core.io.writeFile(folder .. "/" .. name, text)
end

local function idx_text(sizes, value)
  local text, count = string.char(0, 0, 8, #sizes), 1
  for _, size in ipairs(sizes) do
    text, count = text .. string.pack(">I4", size), count * size
  end
  return text .. string.char(value):rep(count)
end

describe("mnist", function()
  it("is images and labels from 1", function()
    write("t10k-images-idx3-ubyte", idx_text({ 3, 28, 28 }, 7))
    write("t10k-labels.idx1-ubyte", idx_text({ 3 }, 9))
    local set = data.mnist(folder, "test")
    assert.equal("torch.ByteTensor", set.data:type())
    assert.same({ 3, 28, 28 }, set.data:size():totable())
    assert.equal(7 * 3 * 28 * 28, set.data:sum())
    assert.same({ 10, 10, 10 }, set.label:totable())
    assert.equal("torch.LongTensor", set.label:type())
    assert.equal("9", set.classes[set.label[1]])
  end)

  it("names what is missing and where it is to be had", function()
    fails("wick.data.mnist: train-images-idx3-ubyte or train-images-idx3-ubyte.gz is missing in "
      .. "the folder " .. folder .. ". MNIST is four files", data.mnist, folder)
    fails("https://storage.googleapis.com/cvdf-datasets/mnist/", data.mnist, folder, "test")
    fails("which does not exist", data.mnist, folder .. "/nowhere")
    fails('the part is "train" or "test", got "valid"', data.mnist, folder, "valid")
    fails("expected the folder of the files, got nil", data.mnist)
  end)

  it("refuses files that do not fit", function()
    write("train-images-idx3-ubyte", idx_text({ 3, 28, 28 }, 0))
    write("train-labels-idx1-ubyte", idx_text({ 2 }, 1))
    fails("train-images-idx3-ubyte holds 3 images, " .. folder
      .. "/train-labels-idx1-ubyte holds 2", data.mnist, folder)
    write("train-labels-idx1-ubyte", idx_text({ 3 }, 10))
    fails("holds the label 10; there are 10 classes, counted from 0", data.mnist, folder)
    write("train-labels-idx1-ubyte", idx_text({ 3, 1 }, 1))
    fails("holds torch.ByteTensor 3 x 1, a ByteTensor N expected", data.mnist, folder)
    write("train-images-idx3-ubyte", idx_text({ 3, 28, 27 }, 0))
    fails("holds torch.ByteTensor 3 x 28 x 27, a ByteTensor N x 28 x 28 expected", data.mnist,
      folder)
  end)

  if paths.filep(real .. "/mnist/t10k-images-idx3-ubyte.gz") then
    it("is read as it is distributed", function()
      local set = data.mnist(real .. "/mnist", "test")
      assert.equal(10000, set.data:size(1))
      assert.same({ 8, 3, 2, 1, 5 }, set.label:narrow(1, 1, 5):totable())
    end)
  else
    pending("no " .. real .. "/mnist (WICK_DATA names the folder)")
  end
end)

describe("cifar10", function()
  it("joins its batches", function()
    for i = 1, 5 do
      write(("data_batch_%d.bin"):format(i), string.char(i) .. string.char(10 * i):rep(3072))
    end
    paths.mkdir(folder .. "/cifar-10-batches-bin")
    write("cifar-10-batches-bin/test_batch.bin", "\0" .. ("\1"):rep(3072))
    local set = data.cifar10(folder, "train")
    assert.same({ 5, 3, 32, 32 }, set.data:size():totable())
    assert.same({ 2, 3, 4, 5, 6 }, set.label:totable())
    assert.equal(50, set.data[5][3][32][32])
    assert.equal("automobile", set.classes[set.label[1]])
    assert.same({ 1 }, data.cifar10(folder, "test").label:totable())
  end)

  it("names what is missing", function()
    fails("wick.data.cifar10: data_batch_1.bin or cifar-10-batches-bin/data_batch_1.bin is missing",
      data.cifar10, folder)
    fails("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz", data.cifar10, folder, "test")
  end)
end)

describe("digits", function()
  it("come along", function()
    local set = data.digits()
    assert.same({ 1797, 8, 8 }, set.data:size():totable())
    assert.equal(0, set.data:min())
    assert.equal(16, set.data:max())
    local counts = {}
    for _, label in ipairs(set.label:totable()) do counts[label] = (counts[label] or 0) + 1 end
    assert.same({ 178, 182, 177, 183, 181, 182, 181, 179, 174, 180 }, counts)
    assert.equal(561718, set.data:long():sum())
  end)

  it("are divided, every fifth for testing", function()
    local all, train, test = data.digits(), data.digits("train"), data.digits("test")
    assert.equal(1438, train.data:size(1))
    assert.equal(359, test.data:size(1))
    assert.is_true(torch.equal(all.data[5], test.data[1]))
    assert.is_true(torch.equal(all.data[6], train.data[5]))
    assert.equal(all.label[1795], test.label[359])
    fails('the part is "train", "test" or "all", got "tests"', data.digits, "tests")
    fails("examples/data; give that folder as the second argument", data.digits, "all", folder)
  end)
end)

describe("idx", function()
  it("is a function and what stands behind it", function()
    write("x", idx_text({ 2, 2 }, 5))
    assert.same({ { 5, 5 }, { 5, 5 } }, data.idx(folder .. "/x"):totable())
  end)
end)

describe("batches", function()
  local function numbers(count)
    return { data = torch.range(1, count):view(count, 1), label = torch.range(1, count):long() }
  end

  -- The labels of the rest of an epoch, a list a batch.
  local function labels(batches)
    local list = {}
    for number, batch in batches:iterate() do
      list[number] = batch.label:totable()
      assert.same(list[number], batch.data:view(-1):long():totable())
    end
    return list
  end

  local function flat(list)
    local all = {}
    for _, batch in ipairs(list) do table.move(batch, 1, #batch, #all + 1, all) end
    return all
  end

  it("go through a set in order", function()
    local batches = data.batches(numbers(7), { batch = 3 })
    assert.equal(3, batches:size())
    assert.same({ { 1, 2, 3 }, { 4, 5, 6 }, { 7 } }, labels(batches))
    assert.same({ { 1, 2, 3 }, { 4, 5, 6 }, { 7 } }, labels(batches))
    batches = data.batches(numbers(7), { batch = 3, dropLast = true })
    assert.equal(2, batches:size())
    assert.same({ { 1, 2, 3 }, { 4, 5, 6 } }, labels(batches))
  end)

  it("are shuffled by seed and epoch, each entry once", function()
    local batches = data.batches(numbers(50), { batch = 8, shuffle = true, seed = 4 })
    local first, second = flat(labels(batches)), flat(labels(batches))
    local again = data.batches(numbers(50), { batch = 8, shuffle = true, seed = 4 })
    assert.same(first, flat(labels(again)))
    assert.is_false(torch.equal(torch.Tensor(first), torch.Tensor(second)))
    local other = data.batches(numbers(50), { batch = 8, shuffle = true, seed = 5 })
    assert.is_false(torch.equal(torch.Tensor(first), torch.Tensor(flat(labels(other)))))
    table.sort(first)
    table.sort(second)
    assert.same(torch.range(1, 50):long():totable(), first)
    assert.same(first, second)
  end)

  it("take a seed from the generator, and nothing else", function()
    torch.manualSeed(1)
    local one = data.batches(numbers(20), { batch = 20, shuffle = true })
    local after = core.getGenerator()
    local order = labels(one)
    assert.equal(after, core.getGenerator())
    torch.manualSeed(1)
    assert.same(order, labels(data.batches(numbers(20), { batch = 20, shuffle = true })))
    torch.manualSeed(2)
    local other = labels(data.batches(numbers(20), { batch = 20, shuffle = true }))
    assert.is_false(torch.equal(torch.Tensor(order[1]), torch.Tensor(other[1])))
  end)

  it("go on from a place that was kept", function()
    local batches = data.batches(numbers(20), { batch = 6, shuffle = true, seed = 3 })
    labels(batches)
    for number in batches:iterate() do
      if number == 2 then break end
    end
    local place = batches:state()
    local rest, following = labels(batches), labels(batches)
    local other = data.batches(numbers(20), { batch = 6, shuffle = true, seed = 77 })
    other:restore(place)
    assert.is_nil(rest[1])
    assert.equal(6, #rest[3])
    assert.same(rest, labels(other))
    assert.same(following, labels(other))
    assert.equal(4, other:state().epoch)
  end)

  it("say what is wrong", function()
    fails('there is no option "suffle", did you mean "shuffle"', data.batches, numbers(3),
      { suffle = true })
    fails("at least 1, got 0", data.batches, numbers(3), { batch = 0 })
    fails("the set has no tensor", data.batches, {})
    fails("the tensors of the set have 3 and 4 entries", data.batches,
      { a = torch.zeros(3), b = torch.zeros(4) })
    local batches = data.batches(numbers(3), { batch = 2 })
    fails("kept with batch = 3, here it is 2", batches.restore, batches,
      { count = 3, batch = 3, shuffle = false })
  end)
end)
