-- The names that the optimisers know in their configurations, and what becomes of others: names of
-- other libraries are refused, misspelled ones are warned of, the script's own are let be.
local errors = require "wick.errors"

local options = {}

local function words(text)
  local set = {}
  for word in text:gmatch("%S+") do set[word] = true end
  return set
end

local common = "learningRate learningRateDecay learningRates weightDecay weightDecays "

-- Options, then the names of the state, which lives in the same table unless given its own.
local known = {
  ["optim.sgd"] = words(common .. "momentum dampening nesterov "
    .. "evalCounter dfdx deltaParameters decayParameters"),
  ["optim.nag"] = words(common .. "momentum evalCounter dfdx deltaParameters"),
  ["optim.asgd"] = words("eta0 lambda alpha t0 weightDecay weightDecays learningRates "
    .. "eta_t mu_t t ax tmp"),
  ["optim.adam"] = words(common .. "beta1 beta2 epsilon t m v denom"),
  ["optim.adamax"] = words(common .. "beta1 beta2 epsilon t m u max"),
  ["optim.adagrad"] = words(common .. "evalCounter paramVariance paramStd"),
  ["optim.adadelta"] = words("rho eps weightDecay weightDecays learningRateMultiplier "
    .. "learningRates paramVariance paramStd delta accDelta evalCounter"),
  ["optim.rmsprop"] = words(common .. "alpha epsilon initialMean m tmp"),
  ["optim.rprop"] = words("stepsize etaplus etaminus stepsizemax stepsizemin niter learningRates "
    .. "delta sign psign nsign zsign dminmax"),
  ["optim.cg"] = words("maxEval maxIter rho sig int ext ratio verbose df0 df1 df2 df3 x0 s"),
  ["optim.lbfgs"] = words("maxIter maxEval tolFun tolX nCorrection lineSearch lineSearchOptions "
    .. "learningRate verbose funcEval nIter dir_bufs stp_bufs old_dirs old_stps Hdiag g_old f_old "
    .. "d t tmp1 ro al"),
  ["optim.lswolfe"] = words("c1 c2 tolX maxIter verbose"),
  ["optim.FistaLS"] = words("L Lstep maxiter maxline errthres doFistaUpdate verbose xkm y ply"),
  ["optim.cmaes"] = words("sigma maxEval ftarget popsize min_iterations verb_disp"),
  ["optim.de"] = words("popsize scaleFactor crossoverRate maxFEs minRegion maxRegion"),
}

-- Options that other libraries call by another name; here they would go unheard.
local renamed = {
  lr = "learningRate", learning_rate = "learningRate", weight_decay = "weightDecay",
  betas = "beta1 and beta2", lr_decay = "learningRateDecay",
}

local looked_at = setmetatable({}, { __mode = "k" })
local warned = {}

local function warn(what, name, nearest)
  local key = what .. " " .. name
  if warned[key] then return end
  warned[key] = true
  io.stderr:write(("%s: there is no option %s%s\n"):format(what, errors.value(name),
    errors.suggestion(nearest)))
end

--- Looks at the names in the table `config` of the optimiser `what`: raises for those of other
-- libraries, and once for each warns on standard error of names that are near a known one.
function options.check(what, config)
  for name, here in pairs(renamed) do
    if config[name] ~= nil then
      errors.raise("%s: there is no option %s; it is %s", what, errors.value(name), here)
    end
  end
  if looked_at[config] == what or not known[what] then return end
  looked_at[config] = what
  for name in pairs(config) do
    if type(name) == "string" and not known[what][name] then
      local nearest = errors.nearest(name, known[what])
      if nearest then warn(what, name, nearest) end
    end
  end
end

return options
