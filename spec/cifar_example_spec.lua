-- examples/train/cifar.lua on a few drawn JPEG files: both networks run, are kept, and go on. On
-- the real images it is tagged #long; WICK_DATA names their folder (../shared/data when it is not
-- set), with cifar10-jpeg/ unpacked.
local torch = require "torch"
local image = require "wick.image"
local paths = require "paths"
local scratch = require "spec.support.scratch"

local program = os.getenv("WICK_PROGRAM") or "build/wick"
local real = (os.getenv("WICK_DATA") or "../shared/data") .. "/cifar10-jpeg"
local folder

-- Ten classes, each of a brightness of its own.
local function draw(part, count)
  paths.mkdir(paths.concat(folder, part))
  for class = 0, 9 do
    local place = paths.concat(folder, part, "class" .. class)
    paths.mkdir(place)
    for i = 1, count do
      image.save(("%s/%d.jpg"):format(place, i),
        torch.ByteTensor(3, 32, 32):random(25 * class, 25 * class + 30))
    end
  end
end

setup(function()
  torch.manualSeed(1)
  folder = scratch.folder()
  draw("train", 3)
  draw("test", 1)
end)

teardown(scratch.remove)

-- What the script writes, and whether it succeeded.
local function cifar(options)
  local command = "%s examples/train/cifar.lua --threads 1 %s 2>&1"
  local pipe = io.popen(command:format(program, options))
  local text = pipe:read("a")
  return text, pipe:close()
end

local function accuracy(text)
  return tonumber(text:match("\ntest accuracy (%d+%.%d%d) %%\n$"))
end

-- The loss on the test images after the last epoch.
local function last_loss(text)
  return text:match(".*test loss ([%d.]+)")
end

describe("the CIFAR-10 example", function()
  it("trains the network of ConvNetJS, keeps it and draws the curve", function()
    local kept = folder .. "/kept"
    local text = cifar(("--data %s --batch 10 --epochs 2 --save %s"):format(folder, kept))
    assert.truthy(accuracy(text), text)
    assert.matches("^22,466 parameters, 3 batches an epoch, 2 epochs\n", text)
    for _, name in ipairs{ "best.safetensors", "last.safetensors", "curve.png" } do
      assert.is_true(paths.filep(paths.concat(kept, name)), name)
    end
    local lines = {}
    for line in io.lines(kept .. "/curve.txt") do lines[#lines + 1] = line end
    assert.equal("epoch\trate\tseconds\ttest\ttraining\t", lines[1])
    assert.equal(3, #lines)
  end)

  it("trains a residual network, from any number of images", function()
    local tiny = "--data %s --model resnet20 --images 12 --batch 6 --epochs 1"
    local text = cifar(tiny:format(folder))
    assert.truthy(accuracy(text), text)
    assert.matches("272,474 parameters, 2 batches an epoch, 1 epoch\n", text)
  end)

  it("goes on where it was left, with the curve from the beginning", function()
    local one, two = folder .. "/one", folder .. "/two"
    local options = "--data %s --batch 10 --epochs 2 --seed 4 --save %s"
    local whole = cifar(options:format(folder, one))
    assert.truthy(accuracy(whole), whole)
    local again = cifar(options:format(folder, two) .. " --threads 2")
    assert.equal(last_loss(whole), last_loss(again))
    local resumed = cifar(options:format(folder, one) .. " --epochs 3 --resume")
    assert.matches("going on after epoch 2", resumed)
    local still = cifar(("--data %s --epochs 1 --rate 1e-12 --weights %s/last.safetensors"):format(
      folder, two))
    assert.equal(last_loss(whole), last_loss(still))
    local count = 0
    for _ in io.lines(one .. "/curve.txt") do count = count + 1 end
    assert.equal(4, count)
  end)

  it("says what is missing", function()
    for options, message in pairs{
      [""] = "--data FOLDER says where the images are", ["--data /nowhere"] = "no folder /nowhere",
      ["--data . --model resnet"] = "--model is convnetjs or resnet20",
      ["--data . --epochs 1.5"] = "--epochs is a whole number",
      ["--data spec"] = "data_batch_1.bin or cifar-10-batches-bin/data_batch_1.bin is missing",
    } do
      local text, ok = cifar(options)
      assert.is_nil(ok)
      assert.truthy(text:find(message, 1, true), text)
    end
  end)

  it("learns the real images #long", function()
    if not paths.dirp(real .. "/train") then
      pending("there is no " .. real .. "/train")
      return
    end
    local text = cifar("--data " .. real .. " --epochs 3")
    assert.is_true(accuracy(text) >= 55, text)
  end)
end)
