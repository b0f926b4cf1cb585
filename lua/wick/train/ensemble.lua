-- Several models that answer together: the mean of what they say.
local class = require "torch.class"
local errors = require "wick.errors"
local torch = require "torch"

local Ensemble = {}
Ensemble.__index = Ensemble
Ensemble.__name = "train.ensemble"

local to_probabilities = {
  scores = torch.softMax, logProbabilities = torch.exp,
  probabilities = function(output) return output end,
}

local function evaluate(models)
  local training = {}
  for i, model in ipairs(models) do
    training[i] = class.isTypeOf(model, "nn.Module") and model.train ~= false
    if training[i] then model:evaluate() end
  end
  return training
end

local function mean(self, input)
  local sum
  for _, model in ipairs(self.models) do
    local said = to_probabilities[self.output](model(input))
    sum = sum and sum:add(said) or said:clone()
  end
  return sum:div(#self.models)
end

--- ensemble(input): the mean of the models' probabilities, N x classes.
function Ensemble:__call(input)
  local training = evaluate(self.models)
  local ok, result = pcall(torch.noGrad, mean, self, input)
  for i, model in ipairs(self.models) do
    if training[i] then model:training() end
  end
  if not ok then error(result, 0) end
  return result
end

--- The number of models.
function Ensemble:size()
  return #self.models
end

--- train.ensemble{ model, model, ..., output = "scores" }: a function of inputs. The models are
-- modules, or functions such as wick.data.tta makes; `output` is what all of them give: "scores"
-- (before a softmax), "logProbabilities" or "probabilities".
return function(given)
  local output = given.output or "scores"
  if not to_probabilities[output] then
    errors.raise('train.ensemble: output is %s; "scores", "logProbabilities" or "probabilities" '
      .. "expected", errors.value(output))
  elseif #given == 0 then
    errors.raise("train.ensemble: there are no models; train.ensemble{ first, second }")
  end
  return setmetatable({ models = { table.unpack(given) }, output = output }, Ensemble)
end
