-- Smooth curves: the natural cubic spline through points, or near them as a weight says (Reinsch,
-- 1967): the smallest sum of weighted squared distances and of the squared second derivative.
local spline = {}

local STEPS = 200

-- The points in the order of x, with those of equal x made one.
local function sorted(x, y)
  local order, xs, ys, counts = {}, {}, {}, {}
  for i = 1, #y do
    if x[i] - x[i] == 0 and y[i] - y[i] == 0 then order[#order + 1] = i end
  end
  table.sort(order, function(a, b)
    if x[a] ~= x[b] then return x[a] < x[b] end
    return a < b
  end)
  for _, i in ipairs(order) do
    local n = #xs
    if x[i] == xs[n] then
      counts[n] = counts[n] + 1
      ys[n] = ys[n] + (y[i] - ys[n]) / counts[n]
    else
      xs[n + 1], ys[n + 1], counts[n + 1] = x[i], y[i], 1
    end
  end
  return xs, ys
end

-- Solves for the second derivatives at the inner points: a symmetric matrix with two bands beside
-- its diagonal, b = main diagonal, c and d the bands, r the right side; in place.
local function solve(b, c, d, r, n)
  for i = 1, n do
    for k, band in ipairs{ c, d } do
      local row = i + k
      if row <= n and band[i] ~= 0 then
        local factor = band[i] / b[i]
        b[row] = b[row] - factor * band[i]
        if k == 1 and row + 1 <= n then c[row] = c[row] - factor * d[i] end
        r[row] = r[row] - factor * r[i]
      end
    end
  end
  for i = n, 1, -1 do
    local sum = r[i]
    if i + 1 <= n then sum = sum - c[i] * r[i + 1] end
    if i + 2 <= n then sum = sum - d[i] * r[i + 2] end
    r[i] = sum / b[i]
  end
  return r
end

-- Heights and second derivatives of the spline at the points; `slack` is 1 / weight, 0 goes through
-- them.
local function fit(x, y, slack)
  local n = #x
  local h, inner = {}, n - 2
  for i = 1, n - 1 do h[i] = x[i + 1] - x[i] end
  local b, c, d, r = {}, {}, {}, {}
  for i = 1, inner do
    local p, q, s = 1 / h[i], -(1 / h[i] + 1 / h[i + 1]), 1 / h[i + 1]
    b[i] = (h[i] + h[i + 1]) / 3 + slack * (p * p + q * q + s * s)
    r[i] = (y[i + 2] - y[i + 1]) / h[i + 1] - (y[i + 1] - y[i]) / h[i]
    c[i], d[i] = 0, 0
    if i < inner then
      local q2 = -(1 / h[i + 1] + 1 / h[i + 2])
      c[i] = h[i + 1] / 6 + slack * s * (q + q2)
    end
    if i + 1 < inner then d[i] = slack * s / h[i + 2] end
  end
  local bend, height = solve(b, c, d, r, inner), {}
  local m = { 0 }
  for i = 1, inner do m[i + 1] = bend[i] end
  m[n] = 0
  for i = 1, n do
    local before = i > 1 and (m[i] - m[i - 1]) / h[i - 1] or 0
    local after = i < n and (m[i + 1] - m[i]) / h[i] or 0
    height[i] = y[i] - slack * (after - before)
  end
  return height, m
end

--- Points along the spline: lists of x and y. `weight` of a point against smoothness; nil goes
-- through the points. Fewer than three points stay as they are.
function spline.points(x, y, weight)
  x, y = sorted(x, y)
  if #x < 3 then return x, y end
  local height, m = fit(x, y, weight and 1 / math.max(weight, 1e-12) or 0)
  local xs, ys, i = {}, {}, 1
  for k = 0, STEPS do
    local at = x[1] + (x[#x] - x[1]) * k / STEPS
    while i < #x - 1 and at > x[i + 1] do i = i + 1 end
    local h = x[i + 1] - x[i]
    local a, b = (x[i + 1] - at) / h, (at - x[i]) / h
    xs[k + 1] = at
    ys[k + 1] = a * height[i] + b * height[i + 1]
      + ((a ^ 3 - a) * m[i] + (b ^ 3 - b) * m[i + 1]) * h * h / 6
  end
  return xs, ys
end

return spline
