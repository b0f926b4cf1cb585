-- wick.data.digits: the small set of handwritten digits that comes along in examples/data (E.
-- Alpaydin and C. Kaynak, UCI, CC BY 4.0): 1,797 images of 8 x 8.
local errors = require "wick.errors"
local idx = require "wick.data.idx"
local paths = require "paths"
local torch = require "torch"

local WHAT = "wick.data.digits"
local ADVICE = "The set comes with Wick's sources, in examples/data; give that folder as the "
  .. "second argument"

-- The sources' folder of examples, seen from the library's.
local function own_folder()
  local library = errors.library:gsub("^@", "")
  return paths.concat(library == "" and "." or library, "..", "examples", "data")
end

-- Every fifth image is for testing.
local function places(count, part)
  local list = {}
  for i = 1, count do
    if part == "all" or (i % 5 == 0) == (part == "test") then list[#list + 1] = i end
  end
  return torch.LongTensor(list)
end

--- wick.data.digits([part [, folder]]): "train" (1,438 images), "test" (359) or "all", as `{ data =
-- ByteTensor N x 8 x 8 with values 0 to 16, label = LongTensor N, classes = { "0", ..., "9" } }`;
-- label 1 is the digit 0.
return function(part, folder)
  part = part or "all"
  if part ~= "train" and part ~= "test" and part ~= "all" then
    errors.raise('%s: the part is "train", "test" or "all", got %s', WHAT, errors.value(part))
  end
  folder = folder or own_folder()
  local images = idx.find(WHAT, folder, { "digits-images.idx3-ubyte" }, ADVICE)
  local labels = idx.find(WHAT, folder, { "digits-labels.idx1-ubyte" }, ADVICE)
  local set = idx.images_and_labels(WHAT, images, labels, { 8, 8 }, 10)
  local chosen = places(set.label:size(1), part)
  return {
    data = set.data:index(1, chosen), label = set.label:index(1, chosen),
    classes = { "0", "1", "2", "3", "4", "5", "6", "7", "8", "9" },
  }
end
