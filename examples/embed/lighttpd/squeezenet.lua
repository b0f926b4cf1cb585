-- A network for classify.lua to serve: SqueezeNet (Iandola et al. 2016) with its published weights.
-- WICK_DATA names the folder with squeezenet/squeezenet1_0.safetensors and squeezenet/classes.txt
-- (../shared/data when it is not set).
local checkpoint = require "wick.checkpoint"
local image = require "wick.image"
local models = require "wick.models"
local torch = require "torch"

local SIDE, MEANS = 227, { 104, 117, 123 } -- blue, green, red

local folder = (os.getenv "WICK_DATA" or "../shared/data") .. "/squeezenet/"

local served = { model = models.squeezenet(), classes = {} }
checkpoint.load(folder .. "squeezenet1_0.safetensors", { model = served.model })
served.model:evaluate()
for line in io.lines(folder .. "classes.txt") do served.classes[#served.classes + 1] = line end

-- The image's middle, SIDE x SIDE, when its shorter side is 256.
local function middle(photo)
  local scale = 256 / math.min(photo:size(2), photo:size(3))
  local height = math.floor(photo:size(2) * scale + 0.5)
  local width = math.floor(photo:size(3) * scale + 0.5)
  local small = image.resize(photo, height, width):float()
  return small:narrow(2, (height - SIDE) // 2 + 1, SIDE):narrow(3, (width - SIDE) // 2 + 1, SIDE)
end

--- The network's input from the bytes of a PNG or JPEG file.
function served.prepare(bytes)
  local storage = torch.ByteStorage():string(bytes)
  local part = middle(image.decompress(torch.ByteTensor(storage), 3, "byte"))
  local input = torch.FloatTensor(1, 3, SIDE, SIDE)
  for channel, mean in ipairs(MEANS) do
    input[1][channel]:copy(part[4 - channel]):add(-mean)
  end
  return input
end

return served
