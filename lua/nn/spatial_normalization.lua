-- Normalisation of images by what surrounds each pixel: across channels, or in the plane.
local args = require "wick.args"
local errors = require "wick.errors"
local torch = require "torch"
local layer = require "nn.layer"

local CrossMap = layer.define("nn.SpatialCrossMapLRN", "nn.Module", {
  doc = "x / (k + alpha / size times the sum of x^2 over `size` neighbouring channels)^beta.",
  { "size", "integer" }, { "alpha", "number", 1e-4 }, { "beta", "number", 0.75 },
  { "k", "number", 1 },
}, function(self, input)
  return torch.localResponseNorm(input, self.size, self.alpha, self.beta, self.k)
end)

--- Multiply-adds for an output, a tensor.
function CrossMap:multiplyAdds(_, output)
  return output:nElement() * self.size
end

-- In the plane -----------------------------------------------------------------------------------

local SUBTRACTIVE = { { "nInputPlane", "integer", 1 }, { "kernel", "tensor?" } }
local DIVISIVE = { { "nInputPlane", "integer", 1 }, { "kernel", "tensor?" },
  { "threshold", "number", 1e-4 }, { "thresval", "number", function(a) return a.threshold end } }

-- A kernel of sum 1 / planes in both dimensions; one dimension stands for its product with itself.
local function prepare(self)
  local kernel = self.kernel or torch.ones(9, 9)
  if kernel:dim() == 1 then kernel = torch.ger(kernel, kernel) end
  if kernel:dim() ~= 2 or kernel:size(1) % 2 == 0 or kernel:size(2) % 2 == 0 then
    errors.raise("%s: averaging kernel must have ODD dimensions, got %s", torch.typename(self),
      layer.shape(self.kernel))
  end
  self.kernel = torch.div(kernel, kernel:sum() * self.nInputPlane)
end

local function as_batch(self, input)
  local dims = input:dim()
  if dims ~= 3 and dims ~= 4 or input:size(dims - 2) ~= self.nInputPlane then
    errors.raise("the input has to be %d x H x W or a batch of that, got %s", self.nInputPlane,
      layer.shape(input))
  end
  return dims == 4 and input or input:view(1, table.unpack(input:size():totable()))
end

-- The weighted sum around each pixel over all planes, and the kernel's mass inside the image.
local function around(self, batch)
  local kernel, planes = self.kernel, self.nInputPlane
  local height, width = kernel:size(1), kernel:size(2)
  local weight = kernel:view(1, 1, height, width):expand(1, planes, height, width):contiguous()
  local options = { pad = { height // 2, width // 2 } }
  local ones = torch.ones(1, planes, batch:size(3), batch:size(4)):typeAs(batch)
  return torch.conv2d(batch, weight, options), torch.conv2d(ones, weight, options)
end

local function subtract(self, batch)
  local sums, mass = around(self, batch)
  return torch.csub(batch, torch.cdiv(sums, mass))
end

local function divide(self, batch)
  local sums, mass = around(self, torch.square(batch))
  local deviations = torch.cdiv(layer.sqrt(sums), mass)
  return torch.cdiv(batch, torch.threshold(deviations, self.threshold, self.thresval))
end

local function define(name, rows, ...)
  local steps = { ... }
  local metatable = torch.class(name, "nn.Module")
  metatable.args = args{ name, table.unpack(rows) }

  function metatable:__init(...)
    layer.begin(self, metatable.args, ...)
    prepare(self)
  end

  function metatable:updateOutput(input)
    local batch = as_batch(self, input)
    for _, step in ipairs(steps) do batch = step(self, batch) end
    return batch:viewAs(input)
  end
end

define("nn.SpatialSubtractiveNormalization", SUBTRACTIVE, subtract)
define("nn.SpatialDivisiveNormalization", DIVISIVE, divide)
define("nn.SpatialContrastiveNormalization", DIVISIVE, subtract, divide)
