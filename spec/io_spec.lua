-- Files in Lua: the table `io` of the C module. What the readers refuse is tested by io_*_test.c;
-- here: arguments, errors at the script's line, ordinary tensors, real data where there is any.
--
-- WICK_DATA names the folder with mnist/ and squeezenet/ (../shared/data when it is not set).
local core = require "wick.core"
local scratch = require "spec.support.scratch"
local files = core.io
local path = scratch.path

local data = os.getenv("WICK_DATA") or "../shared/data"

local function shape(tensor)
  return table.concat(tensor:size():totable(), " x ")
end

--- An IDX file of bytes; `sizes` and as many values.
local function idx_text(sizes, values)
  local text = string.char(0, 0, 8, #sizes)
  for _, size in ipairs(sizes) do text = text .. string.pack(">I4", size) end
  return text .. string.char(table.unpack(values))
end

local function bytes(...)
  local name = path()
  files.writeFile(name, idx_text({ select("#", ...) }, { ... }))
  return files.idx(name)
end

--- The message of a failing call; it starts with this file's name.
local function message(...)
  local ok, text = pcall(...)
  assert.is_false(ok)
  return text
end

local function fails(expected, f, ...)
  local text = message(f, ...)
  assert.truthy(text:find(expected, 1, true), text)
end

after_each(scratch.remove)

describe("whole files", function()
  it("keep every byte", function()
    local text = "a\0b\r\n\xFF" .. ("x"):rep(100000)
    local name = path()
    files.writeFile(name, text)
    assert.equal(text, files.readFile(name))
    files.writeFile(name, "")
    assert.equal("", files.readFile(name))
  end)

  it("name what is missing, at the script's line", function()
    fails("/no/such/file: cannot open: No such file or directory", files.readFile, "/no/such/file")
    fails("/no/such/file: cannot write into the folder /no/such/: No such file", files.writeFile,
      "/no/such/file", "x")
    local text = message(function() files.readFile("/no/such/file") end)
    assert.truthy(text:find("^%S*io_spec%.lua:%d+: /no/such/file"), text)
  end)

  it("refuse what is no path and no text", function()
    fails("readFile: expected a path, got nil", files.readFile, nil)
    fails("readFile: has a NUL character", files.readFile, "a\0b")
    fails("writeFile: expected a string to write, got table", files.writeFile, path(), {})
  end)
end)

describe("data files", function()
  it("become tensors", function()
    local name = path()
    files.writeFile(name, idx_text({ 2, 3 }, { 1, 2, 3, 4, 5, 255 }))
    local tensor = files.idx(name)
    assert.equal("torch.ByteTensor", tensor:type())
    assert.same({ { 1, 2, 3 }, { 4, 5, 255 } }, tensor:totable())
  end)

  it("say what is wrong with them", function()
    local name = path()
    files.writeFile(name, idx_text({ 2, 3 }, { 1, 2 }))
    fails(name .. ": ends after 14 bytes, header promises 18", files.idx, name)
    fails("a limit of -1 bytes is negative", files.idx, name, -1)
    fails(name .. ": has 14 bytes, expected a multiple of 3073", files.cifar, name)
  end)

  it("are CIFAR-10 batches", function()
    local name = path()
    files.writeFile(name, "\9" .. ("\1"):rep(3072) .. "\0" .. ("\2"):rep(3072))
    local images, labels = files.cifar(name)
    assert.equal("2 x 3 x 32 x 32", shape(images))
    assert.equal("torch.LongTensor", labels:type())
    assert.same({ 10, 1 }, labels:totable())
    assert.equal(("\1"):rep(3072) .. ("\2"):rep(3072), core.tensorString(images))
  end)
end)

describe("safetensors", function()
  it("keep tensors, their order and metadata", function()
    local name = path()
    local tensors = { b = bytes(1, 2, 3), a = bytes(4):float(), c = bytes(5, 6):double() }
    files.safetensorsSave(name, { "c", "a", "b" }, tensors, { epoch = "3", title = "é\n\"" })
    local read, metadata, names = files.safetensorsLoad(name)
    assert.same({ "c", "a", "b" }, names)
    assert.same({ epoch = "3", title = "é\n\"" }, metadata)
    assert.same({ 1, 2, 3 }, read.b:totable())
    assert.equal("torch.FloatTensor", read.a:type())
    assert.equal("torch.DoubleTensor", read.c:type())
    assert.same({ 5.0, 6.0 }, read.c:totable())
  end)

  it("are the same bytes for the same content", function()
    local one, two, tensors = path(), path(), { x = bytes(1, 2) }
    local metadata, again = {}, {}
    for i = 1, 50 do metadata["k" .. i] = tostring(i) end
    for i = 50, 1, -1 do again["k" .. i] = tostring(i) end
    files.safetensorsSave(one, { "x" }, tensors, metadata)
    files.safetensorsSave(two, { "x" }, tensors, again)
    assert.equal(files.readFile(one), files.readFile(two))
  end)

  it("give ordinary tensors, independent of the file", function()
    local name = path()
    files.safetensorsSave(name, { "x" }, { x = bytes(1, 2, 3, 4) })
    local x = files.safetensorsLoad(name).x
    files.writeFile(name, "")
    x:resize(6, 1)
    assert.equal("6 x 1", shape(x))
    assert.same({ 1, 2 }, { x:totable()[1][1], x:totable()[2][1] })
  end)

  it("may replace the file they came from", function()
    local name = path()
    files.safetensorsSave(name, { "x" }, { x = bytes(7, 8) })
    local read = files.safetensorsLoad(name)
    files.safetensorsSave(name, { "y", "x" }, { x = read.x, y = read.x })
    assert.same({ 7, 8 }, files.safetensorsLoad(name).y:totable())
  end)

  it("refuse what they cannot hold and leave the file alone", function()
    local name, x = path(), bytes(1)
    files.safetensorsSave(name, { "x" }, { x = x })
    local before = files.readFile(name)
    local save = files.safetensorsSave
    fails('expected a tensor called "y", got nil', save, name, { "y" }, { x = x })
    fails('expected a tensor called "y", got number', save, name, { "y" }, { y = 1 })
    fails("a name: expected a string, got number", save, name, { 1 }, { x })
    fails("a name: has a NUL character", save, name, { "a\0b" }, { ["a\0b"] = x })
    fails("expected a list of names, got nil", save, name)
    fails("expected a table of tensors, got nil", save, name, {})
    fails("a value of metadata: expected a string, got number", save, name, {}, {}, { epoch = 3 })
    fails("cannot save " .. name .. ': two tensors are called "x"', save, name, { "x", "x" },
      { x = x })
    assert.equal(before, files.readFile(name))
  end)

  it("name what is wrong with a file", function()
    local name = path()
    local header = '{"x":{"dtype":"U8","shape":[9],"data_offsets":[0,9]}}'
    files.writeFile(name, string.pack("<s8", header))
    fails(name .. ": ends after 0 bytes of data, header promises at least 9", files.safetensorsLoad,
      name)
    files.writeFile(name, "PK\3\4 this is a zip file")
    fails("is this a safetensors file?", files.safetensorsLoad, name)
  end)
end)

--- A test on real data, or a line that says what is missing.
local function with_data(title, file, test)
  local handle = io.open(data .. "/" .. file)
  if handle then
    handle:close()
    it(title, function() test(data .. "/" .. file) end)
  else
    pending(("%s: no %s/%s (WICK_DATA names the folder)"):format(title, data, file))
  end
end

describe("real data", function()
  with_data("MNIST's test images", "mnist/t10k-images-idx3-ubyte.gz", function(name)
    local images = files.idx(name)
    assert.equal("10000 x 28 x 28", shape(images))
    local text, sum = core.tensorString(images), 0
    for i = 1, #text, 100 do
      local a, b, c, d = text:byte(i, i + 3)
      sum = sum + a + b + c + d
    end
    assert.equal(7840000, #text)
    assert.equal(10575992, sum)
  end)

  with_data("MNIST's training labels", "mnist/train-labels-idx1-ubyte.gz", function(name)
    local counts = {}
    for _, label in ipairs(files.idx(name):totable()) do
      counts[label + 1] = (counts[label + 1] or 0) + 1
    end
    assert.same({ 5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949 }, counts)
  end)

  with_data("SqueezeNet's weights", "squeezenet/squeezenet1_0.safetensors", function(name)
    local tensors, metadata, names = files.safetensorsLoad(name)
    assert.equal(52, #names)
    assert.equal("conv1.weight", names[1])
    assert.equal("conv_final.bias", names[52])
    assert.equal("OIHW", metadata.layout)
    assert.equal("96 x 3 x 7 x 7", shape(tensors["conv1.weight"]))
    assert.near(0.1415213644504547, tensors["conv1.weight"]:totable()[1][1][1][1], 1e-15)
  end)
end)
