-- Dropout of elements and of whole planes, and noise.
local errors = require "wick.errors"
local torch = require "torch"
local layer = require "nn.layer"

local function check(self)
  if not (self.p >= 0 and self.p < 1) then
    errors.raise("%s: illegal percentage %g, p has to be 0 <= p < 1", torch.typename(self), self.p)
  end
end

local function setp(self, p)
  self.p = p
  check(self)
end

local function is_active(self)
  return self.train ~= false or self.stochastic_inference
end

-- Dropout ----------------------------------------------------------------------------------------

local Dropout = layer.define("nn.Dropout", "nn.Module", {
  doc = "In training each element becomes 0 with probability p and the others are divided by 1 - "
    .. "p; with v1 evaluation multiplies by 1 - p instead (Srivastava et al. 2014).",
  { "p", "number", 0.5 }, { "v1", "boolean", false }, { "inplace", "boolean", false },
  { "stochastic_inference", "boolean", false },
}, function(self, input)
  if is_active(self) then
    if self.p == 0 then return input end
    return torch.dropout(input, self.p, true, not self.v1)
  end
  return self.v1 and torch.mul(input, 1 - self.p) or input
end)

local read_dropout = Dropout.__init

function Dropout:__init(...)
  read_dropout(self, ...)
  check(self)
end

--- Sets the probability of dropping.
Dropout.setp = setp

function Dropout:__tostring__()
  return ("%s(%f)"):format(torch.typename(self), self.p)
end

-- Whole planes -----------------------------------------------------------------------------------

local function define_planes(name, sample_dims, words)
  local metatable = layer.define(name, "nn.Module", {
    doc = ("Drops whole planes with probability p in training, and multiplies by 1 - p in "
      .. "evaluation; %s (Tompson et al. 2015)."):format(words),
    { "p", "number", 0.5 }, { "stochastic_inference", "boolean", false },
  }, function(self, input)
    local dims = input:dim()
    if dims ~= sample_dims and dims ~= sample_dims + 1 then
      errors.raise("Input must be %s, got %s", words, layer.shape(input))
    end
    if not is_active(self) then return torch.mul(input, 1 - self.p) end
    local batch = dims == sample_dims and input:view(1, table.unpack(input:size():totable()))
      or input
    return torch.featureDropout(batch, self.p, true, false):viewAs(input)
  end)
  local read = metatable.__init

  function metatable:__init(...)
    read(self, ...)
    check(self)
  end

  metatable.setp = setp

  function metatable:__tostring__()
    return ("%s(%f)"):format(torch.typename(self), self.p)
  end
end

define_planes("nn.SpatialDropout", 3, "4D (nbatch, nfeat, h, w) or 3D (nfeat, h, w)")
define_planes("nn.VolumetricDropout", 4, "5D (nbatch, nfeat, t, h, w) or 4D (nfeat, t, h, w)")

-- Noise ------------------------------------------------------------------------------------------

local WhiteNoise = layer.define("nn.WhiteNoise", "nn.Module", {
  doc = "x plus Gaussian noise in training, plus the mean in evaluation.",
  { "mean", "number", 0 }, { "std", "number", 0.1 },
}, function(self, input)
  if self.train == false then return torch.add(input, self.mean) end
  return torch.add(input, input.new(input:size()):normal(self.mean, self.std))
end)

function WhiteNoise:__tostring__()
  return ("%s mean: %f, std: %f"):format(torch.typename(self), self.mean, self.std)
end
