-- The small handwritten digits that come along, at any size, and a network that reads them.
local torch = require "torch"
local nn = require "nn"
local data = require "wick.data"

local digits = {}

--- Images, N x 1 x side x side from 0 to 1, and their labels (1 is the digit 0) of a part, "train"
-- or "test": all of them or the first `count`.
function digits.load(part, side, count)
  local set = data.digits(part)
  count = math.min(count or math.huge, set.data:size(1))
  local enlarge = data.pipeline{ { "Resize", side } }
  local images = torch.FloatTensor(count, 1, side, side)
  for i = 1, count do
    images[i] = enlarge(set.data[i]:float():div(16):view(1, 8, 8), 0):clamp(0, 1)
  end
  return images, set.label:narrow(1, 1, count):clone()
end

--- The same of MNIST's images, 28 x 28, whose four files are in a folder.
function digits.mnist(folder, part, count)
  local set = data.mnist(folder, part)
  count = math.min(count or math.huge, set.data:size(1))
  local images = set.data:narrow(1, 1, count):float():div(255)
  return images:view(count, 1, 28, 28), set.label:narrow(1, 1, count):clone()
end

--- Two stages of convolution and pooling, and ten scores, for images of side x side.
function digits.network(side)
  local features = 24 * (side // 4) * (side // 4)
  local model = nn.Sequential()
  model:add(nn.SpatialConvolution(1, 12, 3, 3, 1, 1, 1, 1)):add(nn.ReLU())
  model:add(nn.SpatialMaxPooling(2, 2))
  model:add(nn.SpatialConvolution(12, 24, 3, 3, 1, 1, 1, 1)):add(nn.ReLU())
  model:add(nn.SpatialMaxPooling(2, 2))
  return model:add(nn.View(features):setNumInputDims(3)):add(nn.Linear(features, 10))
end

return digits
