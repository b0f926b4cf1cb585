-- A model as data for wick_model_load (core/model): the operations of an evaluation, a line each,
-- and the tensors that they read. It is evaluated with two numbers of samples, of different values;
-- arguments that differ between the two follow the number of samples, and are written as N.
local evaluation = require "nn.export.evaluation"
local safetensors = require "wick.safetensors"
local wording = require "nn.export.wording"

local SAMPLES, VALUES = { 2, 3 }, { 0.5, 0.25 }

local refuse = evaluation.refuse

-- Numbers ----------------------------------------------------------------------------------------

-- A whole number that is `a` for 2 samples and `b` for 3.
local function integer_text(a, b, word)
  if a == b then return ("%d"):format(a) end
  local each = b - a
  if a ~= each * SAMPLES[1] then
    refuse("an argument of %s is %s for %d samples and %s for %d others", word, a, SAMPLES[1], b,
      SAMPLES[2])
  end
  return each == 1 and "N" or ("%dN"):format(each)
end

local function real_text(number)
  if number ~= number then refuse("an argument is not a number") end
  return wording.number(number)
end

local function value_text(a, b, word)
  if type(a) ~= "table" then
    return math.type(a) == "float" and a == b and real_text(a) or integer_text(a, b, word)
  end
  if #a ~= #b then refuse("an argument of %s has as many sizes as there are samples", word) end
  local texts = {}
  for i = 1, #a do texts[i] = integer_text(a[i], b[i], word) end
  return #a == 0 and "[]" or table.concat(texts, ",")
end

-- The program ------------------------------------------------------------------------------------

-- A writer of operands, which collects the weights that it comes across.
local function operands_of(runs, names)
  local one, other = runs[1], runs[2]
  local weights, written = {}, {}
  local function weight(key, other_key, word)
    if written[key] then return written[key] end
    local tensor = evaluation.constant(one, key, other, other_key, word)
    written[key] = names[key] or ("constant.%d"):format(#weights + 1)
    weights[#weights + 1] = { written[key], tensor:clone() }
    return written[key]
  end
  local function operand(key, other_key, word)
    local number = key and one.numbers[key]
    if not key then return "-" end
    if number ~= other.numbers[other_key] then refuse("%s reads other tensors each time", word) end
    return number and ("%%%d"):format(number) or weight(key, other_key, word)
  end
  return operand, weights
end

local function line(call, other, operand)
  local words = { call.word }
  for i, key in ipairs(call.inputs) do
    words[#words + 1] = operand(key, other.inputs[i], call.word)
  end
  words[#words + 1] = "|"
  for i, value in ipairs(call.values) do
    words[#words + 1] = value_text(value, other.values[i], call.word)
  end
  return table.concat(words, " ")
end

local function program(runs, operand)
  if not evaluation.is_alike(runs[1], runs[2]) then
    refuse("the model does other things for %d samples than for %d", SAMPLES[1], SAMPLES[2])
  end
  local lines = {}
  for i, call in ipairs(runs[1].calls) do
    lines[i] = line(call, runs[2].calls[i], operand)
  end
  return table.concat(lines, "\n")
end

--- Writes what the model, which is evaluating in float32, does to `path`.
return function(model, path, sizes)
  local runs = {}
  for i, samples in ipairs(SAMPLES) do
    runs[i] = evaluation.run(model, sizes, samples, VALUES[i])
    runs[i].numbers = wording.results(runs[i].calls, runs[i].input)
  end
  local operand, weights = operands_of(runs, evaluation.names(model))
  local text = program(runs, operand)
  local output = runs[1].numbers[runs[1].output]
  if not output then refuse("the model's output does not depend on its input") end
  safetensors.save(path, weights, {
    ["wick.model"] = "1", ["wick.program"] = text, ["wick.output"] = ("%d"):format(output),
    ["wick.input"] = "float32 " .. table.concat(sizes, " "),
  })
end
