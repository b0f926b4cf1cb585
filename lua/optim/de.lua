-- optim.de: differential evolution (Storn and Price, 1997): a population whose members try to
-- better themselves by the differences of others. Needs values alone, no gradients.
local errors = require "wick.errors"
local options = require "optim.options"
local step = require "optim.step"
local torch = require "torch"

local WHAT = "optim.de"

-- Random numbers of its own, from seed 1, that leave the script's generator alone.
local function generator()
  local own = torch.Generator()
  torch.manualSeed(own, 1)
  return function()
    return torch.uniform(own)
  end
end

local function value_of(feval, x)
  local value = feval(x)
  if type(value) ~= "number" then value = value:item() end
  return value
end

-- Evaluates a member at x; notes the best so far.
local function evaluate(run, place)
  run.memory:copy(place)
  local value = value_of(run.feval, run.x)
  run.evaluations = run.evaluations + 1
  if value < run.best_value then
    run.best_value = value
    run.best:copy(place)
  end
  run.values[run.evaluations] = run.best_value
  return value
end

local function populate(run, o)
  local members = {}
  for i = 1, o.popsize do
    if run.evaluations >= o.maxFEs then break end
    local list = {}
    for j = 1, run.size do list[j] = o.low + (o.high - o.low) * run.draw() end
    local place = run.memory.new(list):viewAs(run.memory)
    members[i] = { place = place, value = evaluate(run, place) }
  end
  return members
end

-- Three members unlike each other and member i.
local function others(run, count, i)
  local taken, list = { [i] = true }, {}
  while #list < 3 do
    local k = math.floor(run.draw() * count) + 1
    if not taken[k] then
      taken[k] = true
      list[#list + 1] = k
    end
  end
  return list[1], list[2], list[3]
end

-- A member's trial: numbers of its own, or of one member moved by the difference of two.
local function trial_of(run, o, members, i)
  local a, b, c = others(run, #members, i)
  local own = members[i].place
  local mutant = (members[b].place - members[c].place):mul(o.scale):add(members[a].place)
  local mask, kept = {}, math.floor(run.draw() * run.size) + 1
  for j = 1, run.size do
    mask[j] = (j == kept or run.draw() < o.crossover) and 1 or 0
  end
  mask = run.memory.new(mask):viewAs(own)
  return own + (mutant - own):cmul(mask)
end

local function read(config, size)
  options.check(WHAT, config)
  if not config.maxFEs then
    errors.raise("%s: maxFEs is missing: the most evaluations of the function", WHAT)
  end
  local o = {
    popsize = config.popsize or 10 * size, maxFEs = config.maxFEs,
    scale = config.scaleFactor or 0.5, crossover = config.crossoverRate or 0.9,
    low = config.minRegion or -30, high = config.maxRegion or 30,
  }
  if o.popsize < 4 then errors.raise("%s: popsize is %s, at least 4 needed", WHAT, o.popsize) end
  return o
end

--- optim.de(feval, x, config): looks for the least value of feval(x) in a region. config: popsize
-- (10 a parameter), scaleFactor (0.5), crossoverRate (0.9), maxFEs (evaluations, required),
-- minRegion (-30), maxRegion (30). Returns x at the best place, and a tensor of the least value
-- after every evaluation. The same call gives the same numbers: its generator is its own.
return function(feval, x, config)
  local memory = step.memory(WHAT, x)
  local o = read(config or {}, memory:nElement())
  local run = {
    feval = feval, x = x, memory = memory, size = memory:nElement(), draw = generator(),
    values = {}, evaluations = 0, best = memory:clone(), best_value = math.huge,
  }
  local members = populate(run, o)
  while run.evaluations < o.maxFEs do
    for i = 1, #members do
      if run.evaluations >= o.maxFEs then break end
      local place = trial_of(run, o, members, i)
      local value = evaluate(run, place)
      if value <= members[i].value then members[i] = { place = place, value = value } end
    end
  end
  memory:copy(run.best)
  return x, memory.new(run.values)
end
