-- Factorisations and equations beyond the walk over all operations: results that are reused, what
-- matrices cannot do and NaN, sizes of every kind, and gradients that there are not.
local torch = require "torch"
local array = require "spec.support.array"
local matrices = require "spec.support.matrices"

local function random(...)
  return torch.DoubleTensor(...):normal()
end

local function positive(n)
  local x = random(n, n)
  return torch.mm(x, x:t()):add(torch.eye(n, { dtype = "torch.DoubleTensor" }))
end

local function near(expected, found, tolerance)
  assert.same(expected:size():totable(), found:size():totable())
  if expected:nElement() == 0 then return end
  local far = (expected:double() - found:double()):abs():max()
  assert.is_true(far <= (tolerance or 1e-10), tostring(far))
end

local function identity(n)
  return torch.eye(n, { dtype = "torch.DoubleTensor" })
end

local function fails(pattern, f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok)
  assert.matches(pattern, message)
end

before_each(function() torch.manualSeed(7) end)

describe("results of large matrices", function()
  for _, n in ipairs{ 1, 2, 37, 130 } do
    it("put the matrix together again, n = " .. n, function()
      local a, s = random(n, n):add(identity(n) * n), positive(n)
      near(identity(n), torch.mm(a, torch.inverse(a)))
      local b = random(n, 3)
      near(b, torch.mm(a, (torch.gesv(b, a))))
      local u = torch.potrf(s)
      near(s, torch.mm(u:t(), u))
      near(b, torch.mm(s, torch.potrs(b, u)))
      near(torch.inverse(s), torch.potri(u))
      local e, v = torch.symeig(s, "V")
      near(s, torch.mm(torch.mm(v, torch.diag(e)), v:t()))
      near(identity(n), torch.mm(v:t(), v))
      local factor, places = torch.pstrf(s)
      local order = torch.zeros(n, n, { dtype = "torch.DoubleTensor" })
      for i = 1, n do order[{ places[i], i }] = 1 end
      local inner = torch.mm(factor:t(), factor)
      near(s, torch.mm(torch.mm(order, inner), order:t()))
    end)
  end

  for _, size in ipairs{ { 6, 6 }, { 90, 40 }, { 40, 90 }, { 1, 5 }, { 5, 1 } } do
    local m, n = size[1], size[2]
    it(("put the matrix together again, %d x %d"):format(m, n), function()
      local a, k = random(m, n), math.min(m, n)
      local q, r = torch.qr(a)
      near(a, torch.mm(q, r))
      near(identity(k), torch.mm(q:t(), q))
      near(r, torch.triu(r))
      for _, job in ipairs{ "S", "A" } do
        local u, s, v = torch.svd(a, job)
        local wide = job == "A"
        assert.same({ m, wide and m or k }, u:size():totable())
        assert.same({ n, wide and n or k }, v:size():totable())
        near(identity(u:size(2)), torch.mm(u:t(), u))
        near(identity(v:size(2)), torch.mm(v:t(), v))
        local scaled = torch.cmul(u:narrow(2, 1, k), s:view(1, k):expand(m, k))
        near(a, torch.mm(scaled, v:narrow(2, 1, k):t()))
      end
      local reflectors, tau = torch.geqrf(a)
      near(q, torch.orgqr(reflectors, tau))
      local c = random(m, 2)
      local turned = torch.ormqr(reflectors, tau, c, "L", "T")
      near(c, torch.ormqr(reflectors, tau, turned))
      near(torch.mm(q:t(), c), turned:narrow(1, 1, k))
      near(turned:t():contiguous(), torch.ormqr(reflectors, tau, c:t(), "R"))
    end)
  end

  it("eig gives what the matrix does to its vectors", function()
    local a = random(6, 6)
    local e, v = torch.eig(a, "V")
    local i = 1
    while i <= 6 do
      local re, im = e[i][1], e[i][2]
      local x = v:select(2, i)
      if im == 0 then
        near(x * re, torch.mv(a, x))
        i = i + 1
      else
        local y = v:select(2, i + 1)
        near(x * re - y * im, torch.mv(a, x))
        near(x * im + y * re, torch.mv(a, y))
        i = i + 2
      end
    end
  end)

  it("gels leaves the least rest, or takes the shortest solution", function()
    local a, b = random(8, 3), random(8, 2)
    local x = torch.gels(b, a)
    near(torch.zeros(3, 2), torch.mm(a:t(), torch.mm(a, x) - b))
    a, b = random(3, 8), random(3)
    x = torch.gels(b, a)
    near(b:view(3, 1), torch.mm(a, x))
    local y = torch.mm(a:t(), torch.inverse(torch.mm(a, a:t())))
    near(torch.mm(y, b:view(3, 1)), x)
  end)
end)

