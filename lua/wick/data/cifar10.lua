-- wick.data.cifar10: the CIFAR-10 set (Krizhevsky, 2009) in its binary version: 50,000 colour
-- images of 32 x 32 for training and 10,000 for testing.
local core = require "wick.core"
local errors = require "wick.errors"
local idx = require "wick.data.idx"
local torch = require "torch"

local WHAT = "wick.data.cifar10"
local ADVICE = "The binary version of CIFAR-10 is to be had, packed, at "
  .. "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"
local batches_of = {
  train = {
    "data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin",
    "data_batch_5.bin",
  },
  test = { "test_batch.bin" },
}

--- wick.data.cifar10(folder, "train" or "test"): `{ data = ByteTensor N x 3 x 32 x 32, label =
-- LongTensor N from 1 to 10, classes = names }`. The files may stand in the folder or in its
-- cifar-10-batches-bin.
return function(folder, part)
  part = part or "train"
  if not batches_of[part] then
    errors.raise('%s: the part is "train" or "test", got %s', WHAT, errors.value(part))
  end
  local images, labels = {}, {}
  for i, name in ipairs(batches_of[part]) do
    local path = idx.find(WHAT, folder, { name, "cifar-10-batches-bin/" .. name }, ADVICE)
    images[i], labels[i] = core.io.cifar(path)
  end
  return {
    data = torch.cat(images, 1), label = torch.cat(labels, 1),
    classes = {
      "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
    },
  }
end
