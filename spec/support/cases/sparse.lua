--- Cases of core/op/sparse.c.
local function product(values, rows, columns, dense, n)
  local width = dense.size[2]
  local y = { size = { n, width } }
  for i = 1, n * width do y[i] = 0 end
  for i = 1, values.size[1] do
    for j = 1, width do
      local at = (rows[i] - 1) * width + j
      y[at] = y[at] + values[i] * dense[(columns[i] - 1) * width + j]
    end
  end
  return y
end

local function none(make)
  return make.long{ 1 }:narrow(1, 1, 0)
end

return {
  sparse_mm = {
    arguments = function(make)
      return { make(5), make.long{ 1, 3, 3, 1, 3 }, make.long{ 2, 4, 4, 1, 2 }, make(4, 3), 3 }
    end,
    more = {
      function(make) return { make(1), make.long{ 1 }, make.long{ 1 }, make(1, 1), 1 } end,
      function(make) return { make(0), none(make), none(make), make(2, 3), 2 } end,
    },
    whole = product,
    destination = false, in_place = false,
    free = { nil, nil, nil, "size1 size2" },
    large = function(make)
      local rows, columns = {}, {}
      for i = 1, 3000 do rows[i], columns[i] = i * 37 % 50 + 1, i * 61 % 40 + 1 end
      return { make(3000), make.long(rows), make.long(columns), make(40, 70), 50 }
    end,
  },
}
