-- Drawing many times from one distribution, under Torch7's names.
local class = require "torch.class"
local core = require "wick.core"
local errors = require "wick.errors"

local torch = _G.torch

local set_up = torch.multinomialAliasSetup_

--- torch.multinomialAliasSetup_(probs [, other, chance]): the two tables for a vector of weights,
-- written into the tensors given, which stand behind what they are made from as in Torch7.
function torch.multinomialAliasSetup_(probs, other, chance)
  if other == nil and chance == nil then return set_up(probs) end
  if not (class.isTensor(probs) and class.isTensor(other)) then
    errors.raise("multinomialAliasSetup_: expected weights and a LongTensor to fill, got %s and %s",
      errors.value(probs), errors.value(other))
  end
  return set_up(other, chance or probs.new(), probs)
end

for name, metatable in pairs(core.classes) do
  if name:find("Tensor$") then
    metatable.multinomialAliasSetup_ = torch.multinomialAliasSetup_
  end
end

--- torch.multinomialAliasSetup(probs [, state]): what torch.multinomialAlias needs to draw from a
-- vector of weights, a list of two tensors; a `state` given is filled again.
function torch.multinomialAliasSetup(probs, state)
  state = state or {}
  if type(state) ~= "table" then
    errors.raise("multinomialAliasSetup: the state is a table, not %s", errors.value(state))
  end
  state[1], state[2] = torch.multinomialAliasSetup_(probs, state[1], state[2])
  return state
end

--- torch.multinomialAlias(output, state): fills a LongTensor with categories drawn with
-- replacement, and returns it.
function torch.multinomialAlias(output, state)
  if class.typename(output) ~= "torch.LongTensor" then
    errors.raise("multinomialAlias: what is drawn goes into a LongTensor, not %s",
      errors.value(output))
  end
  if type(state) ~= "table" then
    errors.raise("multinomialAlias: the state that torch.multinomialAliasSetup gave is a table, "
      .. "not %s", errors.value(state))
  end
  return output:multinomialAlias_(state[1], state[2])
end
