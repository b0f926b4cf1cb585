-- The second Inception network, whose n x n convolutions are split into n x 1 and 1 x n ones:
-- Szegedy, Vanhoucke, Ioffe, Shlens and Wojna, "Rethinking the Inception architecture for computer
-- vision", 2015. The widths inside the modules, which the paper does not list, are those that its
-- authors published with their weights.
--
-- On names: the paper calls the architecture v2, and v3 the same trained with smoothed labels,
-- split 7 x 7 convolutions and a normalised auxiliary classifier. Published weights are all of the
-- latter, so most collections know the network as Inception v3: `models.inceptionV3` builds it too.
local args = require "wick.args"
local errors = require "wick.errors"
local nn = require "nn"
local auxiliary = require "wick.models.auxiliary"
local parts = require "wick.models.parts"

local inception = {}

local ROW, COLUMN = { 7, 1 }, { 1, 7 } -- a kernel's width and height

local function mean()
  return nn.SpatialAveragePooling{ 3, 3, stride = 1, pad = 1 }
end

local function pool()
  return nn.SpatialMaxPooling{ 3, 3, stride = 2 }
end

-- Branches are lists of {channels, kernel, stride}; a stride comes without padding.
local function add_branch(model, from, branch, wide)
  for _, c in ipairs(branch) do
    local to = wide(c[1])
    parts.addNormalized(model, from, to, c[2], { stride = c[3], pad = c[3] and 0 })
    from = to
  end
  return model, from
end

-- Branches side by side; the last begins with a pooling. Returns the module and its channels.
local function join(from, pooling, branches, wide)
  local model, total = nn.Concat(2), 0
  for i, branch in ipairs(branches) do
    local start = i == #branches and nn.Sequential():add(pooling) or nn.Sequential()
    local module, to = add_branch(start, from, branch, wide)
    model:add(module)
    total = total + to
  end
  return model, total
end

-- Modules ----------------------------------------------------------------------------------------

-- On maps of 35 x 35.
local function plain(from, pooled, wide)
  return join(from, mean(), {
    { { 64, 1 } }, { { 48, 1 }, { 64, 5 } }, { { 64, 1 }, { 96, 3 }, { 96, 3 } }, { { pooled, 1 } },
  }, wide)
end

local function reduce_first(from, _, wide)
  return join(from, pool(), { { { 384, 3, 2 } }, { { 64, 1 }, { 96, 3 }, { 96, 3, 2 } }, {} }, wide)
end

-- On maps of 17 x 17, with 7 x 7 as 1 x 7 and 7 x 1; figure 6 of the paper.
local function factorised(from, c, wide)
  return join(from, mean(), {
    { { 192, 1 } }, { { c, 1 }, { c, ROW }, { 192, COLUMN } },
    { { c, 1 }, { c, COLUMN }, { c, ROW }, { c, COLUMN }, { 192, ROW } }, { { 192, 1 } },
  }, wide)
end

local function reduce_second(from, _, wide)
  return join(from, pool(), {
    { { 192, 1 }, { 320, 3, 2 } }, { { 192, 1 }, { 192, ROW }, { 192, COLUMN }, { 192, 3, 2 } }, {},
  }, wide)
end

-- A branch that ends on 1 x 3 and 3 x 1 side by side.
local function forked(from, branch, wide)
  local model, to = add_branch(nn.Sequential(), from, branch, wide)
  local fork = nn.Concat(2)
  for _, kernel in ipairs{ { 3, 1 }, { 1, 3 } } do
    fork:add((add_branch(nn.Sequential(), to, { { 384, kernel } }, wide)))
  end
  return model:add(fork), 2 * wide(384)
end

-- On maps of 8 x 8, wide rather than deep; figure 7.
local function expanded(from, _, wide)
  local model, outer = join(from, mean(), { { { 320, 1 } }, { { 192, 1 } } }, wide)
  local total = outer
  for _, branch in ipairs{ { { 384, 1 } }, { { 448, 1 }, { 384, 3 } } } do
    local module, to = forked(from, branch, wide)
    model:add(module)
    total = total + to
  end
  return model, total
