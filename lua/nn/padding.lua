-- Borders around images and volumes, or less of them where a number is negative.
local errors = require "wick.errors"
local torch = require "torch"
local layer = require "nn.layer"

-- A declaration of how many entries come before and after, from the last dimension on; the first
-- number stands for those left out.
local function declaration(doc, names)
  local function first(a)
    return a[names[1]]
  end
  local declared = { doc = doc, { names[1], "integer" } }
  for i = 2, #names do declared[i] = { names[i], "integer", first } end
  return declared
end

local function check_dims(input, count)
  local dims = input:dim()
  if dims ~= count + 1 and dims ~= count + 2 then
    errors.raise("input must be %d or %d-dimensional, got %s", count + 1, count + 2,
      layer.shape(input))
  end
end

local function check_size(input, dim, before, after)
  if input:size(dim) + before + after < 1 then
    errors.raise("input is too small: %s", layer.shape(input))
  end
end

local SPATIAL = { "pad_l", "pad_r", "pad_t", "pad_b" }

local ZeroPadding = layer.define("nn.SpatialZeroPadding", "nn.Module",
  declaration("Rows and columns of zeros around images, or fewer where a number is negative.",
    SPATIAL), function(self, input)
  check_dims(input, 2)
  local dims = input:dim()
  check_size(input, dims - 1, self.pad_t, self.pad_b)
  check_size(input, dims, self.pad_l, self.pad_r)
  local rows = torch.pad(input, dims - 1, self.pad_t, self.pad_b)
  return torch.pad(rows, dims, self.pad_l, self.pad_r)
end)

function ZeroPadding:__tostring__()
  return ("%s(l=%d, r=%d, t=%d, b=%d)"):format(torch.typename(self), self.pad_l, self.pad_r,
    self.pad_t, self.pad_b)
end

-- The positions along a padded dimension of `size`, by the rule `source(i, size)`, from 1.
local function positions(size, before, after, source)
  local list = {}
  for i = 1 - before, size + after do list[#list + 1] = source(i, size) end
  return torch.LongTensor(list)
end

-- A padding by repeating what is there; `names` as in its declaration.
local function define_padding(name, doc, names, source, check)
  local count = #names // 2
  local metatable = layer.define(name, "nn.Module", declaration(doc, names), function(self, input)
    check_dims(input, count)
    if check then check(self, input) end
    for i = 1, count do
      local dim = input:dim() - i + 1
      local before, after = self[names[2 * i - 1]], self[names[2 * i]]
      check_size(input, dim, before, after)
      if before ~= 0 or after ~= 0 then
        input = torch.index(input, dim, positions(input:size(dim), before, after, source))
      end
    end
    return input
  end)
  return metatable
end

local function nearest(i, size)
  return math.min(math.max(i, 1), size)
end

define_padding("nn.SpatialReplicationPadding", "The pixels at the border of images, repeated.",
  SPATIAL, nearest).__tostring__ = ZeroPadding.__tostring__

local VOLUMETRIC = { "pleft", "pright", "ptop", "pbottom", "pfront", "pback" }

local Volumetric = define_padding("nn.VolumetricReplicationPadding",
  "The places at the border of volumes, repeated.", VOLUMETRIC, nearest)

function Volumetric:__tostring__()
  return ("%s(left=%d, right=%d, top=%d, bottom=%d, front=%d, back=%d)"):format(
    torch.typename(self), self.pleft, self.pright, self.ptop, self.pbottom, self.pfront, self.pback)
end

local function mirrored(i, size)
  if i < 1 then return 2 - i end
  return i > size and 2 * size - i or i
end

define_padding("nn.SpatialReflectionPadding", "Images mirrored at their border pixels.", SPATIAL,
  mirrored, function(self, input)
  local height, width = input:size(input:dim() - 1), input:size(input:dim())
  if math.max(self.pad_t, self.pad_b) >= height
    or math.max(self.pad_l, self.pad_r) >= width then
    errors.raise("a border of l=%d, r=%d, t=%d, b=%d cannot be reflected in %s: each has to be "
      .. "smaller than the image", self.pad_l, self.pad_r, self.pad_t, self.pad_b,
      layer.shape(input))
  end
end).__tostring__ = ZeroPadding.__tostring__
