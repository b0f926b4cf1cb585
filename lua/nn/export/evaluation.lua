-- What an evaluation of a model does, as the exporters read it: its operations in order, and the
-- tensors that they read and made, by keys. Two evaluations side by side tell what follows the
-- input from what the model owns.
local core = require "wick.core"
local errors = require "wick.errors"
local torch = require "torch"

local evaluation = {}

--- Raises with "export: " in front.
function evaluation.refuse(text, ...)
  errors.raise("export: " .. text, ...)
end

local refuse = evaluation.refuse

--- What the model does with so many samples, all elements of which are `value`: { calls, tensors,
-- input, output }, the last two as keys.
function evaluation.run(model, sizes, samples, value)
  local input = torch.FloatTensor(samples, table.unpack(sizes)):fill(value)
  local calls, tensors, output = core.noteCalls(true, torch.noGrad, function()
    return model:forward(input)
  end)
  if not output then refuse("the model gives %s, not one tensor", "a table") end
  for _, call in ipairs(calls) do
    if #call.outputs == 0 then
      refuse("%s writes into a tensor that was there before; use its functional form", call.word)
    end
  end
  local key = core.tensorKey(input)
  tensors[key] = input
  return { calls = calls, tensors = tensors, input = key, output = output }
end

--- Whether two evaluations carried out the same operations on as many tensors.
function evaluation.is_alike(one, other)
  if #one.calls ~= #other.calls then return false end
  for i, call in ipairs(one.calls) do
    local again = other.calls[i]
    if call.word ~= again.word or #call.inputs ~= #again.inputs then return false end
  end
  return true
end

--- The tensor that both evaluations read under these keys; `word` reads it. It is refused when it
-- is another one each time.
function evaluation.constant(one, key, other, other_key, word)
  local tensor, again = one.tensors[key], other.tensors[other_key]
  if not (tensor:isSameSizeAs(again) and torch.equal(tensor, again)) then
    refuse("%s reads a tensor that depends on the input, but was made by no operation", word)
  end
  return tensor
end

--- The names of the model's parameters and running statistics, by key.
function evaluation.names(model)
  local names = {}
  for _, entry in ipairs(model:namedParameters(true)) do
    names[core.tensorKey(entry.tensor)] = entry.name
  end
  return names
end

return evaluation
