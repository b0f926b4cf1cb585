-- Layer normalisation (Ba, Kiros, Hinton 2016).
local normalize = require "autograd.module.normalize"
local read_options = require "autograd.model.options"
local torch = require "torch"

--- LayerNormalization{ nOutputs = 10 }: a function of (parameters, x [, epsilon = 1e-5]) for x of
-- ([batch x] nOutputs), with a gain and a bias an output.
return function(options, params)
  options, params = read_options("module.LayerNormalization", options, { nOutputs = 10 }),
    params or {}
  table.insert(params, {
    gain = torch.ones(1, options.nOutputs), bias = torch.zeros(1, options.nOutputs),
  })
  return function(given, x, epsilon)
    local p, sizes = given[1] or given, x:size()
    local rows = x:dim() == 1 and torch.view(x, 1, sizes[1]) or x
    local result = torch.cmul(normalize(rows, epsilon or 1e-5), torch.expand(p.gain, rows:size()))
      + torch.expand(p.bias, rows:size())
    return torch.view(result, sizes)
  end, params
end
