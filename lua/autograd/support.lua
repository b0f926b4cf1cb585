-- Functions that torch-autograd's users find in `torch`: methods as functions, always; and, while a
-- derivative runs, functions that take recorded numbers (tensors of one element) for numbers.
local class = require "torch.class"
local overload = require "autograd.overload"
local torch = require "torch"

-- Methods as functions ---------------------------------------------------------------------------

for _, name in ipairs{ "contiguous", "size", "nDimension", "nElement", "isSameSizeAs", "long" } do
  torch[name] = torch[name] or function(x, ...)
    return x[name](x, ...)
  end
end

-- Recorded numbers -------------------------------------------------------------------------------

local function is_number(x)
  return class.isTensor(x) and x:isRecorded() and x:nElement() == 1
end

-- In `torch.name(x, y)` a recorded number y stands for a tensor.
local function element_wise(name, replacement)
  local plain, other = torch[name], torch[replacement]
  overload.replace(torch, name, function(x, y, ...)
    if is_number(y) and class.isTensor(x) then return other(x, y) end
    return plain(x, y, ...)
  end)
end

element_wise("mul", "cmul")
element_wise("div", "cdiv")
element_wise("pow", "cpow")

local baddbmm = torch.baddbmm

-- beta M + alpha X Y, where either may be a recorded number: (M, X, Y), (beta, M, X, Y) or
-- (beta, M, alpha, X, Y).
overload.replace(torch, "baddbmm", function(...)
  local arguments = table.pack(...)
  local n = arguments.n
  local beta, alpha = n > 3 and arguments[1] or 1, n > 4 and arguments[3] or 1
  if not (is_number(beta) or is_number(alpha)) then return baddbmm(...) end
  return arguments[n > 3 and 2 or 1] * beta + torch.bmm(arguments[n - 1], arguments[n]) * alpha
end)

-- What a copy wrote has its source's history: torch.copy(target, source) returns it.
local copy = torch.copy
overload.replace(torch, "copy", function(target, source)
  if not (class.isTensor(source) and source:isRecorded()) then return copy(target, source) end
  target:detach():copy(source:detach())
  return torch.viewAs(torch.typeAs(torch.contiguous(source), target), target)
end)
