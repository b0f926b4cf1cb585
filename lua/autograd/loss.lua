-- autograd.loss: losses as functions. Targets are of the output's shape, classes as rows with a 1.
local torch = require "torch"
local util = require "autograd.util"

local loss = {}

--- -sum(output * target), for an output of logarithms of probabilities.
function loss.logMultinomialLoss(output, target)
  return -torch.sum(torch.cmul(output, target))
end

local function cross_entropy_of_bits(p, target)
  return -torch.sum(torch.cmul(target, torch.log(p)) + torch.cmul(1 - target, torch.log(1 - p)))
end

--- The binary cross-entropy of probabilities, to which `epsilon` is added.
function loss.logBCELoss(output, target, epsilon)
  return cross_entropy_of_bits(epsilon and output + epsilon or output, target)
end

--- The cross-entropy behind a softmax over all elements; also returns the logarithms.
function loss.crossEntropy(output, target)
  local logarithms = util.logSoftMax(output)
  return loss.logMultinomialLoss(logarithms, target), logarithms
end

--- The binary cross-entropy behind a sigmoid; also returns the probabilities.
function loss.binaryCrossEntropy(output, target)
  local margin = 1e-6
  local p = torch.sigmoid(output) * (1 - 2 * margin) + margin
  return cross_entropy_of_bits(p, target), p
end

--- The sum of squared differences; also returns the output.
function loss.leastSquares(output, target)
  local difference = output - target
  return torch.sum(torch.cmul(difference, difference)), output
end

--- The sum over pairs of an output whose target is 1 and one whose target is 0 of what the first
-- falls short of being `margin` (1) above the second; also returns the output.
function loss.margin(output, target, margin)
  local above = torch.maskedSelect(output, torch.eq(target, 1)):view(-1, 1)
  local below = torch.maskedSelect(output, torch.eq(target, 0)):view(1, -1)
  local sizes = { above:size(1), below:size(2) }
  local short = torch.expand(below, sizes) - torch.expand(above, sizes) + (margin or 1)
  return torch.sum(torch.clamp(short, 0, math.huge)), output
end

return loss
