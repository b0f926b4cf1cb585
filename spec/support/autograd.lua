-- What the specs of autograd share: comparing tensors, and gradients with differences.
local torch = require "torch"
local assert = require "luassert"
local check = require "autograd.gradcheck"{ randomizeInput = true }

local support = {}

--- Raises unless a and b have the same sizes and nearly the same entries.
function support.near(a, b, bound)
  local ok = torch.isTensor(a) and a:isSameSizeAs(b) and (a - b):abs():max() <= (bound or 1e-6)
  assert.is_true(ok, not ok and tostring(a) .. tostring(b) or nil)
end

--- Whether the gradients of f(p, ...) with respect to p agree with differences, in silence.
function support.check(f, p, ...)
  local before = print
  rawset(_G, "print", function() end)
  local ok, result = pcall(check, f, p, ...)
  rawset(_G, "print", before)
  if not ok then error(result, 0) end
  return result
end

--- Raises unless they do.
function support.agrees(f, p, ...)
  assert.is_true(support.check(f, p, ...), tostring((...)))
end

--- Normal random numbers in double.
function support.double(...)
  return torch.randn(...):double()
end

return support
