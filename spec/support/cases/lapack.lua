--- Cases of core/op/lapack_*.c. Signs of vectors are LAPACK's choice: they are settled here. Second
-- results that have no gradient are looked at in lapack_spec.lua.
local torch = require "torch"
local array = require "spec.support.array"
local matrices = require "spec.support.matrices"

local of, back = matrices.of, matrices.array

local SQUARE = { { 2, -0.5, 1 }, { 0.75, 3, -1 }, { -1.25, 0.5, 2.5 } }
local POSITIVE = { { 4, 1, -0.5 }, { 1, 3, 0.75 }, { -0.5, 0.75, 2 } }
local TALL = { { 1.5, -0.5, 0.25 }, { 0.75, 2, -1 }, { -1.25, 0.5, 2.5 }, { 0.5, 1, -0.75 } }
local WIDE = { { 1.5, 0.75, -1.25, 0.5 }, { -0.5, 2, 0.5, 1 } }
local UPPER = { { 2, 0.5, -0.25 }, { 0.1, 1.5, 0.5 }, { 0.2, -0.3, 1.25 } }
local COLUMNS = { { 1, -2 }, { 0.5, 3 }, { -1.5, 0.25 } }
local COLUMN = { 1, 0.5, -1.5 }

local function with(...)
  local list = { ... }
  return function(make)
    local arguments = {}
    for i, value in ipairs(list) do
      arguments[i] = type(value) == "table" and make.tensor(value) or value
    end
    return arguments
  end
end

local function nothing(...)
  local rest = { ... }
  return function(make) return { make(0, 0), table.unpack(rest) } end
end

local function no_equation(...)
  local rest = { ... }
  return function(make) return { make(0, 2), make(0, 0), table.unpack(rest) } end
end

