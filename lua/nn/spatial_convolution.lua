-- Convolution of images, C x H x W or N x C x H x W, kernels not flipped.
local args = require "wick.args"
local torch = require "torch"
local layer = require "nn.layer"

local whole = layer.whole

local function same_as(name)
  return function(a)
    return a[name]
  end
end

-- What every convolution takes, and further rows by position.
local function declaration(name, pad_kind, ...)
  return {
    name, { "nInputPlane", "integer" }, { "nOutputPlane", "integer" },
    { "kW", "integer" }, { "kH", "integer", same_as "kW" },
    { "dW", "integer", 1 }, { "dH", "integer", 1 },
    { "padW", pad_kind, 0 }, { "padH", pad_kind, same_as "padW" },
    kernel = { "kW", "kH" }, stride = { "dW", "dH" }, pad = { "padW", "padH" },
    dilation = { "dilationW", "dilationH" }, bias = true, groups = 1, ...
  }
end

local function check(self)
  local errors = require "wick.errors"
  for _, name in ipairs{ "nInputPlane", "nOutputPlane", "kW", "kH", "dW", "dH" } do
    if self[name] < 1 then
      errors.raise("%s: %s is %d, it has to be positive", torch.typename(self), name, self[name])
    end
  end
  for _, name in ipairs{ "nInputPlane", "nOutputPlane" } do
    if self[name] % self.groups ~= 0 then
      errors.raise("%s: %d groups do not divide %s, %d", torch.typename(self), self.groups, name,
        self[name])
    end
  end
end

-- Fields, parameters and their values; `flat`: the weight as a matrix.
local function build(self, a, flat)
  self.groups = whole(self.groups)
  self.dilationW, self.dilationH = whole(self.dilationW or 1), whole(self.dilationH or 1)
  check(self)
  for _, name in ipairs{ "padW", "padH" } do
    if self[name] == "valid" then self[name] = 0 end
    if self[name] ~= "same" then self[name] = whole(self[name]) end
  end
  local fan_in = self.nInputPlane // self.groups
  if flat then
    self:parameter("weight", self.nOutputPlane, fan_in * self.kH * self.kW)
  else
    self:parameter("weight", self.nOutputPlane, fan_in, self.kH, self.kW)
  end
  if a.bias then self:parameter("bias", self.nOutputPlane) end
  self:reset()
end

-- Running ----------------------------------------------------------------------------------------

-- Entries before and after that keep `size` places, or one every `step`.
local function same_padding(size, kernel, step, dilation)
  local places = (size + step - 1) // step
  local total = math.max(0, (places - 1) * step + dilation * (kernel - 1) + 1 - size)
  return total // 2, total - total // 2
end

-- The input and what is left to pad on both sides alike, along one dimension.
local function padded(input, dim, pad, kernel, step, dilation)
  if pad ~= "same" then return input, pad end
  local before, after = same_padding(input:size(dim), kernel, step, dilation)
  if before == after then return input, before end
  return torch.pad(input, dim, before, after), 0
end

local function weight_of(self)
  local weight = self.weight
  if weight:dim() == 4 then return weight end
  return weight:view(self.nOutputPlane, self.nInputPlane // (self.groups or 1), self.kH, self.kW)
end

local function update(self, input)
  local pad_h, pad_w = self.padH or self.padding or 0, self.padW or self.padding or 0
  local dilation_h, dilation_w = self.dilationH or 1, self.dilationW or 1
  if input:dim() == 3 or input:dim() == 4 then
    input, pad_h = padded(input, input:dim() - 1, pad_h, self.kH, self.dH, dilation_h)
    input, pad_w = padded(input, input:dim(), pad_w, self.kW, self.dW, dilation_w)
  end
  return torch.conv2d(input, weight_of(self), self.bias, {
    stride = { self.dH, self.dW }, pad = { pad_h, pad_w },
    dilation = { dilation_h, dilation_w }, groups = self.groups or 1,
  })
end

--- Draws the parameters uniformly within 1 / sqrt(inputs of an output), or sqrt(3) deviations.
local function reset(self, deviation)
  local fan_in = self.weight:nElement() // self.weight:size(1)
  layer.uniform(self, 1 / math.sqrt(fan_in), deviation, "weight", "bias")
end

-- Text -------------------------------------------------------------------------------------------

-- ", 2,2" and ", 1,1": stride and padding, where they are not the default.
local function stride_text(self)
  local padding = ""
  if self.padW == "same" then
    padding = ", same"
  elseif self.padW ~= 0 or self.padH ~= 0 then
    padding = (", %d,%d"):format(self.padW, self.padH)
  end
  if self.dW == 1 and self.dH == 1 and padding == "" then return "" end
  return (", %d,%d%s"):format(self.dW, self.dH, padding)
end

local function options_text(self)
  local dilation_w, dilation_h = self.dilationW or 1, self.dilationH or 1
  local text = ""
  if dilation_w ~= 1 or dilation_h ~= 1 then
    text = (", %d,%d"):format(dilation_w, dilation_h)
  end
  if (self.groups or 1) ~= 1 then text = ("%s, groups %d"):format(text, self.groups) end
  return text
end

local function text(self)
  return ("%s(%d -> %d, %dx%d%s%s)%s"):format(torch.typename(self), self.nInputPlane,
    self.nOutputPlane, self.kW, self.kH, stride_text(self), options_text(self),
    self.bias and "" or " without bias")
end

-- Classes ----------------------------------------------------------------------------------------

local Convolution = torch.class("nn.SpatialConvolution", "nn.Module")

local DECLARED = declaration("nn.SpatialConvolution", "number|'same'|'valid'")
DECLARED.dilationW, DECLARED.dilationH = 1, 1
Convolution.args = args(DECLARED)

--- nn.SpatialConvolution(nIn, nOut, kW, kH [, dW, dH [, padW, padH]]), or a table with names:
-- nn.SpatialConvolution{3, 64, kernel = 3, stride = 2, pad = "same", dilation = 2, groups = 1,
-- bias = false}. Pairs are {width, height}.
function Convolution:__init(...)
  build(self, layer.begin(self, Convolution.args, ...))
end

Convolution.updateOutput = update
Convolution.reset = reset
Convolution.noBias = layer.noBias
Convolution.__tostring__ = text

--- Multiply-adds for an output, a tensor.
function Convolution:multiplyAdds(_, output)
  return output:nElement() * (self.weight:nElement() // self.weight:size(1))
end

--- The input pixels an output sees, {height, width}, and the step from one to the next.
function Convolution:window()
  local h, w = self.dilationH or 1, self.dilationW or 1
  return { h * (self.kH - 1) + 1, w * (self.kW - 1) + 1 }, { self.dH, self.dW }
end

local ConvolutionMM = torch.class("nn.SpatialConvolutionMM", "nn.SpatialConvolution")

--- The same with the weight as a matrix, nOut x (nIn kH kW).
function ConvolutionMM:__init(...)
  build(self, layer.begin(self, Convolution.args, ...), true)
end

local Dilated = torch.class("nn.SpatialDilatedConvolution", "nn.SpatialConvolution")

Dilated.args = args(declaration("nn.SpatialDilatedConvolution", "number",
  { "dilationW", "integer", 1 }, { "dilationH", "integer", same_as "dilationW" }))

--- nn.SpatialDilatedConvolution(nIn, nOut, kW, kH [, dW, dH, padW, padH, dilationW, dilationH]).
function Dilated:__init(...)
  build(self, layer.begin(self, Dilated.args, ...))
end
