-- optim.cg: conjugate gradients (Polak and Ribiere) with a line search by cubic and quadratic
-- interpolation and extrapolation, after C. E. Rasmussen's method (1999).
local step = require "optim.step"

local WHAT = "optim.cg"
local TINY = 2.2250738585072014e-308

local function options_of(config)
  local max_iter = config.maxIter or 20
  return {
    max_iter = max_iter,
    max_eval = 1 + (config.maxEval or max_iter * 1.25), -- the first evaluation comes on top
    rho = config.rho or 0.01, sig = config.sig or 0.5, int = config.int or 0.1,
    ext = config.ext or 3, ratio = config.ratio or 100,
    verbose = config.verbose and config.verbose ~= 0,
  }
end

-- Goes `z` further along the direction: value and slope there.
local function go(run, z)
  run.memory:add(z, run.state.s)
  local f, g = step.evaluate(WHAT, run.feval, run.x)
  run.evaluations = run.evaluations + 1
  run.state.df2:copy(g)
  return f, g:dot(run.state.s)
end

local function is_real(z)
  return z == z and z ~= math.huge and z ~= -math.huge
end

local function too_far(o, line)
  return line.f2 > line.f1 + line.z1 * o.rho * line.d1 or line.d2 > -o.sig * line.d1
end

-- Between the ends of the bracket: quadratic while the value has risen, cubic afterwards.
local function interpolate(run, o, line)
  line.limit = line.z1
  local z3 = line.z3
  local z2
  if line.f2 > line.f1 then
    z2 = z3 - (0.5 * line.d3 * z3 * z3) / (line.d3 * z3 + line.f2 - line.f3)
  else
    local a = 6 * (line.f2 - line.f3) / z3 + 3 * (line.d2 + line.d3)
    local b = 3 * (line.f3 - line.f2) - z3 * (line.d3 + 2 * line.d2)
    z2 = (math.sqrt(b * b - a * line.d2 * z3 * z3) - b) / a
  end
  if not is_real(z2) then z2 = z3 / 2 end
  z2 = math.max(math.min(z2, o.int * z3), (1 - o.int) * z3)
  line.z1 = line.z1 + z2
  line.f2, line.d2 = go(run, z2)
  line.z3 = z3 - z2
end

-- How much further the cubic wants to go, within what is allowed.
local function extrapolation(o, line)
  local z1, z3, limit = line.z1, line.z3, line.limit
  local a = 6 * (line.f2 - line.f3) / z3 + 3 * (line.d2 + line.d3)
  local b = 3 * (line.f3 - line.f2) - z3 * (line.d3 + 2 * line.d2)
  local z2 = -line.d2 * z3 * z3 / (b + math.sqrt(b * b - a * line.d2 * z3 * z3))
  local limited = limit > -0.5
  if not is_real(z2) or z2 < 0 then
    return limited and (limit - z1) / 2 or z1 * (o.ext - 1)
  elseif limited and z2 + z1 > limit then
    return (limit - z1) / 2
  elseif not limited and z2 + z1 > z1 * o.ext then
    return z1 * (o.ext - 1)
  elseif z2 < -z3 * o.int then
    return -z3 * o.int
  elseif limited and z2 < (limit - z1) * (1 - o.int) then
    return (limit - z1) * (1 - o.int)
  end
  return z2
end

-- Looks along the direction from step z1; whether it found a point to stay at.
local function search(run, o, line)
  line.f2, line.d2 = go(run, line.z1)
  line.f3, line.d3, line.z3, line.limit = line.f1, line.d1, -line.z1, -1
  local left = math.min(o.max_iter, o.max_eval - run.evaluations)
  while true do
    while too_far(o, line) and left > 0 do
      interpolate(run, o, line)
      left = left - 1
    end
    if too_far(o, line) then return false end
    if line.d2 > o.sig * line.d1 then return true end
    if left <= 0 then return false end
    local z2 = extrapolation(o, line)
    line.f3, line.d3, line.z3 = line.f2, line.d2, -z2
    line.z1 = line.z1 + z2
    line.f2, line.d2 = go(run, z2)
    left = left - 1
  end
end

-- The next direction, conjugate to the last, or straight down where that does not lead down.
local function turn(run, o, line)
  local state = run.state
  local df1, df2 = state.df1, state.df2
  local factor = (df2:dot(df2) - df1:dot(df2)) / df1:dot(df1)
  state.s:mul(factor):add(-1, df2)
  state.df1, state.df2 = df2, df1
  local d2 = state.df1:dot(state.s)
  if d2 > 0 then
    state.s:copy(state.df1):mul(-1)
    d2 = -state.s:dot(state.s)
  end
  line.z1 = line.z1 * math.min(o.ratio, line.d1 / (d2 - TINY))
  line.d1, line.f1 = d2, line.f2
end

local function go_back(run, line, f0)
  run.memory:copy(run.state.x0)
  run.state.df1:copy(run.state.df0)
  run.state.s:copy(run.state.df1):mul(-1)
  line.f1, line.d1 = f0, -run.state.s:dot(run.state.s)
  line.z1 = 1 / (1 - line.d1)
end

local function iterate(run, o, line)
  while run.evaluations < o.max_eval do
    run.state.x0:copy(run.memory)
    run.state.df0:copy(run.state.df1)
    local f0 = line.f1
    if search(run, o, line) then
      turn(run, o, line)
      run.values[#run.values + 1] = line.f1
      if o.verbose then
        print(("<%s> %d evaluations: %.6g"):format(WHAT, run.evaluations, line.f1))
      end
    else
      go_back(run, line, f0)
      return
    end
  end
end

--- optim.cg(feval, x [, config [, state]]): conjugate gradients on a function without noise, until
-- a line search fails or the evaluations are used up. config: maxIter (20 evaluations a line
-- search), maxEval (1.25 maxIter), rho (0.01), sig (0.5), int (0.1), ext (3), ratio (100),
-- verbose.
-- Returns x, the values on the way, and the number of evaluations.
return function(feval, x, config, state)
  config = config or {}
  state = state or config
  local o, memory = options_of(config), step.memory(WHAT, x, config)
  local f1, g = step.evaluate(WHAT, feval, x)
  for _, key in ipairs{ "df0", "df1", "df2", "x0", "s" } do step.buffer(state, key, memory) end
  state.df1:copy(g)
  state.s:copy(g):mul(-1)
  local d1 = -state.s:dot(state.s)
  local run = {
    feval = feval, x = x, memory = memory, state = state, evaluations = 1, values = { f1 },
  }
  iterate(run, o, { f1 = f1, d1 = d1, z1 = 1 / (1 - d1) })
  return x, run.values, run.evaluations
end
