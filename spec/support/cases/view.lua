--- Cases of core/op/view.c and unfold.c: other readings of the same memory.
local array = require "spec.support.array"

local anything = "rank+ rank- size1 size2 size3"

local function transposed(x, a, b)
  local size = table.move(x.size, 1, #x.size, 1, {})
  size[a], size[b] = size[b], size[a]
  return array.build(size, function(...)
    local at = { ... }
    at[a], at[b] = at[b], at[a]
    return array.at(x, table.unpack(at))
  end)
end

local function positive_dim(x, dim) return dim < 0 and dim + #x.size + 1 or dim end

local function narrowed(x, dim, start, length)
  dim = positive_dim(x, dim)
  if start < 0 then start = start + x.size[dim] + 1 end
  local size = table.move(x.size, 1, #x.size, 1, {})
  size[dim] = length
  return array.build(size, function(...)
    local at = { ... }
    at[dim] = at[dim] + start - 1
    return array.at(x, table.unpack(at))
  end)
end

local function without(size, dim)
  local result = table.move(size, 1, #size, 1, {})
  table.remove(result, dim)
  return result
end

local function reshaped(x, ...) return array.reshaped(x, { ... }) end

local cases = {
  view = {
    arguments = function(make) return { make(3, 4), 2, 6 } end,
    more = {
      function(make) return { make(0, 4), 4, 0 } end,
      function(make) return { make(1), 1, 1 } end,
    },
    whole = reshaped, free = { "rank+" }, skip = { layouts = "a strided tensor has no such view" },
  },
  reshape = {
    arguments = function(make) return { make(3, 4), 2, 6 } end,
    more = { function(make) return { make(0, 4), 4, 0 } end },
    whole = reshaped, free = { "rank+" },
  },
  expand = {
    arguments = function(make) return { make(3, 1), 3, 4 } end,
    more = {
      function(make) return { make(2, 1, 3), 2, 2, 3 } end,
      function(make) return { make(0, 1), 0, 3 } end,
    },
    whole = function(x, ...)
      return array.build({ ... }, function(...) return x[array.place(x.size, { ... })] end)
    end,
    free = { "rank-" },
  },
  transpose = {
    arguments = function(make) return { make(3, 4), 1, 2 } end,
    more = {
      function(make) return { make(2, 3, 4), 2, 3 } end,
      function(make) return { make(0, 4), 1, 2 } end,
    },
    whole = transposed, free = { "rank+ size1 size2" },
  },
  t = {
    arguments = function(make) return { make(3, 4) } end,
    more = { function(make) return { make(0, 4) } end, function(make) return { make(1, 1) } end },
    whole = function(x) return transposed(x, 1, 2) end, free = { "size1 size2" },
  },
  permute = {
    arguments = function(make) return { make(2, 3, 4), 3, 1, 2 } end,
    more = { function(make) return { make(0, 4), 2, 1 } end },
    whole = function(x, ...)
      local order, size = { ... }, {}
      for i, d in ipairs(order) do size[i] = x.size[d] end
      return array.build(size, function(...)
        local at = {}
        for i, d in ipairs(order) do at[d] = (select(i, ...)) end
        return array.at(x, table.unpack(at))
      end)
    end,
    free = { "size1 size2 size3" },
  },
  narrow = {
    arguments = function(make) return { make(3, 4), 2, 2, 3 } end,
    more = {
      function(make) return { make(3, 4), -1, -2, 2 } end,
      function(make) return { make(3, 4), 1, 1, 0 } end,
      function(make) return { make(0, 4), 2, 1, 2 } end,
    },
    whole = narrowed, free = { "size1 size2" },
  },
  select = {
    arguments = function(make) return { make(3, 4), 2, 3 } end,
    more = {
      function(make) return { make(3, 4), 1, -1 } end,
      function(make) return { make(4), 1, 2 } end,
      function(make) return { make(0, 4), 2, 1 } end,
    },
    whole = function(x, dim, index)
      if #x.size == 1 then return x[index] end
      return array.reshaped(narrowed(x, dim, index, 1), without(x.size, dim))
    end,
    free = { "rank+ size1 size2" },
  },
  squeeze = {
    arguments = function(make) return { make(3, 1, 4, 1) } end,
    more = { function(make) return { make(1, 1) } end, function(make) return { make(0, 1) } end },
    whole = function(x)
      local size = {}
      for _, s in ipairs(x.size) do
        if s ~= 1 then table.insert(size, s) end
      end
      return array.reshaped(x, #size > 0 and size or { 1 })
    end,
    free = { anything .. " size4" },
  },
  squeeze_dim = {
    arguments = function(make) return { make(3, 1, 4), 2 } end,
    more = { function(make) return { make(3, 4), 1 } end,
      function(make) return { make(0, 1), 2 } end },
    whole = function(x, dim)
      return x.size[dim] == 1 and array.reshaped(x, without(x.size, dim)) or x
    end,
    free = { anything },
  },
  unsqueeze = {
    arguments = function(make) return { make(3, 4), 2 } end,
    more = { function(make) return { make(3), 2 } end,
      function(make) return { make(0, 4), 1 } end },
    whole = function(x, dim)
      local size = table.move(x.size, 1, #x.size, 1, {})
      table.insert(size, dim, 1)
      return array.reshaped(x, size)
    end,
    free = { anything },
  },
  unfold = {
    arguments = function(make) return { make(2, 7), 2, 3, 2 } end,
    more = { function(make) return { make(5), 1, 2, 1 } end,
      function(make) return { make(0, 4), 2, 2, 2 } end },
    whole = function(x, dim, size, step)
      local sizes = table.move(x.size, 1, #x.size, 1, {})
      sizes[dim] = (x.size[dim] - size) // step + 1
      table.insert(sizes, size)
      return array.build(sizes, function(...)
        local at = { ... }
        local inner = table.remove(at)
        at[dim] = (at[dim] - 1) * step + inner
        return array.at(x, table.unpack(at))
      end)
    end,
    free = { "size1 size2" },
  },
}

for _, case in pairs(cases) do
  case.types, case.half, case.exact, case.in_place, case.destination = "all", true, true, false,
    false
end
cases.reshape.destination = nil

return cases
