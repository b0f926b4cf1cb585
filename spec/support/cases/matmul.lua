--- Cases of core/op/matmul.c.
local array = require "spec.support.array"

local function product(a, b)
  return array.build({ a.size[1], b.size[2] }, function(i, j)
    local total = 0
    for k = 1, a.size[2] do total = total + array.at(a, i, k) * array.at(b, k, j) end
    return total
  end)
end

local function slice(x, i)
  local n = x.size[2] * x.size[3]
  local result = table.move(x, (i - 1) * n + 1, i * n, 1, {})
  result.size = { x.size[2], x.size[3] }
  return result
end

local function batched(a, b)
  local result = { size = { a.size[1], a.size[2], b.size[3] } }
  for i = 1, a.size[1] do
    local y = product(slice(a, i), slice(b, i))
    table.move(y, 1, #y, #result + 1, result)
  end
  return result
end

local function summed(a, b)
  local result = { size = { a.size[2], b.size[3] } }
  for i = 1, a.size[1] do
    for place, v in ipairs(product(slice(a, i), slice(b, i))) do
      result[place] = (result[place] or 0) + v
    end
  end
  for place = 1, array.count(result.size) do result[place] = result[place] or 0 end
  return result
end

local function column(x) return array.reshaped(x, { x.size[1], 1 }) end
local function row(x) return array.reshaped(x, { 1, x.size[1] }) end
local function times_vector(a, x)
  return array.reshaped(product(a, column(x)), { a.size[1] })
end
local function outer(x, z) return product(column(x), row(z)) end

-- beta c + alpha f(a, b), the arguments in Torch7's orders.
local function added(f)
  return function(c, alpha, a, b, beta)
    if type(alpha) == "table" then alpha, a, b = 1, alpha, a end
    local y, factor = f(a, b), beta and beta.beta or 1
    return array.map(function(p, q) return factor * p + alpha * q end, c, y)
  end
end

local function scaled(f)
  return function(beta, c, alpha, a, b)
    if type(alpha) == "table" then alpha, a, b = 1, alpha, a end
    return added(f)(c, alpha, a, b, { beta = beta })
  end
end

-- The cases of a product that is added to c: sizes of c, a and b.
local function added_cases(name, f, sizes, empty)
  local function shaped(list, make)
    local tensors = {}
    for i, s in ipairs(list) do tensors[i] = make(table.unpack(s)) end
    return table.unpack(tensors)
  end
  local function plain(list)
    return function(make) return { shaped(list, make) } end
  end
  local function with_factors(make)
    local c, a, b = shaped(sizes, make)
    return { c, 2, a, b, { beta = 0.5 } }
  end
  return {
    [name] = {
      arguments = plain(sizes), whole = added(f),
      more = {
        with_factors, plain(empty),
        function(make)
          local c, a, b = shaped(sizes, make)
          return { c, -1.5, a, b }
        end,
      },
    },
    [name .. "_beta"] = {
      arguments = function(make)
        local c, a, b = shaped(sizes, make)
        return { 0.5, c, 2, a, b }
      end,
      more = {
        function(make)
          local c, a, b = shaped(empty, make)
          return { 0.5, c, 2, a, b }
        end,
      },
      -- With 0 for beta what c holds does not matter.
      values = {
        function(make)
          local c, a, b = shaped(sizes, make)
          return { 0, c:clone():fill(7), 1, a, b }
        end,
      },
      whole = scaled(f),
    },
  }
end

local cases = {
  mm = {
    arguments = function(make) return { make(3, 4), make(4, 2) } end,
    more = {
      function(make) return { make(3, 0), make(0, 2) } end,
      function(make) return { make(0, 4), make(4, 2) } end,
      function(make) return { make(1, 1), make(1, 1) } end,
      function(make) return { make(2, 3):t(), make(5, 2):t() } end,
    },
    whole = product, free = { "size1", "size2" },
    large = function(make) return { make(150, 170), make(170, 130) } end,
  },
  mv = {
    arguments = function(make) return { make(3, 4), make(4) } end,
    more = { function(make) return { make(3, 0), make(0) } end },
    whole = times_vector, free = { "size1" },
    large = function(make) return { make(400, 500), make(500) } end,
  },
  ger = {
    arguments = function(make) return { make(3), make(4) } end,
    more = { function(make) return { make(0), make(4) } end,
      function(make) return { make(1), make(1) } end },
    whole = outer, free = { "size1", "size1" },
    large = function(make) return { make(400), make(500) } end,
  },
  bmm = {
    arguments = function(make) return { make(2, 3, 4), make(2, 4, 2) } end,
    more = { function(make) return { make(0, 3, 4), make(0, 4, 2) } end },
    whole = batched, free = { "size2", "size3" },
    large = function(make) return { make(4, 70, 80), make(4, 80, 60) } end,
  },
  dot = {
    arguments = function(make) return { make(3, 4), make(3, 4) } end,
    more = {
      function(make) return { make(0), make(0) } end,
      function(make) return { make(12), make(3, 4) } end,
    },
    whole = function(x, z)
      local total = 0
      for i, v in ipairs(x) do total = total + v * z[i] end
      return total
    end,
    free = { "rank+", "rank+" },
    large = function(make) return { make(500, 400), make(500, 400) } end,
  },
  linear = {
    arguments = function(make) return { make(3, 4), make(2, 4), make(2) } end,
    more = {
      function(make) return { make(4), make(2, 4), make(2) } end,
      function(make) return { make(0, 4), make(2, 4), make(2) } end,
      function(make) return { make(3, 4), make(2, 4) } end,
    },
    whole = function(x, w, b)
      local rows = #x.size == 1 and row(x) or x
      local y = array.build({ rows.size[1], w.size[1] }, function(i, j)
        local total = b and b[j] or 0
        for k = 1, w.size[2] do total = total + array.at(rows, i, k) * array.at(w, j, k) end
        return total
      end)
      return #x.size == 1 and array.reshaped(y, { w.size[1] }) or y
    end,
    free = { "rank- size1" },
    large = function(make) return { make(100, 300), make(120, 300), make(120) } end,
  },
}

local kinds = {
  addmm = { product, { { 3, 2 }, { 3, 4 }, { 4, 2 } }, { { 3, 2 }, { 3, 0 }, { 0, 2 } } },
  addmv = { times_vector, { { 3 }, { 3, 4 }, { 4 } }, { { 3 }, { 3, 0 }, { 0 } } },
  addr = { outer, { { 3, 4 }, { 3 }, { 4 } }, { { 0, 4 }, { 0 }, { 4 } } },
  baddbmm = { batched, { { 2, 3, 2 }, { 2, 3, 4 }, { 2, 4, 2 } },
    { { 2, 3, 2 }, { 2, 3, 0 }, { 2, 0, 2 } } },
  addbmm = { summed, { { 3, 2 }, { 2, 3, 4 }, { 2, 4, 2 } },
    { { 3, 2 }, { 0, 3, 4 }, { 0, 4, 2 } } },
}
for name, kind in pairs(kinds) do
  for word, case in pairs(added_cases(name, table.unpack(kind))) do cases[word] = case end
end

return cases
