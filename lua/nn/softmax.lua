-- Softmax and its relatives: over a vector, the rows of a matrix, the planes of C x H x W and of
-- N x C x H x W. The spatial ones take images alone.
local errors = require "wick.errors"
local torch = require "torch"
local layer = require "nn.layer"

for name, operation in pairs{
  SoftMax = torch.softMax, LogSoftMax = torch.logSoftMax, SoftMin = torch.softMin,
} do
  layer.define("nn." .. name, "nn.Module", {}, function(_, input)
    return operation(input)
  end)
end

for name, operation in pairs{
  SpatialSoftMax = torch.softMax, SpatialLogSoftMax = torch.logSoftMax,
} do
  layer.define("nn." .. name, "nn.Module", {}, function(_, input)
    if input:dim() ~= 3 and input:dim() ~= 4 then
      errors.raise("3D or 4D tensor expected, got %s", layer.shape(input))
    end
    return operation(input)
  end)
end
