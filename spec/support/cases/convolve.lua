--- Cases of core/op/convolve.c: the definition, one element of the result at a time.
local array = require "spec.support.array"

-- The sum over the kernel of one plane (or volume): coordinates from 1, beside them 0.
local function sum_at(x, w, rank, plane, row, at, shift, turned)
  local total, sides = 0, {}
  for d = 1, rank do sides[d] = w.size[#w.size - rank + d] end
  array.walk(sides, function(k)
    local from, to = { table.unpack(plane) }, { table.unpack(row) }
    for d = 1, rank do
      from[#plane + d] = at[d] + k[d] - 1 - shift[d]
      to[#row + d] = turned and sides[d] + 1 - k[d] or k[d]
    end
    local v = array.at(x, table.unpack(from))
    if v then total = total + v * array.at(w, table.unpack(to)) end
  end)
  return total
end

local function convolved(rank, turned)
  return function(x, w, mode)
    local size, shift = {}, {}
    for d = 1, rank do
      local side = w.size[#w.size - rank + d]
      local in_side = x.size[#x.size - rank + d]
      size[d] = mode == "F" and in_side + side - 1 or in_side - side + 1
      shift[d] = mode == "F" and side - 1 or 0
    end
    local more, kernel = #x.size - rank, #w.size - rank
    if more == 1 then table.insert(size, 1, w.size[1]) end
    return array.build(size, function(...)
      local at = { ... }
      if more == 0 then return sum_at(x, w, rank, {}, {}, at, shift, turned) end
      local out, total = table.remove(at, 1), 0
      if kernel == 1 then return sum_at(x, w, rank, { out }, { out }, at, shift, turned) end
      for c = 1, x.size[1] do
        total = total + sum_at(x, w, rank, { c }, { out, c }, at, shift, turned)
      end
      return total
    end)
  end
end

local function planes(mode)
  return {
    function(make) return { make(4, 5), make(2, 3), mode } end,
    function(make) return { make(2, 4, 3), make(2, 2, 2), mode } end,
    function(make) return { make(2, 3, 4), make(3, 2, 2, 3), mode } end,
  }
end

local function volumes(mode)
  return {
    function(make) return { make(3, 3, 4), make(2, 2, 3), mode } end,
    function(make) return { make(2, 3, 3, 2), make(2, 2, 2, 2), mode } end,
    function(make) return { make(2, 2, 3, 3), make(3, 2, 2, 1, 2), mode } end,
  }
end

local function case(rank, turned)
  local samples = rank == 2 and planes or volumes
  local more = samples("F")
  local valid = samples("V")
  table.insert(more, valid[2])
  table.insert(more, valid[3])
  local sizes = rank == 2 and "size1 size2" or "size1 size2 size3"
  return {
    arguments = function(make) return { table.unpack(valid[1](make), 1, 2) } end,
    more = more, whole = convolved(rank, turned), types = "all", terms = 30,
    empty = rank == 2 and function(make) return { make(0, 3), make(1, 1) } end
      or function(make) return { make(0, 3, 3), make(1, 1, 1) } end,
    empty_fails = "no element to a side",
    free = { sizes, sizes }, tolerance32 = 1e-5,
    large = rank == 2 and function(make) return { make(8, 60, 60), make(8, 8, 5, 5) } end
      or function(make) return { make(4, 6, 20, 20), make(4, 4, 3, 3, 3) } end,
  }
end

return {
  conv2 = case(2, true), xcorr2 = case(2, false), conv3 = case(3, true), xcorr3 = case(3, false),
}
