-- The largest of windows of images, C x H x W or N x C x H x W, and of volumes, and the way back.
local args = require "wick.args"
local errors = require "wick.errors"
local torch = require "torch"
local axes = require "nn.axes"
local layer = require "nn.layer"
local pooling = require "nn.pooling"
local same_padding = require "nn.same_padding"
local tape = require "nn.tape"

-- Where a pooling notes the sides of its input, for its unpooling.
local SIDES = { H = "iheight", W = "iwidth", T = "itime" }

local function update(self, input)
  local along = self.axes
  local padded, pad = same_padding.apply(self, input, -math.huge)
  local options = {
    stride = along:values(self, "d"), pad = pad,
    dilation = along:values(self, "dilation", 1), ceil = self.ceil_mode or false,
  }
  if self.takes_indices then options.indices = self.keepsIndices or false end
  local output, indices = self.pool(padded, along:values(self, "k"), options)
  local are_places = indices:type() == "torch.LongTensor"
  self.indices = are_places and tape.point(self.indices, indices) or nil
  for i, side in ipairs(along:sides(input)) do self[SIDES[along.dimensions[i]]] = side end
  return output
end

--- Lets go of what the last forward left; returns the layer.
local function empty(self)
  return self:clearState()
end

local function define(name, along, pool)
  local Max = torch.class(name, "nn.Module")
  local declared = pooling.declaration(along, name, along:rows_like("d", "integer", "k"))
  for _, field in ipairs(along:fields "dilation") do declared[field] = 1 end
  declared.dilation = along:fields "dilation"
  Max.args = args(declared)
  Max.axes, Max.pool, Max.updateOutput, Max.empty = along, pool, update, empty
  Max.cleared = { "indices" }
  pooling.equip(Max)
  return Max
end

local Spatial = define("nn.SpatialMaxPooling", axes.spatial, torch.maxPool2d)
Spatial.takes_indices = true -- or keeps places in a form of its own
Spatial.window = pooling.window

--- nn.SpatialMaxPooling(kW, kH [, dW = kW, dH = kH [, padW, padH]]), or a table with names: kernel,
-- stride, pad (also "same" and "valid"), dilation, ceil. `indices` says where in its plane each
-- largest element stood; with "same" the plane as it is padded.
function Spatial:__init(...)
  pooling.build(self, Spatial.args, ...)
end

local Volumetric = define("nn.VolumetricMaxPooling", axes.volumetric, torch.maxPool3d)

--- nn.VolumetricMaxPooling(kT, kW, kH [, dT = kT, dW = kW, dH = kH [, padT, padW, padH]]), or a
-- table with the names of nn.SpatialMaxPooling.
function Volumetric:__init(...)
  pooling.build(self, Volumetric.args, ...)
end

local function define_dilated(name, parent, along)
  local Dilated = torch.class(name, parent)
  local declared = pooling.declaration(along, name, along:rows_like("d", "integer", "k"),
    along:rows("dilation", "integer", 1, 1))
  declared.dilation = along:fields "dilation"
  Dilated.args = args(declared)
  function Dilated:__init(...)
    pooling.build(self, Dilated.args, ...)
  end
end

--- nn.SpatialDilatedMaxPooling(kW, kH [, dW, dH [, padW, padH [, dilationW, dilationH]]]).
define_dilated("nn.SpatialDilatedMaxPooling", "nn.SpatialMaxPooling", axes.spatial)

--- nn.VolumetricDilatedMaxPooling(kT, kW, kH [, dT, dW, dH [, padT, padW, padH
-- [, dilationT, dilationW, dilationH]]]).
define_dilated("nn.VolumetricDilatedMaxPooling", "nn.VolumetricMaxPooling", axes.volumetric)

-- Unpooling --------------------------------------------------------------------------------------

-- Windows that overlap have no way back.
local function check_pooling(self)
  local of = self.pooling
  for _, axis in ipairs(of.axes.arguments) do
    if of["k" .. axis] ~= of["d" .. axis] then
      errors.raise("%s: The size of pooling module's kernel must be equal to its stride: %s",
        torch.typename(self), tostring(of))
    end
  end
end

local function define_unpooling(name, kind, unpool)
  local Unpooling = layer.define(name, "nn.Module", {
    doc = "Zeros with the values of x where the largest of each window stood in `pooling`.",
    { "pooling", kind },
  }, function(self, input)
    local of, sides = self.pooling, {}
    if not of.indices then
      errors.raise("%s has to run before its unpooling", tostring(of))
    end
    for i, axis in ipairs(of.axes.dimensions) do sides[i] = of[SIDES[axis]] end
    return unpool(input, of.indices, table.unpack(sides))
  end)
  local init = Unpooling.__init
  function Unpooling:__init(...)
    init(self, ...)
    check_pooling(self)
    self.pooling.keepsIndices = true
  end
  function Unpooling:__tostring__()
    return ("%s associated to %s"):format(torch.typename(self), tostring(self.pooling))
  end
  Unpooling.empty = empty
end

define_unpooling("nn.SpatialMaxUnpooling", "nn.SpatialMaxPooling", torch.maxUnpool2d)
define_unpooling("nn.VolumetricMaxUnpooling", "nn.VolumetricMaxPooling", torch.maxUnpool3d)
