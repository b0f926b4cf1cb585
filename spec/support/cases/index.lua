--- Cases of core/op/index.c and gather.c: positions along a dimension.
local array = require "spec.support.array"

local function copy(x) return table.move(x, 1, #x, 1, { size = x.size }) end

-- Calls f(place in x, place in the slices) for every element of the slices at positions along dim.
local function each_slice(x, dim, positions, f)
  local size = table.move(x.size, 1, #x.size, 1, {})
  size[dim] = positions.size[1]
  array.walk(size, function(at, place)
    local i = at[dim]
    at[dim] = positions[i]
    f(array.place(x.size, at), place)
    at[dim] = i
  end)
  return size
end

-- The same for gather's positions, one for every element.
local function each_element(x, dim, positions, f)
  array.walk(positions.size, function(at, place)
    local i = at[dim]
    at[dim] = positions[place]
    f(array.place(x.size, at), place)
    at[dim] = i
  end)
end

local function written(each, write)
  return function(x, dim, positions, source)
    local y = copy(x)
    each(x, dim, positions, function(to, from)
      y[to] = write(y[to], type(source) == "number" and source or source[from])
    end)
    return y
  end
end

local function replace(_, v) return v end
local function add(a, v) return a + v end

local function no_positions(make) return make.long{ 1 }:narrow(1, 1, 0) end

local cases = {
  index = {
    arguments = function(make) return { make(4, 3), 1, make.long{ 3, 1, 3 } } end,
    more = {
      function(make) return { make(2, 3, 2), 2, make.long{ 3, 2 } } end,
      function(make) return { make(4), 1, make.long{ 4 } } end,
      function(make) return { make(4, 3), 1, no_positions(make) } end,
    },
    whole = function(x, dim, positions)
      local y = {}
      y.size = each_slice(x, dim, positions, function(from, to) y[to] = x[from] end)
      return y
    end,
    free = { "rank- size1 size2", nil, "size1" },
    large = function(make)
      local positions = {}
      for i = 1, 500 do positions[i] = i * 37 % 300 + 1 end
      return { make(300, 200), 1, make.long(positions) }
    end,
  },
  index_add = {
    arguments = function(make) return { make(4, 3), 1, make.long{ 3, 1, 3 }, make(3, 3) } end,
    more = {
      function(make) return { make(2, 3, 2), 2, make.long{ 3, 2 }, make(2, 2, 2) } end,
      function(make) return { make(4, 3), 1, no_positions(make), make(0, 3) } end,
    },
    whole = written(each_slice, add), free = { "size1" },
    large = function(make)
      local positions = {}
      for i = 1, 500 do positions[i] = i * 37 % 30 + 1 end
      return { make(30, 200), 1, make.long(positions), make(500, 200) }
    end,
  },
  index_copy = {
    arguments = function(make) return { make(4, 3), 1, make.long{ 3, 1 }, make(2, 3) } end,
    more = {
      function(make) return { make(2, 3, 2), 2, make.long{ 3, 2 }, make(2, 2, 2) } end,
      function(make) return { make(4, 3), 1, make.long{ 2, 2 }, make(2, 3) } end,
      function(make) return { make(4, 3), 1, no_positions(make), make(0, 3) } end,
    },
    whole = written(each_slice, replace), free = { "size1" },
  },
  index_fill = {
    arguments = function(make) return { make(4, 3), 1, make.long{ 3, 1 }, 7 } end,
    more = {
      function(make) return { make(2, 3, 2), 2, make.long{ 3, 2 }, -1 } end,
      function(make) return { make(4, 3), 1, no_positions(make), 7 } end,
    },
    whole = written(each_slice, replace), free = { "rank- size1 size2", nil, "size1" },
  },
  gather = {
    arguments = function(make)
      return { make(3, 4), 2, make.long{ { 4, 1 }, { 2, 2 }, { 1, 3 } } }
    end,
    more = {
      function(make) return { make(3, 2), 1, make.long{ { 3, 1 } } } end,
      function(make) return { make(4), 1, make.long{ 2, 4, 2 } } end,
      function(make) return { make(3, 4), 2, make.long{ { 1 }, { 1 }, { 1 } }:narrow(2, 1, 0) } end,
    },
    whole = function(x, dim, positions)
      local y = { size = positions.size }
      each_element(x, dim, positions, function(from, to) y[to] = x[from] end)
      return y
    end,
    free = { "size2", nil, "size2" },
  },
  scatter = {
    arguments = function(make)
      return { make(3, 4), 2, make.long{ { 4, 1 }, { 2, 3 }, { 1, 3 } }, make(3, 2) }
    end,
    more = {
      function(make) return { make(3, 2), 1, make.long{ { 3, 1 } }, make(1, 2) } end,
      function(make) return { make(4), 1, make.long{ 2, 2, 3 }, make(3) } end,
      function(make)
        return { make(3, 4), 2, make.long{ { 1 }, { 1 }, { 1 } }:narrow(2, 1, 0), make(3, 0) }
      end,
    },
    whole = written(each_element, replace), free = { "size2" },
  },
  scatter_number = {
    arguments = function(make)
      return { make(3, 4), 2, make.long{ { 4, 1 }, { 2, 3 }, { 1, 3 } }, 7 }
    end,
    more = {
      function(make) return { make(4), 1, make.long{ 2, 2, 3 }, -1 } end,
      function(make)
        return { make(3, 4), 2, make.long{ { 1 }, { 1 }, { 1 } }:narrow(2, 1, 0), 7 }
      end,
    },
    whole = written(each_element, replace), free = { "size2", nil, "size2" },
  },
  scatter_add = {
    arguments = function(make)
      return { make(3, 4), 2, make.long{ { 4, 1 }, { 2, 2 }, { 1, 3 } }, make(3, 2) }
    end,
    more = {
      function(make) return { make(4), 1, make.long{ 2, 2, 3 }, make(3) } end,
      function(make)
        return { make(3, 4), 2, make.long{ { 1 }, { 1 }, { 1 } }:narrow(2, 1, 0), make(3, 0) }
      end,
    },
    whole = written(each_element, add), free = { "size2" },
  },
}

for _, case in pairs(cases) do case.types, case.mixed = "all", true end
for _, name in ipairs{ "index", "index_copy", "index_fill", "gather", "scatter",
  "scatter_number" } do
  cases[name].exact, cases[name].half = true, true
end

return cases
