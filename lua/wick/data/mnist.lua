-- wick.data.mnist: the MNIST set of handwritten digits (LeCun, Cortes and Burges), 60,000 images
-- for training and 10,000 for testing.
local errors = require "wick.errors"
local idx = require "wick.data.idx"

local WHAT = "wick.data.mnist"
local ADVICE = "MNIST is four files such as train-images-idx3-ubyte.gz; they are to be had at "
  .. "https://storage.googleapis.com/cvdf-datasets/mnist/ and need not be unpacked"
local prefix_of = { train = "train", test = "t10k" }

-- The same file is met with a hyphen or a dot, packed or not.
local function names(prefix, kind, code)
  local list = {}
  for _, form in ipairs{ "%s-%s-%s-ubyte", "%s-%s.%s-ubyte" } do
    local name = form:format(prefix, kind, code)
    list[#list + 1] = name
    list[#list + 1] = name .. ".gz"
  end
  return list
end

--- wick.data.mnist(folder, "train" or "test"): `{ data = ByteTensor N x 28 x 28, label = LongTensor
-- N, classes = { "0", ..., "9" } }`; label 1 is the digit 0.
return function(folder, part)
  part = part or "train"
  local prefix = prefix_of[part]
  if not prefix then
    errors.raise('%s: the part is "train" or "test", got %s', WHAT, errors.value(part))
  end
  local images = idx.find(WHAT, folder, names(prefix, "images", "idx3"), ADVICE)
  local labels = idx.find(WHAT, folder, names(prefix, "labels", "idx1"), ADVICE)
  local set = idx.images_and_labels(WHAT, images, labels, { 28, 28 }, 10)
  set.classes = { "0", "1", "2", "3", "4", "5", "6", "7", "8", "9" }
  return set
end