describe("second results", function()
  it("are the factors that LAPACK leaves", function()
    local a, b = random(5, 5), random(5, 2)
    local _, lu = torch.gesv(b, a)
    local _, expected = matrices.solve(matrices.of(array.of(a)), matrices.of(array.of(b)))
    near(torch.DoubleTensor(expected), lu)
    local _, qr = torch.gels(b, a)
    near((torch.geqrf(a)), qr)
    local _, copy = torch.trtrs(b, a)
    near(a, copy, 0)
    near(a, select(2, torch.symeig(a)), 0)
    assert.equal(0, select(2, torch.eig(a)):dim())
  end)
end)

describe("results", function()
  it("lie by columns, in fresh and in given tensors", function()
    local a, b = positive(4), random(4, 2)
    local to = torch.DoubleTensor()
    for _, f in ipairs{ torch.inverse, torch.potrf, torch.potri } do
      local y = f(a)
      assert.is_false(y:isContiguous())
      assert.is_true(rawequal(to, f(to, a)))
      assert.is_false(to:isContiguous())
      near(y, to)
      near(y, f(to, a))
    end
    local x, lu = torch.DoubleTensor(4, 2), torch.DoubleTensor(4, 4)
    local first, second = torch.gesv(x, lu, b, a)
    assert.is_true(rawequal(first, x) and rawequal(second, lu))
    near((torch.gesv(b, a)), x)
    assert.is_false(x:isContiguous())
  end)

  it("go into tensors of any layout, and over the matrix itself", function()
    local a = positive(4)
    local e, v = torch.DoubleTensor(4, 2):select(2, 2), torch.DoubleTensor(4, 2, 4):select(2, 1)
    torch.symeig(e, v, a, "V")
    near(a, torch.mm(torch.mm(v, torch.diag(e)), v:t()))
    local copy = a:clone()
    torch.inverse(copy, copy)
    near(identity(4), torch.mm(a, copy))
    local b = random(4, 2)
    local x, m = b:clone(), a:clone()
    torch.gesv(x, m, x, m)
    near(b, torch.mm(a, x))
  end)

  it("leave what they were made of alone, in either precision", function()
    for _, name in ipairs{ "float", "double" } do
      local a, b = positive(5)[name](positive(5)), random(5, 2)[name](random(5, 2))
      local kept, side = a:clone(), b:clone()
      torch.inverse(a)
      torch.gesv(b, a)
      torch.gels(b, a)
      torch.symeig(a, "V")
      torch.eig(a, "V")
      torch.svd(a)
      torch.qr(a)
      torch.potrf(a)
      torch.pstrf(a)
      near(kept, a, 0)
      near(side, b, 0)
      assert.equal(a:type(), torch.inverse(a):type())
    end
  end)
end)

