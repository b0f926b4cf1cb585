-- optim.FistaLS: the sum of a smooth function and one that is only easy to take a proximal step
-- for, by steps whose size a line search finds (Beck and Teboulle, 2009).
local errors = require "wick.errors"
local options = require "optim.options"
local step = require "optim.step"

local WHAT = "optim.FistaLS"

local function check_functions(...)
  for i = 1, 3 do
    if type((select(i, ...))) ~= "function" then
      errors.raise("%s: argument %d is %s, a function expected", WHAT, i,
        errors.value((select(i, ...))))
    end
  end
end

-- Shortens the step until the smooth function lies below its bound; returns what the step cost.
local function search(run, value, slope)
  local p = run.params
  local record = { nline = 0 }
  while true do
    p.ply:copy(p.y):add(-1 / p.L, slope)
    run.prox(p.ply, p.L)
    record.Fply, record.Gply = run.f(p.ply), run.g(p.ply)
    local moved = p.ply - p.y
    record.Q = value + slope:dot(moved) + p.L / 2 * moved:dot(moved) + record.Gply
    record.F, record.L = record.Fply + record.Gply, p.L
    if record.F <= record.Q or record.nline >= (p.maxline or 20) then return record end
    record.nline = record.nline + 1
    p.L = p.L * (p.Lstep or 1.5)
  end
end

-- Where the next step starts: at the point reached, or with momentum beyond it.
local function go_on(params, x, t)
  params.xkm:copy(x)
  x:copy(params.ply)
  params.y:copy(x)
  if not params.doFistaUpdate then return t end
  local after = (1 + math.sqrt(1 + 4 * t * t)) / 2
  params.y:add((t - 1) / after, x - params.xkm)
  return after
end

--- optim.FistaLS(f, g, pl, x [, params]): f(x, "dx") gives the smooth value and its gradient, f(x)
-- the value alone; g(x) the other value; pl(x, L) takes the proximal step in place. params: L
-- (0.1), Lstep (1.5), maxiter (50), maxline (20 shorter steps), errthres (1e-4, of the value),
-- doFistaUpdate (momentum; without it plain ISTA), verbose. Returns x and the history: nline, L, F,
-- Fply, Gply and Q of every step.
return function(f, g, pl, x, params)
  check_functions(f, g, pl)
  params = params or {}
  options.check(WHAT, params)
  local memory = step.memory(WHAT, x)
  params.L = params.L or 0.1
  for _, key in ipairs{ "xkm", "y", "ply" } do params[key] = memory:clone() end
  local run = { f = f, g = g, prox = pl, params = params }
  local history, t = {}, 1
  for i = 1, params.maxiter or 50 do
    local value, slope = f(params.y, "dx")
    history[i] = search(run, value, slope)
    t = go_on(params, memory, t)
    if params.verbose then
      print(("<%s> %d: F %.6g, L %.4g, %d shorter steps"):format(WHAT, i, history[i].F,
        history[i].L, history[i].nline))
    end
    local change = i > 1 and math.abs(history[i].F - history[i - 1].F) or math.huge
    if change <= (params.errthres or 1e-4) then break end
  end
  return x, history
end
