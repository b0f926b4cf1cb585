--- Writes the files of data that public scripts read, in the layout they expect, into the current
-- folder: wick spec/suites/layouts.lua NAME ... The images are the digits of examples/data,
-- enlarged and tinted; scripts that want more of them than there are get them again and again.
require "torch"

local digits = require "wick.data.digits"
local paths = require "paths"
local resize = require "wick.image_resize"

local torch = require "torch"

-- `count` images, N x channels x 32 x 32 bytes, and their labels from 1.
local function images(count, channels, part)
  local set = digits(part)
  local size = set.data:size(1)
  local small = set.data:float():mul(15):view(size, 1, 8, 8)
  local large = torch.FloatTensor(size, 1, 32, 32)
  for i = 1, size do large[i]:copy(resize(small[i], 32, 32)) end
  local order = torch.LongTensor(count)
  for i = 1, count do order[i] = (i - 1) % size + 1 end
  local tinted = large:clamp(0, 255):byte():expand(size, channels, 32, 32)
  return tinted:index(1, order), set.label:index(1, order):byte()
end

local layouts = {}

-- torch/demos and torch/tutorials: MNIST.
function layouts.mnist()
  paths.mkdir("mnist.t7")
  for part, count in pairs{ train = 2000, test = 1000 } do
    local data, labels = images(count, 1, part)
    torch.save(("mnist.t7/%s_32x32.t7"):format(part), { data = data, labels = labels }, "ascii")
  end
end

-- The rock `mnist` that torchnet's example loads.
function layouts.mnist_package()
  local sets = {}
  for part, count in pairs{ train = 1024, test = 256 } do
    local data, labels = images(count, 1, part)
    sets[part .. "dataset"] = {
      data = data:narrow(3, 3, 28):narrow(4, 3, 28):contiguous():view(-1, 28, 28),
      label = labels - 1, size = count,
    }
  end
  torch.save("mnist.t7", sets)
  local file <close> = assert(io.open("mnist.lua", "w"))
  file:write([[
local sets = require("torch").load("mnist.t7")
local mnist = {}
for name, set in pairs(sets) do mnist[name] = function() return set end end
return mnist
]])
end

-- CIFAR-10 in its 6 files; all 6 are the same one.
function layouts.cifar()
  paths.mkdir("cifar-10-batches-t7")
  local data, labels = images(10000, 3, "train")
  torch.save("cifar-10-batches-t7/test_batch.t7",
    { data = data:view(10000, 3072):t(), labels = labels:view(1, -1) - 1 }, "ascii")
  for i = 1, 5 do
    os.execute(("ln cifar-10-batches-t7/test_batch.t7 cifar-10-batches-t7/data_batch_%d.t7")
      :format(i))
  end
end

-- House numbers.
function layouts.housenumbers()
  for part, count in pairs{ train = 10000, test = 2000 } do
    local data, labels = images(count, 3, part)
    torch.save(part .. "_32x32.t7", { X = data:transpose(3, 4), y = labels:view(1, -1) }, "ascii")
  end
end

-- What szagoruyko/cifar.torch's provider.lua makes of CIFAR-10: by its own code, of few images.
function layouts.provider()
  dofile "provider.lua"
  local provider = torch.factory("Provider")()
  for part, count in pairs{ train = 256, test = 125 } do
    local data, labels = images(count, 3, part)
    provider[part .. "Data"] = {
      data = data:double(), labels = labels:double(), size = function() return count end,
    }
  end
  provider:normalize()
  provider.trainData.size, provider.testData.size = nil, nil
  torch.save("provider.t7", provider)
end

-- What facebook/fb.resnet.torch keeps of CIFAR-10.
function layouts.resnet()
  paths.mkdir("gen")
  local sets = {}
  for part, count in pairs{ train = 96, val = 32 } do
    local data, labels = images(count, 3, part == "val" and "test" or part)
    sets[part] = { data = data, labels = labels }
  end
  torch.save("gen/cifar10.t7", sets)
end

for _, name in ipairs(arg) do layouts[name]() end
