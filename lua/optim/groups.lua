-- optim.groups: learning rates and weight decays that differ from parameter to parameter, as the
-- tensors `learningRates` and `weightDecays` that the optimisers take.
local class = require "torch.class"
local core = require "wick.core"
local errors = require "wick.errors"

local WHAT = "optim.groups"
local known = {
  match = true, module = true, learningRateMultiplier = true, weightDecayMultiplier = true,
  weightDecay = true,
}

local function check_rule(number, rule, config)
  for key in pairs(rule) do
    if not known[key] then
      errors.raise("%s: rule %d has no option %s%s", WHAT, number, errors.value(key),
        errors.suggestion(errors.nearest(key, known)))
    end
  end
  if not rule.match and not rule.module then
    errors.raise("%s: rule %d says nothing about what it is for; give it `match`, a pattern for "
      .. "names, or `module`, one for classes", WHAT, number)
  elseif rule.weightDecayMultiplier and not config.weightDecay then
    errors.raise("%s: rule %d multiplies the weight decay, but the configuration has none; give it "
      .. "as the third argument: %s(model, rules, { weightDecay = 5e-4 })", WHAT, number, WHAT)
  end
end

local function applies(rule, parameter)
  return (not rule.match or parameter.name:find(rule.match) ~= nil)
    and (not rule.module or class.typename(parameter.module):find(rule.module) ~= nil)
end

-- The first rule that applies to a parameter; notes that it was of use.
local function rule_for(parameter, rules, used)
  for number, rule in ipairs(rules) do
    if applies(rule, parameter) then
      used[number] = true
      return rule
    end
  end
  return {}
end

local function refuse_unused(rules, used, parameters)
  for number, rule in ipairs(rules) do
    if not used[number] then
      errors.raise("%s: rule %d (%s) applies to no parameter that an earlier rule has not taken; "
        .. "the first parameter is called %q", WHAT, number,
        errors.value(rule.match or rule.module), parameters[1].name)
    end
  end
end

-- Those that are trained.
local function trained_parameters(model)
  local parameters = {}
  for _, parameter in ipairs(model:namedParameters()) do
    if not parameter.module.frozen then parameters[#parameters + 1] = parameter end
  end
  if #parameters == 0 then
    errors.raise("%s: %s has no parameters that are not frozen", WHAT, class.typename(model))
  end
  return parameters
end

-- The parameters and the size of the storage that holds them all, as getParameters leaves it.
local function flat_parameters(model)
  local parameters = trained_parameters(model)
  local storage = parameters[1].tensor:storage()
  for _, parameter in ipairs(parameters) do
    if core.pointer(parameter.tensor:storage()) ~= core.pointer(storage) then
      errors.raise("%s: the parameters of %s lie apart; call model:getParameters() first", WHAT,
        class.typename(model))
    end
  end
  return parameters, storage:size(), parameters[1].tensor
end

-- What the layer's own option says of a parameter (nn.options), or 1.
local function own_multiplier(parameter, option)
  local given = rawget(parameter.module, "options")
  return given and given[option] and given[option][parameter.field] or 1
end

-- The factor of the learning rate, and the weight decay, of a parameter.
local function factors(parameter, rule, decay)
  local rate = rule.learningRateMultiplier or own_multiplier(parameter, "learningRateMultiplier")
  if rule.weightDecay then return rate, rule.weightDecay end
  return rate, decay * (rule.weightDecayMultiplier
    or own_multiplier(parameter, "weightDecayMultiplier"))
end

--- optim.groups(model [, rules [, config]]): fills in `config.learningRates` and
-- `config.weightDecays`, one number a parameter in the order of `model:getParameters()`, which is
-- to be called before. They come from the layers' options learningRateMultiplier and
-- weightDecayMultiplier, and before those from rules. A rule is { match = "bias$",
-- learningRateMultiplier = 2, weightDecayMultiplier = 0 }: `match` is a Lua pattern for names of
-- `namedParameters`, `module` one for the class; the first rule that applies holds; `weightDecay`
-- in a rule is a decay of its own. `config.weightDecay` becomes 0, since `weightDecays` carries it.
-- Frozen parameters are left out, as getParameters does. Returns config.
return function(model, rules, config)
  rules, config = rules or {}, config or {}
  local parameters, count, like = flat_parameters(model)
  local rates, decays = like.new(count):fill(1), like.new(count):fill(config.weightDecay or 0)
  for number, rule in ipairs(rules) do check_rule(number, rule, config) end
  local used = {}
  for _, parameter in ipairs(parameters) do
    local rule, tensor = rule_for(parameter, rules, used), parameter.tensor
    local rate, decay = factors(parameter, rule, config.weightDecay or 0)
    local first, n = tensor:storageOffset(), tensor:nElement()
    rates:narrow(1, first, n):fill(rate)
    decays:narrow(1, first, n):fill(decay)
  end
  refuse_unused(rules, used, parameters)
  config.learningRates, config.weightDecays, config.weightDecay = rates, decays, 0
  return config
end
