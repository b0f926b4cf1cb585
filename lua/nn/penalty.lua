-- What regularisers add to the loss: the option `regularizer` of layers, in numbers.
local core = require "wick.core"
local errors = require "wick.errors"
local torch = require "torch"

local Module = _G.nn.Module

-- l1 sum |x| + l2 sum x^2.
local function weighed(x, norms)
  local sum = 0
  if norms.l1 then sum = sum + norms.l1 * torch.sum(torch.abs(x)) end
  if norms.l2 then sum = sum + norms.l2 * torch.sum(torch.square(x)) end
  return sum
end

-- That of the last recorded output, a sample's; the output is let go of.
local function of_activity(module, norms)
  local output = rawget(module, "_activity")
  module._activity = nil
  if output then return weighed(output, norms) / output:size(1) end
  errors.raise("%s: a penalty on activity belongs to a recorded run; it goes with "
    .. "loss:backward(): (criterion(model(x), y) + model:penalty()):backward()", module)
end

local function of_module(module)
  local sum = 0
  for name, norms in pairs(module.options.regularizer) do
    if name == "activity" then
      if core.recording() and module.train ~= false then sum = sum + of_activity(module, norms) end
    else
      sum = sum + weighed(module[name], norms)
    end
  end
  return sum
end

--- What the layers' regularisers add to the loss: l1 sum |w| + l2 sum w^2 of each parameter that
-- has one, and of the activity of the last recorded run, divided by its samples. To be added to a
-- recorded loss, `(criterion(model(x), y) + model:penalty()):backward()`; beside Torch7's backward,
-- `model:penalty():backward()` adds the parameters' part to their gradients. 0 where there are no
-- regularisers.
function Module:penalty()
  local sum = 0
  self:apply(function(module)
    local given = rawget(module, "options")
    if given and given.regularizer then sum = sum + of_module(module) end
  end)
  return sum
end