end

local MODULES = {
  { plain, 32 }, { plain, 64 }, { plain, 64 }, { reduce_first },
  { factorised, 128 }, { factorised, 160 }, { factorised, 160 }, { factorised, 192 },
  { reduce_second }, { expanded }, { expanded },
}

-- The network ------------------------------------------------------------------------------------

local function add_stem(model, channels, wide)
  local from
  model, from = add_branch(model, channels, { { 32, 3, 2 }, { 32, 3, 1 }, { 64, 3 } }, wide)
  model, from = add_branch(model:add(pool()), from, { { 80, 1 }, { 192, 3, 1 } }, wide)
  return model:add(pool()), from
end

-- The side of the maps behind the first reduction, for images of this side.
local function side_of(size)
  for _, lost in ipairs{ 2, 2, 0, 0 } do size = (size - 3) // 2 + 1 - lost end
  return size
end

-- The auxiliary classifier on maps of 17 x 17: means of 5 x 5 windows, 1 x 1, 5 x 5 (or all of the
-- maps, should they be smaller).
local function head(from, o, wide)
  local maps = side_of(o.size)
  if maps < 5 then
    errors.raise("wick.models.inceptionV2: images of %d x %d are too small for an auxiliary head; "
      .. "107 x 107 are the smallest", o.size, o.size)
  end
  local kernel = math.min(5, (maps - 5) // 3 + 1)
  local model = nn.Sequential():add(nn.SpatialAveragePooling(5, 5, 3, 3))
  local _, to = add_branch(model, from, { { 128, 1 }, { 768, kernel, 1 } }, wide)
  return parts.addClassifier(model, to, o.classes)
end

local HEAD = 8 -- the module behind which it sits

-- Adds MODULES[i] and all behind it; what follows the head is a network of its own.
local function add_modules(model, i, from, o, wide)
  local row = MODULES[i]
  if not row then return parts.addClassifier(model, from, o.classes, o.dropout) end
  local module
  module, from = row[1](from, row[2], wide)
  model:add(module)
  if i ~= HEAD or not o.auxiliary then return add_modules(model, i + 1, from, o, wide) end
  local rest = add_modules(nn.Sequential(), i + 1, from, o, wide)
  return model:add(auxiliary.join(rest, head(from, o, wide)))
end

local OPTIONS = args{
  "wick.models.inceptionV2", channels = 3, classes = 1000, dropout = 0.2, width = 1,
  auxiliary = false, size = 299,
}

--- wick.models.inceptionV2{channels = 3, classes = 1000, dropout = 0.2, width = 1,
-- auxiliary = false, size = 299}: for images of 299 x 299 or any size from 75 on (which the
-- auxiliary head has to know); `width` scales all layers between. With the head the output while
-- training is a table of scores, for googlenetCriterion{ heads = 1, weight = 0.4 }.
function inception.inceptionV2(...)
  local o = OPTIONS:read(...)
  local function wide(count) return parts.scaled(count, o.width) end
  local model, from = add_stem(nn.Sequential(), o.channels, wide)
  return parts.initialize(add_modules(model, 1, from, o, wide))
end

--- wick.models.inceptionV3: the same network under the name of its published weights.
inception.inceptionV3 = inception.inceptionV2

local SPLIT_OPTIONS = args{
  "wick.models.factorisedConvolution", { "from", "integer" }, { "to", "integer" },
  { "kernel", "integer" },
}

--- wick.models.factorisedConvolution{from, to, kernel}: kernel x kernel as 1 x kernel and
-- kernel x 1, each with batch normalisation and ReLU.
function inception.factorisedConvolution(...)
  local o = SPLIT_OPTIONS:read(...)
  if o.kernel % 2 == 0 then
    errors.raise("wick.models.factorisedConvolution: the kernel is %d, it has to be odd", o.kernel)
  end
  local model = parts.addNormalized(nn.Sequential(), o.from, o.to, { o.kernel, 1 })
  return parts.initialize(parts.addNormalized(model, o.to, o.to, { 1, o.kernel }))
end

return inception
