-- Rows with mean 0 and deviation 1.
local torch = require "torch"

--- The rows of x, (batch x features), less their means and over their deviations.
return function(x, epsilon)
  local sizes = x:size()
  local centered = x - torch.expand(torch.mean(x, 2), sizes)
  local variance = torch.mean(torch.cmul(centered, centered), 2)
  return torch.cdiv(centered, torch.expand(torch.sqrt(variance + epsilon), sizes))
end
