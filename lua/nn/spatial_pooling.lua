-- Pooling of images, C x H x W or N x C x H x W.
local args = require "wick.args"
local errors = require "wick.errors"
local torch = require "torch"
local layer = require "nn.layer"
local tape = require "nn.tape"

local whole = layer.whole

local function same_as(name)
  return function(a)
    return a[name]
  end
end

-- (kW, kH [, dW, dH [, padW, padH]]), and further rows by position; `step`: dW's and dH's default.
local function declaration(name, step_w, step_h, ...)
  return {
    name, { "kW", "integer" }, { "kH", "integer", same_as "kW" },
    { "dW", "integer", step_w }, { "dH", "integer", step_h },
    { "padW", "number", 0 }, { "padH", "number", 0 },
    kernel = { "kW", "kH" }, stride = { "dW", "dH" }, pad = { "padW", "padH" },
    ceil = false, ...
  }
end

local function build(self, declared, ...)
  local a = layer.begin(self, declared, ...)
  self.ceil_mode, self.ceil = a.ceil, nil
  self.padW, self.padH = whole(a.padW), whole(a.padH)
  for _, name in ipairs{ "kW", "kH", "dW", "dH" } do
    if self[name] < 1 then
      errors.raise("%s: %s is %d, it has to be positive", torch.typename(self), name, self[name])
    end
  end
end

--- The last window may reach beyond the padding; returns the layer.
local function ceil(self)
  self.ceil_mode = true
  return self
end

--- Windows stay inside; returns the layer.
local function floor(self)
  self.ceil_mode = false
  return self
end

local function window(self)
  local h, w = self.dilationH or 1, self.dilationW or 1
  return { h * (self.kH - 1) + 1, w * (self.kW - 1) + 1 }, { self.dH, self.dW }
end

local function text(self)
  local result = ("%s(%dx%d, %d,%d"):format(torch.typename(self), self.kW, self.kH, self.dW,
    self.dH)
  local dilation_w, dilation_h = self.dilationW or 1, self.dilationH or 1
  local dilated = dilation_w ~= 1 or dilation_h ~= 1
  if self.padW ~= 0 or self.padH ~= 0 then
    result = ("%s, %d,%d"):format(result, self.padW, self.padH)
  end
  if dilated then result = ("%s, %d,%d"):format(result, dilation_w, dilation_h) end
  return result .. ")"
end

-- Largest ----------------------------------------------------------------------------------------

local Max = torch.class("nn.SpatialMaxPooling", "nn.Module")

local MAX_ROWS = declaration("nn.SpatialMaxPooling", same_as "kW", same_as "kH")
MAX_ROWS.dilationW, MAX_ROWS.dilationH = 1, 1
MAX_ROWS.dilation = { "dilationW", "dilationH" }
Max.args = args(MAX_ROWS)

--- nn.SpatialMaxPooling(kW, kH [, dW = kW, dH = kH [, padW, padH]]), or a table with names: kernel,
-- stride, pad, dilation, ceil. `indices` says where in its plane each largest element stood.
function Max:__init(...)
  build(self, Max.args, ...)
end

Max.ceil, Max.floor, Max.window, Max.__tostring__ = ceil, floor, window, text

function Max:updateOutput(input)
  local output, indices = torch.maxPool2d(input, { self.kH, self.kW }, {
    stride = { self.dH or self.kH, self.dW or self.kW }, pad = { self.padH or 0, self.padW or 0 },
    dilation = { self.dilationH or 1, self.dilationW or 1 }, ceil = self.ceil_mode or false,
    indices = self.keepsIndices or false,
  })
  local are_places = indices:type() == "torch.LongTensor"
  self.indices = are_places and tape.point(self.indices, indices) or nil
  self.iheight, self.iwidth = input:size(input:dim() - 1), input:size(input:dim())
  return output
end

Max.cleared = { "indices" }

local Dilated = torch.class("nn.SpatialDilatedMaxPooling", "nn.SpatialMaxPooling")

Dilated.args = args(declaration("nn.SpatialDilatedMaxPooling", same_as "kW", same_as "kH",
  { "dilationW", "integer", 1 }, { "dilationH", "integer", same_as "dilationW" }))

--- nn.SpatialDilatedMaxPooling(kW, kH [, dW, dH [, padW, padH [, dilationW, dilationH]]]).
function Dilated:__init(...)
  build(self, Dilated.args, ...)
end

local Unpooling = layer.define("nn.SpatialMaxUnpooling", "nn.Module",
  {
    doc = "Zeros with the values of x where the largest of each window stood in `pooling`.",
    { "pooling", "nn.SpatialMaxPooling" },
  }, function(self, input)
    local pooling = self.pooling
    if not pooling.indices then
      errors.raise("%s has to run before its unpooling", tostring(pooling))
    end
    return torch.maxUnpool2d(input, pooling.indices, pooling.iheight, pooling.iwidth)
  end)

local init = Unpooling.__init
function Unpooling:__init(...)
  init(self, ...)
  self.pooling.keepsIndices = true
end

function Unpooling:__tostring__()
  return ("%s associated to %s"):format(torch.typename(self), tostring(self.pooling))
