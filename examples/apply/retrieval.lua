-- Images like this one: the features that a classifier has before its last layer put images of the
-- same thing near each other, wherever their pixels are. Every test digit asks for its five nearest
-- training digits, by pixels and by features; all are shifted a little, as cameras do.
--
--   wick examples/apply/retrieval.lua
local torch = require "torch"
local nn = require "nn"
local paths = require "paths"
local data = require "wick.data"
local digits = paths.dofile("../digits.lua")
local learn = paths.dofile("../learn.lua")
local sheet = paths.dofile("../sheet.lua")

local cmd = torch.CmdLine()
cmd:text("Retrieval of similar images by a network's features.")
cmd:option("-steps", 500, "of training")
cmd:option("-seed", 1, "of everything drawn")
cmd:option("-out", ".", "the folder for what is drawn")
local options = cmd:parse(arg)
torch.manualSeed(options.seed)

local SIDE, NEAREST = 16, 5
local shift = data.pipeline{ { "Translate", 0.12, 0.12 } }

local function shifted(images, seed)
  local result = images:clone()
  for i = 1, images:size(1) do result[i] = shift(images[i], seed + i) end
  return result
end

local images, labels = digits.load("train", SIDE)
local queries, query_labels = digits.load("test", SIDE)
images, queries = shifted(images, 0), shifted(queries, 10000)
local model = digits.network(SIDE)
model:remove(8)
model:add(nn.Linear(24 * 16, 32)):add(nn.ReLU()):add(nn.Linear(32, 10))
learn.train(model, images, labels, { steps = options.steps, change = function(batch, step)
  return shifted(batch, step * 100)
end })

-- What the layer before the last gives, each at length 1, so that a product is a cosine.
local function features_of(pictures)
  for i = 1, 9 do pictures = model:get(i):forward(pictures) end
  return nn.Normalize(2):forward(pictures):clone()
end

local function pixels_of(pictures)
  return nn.Normalize(2):forward(pictures:view(pictures:size(1), -1)):clone()
end

-- The nearest images of each query, and how many of them show the same digit, in percent.
local function search(describe)
  local likeness = describe(queries) * describe(images):t()
  local _, nearest = likeness:topk(NEAREST, 2, true, true)
  local found = labels:index(1, nearest:view(-1)):view(-1, NEAREST)
  local same = found:eq(query_labels:view(-1, 1):expandAs(found))
  return nearest, 100 * same:sum() / same:nElement()
end

local by_pixels, pixel_rate = search(pixels_of)
local by_features, feature_rate = search(features_of)
print(("of the %d nearest, so many show the same digit"):format(NEAREST))
print(("  by pixels:   %.1f %%"):format(pixel_rate))
print(("  by features: %.1f %%, 32 numbers an image instead of 256"):format(feature_rate))

local rows = {}
for query = 1, 40, 6 do
  local row = { query == 1 and "Query; five nearest by pixels; five nearest by features",
    { queries[query] } }
  for _, nearest in ipairs{ by_pixels, by_features } do
    for i = 1, NEAREST do row[#row + 1] = { images[nearest[query][i]] } end
  end
  rows[#rows + 1] = row
end
sheet.save(options.out, "retrieved.png", { tile = 56, rows = rows })
