-- Softmax and its relatives: over a vector, the rows of a matrix, the planes of C x H x W and of
-- N x C x H x W. The spatial ones take images alone.
local errors = require "wick.errors"
local torch = require "torch"
local layer = require "nn.layer"

local WHERE = " over a vector, the rows of a matrix, the planes of C x H x W or N x C x H x W."

for name, row in pairs{
  SoftMax = { torch.softMax, "exp(x) / sum exp(x)" },
  LogSoftMax = { torch.logSoftMax, "x - log sum exp(x)" },
  SoftMin = { torch.softMin, "SoftMax of -x" },
} do
  local operation = row[1]
  layer.define("nn." .. name, "nn.Module", { doc = row[2] .. WHERE }, function(_, input)
    return operation(input)
  end)
end

for name, operation in pairs{
  SpatialSoftMax = torch.softMax, SpatialLogSoftMax = torch.logSoftMax,
} do
  layer.define("nn." .. name, "nn.Module", {
    doc = ("nn.%s for images alone: over the planes."):format(name:gsub("Spatial", "")),
  }, function(_, input)
    if input:dim() ~= 3 and input:dim() ~= 4 then
      errors.raise("3D or 4D tensor expected, got %s", layer.shape(input))
    end
    return operation(input)
  end)
end
