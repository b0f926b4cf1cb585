-- optim.lswolfe: a line search for the strong Wolfe conditions: brackets a good step, then zooms
-- in by cubic interpolation.
local step = require "optim.step"

local WHAT = "optim.lswolfe"

-- Where the cubic through two points { t =, f =, slope = } has its minimum, within bounds.
local function cubic_minimum(a, b, low, high)
  if a.t > b.t then a, b = b, a end
  local d1 = a.slope + b.slope - 3 * (a.f - b.f) / (a.t - b.t)
  local square = d1 * d1 - a.slope * b.slope
  if square < 0 then return (low + high) / 2 end
  local d2 = math.sqrt(square)
  local t = b.t - (b.t - a.t) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2))
  if t ~= t then return (low + high) / 2 end
  return math.min(math.max(t, low), high)
end

-- The function along the line from `start`.
local function prober(feval, x, start, d)
  local memory, count = step.memory(WHAT, x), 0
  local function probe(t)
    memory:copy(start):add(t, d)
    local f, g = step.evaluate(WHAT, feval, x)
    count = count + 1
    return { t = t, f = f, g = g:clone(), slope = g:dot(d) }
  end
  return probe, function() return count end
end

local function rises(search, point)
  return point.f > search.f + search.c1 * point.t * search.slope
end

local function is_flat(search, point)
  return math.abs(point.slope) <= -search.c2 * search.slope
end

-- Goes on until two points have a good step between them; returns them, or one that is good
-- itself.
local function bracket(search, t)
  local before = { t = 0, f = search.f, g = search.g, slope = search.slope }
  local point = search.probe(t)
  for i = 0, search.most - 1 do
    if rises(search, point) or (i > 1 and point.f >= before.f) then return before, point, i end
    if is_flat(search, point) then return point, nil, i end
    if point.slope >= 0 then return before, point, i end
    local low, high = point.t + 0.01 * (point.t - before.t), point.t * 10
    local further = cubic_minimum(before, point, low, high)
    before, point = point, search.probe(further)
  end
  return { t = 0, f = search.f, g = search.g, slope = search.slope }, point, search.most
end

-- Keeps interpolation from creeping along one end: `slow` says that it did so before.
local function keep_off_ends(t, low, high, slow)
  if math.min(high - t, t - low) / (high - low) >= 0.1 then return t, false end
  if slow or t >= high or t <= low then
    if math.abs(t - high) < math.abs(t - low) then return high - 0.1 * (high - low), false end
    return low + 0.1 * (high - low), false
  end
  return t, true
end

-- Narrows the bracket; returns the better end.
local function zoom(search, a, b, done)
  local slow = false
  local best, other = a, b
  if b.f < a.f then best, other = b, a end
  for _ = done, search.most - 1 do
    local low, high = math.min(a.t, b.t), math.max(a.t, b.t)
    local t
    t, slow = keep_off_ends(cubic_minimum(a, b, low, high), low, high, slow)
    local point = search.probe(t)
    if rises(search, point) or point.f >= best.f then
      other = point
    else
      if is_flat(search, point) then return point end
      if point.slope * (other.t - best.t) >= 0 then other = best end
      best = point
    end
    a, b = best, other
    if b.f < a.f then best, other = b, a end
    if math.abs((a.t - b.t) * point.slope) < search.smallest then break end
  end
  return best
end

--- optim.lswolfe(feval, x, t, d, f, g, gtd [, options]): moves x along d by about t, where f, g
-- and gtd are value, gradient and slope at x. options: c1 (1e-4), c2 (0.9), tolX (1e-9), maxIter
-- (20), verbose. Returns value, gradient, x, step and the number of evaluations.
return function(feval, x, t, d, f, g, gtd, options)
  options = options or {}
  local memory = step.memory(WHAT, x, options)
  local start = memory:clone()
  local probe, count = prober(feval, x, start, d)
  local search = {
    f = f, g = g:clone(), slope = gtd, probe = probe, c1 = options.c1 or 1e-4,
    c2 = options.c2 or 0.9, smallest = options.tolX or 1e-9, most = options.maxIter or 20,
  }
  local a, b, done = bracket(search, t)
  local best = b and zoom(search, a, b, done) or a
  memory:copy(start):add(best.t, d)
  if options.verbose then
    print(("<%s> %d evaluations: step %.6g"):format(WHAT, count(), best.t))
  end
  return best.f, best.g, x, best.t, count()
end
