--- Matrices in plain Lua for reference computations: lists of rows, made from arrays
-- (spec.support.array) and brought back to them, and the textbook way to what LAPACK computes.
local array = require "spec.support.array"

local matrices = {}

--- The rows of an array; a vector is one column.
function matrices.of(a)
  local rows, columns = {}, a.size[2] or 1
  for i = 1, a.size[1] do rows[i] = table.move(a, (i - 1) * columns + 1, i * columns, 1, {}) end
  rows.columns = columns
  return rows
end

--- The array of a matrix.
function matrices.array(rows)
  return array.build({ #rows, rows.columns }, function(i, j) return rows[i][j] end)
end

--- An m x n matrix of f(i, j).
function matrices.build(m, n, f)
  local rows = { columns = n }
  for i = 1, m do
    rows[i] = {}
    for j = 1, n do rows[i][j] = f(i, j) end
  end
  return rows
end

function matrices.identity(n)
  return matrices.build(n, n, function(i, j) return i == j and 1 or 0 end)
end

function matrices.transposed(a)
  return matrices.build(a.columns, #a, function(i, j) return a[j][i] end)
end

function matrices.product(a, b)
  return matrices.build(#a, b.columns, function(i, j)
    local total = 0
    for k = 1, a.columns do total = total + a[i][k] * b[k][j] end
    return total
  end)
end

--- The symmetric matrix of which `a` holds a triangle, "U" or "L".
function matrices.symmetric(a, uplo)
  return matrices.build(#a, #a, function(i, j)
    if (uplo or "U") == "U" then return a[math.min(i, j)][math.max(i, j)] end
    return a[math.max(i, j)][math.min(i, j)]
  end)
end

--- One triangle of a, with ones on the diagonal where `unit` says so.
function matrices.triangle(a, uplo, unit)
  return matrices.build(#a, a.columns, function(i, j)
    if i == j and unit then return 1 end
    local inside = i == j or (uplo or "U") == "U" and i < j or uplo == "L" and i > j
    return inside and a[i][j] or 0
  end)
end

-- Exchanges rows so that the largest element of column k below is on the diagonal.
local function pivot(rows, k)
  local best = k
  for i = k + 1, #rows do
    if math.abs(rows[i][k]) > math.abs(rows[best][k]) then best = i end
  end
  rows[k], rows[best] = rows[best], rows[k]
  return best
end

--- The solution of a x = b by elimination with pivots, and the packed LU factors.
function matrices.solve(a, b)
  local n = #a
  local lu = matrices.build(n, n, function(i, j) return a[i][j] end)
  local x = matrices.build(n, b.columns, function(i, j) return b[i][j] end)
  for k = 1, n do
    local best = pivot(lu, k)
    x[k], x[best] = x[best], x[k]
    for i = k + 1, n do
      local factor = lu[i][k] / lu[k][k]
      lu[i][k] = factor
      for j = k + 1, n do lu[i][j] = lu[i][j] - factor * lu[k][j] end
      for j = 1, b.columns do x[i][j] = x[i][j] - factor * x[k][j] end
    end
  end
  for j = 1, b.columns do
    for i = n, 1, -1 do
      for k = i + 1, n do x[i][j] = x[i][j] - lu[i][k] * x[k][j] end
      x[i][j] = x[i][j] / lu[i][i]
    end
  end
  return x, lu
end

function matrices.inverse(a)
  return (matrices.solve(a, matrices.identity(#a)))
end

--- The upper Cholesky factor.
function matrices.cholesky(a)
  local u = matrices.build(#a, #a, function() return 0 end)
  for i = 1, #a do
    for j = i, #a do
      local rest = a[i][j]
      for k = 1, i - 1 do rest = rest - u[k][i] * u[k][j] end
      u[i][j] = i == j and math.sqrt(rest) or rest / u[i][i]
    end
  end
  return u
end

-- The reflector 1 - tau v v^T, v_k = 1, that takes column k below the diagonal to zero.
local function reflector(r, k)
  local below = 0
  for i = k + 1, #r do below = below + r[i][k] ^ 2 end
  if below == 0 then return 0 end
  local alpha = r[k][k]
  local beta = -math.sqrt(alpha ^ 2 + below) * (alpha < 0 and -1 or 1)
  for i = k + 1, #r do r[i][k] = r[i][k] / (alpha - beta) end
  r[k][k] = beta
  return (beta - alpha) / beta
end

-- rows = (1 - tau v v^T) rows in the columns from `first` on, v in column k of r.
local function reflect(r, k, tau, rows, first)
  for j = first, rows.columns do
    local total = rows[k][j]
    for i = k + 1, #r do total = total + r[i][k] * rows[i][j] end
    rows[k][j] = rows[k][j] - tau * total
    for i = k + 1, #r do rows[i][j] = rows[i][j] - tau * total * r[i][k] end
  end
end

--- QR factors in LAPACK's packed form and the list of tau.
function matrices.reflectors(a)
  local r, tau = matrices.build(#a, a.columns, function(i, j) return a[i][j] end), {}
  for k = 1, math.min(#a, a.columns) do
    tau[k] = reflector(r, k)
    reflect(r, k, tau[k], r, k + 1)
  end
  return r, tau
end

--- The square Q of reflectors.
function matrices.orthogonal(r, tau)
  local q = matrices.identity(#r)
  for k = #tau, 1, -1 do reflect(r, k, tau[k], q, 1) end
  return q
end

--- The first k rows or columns.
function matrices.part(a, rows, columns)
  return matrices.build(rows, columns, function(i, j) return a[i][j] end)
end

-- One rotation that takes a[p][q] to zero.
local function rotate(a, v, p, q)
  if a[p][q] == 0 then return end
  local theta = (a[q][q] - a[p][p]) / (2 * a[p][q])
  local t = (theta < 0 and -1 or 1) / (math.abs(theta) + math.sqrt(theta * theta + 1))
  local c = 1 / math.sqrt(t * t + 1)
  local s = t * c
  local function mix(x, i, y, j)
    x[i], y[j] = c * x[i] - s * y[j], s * x[i] + c * y[j]
  end
  for k = 1, #a do mix(a[k], p, a[k], q) end
  for k = 1, #a do mix(a[p], k, a[q], k) end
  for k = 1, #a do mix(v[k], p, v[k], q) end
end

--- Eigenvalues, ascending, and eigenvectors in columns whose first entries are positive, by
-- Jacobi's rotations.
function matrices.eigen(symmetric)
  local n = #symmetric
  local a = matrices.build(n, n, function(i, j) return symmetric[i][j] end)
  local v, order = matrices.identity(n), {}
  for _ = 1, 40 do
    for p = 1, n do
      for q = p + 1, n do rotate(a, v, p, q) end
    end
  end
  for i = 1, n do order[i] = i end
  table.sort(order, function(i, j) return a[i][i] < a[j][j] end)
  local values = {}
  for i = 1, n do values[i] = a[order[i]][order[i]] end
  return values, matrices.signed(matrices.build(n, n, function(i, j) return v[i][order[j]] end))
end

--- The columns multiplied by 1 or -1 so that their first entries are positive; and the signs.
function matrices.signed(a)
  local signs = {}
  for j = 1, a.columns do signs[j] = a[1][j] < 0 and -1 or 1 end
  return matrices.build(#a, a.columns, function(i, j) return a[i][j] * signs[j] end), signs
end

return matrices
