-- Transposed convolution of images and volumes: what a convolution's gradient does with them.
local args = require "wick.args"
local errors = require "wick.errors"
local torch = require "torch"
local axes = require "nn.axes"
local layer = require "nn.layer"

local function declaration(along, name)
  return along:declaration(name, {
    { { "nInputPlane", "integer" }, { "nOutputPlane", "integer" } },
    along:rows("k", "integer"), along:rows("d", "integer", 1, 1), along:rows("pad", "number", 0, 0),
    along:rows("adj", "integer", 0, 0),
  }, { kernel = "k", stride = "d", pad = "pad", adj = "adj", bias = true, groups = 1 })
end

-- "dW and dH", "dT, dW and dH".
local function listed(names)
  return table.concat(names, ", ", 1, #names - 1) .. " and " .. names[#names]
end

local function check_adj(self)
  local along = self.axes
  for _, axis in ipairs(along.arguments) do
    if self["adj" .. axis] > self["d" .. axis] - 1 then
      errors.raise("%s: %s must be smaller than %s: they are %s and %s", torch.typename(self),
        listed(along:fields "adj"), listed(along:fields "d"), along:text(self, "adj", ","),
        along:text(self, "d", ","))
    end
  end
end

local function build(self, a)
  self.groups = layer.whole(a.groups)
  for _, name in ipairs(self.axes:fields "pad") do self[name] = layer.whole(a[name]) end
  check_adj(self)
  self:parameter("weight", a.nInputPlane, a.nOutputPlane // self.groups,
    table.unpack(self.axes:values(self, "k")))
  if a.bias then self:parameter("bias", a.nOutputPlane) end
  self:reset()
end

--- Draws the parameters uniformly within 1 / sqrt(kW kH nIn), or sqrt(3) deviations.
local function reset(self, deviation)
  local bound = self.nInputPlane
  for _, side in ipairs(self.axes:values(self, "k")) do bound = bound * side end
  layer.uniform(self, 1 / math.sqrt(bound), deviation, "weight", "bias")
end

-- How many places an axis has beyond the least, for each side of a reference.
local function adjusted(self, reference)
  local along, adj = self.axes, {}
  local kernel, step, pad = along:values(self, "k"), along:values(self, "d"),
    along:values(self, "pad", 0)
  for i, side in ipairs(along:sides(reference)) do
    adj[i] = (side + 2 * pad[i] - kernel[i]) % step[i]
  end
  return adj
end

local function update(self, input)
  local along = self.axes
  local adj = along:values(self, "adj", 0)
  if type(input) == "table" then
    adj = adjusted(self, input[2])
    input = input[1]
  end
  return self.convolve(input, self.weight, self.bias, {
    stride = along:values(self, "d"), pad = along:values(self, "pad", 0), adj = adj,
    groups = self.groups or 1,
  })
end

--- Of a reference only the size counts: its gradient is one zero, spread.
local function zero_gradient(_, x)
  return x:detach().new(1):zero():view(torch.LongStorage(x:dim()):fill(1)):expandAs(x)
end

--- Multiply-adds for an input.
local function multiply_adds(self, input)
  local x = type(input) == "table" and input[1] or input
  return x:nElement() * (self.weight:nElement() // self.weight:size(1))
end

local function text(self)
  local along, adj = self.axes, ""
  if not along:all(self, "adj", 0) then
    if along:all(self, "pad", 0) then adj = ", " .. along:text(self, "pad", ",") end
    adj = adj .. ", " .. along:text(self, "adj", ",")
  end
  return ("%s(%d -> %d, %s%s%s)%s"):format(torch.typename(self), self.nInputPlane,
    self.nOutputPlane, along:text(self, "k", "x"), along:steps_text(self), adj,
    self.bias and "" or " without bias")
end

-- Classes ----------------------------------------------------------------------------------------

local function define(name, along, convolve)
  local Full = torch.class(name, "nn.Module")
  Full.args = args(declaration(along, name))
  Full.axes, Full.convolve = along, convolve
  Full.updateOutput, Full.reset, Full.noBias = update, reset, layer.noBias
  Full.multiplyAdds, Full.zeroGradient, Full.__tostring__ = multiply_adds, zero_gradient, text
  return Full
end

local Spatial = define("nn.SpatialFullConvolution", axes.spatial, torch.convTranspose2d)

--- nn.SpatialFullConvolution(nIn, nOut, kW, kH [, dW, dH [, padW, padH [, adjW, adjH]]]): the
-- output has (in - 1) d - 2 pad + k + adj pixels a side. An input {x, reference} chooses adj so
-- that it has the reference's.
function Spatial:__init(...)
  build(self, layer.begin(self, Spatial.args, ...))
end

local Volumetric = define("nn.VolumetricFullConvolution", axes.volumetric, torch.convTranspose3d)

--- nn.VolumetricFullConvolution(nIn, nOut, kT, kW, kH [, dT, dW, dH [, padT, padW, padH
-- [, adjT, adjW, adjH]]]), the same for volumes.
function Volumetric:__init(...)
  build(self, layer.begin(self, Volumetric.args, ...))
end
