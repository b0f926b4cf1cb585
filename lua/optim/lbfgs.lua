-- optim.lbfgs: steps along the gradient as seen through the curvature of the last steps, whose
-- pairs of changes stand in for the Hessian (Nocedal, 1980).
local step = require "optim.step"

local WHAT = "optim.lbfgs"
local LEAST_CURVATURE = 1e-10

-- Keeps the last step and the change of gradient it made, unless the curvature along it is too
-- small.
local function remember(state, gradient, most)
  local change = gradient - state.g_old
  local moved = state.d * state.t
  local curvature = change:dot(moved)
  if curvature <= LEAST_CURVATURE then return end
  if #state.old_dirs == most then
    table.remove(state.old_dirs, 1)
    table.remove(state.old_stps, 1)
  end
  table.insert(state.old_dirs, change)
  table.insert(state.old_stps, moved)
  state.Hdiag = curvature / change:dot(change)
end

-- The gradient, negated, times the approximate inverse Hessian (the two-loop recursion).
local function direction(state, gradient)
  local changes, steps = state.old_dirs, state.old_stps
  local ro, al = {}, {}
  local d = gradient * -1
  for i = #changes, 1, -1 do
    ro[i] = 1 / changes[i]:dot(steps[i])
    al[i] = steps[i]:dot(d) * ro[i]
    d:add(-al[i], changes[i])
  end
  d:mul(state.Hdiag)
  for i = 1, #changes do
    local be = changes[i]:dot(d) * ro[i]
    d:add(al[i] - be, steps[i])
  end
  return d
end

local function prepare(state, gradient, most)
  state.nIter = (state.nIter or 0) + 1
  if state.nIter == 1 then
    state.old_dirs, state.old_stps, state.Hdiag = {}, {}, 1
    state.d = gradient * -1
  else
    remember(state, gradient, most)
    state.d = direction(state, gradient)
  end
  state.g_old = gradient:clone()
end

local function limits(config)
  local max_iter = config.maxIter or 20
  return max_iter, config.maxEval or max_iter * 1.25, config.tolFun or 1e-5, config.tolX or 1e-9
end

local function log(config, ...)
  if config.verbose then print("<optim.lbfgs>", ...) end
end

-- Why no further step is to be made, or nil.
local function reason_to_stop(run, config, state)
  local max_iter, max_eval, tolerance, smallest = limits(config)
  if run.steps == max_iter then return "reached the largest number of steps" end
  if run.evaluations >= max_eval then return "reached the largest number of evaluations" end
  if run.gradient:norm(1) <= tolerance then return "the gradient is small" end
  if state.d:norm(1) * state.t <= smallest then return "the step is small" end
  if math.abs(run.value - state.f_old) < smallest then return "the value no longer changes" end
end

-- Moves x along state.d, by line search or by a fixed step; the last fixed step is not evaluated.
local function advance(run, config, state, slope)
  local max_iter = limits(config)
  local evaluations = 0
  if config.lineSearch then
    run.value, run.gradient, run.x, state.t, evaluations = config.lineSearch(run.feval, run.x,
      state.t, state.d, run.value, run.gradient, slope, config.lineSearchOptions)
    run.values[#run.values + 1] = run.value
  else
    run.memory:add(state.t, state.d)
    if run.steps ~= max_iter then
      local value, gradient = step.evaluate(WHAT, run.feval, run.x)
      run.value, run.gradient = value, gradient:clone()
      evaluations = 1
      run.values[#run.values + 1] = run.value
    end
  end
  run.evaluations = run.evaluations + evaluations
  state.funcEval = (state.funcEval or 0) + evaluations
end

local function iterate(run, config, state)
  local _, _, _, smallest = limits(config)
  local rate = config.learningRate or 1
  while true do
    run.steps = run.steps + 1
    prepare(state, run.gradient, config.nCorrection or 100)
    state.f_old = run.value
    local slope = run.gradient:dot(state.d)
    if slope > -smallest then return "no way down along the direction" end
    state.t = state.nIter == 1 and math.min(1, 1 / run.gradient:norm(1)) * rate or rate
    advance(run, config, state, slope)
    local reason = reason_to_stop(run, config, state)
    if reason then return reason end
  end
end

--- optim.lbfgs(feval, x [, config [, state]]): many steps on a function without noise. config:
-- maxIter (20), maxEval (1.25 maxIter), tolFun (1e-5, of the sum of absolute slopes), tolX
-- (1e-9), nCorrection (100 pairs), lineSearch (none; `optim.lswolfe`), lineSearchOptions,
-- learningRate (1: the step without line search), verbose. Returns x, the values on the way, and
-- the number of evaluations.
return function(feval, x, config, state)
  config = config or {}
  state = state or config
  local memory = step.memory(WHAT, x, config)
  local value, gradient = step.evaluate(WHAT, feval, x)
  state.funcEval = (state.funcEval or 0) + 1
  local run = {
    feval = feval, x = x, memory = memory, value = value, gradient = gradient:clone(),
    values = { value }, evaluations = 1, steps = 0,
  }
  local _, _, tolerance = limits(config)
  if gradient:norm(1) <= tolerance then
    log(config, "the gradient is small at the start")
    return x, run.values, 1
  end
  log(config, iterate(run, config, state))
  return x, run.values, run.evaluations
end
