-- wick.data.cifar100: the CIFAR-100 set (Krizhevsky, 2009) in its binary version: 50,000 colour
-- images of 32 x 32 for training and 10,000 for testing, of a hundred classes in twenty groups.
local core = require "wick.core"
local errors = require "wick.errors"
local idx = require "wick.data.idx"
local paths = require "paths"

local WHAT = "wick.data.cifar100"
local ADVICE = "The binary version of CIFAR-100 is to be had, packed, at "
  .. "https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz"

-- The names beside the file at `path`, a line a class; nil when they are not there.
local function names_beside(path, kind)
  local file = paths.concat(paths.dirname(path), kind .. "_label_names.txt")
  if not paths.filep(file) then return nil end
  local names = {}
  for name in core.io.readFile(file):gmatch("[^\r\n]+") do names[#names + 1] = name end
  return names
end

--- wick.data.cifar100(folder, "train" or "test"): `{ data = ByteTensor N x 3 x 32 x 32, label =
-- LongTensor N from 1 to 100, coarse = LongTensor N from 1 to 20, classes =, coarseClasses = }`.
-- The files may stand in the folder or in its cifar-100-binary; names of classes are read from the
-- text files that come with them, if these are there.
return function(folder, part)
  part = part or "train"
  if part ~= "train" and part ~= "test" then
    errors.raise('%s: the part is "train" or "test", got %s', WHAT, errors.value(part))
  end
  local name = part .. ".bin"
  local path = idx.find(WHAT, folder, { name, "cifar-100-binary/" .. name }, ADVICE)
  local images, coarse, fine = core.io.cifar100(path)
  return {
    data = images, label = fine, coarse = coarse, classes = names_beside(path, "fine"),
    coarseClasses = names_beside(path, "coarse"),
  }
end
