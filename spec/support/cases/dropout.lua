--- Cases of core/op/dropout.c. In evaluation dropout is a copy; op_random_spec.lua has the rest.
local function case(free, ...)
  local sizes = { ... }
  return {
    arguments = function(make)
      local list = { make(table.unpack(sizes)), 0.5, false }
      return list
    end,
    more = {
      function(make) return { make(0, 4, 2), 0.5, false } end,
      function(make) return { make(2, 3, 2), 0, true } end,
    },
    whole = function(x) return x end, exact = true, free = { free },
  }
end

return {
  dropout = case("rank+ rank- size1 size2", 3, 4),
  feature_dropout = case("rank+ rank- size1 size2 size3", 2, 3, 2),
}
