-- What an evaluation of a model does, as the exporters read it: its operations in order, and the
-- tensors that they read and made, by keys. Two evaluations side by side tell what follows the
-- input from what the model owns.
local core = require "wick.core"
local errors = require "wick.errors"
local torch = require "torch"

local evaluation = {}

-- What fills a tensor with random numbers.
local DRAWING = {
  random = true, random_below = true, random_between = true, geometric = true, bernoulli = true,
  bernoulli_of = true, uniform = true, normal = true, exponential = true, cauchy = true,
  log_normal = true,
}

-- What gives as many elements as values say.
local COUNTING = { masked_select = true, nonzero = true }

--- Raises with "export: " in front.
function evaluation.refuse(text, ...)
  errors.raise("export: " .. text, ...)
end

local refuse = evaluation.refuse

--- The storage that a key names.
function evaluation.storage_of(key)
  return key:match("^(.-):")
end

local storage_of = evaluation.storage_of

-- The calls that the output follows from. A view's storage is that of its tensor.
local function leading_to(output, calls)
  local needed, leading = { [storage_of(output)] = true }, {}
  for i = #calls, 1, -1 do
    local call, is_needed = calls[i], false
    for _, key in ipairs(call.outputs) do is_needed = is_needed or needed[storage_of(key)] end
    if is_needed then
      table.insert(leading, 1, call)
      for _, key in ipairs(call.inputs) do
        if key then needed[storage_of(key)] = true end
      end
    end
  end
  return leading
end

-- core.noteCalls for the input. What the model raises says with what it was tried.
local function note(model, input, value)
  local done, calls, tensors, output = pcall(core.noteCalls, true, torch.noGrad, function()
    return model:forward(input)
  end)
  if done then return calls, tensors, output end
  if type(calls) ~= "string" then error(calls, 0) end
  refuse("the model was tried with %s numbers, all of them %g: %s",
    table.concat(input:size():totable(), " x "), value, (calls:gsub("^[^\n:]+:%d+: ", "")))
end

-- Raises when no file can have that call.
local function check(call)
  if COUNTING[call.word] then
    refuse("how many elements %s gives depends on the input", call.word)
  elseif #call.outputs == 0 and DRAWING[call.word] then
    refuse("the model draws random numbers as it evaluates, by %s", call.word)
  elseif #call.outputs == 0 then
    refuse("%s writes into a tensor that was there before; use its functional form", call.word)
  end
end

--- What the model does with so many samples, all elements of which are `value`: { calls, tensors,
-- input, output }, the last two as keys, and of the calls those that the output follows from.
function evaluation.run(model, sizes, samples, value)
  local input = torch.FloatTensor(samples, table.unpack(sizes)):fill(value)
  local calls, tensors, output = note(model, input, value)
  if not output then refuse("the model gives %s, not one tensor", "a table") end
  for _, call in ipairs(calls) do check(call) end
  local key = core.tensorKey(input)
  tensors[key] = input
  return { calls = leading_to(output, calls), tensors = tensors, input = key, output = output }
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
