-- Transposed convolution: what a convolution's gradient does with an image.
local args = require "wick.args"
local errors = require "wick.errors"
local torch = require "torch"
local layer = require "nn.layer"

local Full = torch.class("nn.SpatialFullConvolution", "nn.Module")

Full.args = args{ "nn.SpatialFullConvolution",
  { "nInputPlane", "integer" }, { "nOutputPlane", "integer" },
  { "kW", "integer" }, { "kH", "integer", function(a) return a.kW end },
  { "dW", "integer", 1 }, { "dH", "integer", 1 }, { "padW", "number", 0 }, { "padH", "number", 0 },
  { "adjW", "integer", 0 }, { "adjH", "integer", 0 },
  kernel = { "kW", "kH" }, stride = { "dW", "dH" }, pad = { "padW", "padH" },
  adj = { "adjW", "adjH" }, bias = true, groups = 1,
}

--- nn.SpatialFullConvolution(nIn, nOut, kW, kH [, dW, dH [, padW, padH [, adjW, adjH]]]): the
-- output has (in - 1) d - 2 pad + k + adj pixels a side. An input {x, reference} chooses adj so
-- that it has the reference's.
function Full:__init(...)
  local a = layer.begin(self, Full.args, ...)
  for _, name in ipairs{ "padW", "padH", "groups" } do self[name] = layer.whole(a[name]) end
  if a.adjW > a.dW - 1 or a.adjH > a.dH - 1 then
    errors.raise("nn.SpatialFullConvolution: adjW and adjH must be smaller than dW and dH: they "
      .. "are %d,%d and %d,%d", a.adjW, a.adjH, a.dW, a.dH)
  end
  self:parameter("weight", a.nInputPlane, a.nOutputPlane // self.groups, a.kH, a.kW)
  if a.bias then self:parameter("bias", a.nOutputPlane) end
  self:reset()
end

Full.noBias = layer.noBias

--- Draws the parameters uniformly within 1 / sqrt(kW kH nIn), or sqrt(3) deviations.
function Full:reset(deviation)
  local bound = 1 / math.sqrt(self.kW * self.kH * self.nInputPlane)
  layer.uniform(self, bound, deviation, "weight", "bias")
end

-- How many pixels a side has beyond the least, for a reference of `size`.
local function adjusted(size, kernel, step, pad)
  return (size + 2 * pad - kernel) % step
end

function Full:updateOutput(input)
  local adj_h, adj_w = self.adjH or 0, self.adjW or 0
  if type(input) == "table" then
    local reference = input[2]
    local dims = reference:dim()
    adj_h = adjusted(reference:size(dims - 1), self.kH, self.dH, self.padH)
    adj_w = adjusted(reference:size(dims), self.kW, self.dW, self.padW)
    input = input[1]
  end
  return torch.convTranspose2d(input, self.weight, self.bias, {
    stride = { self.dH, self.dW }, pad = { self.padH, self.padW }, adj = { adj_h, adj_w },
    groups = self.groups or 1,
  })
end

--- Multiply-adds for an input.
function Full:multiplyAdds(input)
  local x = type(input) == "table" and input[1] or input
  return x:nElement() * (self.weight:nElement() // self.weight:size(1))
end

function Full:__tostring__()
  local padding = self.padW ~= 0 or self.padH ~= 0
  local adjusting = self.adjW ~= 0 or self.adjH ~= 0
  local text = ("%s(%d -> %d, %dx%d"):format(torch.typename(self), self.nInputPlane,
    self.nOutputPlane, self.kW, self.kH)
  if self.dW ~= 1 or self.dH ~= 1 or padding then
    text = ("%s, %d,%d"):format(text, self.dW, self.dH)
  end
  if padding or adjusting then text = ("%s, %d,%d"):format(text, self.padW, self.padH) end
  if adjusting then text = ("%s, %d,%d"):format(text, self.adjW, self.adjH) end
  return text .. (self.bias and ")" or ") without bias")
end
