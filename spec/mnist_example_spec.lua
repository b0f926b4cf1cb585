-- examples/train/mnist.lua: what it promises on the command line. The full set takes minutes and is
-- tagged #long; WICK_DATA names the folder with mnist/ (../shared/data when it is not set).
local safetensors = require "wick.safetensors"

local program = os.getenv("WICK_PROGRAM") or "build/wick"
local real = os.getenv("WICK_DATA") or "../shared/data"
local made = {}

local function path()
  made[#made + 1] = os.tmpname()
  return made[#made]
end

after_each(function()
  for i = #made, 1, -1 do os.remove(table.remove(made, i)) end
end)

-- Runs the script; what it wrote, and whether it succeeded.
local function train(options)
  local pipe = io.popen(("%s examples/train/mnist.lua %s 2>&1"):format(program, options))
  local text = pipe:read("a")
  return text, pipe:close()
end

local function accuracy(text)
  return tonumber(text:match("\ntest accuracy (%d+%.%d%d) %%\n$"))
end

-- Starts a run and kills it, hard, once it has reported an epoch.
local function train_and_kill(options, epoch)
  local pipe = io.popen(("sh -c 'echo $$; exec %s examples/train/mnist.lua %s'"):format(program,
    options))
  local pid = pipe:read("l")
  for line in pipe:lines() do
    if line:find("^epoch +" .. epoch) then break end
  end
  os.execute("kill -9 " .. pid)
  pipe:close()
end

local function weights(file)
  local tensors, _, names = safetensors.load(file)
  local all = {}
  for _, name in ipairs(names) do
    for _, value in ipairs(tensors[name]:contiguous():view(-1):totable()) do
      all[#all + 1] = string.pack("n", value)
    end
  end
  return table.concat(all)
end

describe("the MNIST example", function()
  it("recognises the digits that come along, the same each time", function()
    local text = train("--demo -epochs 3 --seed 3")
    assert.truthy(accuracy(text), text)
    assert.is_true(accuracy(text) > 70, text)
    assert.truthy(text:find("^1438 images for training, 359 for testing, 61706 parameters"), text)
    assert.truthy(text:find("epoch  3/3  loss 0.%d%d%d%d  test %d+.%d+ %%  data "), text)
    assert.truthy(text:find("ConfusionMatrix:", 1, true))
    assert.is_nil(text:find("\r"))
    local again = train("-demo --epochs 3 -seed 3 --threads 1")
    assert.equal(text:match("ConfusionMatrix.*"), again:match("ConfusionMatrix.*"))
  end)

  it("goes on after being killed as if nothing had happened", function()
    local whole, broken, log = path(), path(), path()
    local text = train("--demo --epochs 2 --save " .. whole .. " --log " .. log)
    train_and_kill("--demo --epochs 2 --save " .. broken, 1)
    local resumed = train(("--save %s --resume %s"):format(broken, broken))
    assert.truthy(resumed:find("^goes on after epoch [12] of 2\n"), resumed)
    assert.equal(text:match("ConfusionMatrix.*"), resumed:match("ConfusionMatrix.*"))
    assert.equal(weights(whole), weights(broken))
    local lines = {}
    for line in io.lines(log) do lines[#lines + 1] = line end
    assert.equal(3, #lines)
    assert.equal("accuracy\tloss\tseconds\t", lines[1])
  end)

  it("trains the network of 1998", function()
    local text = train("--demo --classic --epochs 3")
    assert.is_true((accuracy(text) or 0) > 60, text)
  end)

  it("says what is missing", function()
    local text, ok = train("--epochs 1 --data /nowhere")
    assert.is_nil(ok)
    assert.truthy(text:find("train-images-idx3-ubyte or train-images-idx3-ubyte.gz is missing in "
      .. "the folder /nowhere, which does not exist", 1, true), text)
    text, ok = train("")
    assert.is_nil(ok)
    assert.truthy(text:find("--data FOLDER says where MNIST is", 1, true), text)
    text, ok = train("--epoch 1")
    assert.is_nil(ok)
    assert.truthy(text:find("invalid argument: --epoch", 1, true), text)
  end)

  it("reaches 99 % of MNIST in ten epochs #long", function()
    assert.is_true(accuracy(train("--data " .. real .. "/mnist")) >= 99)
  end)

  it("reaches 97 % of the small set from any seed #long", function()
    for seed = 1, 10 do assert.is_true(accuracy(train("--demo --seed " .. seed)) >= 97) end
  end)
end)