local function vector(list)
  return array.build({ #list }, function(i) return list[i] end)
end

-- Rows that are all the same make no matrix of full rank.
local rank = { expanded = "a matrix of equal rows is singular" }

local cases = {
  gesv = {
    arguments = with(COLUMNS, SQUARE), more = { with(COLUMN, SQUARE), no_equation() },
    whole = function(b, a) return back((matrices.solve(of(a), of(b)))) end,
    free = { "size2" },
    call = function(b, a) return (torch.gesv(b, a)) end,
  },
  inverse = {
    arguments = with(SQUARE), more = { nothing(), function(make) return { make(1, 1) } end },
    whole = function(a) return back(matrices.inverse(of(a))) end,
  },
  trtrs = {
    arguments = with(COLUMNS, UPPER),
    more = {
      with(COLUMNS, UPPER, "L"), with(COLUMN, UPPER, "U", "T"),
      with(COLUMNS, UPPER, "L", "T", "U"), no_equation(),
    },
    whole = function(b, a, uplo, trans, diag)
      local t = matrices.triangle(of(a), uplo, diag == "U")
      if trans == "T" then t = matrices.transposed(t) end
      return back((matrices.solve(t, of(b)))), a
    end,
    free = { "size2" },
  },
  gels = {
    arguments = with({ { 1, -2 }, { 0.5, 3 }, { -1.5, 0.25 }, { 2, 1 } }, TALL),
    more = { with({ 1, 2 }, WIDE), with({ 1, 2, 3, -1 }, TALL), with(COLUMNS, SQUARE),
      no_equation() },
    whole = function(b, a)
      a, b = of(a), of(b)
      local turned = matrices.transposed(a)
      if #a >= a.columns then
        return back((matrices.solve(matrices.product(turned, a), matrices.product(turned, b))))
      end
      return back(matrices.product(turned, matrices.solve(matrices.product(a, turned), b)))
    end,
    free = { "size2", "size2" },
    call = function(b, a) return (torch.gels(b, a)) end,
  },
  potrf = {
    arguments = with(POSITIVE), more = { with(POSITIVE, "L"), nothing() },
    whole = function(a, uplo)
      local u = matrices.cholesky(matrices.symmetric(of(a), uplo))
      return back(uplo == "L" and matrices.transposed(u) or u)
    end,
  },
  potri = {
    arguments = with(UPPER), more = { with(UPPER, "L"), nothing("L") },
    whole = function(a, uplo)
      local t = matrices.triangle(of(a), uplo)
      local turned = matrices.transposed(t)
      return back(matrices.inverse(uplo == "L" and matrices.product(t, turned)
        or matrices.product(turned, t)))
    end,
  },
  potrs = {
    arguments = with(COLUMNS, UPPER), more = { with(COLUMN, UPPER, "L"), no_equation() },
    whole = function(b, a, uplo)
      local t = matrices.triangle(of(a), uplo)
      local turned = matrices.transposed(t)
      return back((matrices.solve(uplo == "L" and matrices.product(t, turned)
        or matrices.product(turned, t), of(b))))
    end,
    free = { "size2" },
  },
  -- The largest pivots stand first already, so that none move.
  pstrf = {
    arguments = with(POSITIVE), more = { with(POSITIVE, "L"), nothing() },
    whole = function(a, uplo)
      local u = matrices.cholesky(matrices.symmetric(of(a), uplo))
      return back(uplo == "L" and matrices.transposed(u) or u),
        array.build({ a.size[1] }, function(i) return i end)
    end,
    results = { 1, "torch.IntTensor" },
  },
  qr = {
    arguments = with(TALL), more = { with(SQUARE), with(WIDE), nothing(),
      function(make) return { make(3, 0) } end },
    whole = function(a)
      local r, tau = matrices.reflectors(of(a))
      local k = #tau
      return back(matrices.part(matrices.orthogonal(r, tau), a.size[1], k)),
        back(matrices.part(matrices.triangle(r), k, a.size[2]))
    end,
    free = { "size1 size2" },
  },
  geqrf = {
    arguments = with(TALL), more = { with(WIDE), nothing() },
    whole = function(a)
      local r, tau = matrices.reflectors(of(a))
      return back(r), vector(tau)
    end,
    free = { "size1 size2" },
  },
  orgqr = {
    arguments = with(TALL, { 1.25, 0.5, 1.5 }), more = { with(TALL, { 1.25 }),
      function(make) return { make(3, 0), make(0) } end },
    whole = function(m, tau)
      return back(matrices.part(matrices.orthogonal(of(m), array.list(tau)), m.size[1], #tau))
    end,
    free = { "size1 size2" },
  },
  ormqr = {
    arguments = with(TALL, { 1.25, 0.5, 1.5 }, { { 1, 2 }, { -1, 0.5 }, { 3, 1 }, { 2, -2 } }),
    more = {
      with(TALL, { 1.25, 0.5 }, { { 1, 2, -1, 0.5 } }, "R"),
      with(SQUARE, { 1.25, 0.5 }, COLUMNS, "L", "T"),
      function(make) return { make(3, 0), make(0), make(3, 2) } end,
    },
    whole = function(m, tau, c, side, trans)
      local q = matrices.orthogonal(of(m), array.list(tau))
      if trans == "T" then q = matrices.transposed(q) end
      return back(side == "R" and matrices.product(of(c), q) or matrices.product(q, of(c)))
    end,
    free = { "size2", "", "size2" }, constants = { true, true },
  },
}

-- The vectors in the columns of x with positive first entries; the signs have no gradient.
local function signs_of(x)
  if x:nElement() == 0 then return x:narrow(1, 1, 0) end
  return torch.sign(x:narrow(1, 1, 1))
end

local function turned(x, signs)
  if x:nElement() == 0 then return x end
  return torch.cmul(x, signs:expandAs(x))
end

cases.symeig = {
  arguments = with(POSITIVE, "V"),
  more = { with(POSITIVE), with(POSITIVE, "V", "L"), with(POSITIVE, "N", "L"), nothing("V") },
  call = function(a, job, uplo)
    local values, vectors = torch.symeig(a, job or "N", uplo or "U")
    if job == "V" then return values, turned(vectors, signs_of(vectors)) end
    return values, vectors
  end,
  whole = function(a, job, uplo)
    local values, vectors = matrices.eigen(matrices.symmetric(of(a), uplo))
    return vector(values), job == "V" and back(vectors) or a
  end,
}

cases.svd = {
  arguments = with(TALL), more = { with(SQUARE), with(WIDE), nothing(),
    function(make) return { make(3, 0) } end },
  call = function(a, job)
    local u, s, v = torch.svd(a, job)
    local signs = signs_of(v)
    return turned(u, signs), s, turned(v, signs)
  end,
  whole = function(a)
    a = of(a)
    local wide = #a < a.columns
    if wide then a = matrices.transposed(a) end
    local squares, vectors = matrices.eigen(matrices.product(matrices.transposed(a), a))
    local n, s = #squares, {}
    for j = 1, n do s[j] = math.sqrt(squares[n + 1 - j]) end
    local v = matrices.build(n, n, function(i, j) return vectors[i][n + 1 - j] end)
    local u = matrices.product(a, v)
    u = matrices.build(#a, n, function(i, j) return u[i][j] / s[j] end)
    if wide then
      local _, signs = matrices.signed(u)
      local function signed(x)
        return matrices.build(#x, n, function(i, j) return x[i][j] * signs[j] end)
      end
      u, v = signed(v), signed(u)
    end
    return back(u), vector(s), back(v)
  end,
  free = { "size1 size2" },
}

-- In the order of real, then imaginary parts.
cases.eig = {
  arguments = with{ { 1, 2 }, { -0.25, 3 } },
  more = { with{ { 1, 2 }, { -3, 0.5 } }, with({ { 4, 0 }, { 1, 2 } }, "V"), nothing() },
  call = function(a, job)
    local values = torch.eig(a, job or "N"):totable()
    table.sort(values, function(x, z) return x[1] < z[1] or x[1] == z[1] and x[2] < z[2] end)
    if #values == 0 then return torch.zeros(0, 2, { dtype = a:type() }) end
    return torch[a:type():match("%w+$")](values)
  end,
  whole = function(a)
    if a.size[1] == 0 then return { size = { 0, 2 } } end
    local half, det = (a[1] + a[4]) / 2, a[1] * a[4] - a[2] * a[3]
    local rest = half * half - det
    local root = math.sqrt(math.abs(rest))
    if rest < 0 then return { size = { 2, 2 }, half, -root, half, root } end
    return { size = { 2, 2 }, half - root, 0, half + root, 0 }
  end,
  destination = false,
}

for _, case in pairs(cases) do
  case.tolerance = 1e-11
  case.tolerance32 = 1e-5
  case.skip = rank
end

return cases
