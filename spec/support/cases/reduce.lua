--- Cases of core/op/reduce.c: sums, means, whether all or any, the trace.
local array = require "spec.support.array"

local anything = "rank+ rank- size1 size2 size3"

local function sum(list)
  local total = 0
  for _, v in ipairs(list) do total = total + v end
  return total
end

local function mean(list)
  return sum(list) / #list
end

local function whole(make) return { make(3, 4) } end
local function dim_of(...)
  local rest = { ... }
  return function(make) return { make(2, 3, 4), table.unpack(rest) } end
end

local function over(f)
  return function(x, dim) return array.reduce(x, dim, f) end
end

local function all_of(f)
  return function(x) return f(array.list(x)) end
end

local function no_elements(make) return { make(0, 4) } end
local function no_lines(make) return { make(0, 4), 2 } end
local function one(make) return { make(1) } end

local function mask(make) return { make.byte{ { 1, 0, 1 }, { 1, 1, 1 } } } end

return {
  sum_all = {
    arguments = whole, more = { no_elements, one }, whole = all_of(sum), types = "all",
    free = { anything }, large = function(make) return { make(500, 400) } end,
  },
  sum = {
    arguments = dim_of(2),
    more = {
      dim_of(1), dim_of(-1), no_lines, function(make) return { make(0, 4), 1 } end,
      function(make) return { make(1), 1 } end,
    },
    whole = over(sum), types = "all", free = { anything },
    large = function(make) return { make(500, 400), 1 } end,
  },
  mean_all = {
    arguments = whole, more = { one }, whole = all_of(mean), free = { anything },
    large = function(make) return { make(500, 400) } end,
    empty = no_elements, empty_fails = "no element in 0 x 4",
  },
  mean = {
    arguments = dim_of(2), more = { dim_of(3), no_lines }, whole = over(mean), free = { anything },
    large = function(make) return { make(500, 400), 2 } end,
  },
  all = {
    arguments = mask,
    more = {
      function(make) return { make.byte{ 1, 2, 3 } } end,
      function() return { require("torch").zeros(0, { dtype = "torch.ByteTensor" }) } end,
    },
    whole = function(x)
      local result = true
      for _, v in ipairs(x) do result = result and v ~= 0 end
      return result
    end,
    types = "byte", free = { anything },
  },
  any = {
    arguments = mask,
    more = {
      function(make) return { make.byte{ 0, 0 } } end,
      function() return { require("torch").zeros(0, { dtype = "torch.ByteTensor" }) } end,
    },
    whole = function(x)
      local result = false
      for _, v in ipairs(x) do result = result or v ~= 0 end
      return result
    end,
    types = "byte", free = { anything },
  },
  trace = {
    arguments = function(make) return { make(3, 4) } end,
    more = { function(make) return { make(4, 2) } end, no_elements },
    whole = function(x)
      local total = 0
      for i = 1, math.min(x.size[1], x.size[2]) do total = total + array.at(x, i, i) end
      return total
    end,
    types = "all", free = { "size1 size2" },
  },
}
