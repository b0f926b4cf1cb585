-- optim.polyinterp: where the polynomial through values and slopes has its minimum.
local class = require "torch.class"
local errors = require "wick.errors"

local WHAT = "optim.polyinterp"

-- Rows { x, f, g } of a tensor or a table; what is unknown is NaN.
local function read_points(points)
  local rows = class.isTensor(points) and points:double():totable() or points
  if type(rows) ~= "table" or type(rows[1]) ~= "table" or #rows[1] ~= 3 then
    errors.raise("%s: the points are %s; N x 3 numbers expected, a place, its value and its slope "
      .. "(NaN where unknown) in each row", WHAT, errors.value(points))
  end
  return rows
end

local function bounds(rows, low, high)
  local least, most = math.huge, -math.huge
  for _, row in ipairs(rows) do least, most = math.min(least, row[1]), math.max(most, row[1]) end
  return low or least, high or most
end

-- Two points with value and slope: the cubic's minimum in closed form.
local function cubic(a, b, low, high)
  if a[1] > b[1] then a, b = b, a end
  local d1 = a[3] + b[3] - 3 * (a[2] - b[2]) / (a[1] - b[1])
  local square = d1 * d1 - a[3] * b[3]
  if square < 0 then return (low + high) / 2 end
  local d2 = math.sqrt(square)
  local x = b[1] - (b[1] - a[1]) * ((b[3] + d2 - d1) / (b[3] - a[3] + 2 * d2))
  if x ~= x then return (low + high) / 2 end
  return math.min(math.max(x, low), high)
end

-- One equation a known value or slope, for the coefficients from the constant up.
local function equations(rows)
  local count, system = 0, {}
  for _, row in ipairs(rows) do
    count = count + (row[2] == row[2] and 1 or 0) + (row[3] == row[3] and 1 or 0)
  end
  for _, row in ipairs(rows) do
    local x, values, slopes = row[1], {}, {}
    for k = 0, count - 1 do
      values[k + 1] = x ^ k
      slopes[k + 1] = k == 0 and 0 or k * x ^ (k - 1)
    end
    values[count + 1], slopes[count + 1] = row[2], row[3]
    if row[2] == row[2] then system[#system + 1] = values end
    if row[3] == row[3] then system[#system + 1] = slopes end
  end
  return system
end

-- Gauss with pivots; nil where the equations do not determine the coefficients.
local function solve(system)
  local n = #system
  for i = 1, n do
    local pivot = i
    for r = i + 1, n do
      if math.abs(system[r][i]) > math.abs(system[pivot][i]) then pivot = r end
    end
    system[i], system[pivot] = system[pivot], system[i]
    if system[i][i] == 0 then return nil end
    for r = i + 1, n do
      local factor = system[r][i] / system[i][i]
      for c = i, n + 1 do system[r][c] = system[r][c] - factor * system[i][c] end
    end
  end
  local solution = {}
  for i = n, 1, -1 do
    local sum = system[i][n + 1]
    for c = i + 1, n do sum = sum - system[i][c] * solution[c] end
    solution[i] = sum / system[i][i]
  end
  return solution
end

local function value_at(coefficients, x)
  local value = 0
  for k = #coefficients, 1, -1 do value = value * x + coefficients[k] end
  return value
end

local function derivative(coefficients)
  local list = {}
  for k = 2, #coefficients do list[k - 1] = (k - 1) * coefficients[k] end
  return list
end

local function bisect(coefficients, low, high)
  local sign = value_at(coefficients, low) > 0
  for _ = 1, 200 do
    local middle = (low + high) / 2
    if middle == low or middle == high then break end
    if (value_at(coefficients, middle) > 0) == sign then low = middle else high = middle end
  end
  return (low + high) / 2
end

-- The real roots between low and high: one between neighbouring roots of the derivative whose
-- values have unlike signs.
local function roots(coefficients, low, high)
  if #coefficients < 2 then return {} end
  local places, found = { low }, {}
  for _, x in ipairs(roots(derivative(coefficients), low, high)) do places[#places + 1] = x end
  places[#places + 1] = high
  for i = 1, #places - 1 do
    local a, b = value_at(coefficients, places[i]), value_at(coefficients, places[i + 1])
    if a == 0 then found[#found + 1] = places[i] end
    if a * b < 0 then found[#found + 1] = bisect(coefficients, places[i], places[i + 1]) end
  end
  if value_at(coefficients, high) == 0 then found[#found + 1] = high end
  return found
end

--- optim.polyinterp(points [, x_min [, x_max]]): where between the bounds (the outermost points
-- unless given) the polynomial through the points is least. `points` has rows x, value, slope, NaN
-- where one is unknown.
return function(points, low, high)
  local rows = read_points(points)
  low, high = bounds(rows, low, high)
  local a, b = rows[1], rows[2]
  if #rows == 2 and a[2] == a[2] and a[3] == a[3] and b[2] == b[2] and b[3] == b[3] then
    return cubic(a, b, low, high)
  end
  local coefficients = solve(equations(rows))
  local best, least = (low + high) / 2, math.huge
  if not coefficients then return best end
  local places = roots(derivative(coefficients), low, high)
  places[#places + 1], places[#places + 2] = low, high
  for _, row in ipairs(rows) do places[#places + 1] = row[1] end
  for _, x in ipairs(places) do
    local value = value_at(coefficients, x)
    if x >= low and x <= high and value < least then best, least = x, value end
  end
  return best
end
