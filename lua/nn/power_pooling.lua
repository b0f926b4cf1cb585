-- Norms of windows: of images, and of neighbouring features.
local args = require "wick.args"
local errors = require "wick.errors"
local torch = require "torch"
local layer = require "nn.layer"

local LPPooling = torch.class("nn.SpatialLPPooling", "nn.Sequential")

LPPooling.args = args{ "nn.SpatialLPPooling",
  { "nInputPlane", "integer" }, { "pnorm", "number", 2 },
  { "kW", "integer" }, { "kH", "integer", function(a) return a.kW end },
  { "dW", "integer", function(a) return a.kW end },
  { "dH", "integer", function(a) return a.kH end },
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

-- Features ---------------------------------------------------------------------------------------

local Feature = layer.define("nn.FeatureLPPooling", "nn.Module",
  {
    doc = "The power-norm of `width` neighbouring features, every `stride` of them, of inputs of "
      .. "features and up to two dimensions more, with batch_mode behind a batch.",
    { "width", "integer" }, { "stride", "integer" }, { "power", "number" },
    { "batch_mode", "boolean", false },
  }, function(self, input)
    local dim = self.batch_mode and 2 or 1
    if input:dim() < dim or input:dim() > dim + 2 then
      errors.raise("input must be %d-%d dimensions for %s mode, got %s", dim, dim + 2,
        self.batch_mode and "batch" or "non-batch", layer.shape(input))
    elseif input:size(dim) < self.width then
      errors.raise("input: feature dimension must be >= width, which is %d, got %s", self.width,
        layer.shape(input))
    end
    local windows = torch.pow(torch.unfold(input, dim, self.width, self.stride), self.power)
    local sums = torch.sum(windows, input:dim() + 1)
    return layer.root(layer.drop(sums, input:dim() + 1), self.power)
  end)

local read_feature = Feature.__init

function Feature:__init(...)
  read_feature(self, ...)
  if self.width < 2 or self.width > 16 then
    errors.raise("%s: width must be within 2 to 16, got %d", torch.typename(self), self.width)
  elseif self.stride < 1 or self.stride > 4 then
    errors.raise("%s: stride must be within 1 to 4, got %d", torch.typename(self), self.stride)
  end
end

function Feature:__tostring__()
  return ("%s(w%d s%d power %g%s)"):format(torch.typename(self), self.width, self.stride,
    self.power, self.batch_mode and " batch" or "")
end
