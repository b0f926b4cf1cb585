--- Cases of core/op/diagonal.c.
local array = require "spec.support.array"

local function kept(keeps)
  return function(x, k)
    local d = #x.size
    return array.build(x.size, function(...)
      local at = { ... }
      return keeps(at[d] - at[d - 1], k or 0) and array.at(x, ...) or 0
    end)
  end
end

local function any(...)
  local rest = { ... }
  return function(make) return { make(3, 4), table.unpack(rest) } end
end

local function triangle(keeps)
  return {
    arguments = any(),
    more = {
      any(1), any(-2), any(9), function(make) return { make(2, 3, 3) } end,
      function(make) return { make(0, 4) } end, function(make) return { make(1, 1) } end,
    },
    whole = kept(keeps), types = "all", half = true, exact = true, free = { "rank+ size1 size2" },
    large = function(make) return { make(400, 500), 3 } end,
  }
end

return {
  diag = {
    arguments = any(),
    more = {
      any(2), any(-1), function(make) return { make(3) } end,
      function(make) return { make(3), 1 } end,
      function(make) return { make(2), -2 } end, function(make) return { make(0, 4) } end,
    },
    whole = function(x, k)
      k = k or 0
      if #x.size == 1 then
        local n = x.size[1] + math.abs(k)
        return array.build({ n, n }, function(i, j)
          return j - i == k and x[k >= 0 and i or j] or 0
        end)
      end
      local y = { size = {} }
      for i = 1, x.size[1] do
        local v = array.at(x, i, i + k)
        if v then table.insert(y, v) end
      end
      y.size = { #y }
      return y
    end,
    types = "all", half = true, exact = true, free = { "rank- size1 size2" },
  },
  tril = triangle(function(d, k) return d <= k end),
  triu = triangle(function(d, k) return d >= k end),
}
