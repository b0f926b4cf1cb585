-- Batch normalisation of sequences of different lengths (Laurent et al. 2015): entries that the
-- mask leaves out do not count. As torch-autograd has it, the deviation that centres and divides is
-- the running one.
local read_options = require "autograd.model.options"
local torch = require "torch"

-- ([batch x [time x]] outputs) as rows.
local function rows_of(x)
  if x:dim() == 3 then return torch.view(x, -1, x:size(3)) end
  return x:dim() == 1 and torch.view(x, 1, x:size(1)) or x
end

-- The running average with a new value in it; the state has it without its history.
local function moving(state, name, value, momentum)
  local average = value * momentum + state[name] * (1 - momentum)
  state[name] = average:detach()
  return average
end

local function normalize(rows, mask, state, epsilon)
  local sizes, count = rows:size(), torch.sum(mask)
  local momentum = (state.momentum or 0.1) * (state.train or 1)
  local masked = torch.cmul(rows, mask)
  moving(state, "running_mean", torch.sum(masked / count, 1), momentum)
  local centered = torch.cmul(masked - torch.expand(state.running_std, sizes), mask)
  local variance = torch.sum(torch.cmul(centered, centered) / count, 1) + epsilon
  local deviation = moving(state, "running_std", torch.sqrt(variance), momentum)
  return torch.cdiv(centered, torch.expand(deviation, sizes))
end

--- MaskedBatchNormalization{ nOutputs = 10, momentum = 0.1 }: a function of (parameters, x, mask,
-- state [, epsilon = 1e-5]) for x and mask of ([batch x [time x]] nOutputs). Also returns the
-- state, { momentum =, train =, running_mean =, running_std = }, which the function updates while
-- train is 1 and not 0.
return function(options, params)
  options = read_options("module.MaskedBatchNormalization", options,
    { nOutputs = 10, momentum = 0.1 })
  params = params or {}
  local n = options.nOutputs
  table.insert(params, { gain = torch.zeros(1, n):fill(0.1), bias = torch.zeros(1, n) })
  local state = {
    momentum = options.momentum, train = 1, running_mean = torch.zeros(1, n),
    running_std = torch.ones(1, n),
  }
  return function(given, x, mask, current, epsilon)
    local p, rows = given[1] or given, rows_of(x)
    local normal = normalize(rows, rows_of(mask), current, epsilon or 1e-5)
    local result = torch.cmul(normal, torch.expand(p.gain, rows:size()))
      + torch.expand(p.bias, rows:size())
    return torch.view(result, x:size())
  end, params, state
end
