-- wick.data.sampler: orders in which samples are gone through. What they draw depends on a seed and
-- the epoch alone; the default generator is as before afterwards.
local core = require "wick.core"
local class = require "torch.class"
local errors = require "wick.errors"
local torch = require "torch"

local sampler = {}

--- The largest seed that is drawn.
sampler.LARGEST_SEED = 2 ^ 31

-- f() with the default generator as seed and epoch put it.
local function seeded(seed, epoch, f)
  local generator = core.getGenerator()
  torch.manualSeed(seed)
  torch.manualSeed(torch.random(sampler.LARGEST_SEED) + epoch)
  local drawn = f()
  core.setGenerator(generator)
  return drawn
end

--- The numbers 1 to `size` as a LongTensor, in an order that depends on seed and epoch.
function sampler.permutation(size, seed, epoch)
  return seeded(seed, epoch, function() return torch.randperm(size):long() end)
end

--- `count` of the numbers 1 to n, each drawn with a probability in proportion to its weight; with
-- `replacement` (unless it is false) a number may come several times.
function sampler.weighted(weights, count, seed, epoch, replacement)
  return seeded(seed, epoch, function()
    return torch.multinomial(weights, count, replacement ~= false):view(-1)
  end)
end

--- Checks weights for `size` samples: a tensor or a list; returns a DoubleTensor.
function sampler.check_weights(what, weights, size)
  local list = class.isTensor(weights) and weights:double():view(-1)
    or type(weights) == "table" and torch.DoubleTensor(weights)
  if not list or list:nElement() ~= size then
    errors.raise("%s: weights are a number for each of the %d samples, got %s", what, size,
      list and ("%d numbers"):format(list:nElement()) or errors.value(weights))
  elseif not (list:min() >= 0 and list:sum() > 0 and list:max() < math.huge) then
    errors.raise("%s: weights are 0 or above, and not all 0", what)
  end
  return list
end

--- Weights with which every class is drawn equally often; `classes` is a list of whole numbers, one
-- a sample.
function sampler.balance(classes)
  local counts, weights = {}, {}
  for _, name in ipairs(classes) do counts[name] = (counts[name] or 0) + 1 end
  for i, name in ipairs(classes) do weights[i] = 1 / counts[name] end
  return torch.DoubleTensor(weights)
end

return sampler
