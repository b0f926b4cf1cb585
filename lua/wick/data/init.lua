-- The package `wick.data`: data sets, readers of those that are common, and loaders that make
-- batches of them. Each piece is loaded at its first use, from the file that stands behind it.
local pieces = {
  idx = "idx", mnist = "mnist", cifar10 = "cifar10", cifar100 = "cifar100", digits = "digits",
  batches = "batches", dataset = "dataset", tensors = "tensors", imageFolder = "image_folder",
  imageList = "image_list", loader = "loader", sampler = "sampler", pipeline = "pipeline",
  stages = "stages", tta = "tta",
}

local data = {}

--- concat{ set, set, ... }: the samples of several data sets, one set behind the other.
function data.concat(sets)
  return require("wick.data.dataset").concat(sets)
end

return setmetatable(data, {
  __index = function(_, name)
    if not pieces[name] then return nil end
    local piece = require("wick.data." .. pieces[name])
    rawset(data, name, piece)
    return piece
  end,
})
