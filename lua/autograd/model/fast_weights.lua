-- Recurrent networks with fast weights (Ba et al. 2016): a matrix of each sample's own that decays
-- and takes up outer products of past states.
local normalize = require "autograd.module.normalize"
local read_options = require "autograd.model.options"
local torch = require "torch"
local unroll = require "autograd.model.unroll"

local defaults = {
  inputFeatures = 10, hiddenFeatures = 100, outputType = "last", lambda = 0.9, eta = 0.5, S = 1,
  LayerNorm = true, eps = 1e-5,
}

-- The state after S looks at the fast weights.
local function settle(options, drive, weights)
  local batch = drive:size(1)
  local h = drive.new(batch, options.hiddenFeatures):zero()
  for _ = 0, options.S do
    h = drive + torch.view(torch.bmm(weights, torch.view(h, batch, -1, 1)), batch, -1)
    if options.LayerNorm then h = normalize(h, options.eps) end
    h = torch.relu(h)
  end
  return h
end

--- RecurrentFWNetwork{ inputFeatures = 10, hiddenFeatures = 100, outputType = "last" or "all",
-- lambda = 0.9, eta = 0.5, S = 1, LayerNorm = true, eps = 1e-5 }.
return function(options, params)
  options, params = read_options("model.RecurrentFWNetwork", options, defaults), params or {}
  local hidden = options.hiddenFeatures
  table.insert(params, {
    W = torch.zeros(options.inputFeatures + hidden, hidden), b = torch.zeros(1, hidden),
  })
  return function(given, x, state)
    local p, weights = given[1] or given, (state or {}).A
    local output, now = unroll(options, x, state, { "h" }, function(input, before)
      local batch = input:size(1)
      local column = torch.view(before.h, batch, hidden, 1)
      local outer = torch.bmm(column, torch.transpose(column, 2, 3)) * options.eta
      weights = weights and weights * options.lambda + outer or outer
      local drive = torch.cat(input, before.h, 2) * p.W + torch.expand(p.b, batch, hidden)
      return { h = settle(options, drive, weights) }
    end)
    now.A = weights
    return output, now
  end, params
end