end

-- Mean -------------------------------------------------------------------------------------------

local Average = torch.class("nn.SpatialAveragePooling", "nn.Module")

Average.args = args(declaration("nn.SpatialAveragePooling", 1, 1))

--- nn.SpatialAveragePooling(kW, kH [, dW = 1, dH = 1 [, padW, padH]]), or a table with names:
-- kernel, stride, pad, ceil.
function Average:__init(...)
  build(self, Average.args, ...)
  self.count_include_pad, self.divide = true, true
end

Average.ceil, Average.floor, Average.window, Average.__tostring__ = ceil, floor, window, text

--- Padding counts in the mean, as it does from the start; returns the layer.
function Average:setCountIncludePad()
  self.count_include_pad = true
  return self
end

--- Padding does not count in the mean; returns the layer.
function Average:setCountExcludePad()
  self.count_include_pad = false
  return self
end

function Average:updateOutput(input)
  return torch.avgPool2d(input, { self.kH, self.kW }, {
    stride = { self.dH or 1, self.dW or 1 }, pad = { self.padH or 0, self.padW or 0 },
    ceil = self.ceil_mode or false, countIncludePad = self.count_include_pad ~= false,
    divide = self.divide ~= false,
  })
end

-- Adaptive ---------------------------------------------------------------------------------------

local function define_adaptive(name, which, operation)
  local metatable = layer.define(name, "nn.Module", {
    doc = ("The %s of windows that share an image out over W x H places."):format(which),
    { "W", "integer" }, { "H", "integer", function(a) return a.W end },
  }, function(self, input)
    local output, indices = operation(input, { self.H, self.W })
    self.indices = indices and tape.point(self.indices, indices)
    return output
  end)
  metatable.cleared = { "indices" }
end

define_adaptive("nn.SpatialAdaptiveMaxPooling", "largest", torch.adaptiveMaxPool2d)
define_adaptive("nn.SpatialAdaptiveAveragePooling", "means", torch.adaptiveAvgPool2d)

-- Weighted sums ----------------------------------------------------------------------------------

local SubSampling = torch.class("nn.SpatialSubSampling", "nn.Module")

SubSampling.args = args{ "nn.SpatialSubSampling",
  { "nInputPlane", "integer" }, { "kW", "integer" }, { "kH", "integer", same_as "kW" },
  { "dW", "integer", 1 }, { "dH", "integer", 1 },
  kernel = { "kW", "kH" }, stride = { "dW", "dH" },
}

--- nn.SpatialSubSampling(nPlanes, kW, kH [, dW = 1, dH = 1]): a weight times the sum of every
-- window plus a bias, one of each a plane.
function SubSampling:__init(...)
  local a = layer.begin(self, SubSampling.args, ...)
  self:parameter("weight", a.nInputPlane)
  self:parameter("bias", a.nInputPlane)
  self:reset()
end

--- Draws the parameters uniformly within 1 / sqrt(kW kH), or sqrt(3) deviations.
function SubSampling:reset(deviation)
  layer.uniform(self, 1 / math.sqrt(self.kW * self.kH), deviation, "weight", "bias")
end

SubSampling.window = window

function SubSampling:updateOutput(input)
  local planes = self.weight:size(1)
  if input:dim() >= 3 and input:size(input:dim() - 2) ~= planes then
    errors.raise("invalid number of input planes: %s has %d, the layer %d", layer.shape(input),
      input:size(input:dim() - 2), planes)
  end
  local sums = torch.avgPool2d(input, { self.kH, self.kW }, {
    stride = { self.dH, self.dW }, divide = false,
  })
  return torch.add(torch.cmul(sums, self.weight:view(planes, 1, 1)), self.bias:view(planes, 1, 1))
end

--- Multiply-adds for an output, a tensor.
function SubSampling:multiplyAdds(_, output)
  return output:nElement()
end

-- Powers -----------------------------------------------------------------------------------------

local LPPooling = torch.class("nn.SpatialLPPooling", "nn.Sequential")

LPPooling.args = args{ "nn.SpatialLPPooling",
  { "nInputPlane", "integer" }, { "pnorm", "number", 2 },
  { "kW", "integer" }, { "kH", "integer", same_as "kW" },
  { "dW", "integer", same_as "kW" }, { "dH", "integer", same_as "kH" },
}

--- nn.SpatialLPPooling(nPlanes, p, kW, kH [, dW = kW, dH = kH]): the p-norm of every window.
function LPPooling:__init(...)
  torch.getmetatable("nn.Sequential").__init(self)
  local nn, a = _G.nn, LPPooling.args:read(...)
  self.name = a.name
  if a.kW == 1 and a.kH == 1 then return self:add(nn.Identity()) end
  local square = a.pnorm == 2
  self:add(square and nn.Square() or nn.Power(a.pnorm))
  self:add(nn.SpatialAveragePooling(a.kW, a.kH, a.dW, a.dH))
  self:add(nn.MulConstant(a.kW * a.kH))
  self:add(square and nn.Sqrt() or nn.Power(1 / a.pnorm))
end
