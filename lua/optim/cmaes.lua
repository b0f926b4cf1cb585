-- optim.cmaes: evolution whose steps take the shape that paid off before (CMA-ES, Hansen and
-- Ostermeier, 2001). Needs values alone, no gradients.
local errors = require "wick.errors"
local options = require "optim.options"
local step = require "optim.step"
local torch = require "torch"

local WHAT = "optim.cmaes"

-- Weights of the better half, and the rates at which what they say is learned.
local function settings(config, n)
  if type(config.sigma) ~= "number" or config.sigma <= 0 then
    errors.raise("%s: sigma is %s; it is the size of the first steps, greater than 0", WHAT,
      errors.value(config.sigma))
  end
  local o = {
    lambda = math.floor(config.popsize or 4 + math.floor(3 * math.log(n))),
    max_eval = config.maxEval or 1000 * n * n, target = config.ftarget,
    least_steps = config.min_iterations or 1, every = config.verb_disp or 0, weights = {},
  }
  if o.lambda < 2 then errors.raise("%s: popsize is %d, at least 2 needed", WHAT, o.lambda) end
  local mu, sum, squares = o.lambda // 2, 0, 0
  for i = 1, mu do
    o.weights[i] = math.log(mu + 0.5) - math.log(i)
    sum = sum + o.weights[i]
  end
  for i = 1, mu do
    o.weights[i] = o.weights[i] / sum
    squares = squares + o.weights[i] ^ 2
  end
  local effective = 1 / squares
  o.effective = effective
  o.cc = (4 + effective / n) / (n + 4 + 2 * effective / n)
  o.cs = (effective + 2) / (n + effective + 5)
  o.c1 = 2 / ((n + 1.3) ^ 2 + effective)
  o.cmu = math.min(1 - o.c1, 2 * (effective - 2 + 1 / effective) / ((n + 2) ^ 2 + effective))
  o.damping = 1 + 2 * math.max(0, math.sqrt((effective - 1) / (n + 1)) - 1) + o.cs
  return o
end

local function start(memory, config, n)
  return {
    n = n, mean = memory:double():view(n):clone(), sigma = config.sigma,
    path_c = torch.DoubleTensor(n):zero(), path_s = torch.DoubleTensor(n):zero(),
    covariance = torch.eye(n):double(), axes = torch.eye(n):double(),
    lengths = torch.DoubleTensor(n):fill(1), whitening = torch.eye(n):double(), evaluations = 0,
    decomposed = 0, steps = 0, best_value = math.huge, expected = math.sqrt(n) * (1 - 1 / (4 * n)
      + 1 / (21 * n * n)),
  }
end

-- The principal axes of the covariance and their lengths; not at every step, as they change slowly.
local function decompose(run, o)
  if run.evaluations - run.decomposed < o.lambda / (o.c1 + o.cmu) / run.n / 10 then return end
  run.decomposed = run.evaluations
  run.covariance = (run.covariance + run.covariance:t()) * 0.5
  local values, vectors = torch.symeig(run.covariance, "V")
  run.lengths, run.axes = values:clamp(1e-300, math.huge):sqrt(), vectors
  local inverse = torch.diag(run.lengths:clone():pow(-1))
  run.whitening = torch.mm(torch.mm(vectors, inverse), vectors:t())
end

local function evaluate(run, feval, x, memory, place)
  memory:copy(place:viewAs(memory))
  local value = feval(x)
  if type(value) ~= "number" then value = value:item() end
  run.evaluations = run.evaluations + 1
  run.first_value = run.first_value or value
  if value < run.best_value then run.best_value, run.best = value, place:clone() end
  return value
end

-- Places around the mean, the best first.
local function sample(run, o, feval, x, memory)
  local members = {}
  for i = 1, o.lambda do
    local noise = torch.randn(run.n):double():cmul(run.lengths)
    local place = torch.mv(run.axes, noise):mul(run.sigma):add(run.mean)
    members[i] = { place = place, value = evaluate(run, feval, x, memory, place), number = i }
  end
  table.sort(members, function(a, b)
    if a.value ~= b.value then return a.value < b.value end
    return a.number < b.number
  end)
  return members
end

local function learn_shape(run, o, members, old, holds)
  local shrink = 1 - o.c1 - o.cmu + (holds and 0 or o.c1 * o.cc * (2 - o.cc))
  run.covariance:mul(shrink):addr(o.c1, run.path_c, run.path_c)
  for i, weight in ipairs(o.weights) do
    local moved = (members[i].place - old):div(run.sigma)
    run.covariance:addr(o.cmu * weight, moved, moved)
  end
end

local function learn(run, o, members)
  local old = run.mean:clone()
  run.mean:zero()
  for i, weight in ipairs(o.weights) do run.mean:add(weight, members[i].place) end
  local moved = (run.mean - old):div(run.sigma)
  run.path_s:mul(1 - o.cs):add(math.sqrt(o.cs * (2 - o.cs) * o.effective),
    torch.mv(run.whitening, moved))
  local length = run.path_s:norm()
  local grown = 1 - (1 - o.cs) ^ (2 * run.evaluations / o.lambda)
  local holds = length * length / run.n / grown < 2 + 4 / (run.n + 1)
  run.path_c:mul(1 - o.cc)
  if holds then run.path_c:add(math.sqrt(o.cc * (2 - o.cc) * o.effective), moved) end
  learn_shape(run, o, members, old, holds)
  run.sigma = run.sigma * math.exp(math.min(1, o.cs / o.damping * (length / run.expected - 1)))
end

-- Why to stop, or nil.
local function reason_to_stop(run, o, members)
  if run.evaluations >= o.max_eval then return "the evaluations are used up" end
  if run.steps < o.least_steps then return nil end
  if o.target and run.best_value <= o.target then return "the target is reached" end
  local spread = members[#members].value - members[1].value
  if spread < 1e-12 then return "the values no longer differ" end
  if run.sigma * run.lengths:max() < 1e-11 then return "the steps are small" end
  if run.lengths:max() > 1e7 * run.lengths:min() then return "the shape is too narrow" end
end

local function report(run, o, reason)
  if o.every > 0 and (reason or run.steps % o.every == 0) then
    print(("<%s> step %d, %d evaluations: best %.6g, sigma %.3g%s"):format(WHAT, run.steps,
      run.evaluations, run.best_value, run.sigma, reason and "; " .. reason or ""))
  end
end

--- optim.cmaes(feval, x, config): looks for the least value of feval(x) from x on. config: sigma
-- (the size of the first steps, required), maxEval (1000 times the square of the number of
-- parameters), ftarget (a value to stop at), popsize (4 + 3 ln N), min_iterations (1), verb_disp
-- (0: silent; n: reports every n steps). Draws from the script's generator. Returns x at the best
-- place, the first and the best value, and the number of evaluations.
return function(feval, x, config)
  config = config or {}
  options.check(WHAT, config)
  local memory = step.memory(WHAT, x)
  local n = memory:nElement()
  local o, run = settings(config, n), start(memory, config, n)
  local reason
  repeat
    local members = sample(run, o, feval, x, memory)
    run.steps = run.steps + 1
    learn(run, o, members)
    decompose(run, o)
    reason = reason_to_stop(run, o, members)
    report(run, o, reason)
  until reason
  if run.best then memory:copy(run.best:viewAs(memory)) end
  return x, { run.first_value, run.best_value }, run.evaluations
end