describe("what a matrix cannot do", function()
  local singular = torch.DoubleTensor{ { 1, 2 }, { 2, 4 } }
  local mirror = torch.DoubleTensor{ { 1, 2 }, { 2, 1 } }

  it("is said", function()
    local b = torch.DoubleTensor{ 1, 1 }
    fails("gesv: Lapack Error in gesv : U%(2,2%) is zero, singular U", torch.gesv, b, singular)
    fails("inverse: Lapack Error getrf : U%(2,2%) is 0, U is singular", torch.inverse, singular)
    fails("potrf: .* the leading minor of order 2 is not positive definite", torch.potrf, mirror)
    fails("pstrf: .* rank deficient or not positive semidefinite", torch.pstrf, singular)
    fails("trtrs: .* A%(2,2%) is zero", torch.trtrs, b, torch.DoubleTensor{ { 1, 1 }, { 1, 0 } })
    fails("potri: .* 0, A cannot be factorized", torch.potri,
      torch.DoubleTensor{ { 1, 1 }, { 1, 0 } })
    fails("gels: .* diagonal element", torch.gels, torch.DoubleTensor{ 1, 1, 1 },
      torch.DoubleTensor{ { 1, 0 }, { 0, 0 }, { 0, 0 } })
  end)

  it("is said of its shape", function()
    local wide = random(2, 3)
    fails("gesv: A should be square, but is 2 x 3", torch.gesv, random(2, 1), wide)
    for _, name in ipairs{ "inverse", "symeig", "eig", "potrf", "pstrf" } do
      fails(name .. ": A should be square, but is 2 x 3", torch[name], wide)
      fails(name .. ": A should be 2 dimensional, but is 2", torch[name], random(2))
    end
    fails("gels: A,B size incompatible: A, 2 x 3, has 2 rows, B, 3, has 3", torch.gels, random(3),
      wide)
    fails("ormqr: C, 3 x 2, has to have as many rows", torch.ormqr, random(2, 2), random(2),
      random(3, 2))
    fails("inverse: .*expected arguments", torch.inverse, 3)
    fails("potrf: .*expected arguments", torch.potrf, mirror, "X")
  end)

  it("is said of NaN and infinity", function()
    for _, value in ipairs{ 0 / 0, math.huge, -math.huge } do
      local a = positive(3)
      a[{ 2, 2 }] = value
      for _, name in ipairs{ "symeig", "eig", "svd", "pstrf" } do
        fails(name .. ": A, 3 x 3, holds NaN or infinity", torch[name], a)
      end
      fails("gels: A, 3 x 3, holds NaN or infinity", torch.gels, random(3), a)
      fails("gels: A, 3 x 1, holds NaN or infinity", torch.gels,
        torch.DoubleTensor{ 1, value, 2 }, positive(3))
      -- What is computed without iterations answers NaN, or finds the matrix wanting.
      for _, name in ipairs{ "inverse", "potrf", "qr", "geqrf", "potri" } do
        local ok, result = pcall(torch[name], a)
        assert.is_true(not ok or result:nElement() == 9)
      end
      pcall(torch.gesv, random(3), a)
      pcall(torch.trtrs, random(3), a)
    end
    local a = positive(3)
    a[{ 2, 2 }] = 0 / 0
    fails("potrf: .* order 2", torch.potrf, a)
  end)
end)

describe("gradients of factorisations", function()
  it("that cannot be had are refused by name", function()
    local a = positive(3):requiresGrad()
    local cases = {
      ["eig has no derivative"] = function() return (torch.eig(a)) end,
      ["geqrf has no derivative"] = function() return (torch.geqrf(a)) end,
      ["pstrf has no derivative"] = function() return (torch.pstrf(a)) end,
      ["gesv: the second result"] = function() return (select(2, torch.gesv(a, a))) end,
      ["gels: the second result"] = function() return (select(2, torch.gels(a, a))) end,
    }
    for pattern, f in pairs(cases) do
      local y = f()
      fails(pattern, torch.grad, y, a, torch.ones(y:size()):double())
    end
  end)

  it("of vectors need values that differ", function()
    local a = identity(3):requiresGrad()
    local e, v = torch.symeig(a, "V")
    near(identity(3), torch.grad(e, a, torch.ones(3):double()))
    fails("symeig: a vector that belongs to one of several equal values has no derivative",
      function()
        local _, vectors = torch.symeig(a, "V")
        return torch.grad(vectors, a, torch.ones(3, 3):double())
      end)
    fails("svd: a vector that belongs", function()
      local u = torch.svd(a)
      return torch.grad(u, a, torch.ones(3, 3):double())
    end)
    assert.same({ 3, 3 }, v:size():totable())
  end)

  it("of job A are there for the values alone", function()
    local a = random(4, 2):requiresGrad()
    local _, s = torch.svd(a, "A")
    local _, thin = torch.svd(a)
    near(torch.grad(thin, a, torch.ones(2):double()), torch.grad(s, a, torch.ones(2):double()))
    fails("svd: a square factor", function()
      local u = torch.svd(a, "A")
      return torch.grad(u, a, torch.ones(4, 4):double())
    end)
  end)

  it("of a triangle belong to the triangle", function()
    local a = positive(3):requiresGrad()
    for _, uplo in ipairs{ "U", "L" } do
      local keep, other = torch.triu, torch.tril
      if uplo == "L" then keep, other = other, keep end
      local g = torch.grad(torch.potrf(a, uplo):sum(), a)
      near(keep(g), g, 0)
      assert.is_true(other(g):norm() > 0)
    end
  end)
end)
