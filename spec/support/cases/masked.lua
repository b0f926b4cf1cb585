--- Cases of core/op/masked.c.
local array = require "spec.support.array"

local function mask(make) return make.byte{ { 1, 0, 0, 1 }, { 0, 0, 1, 1 }, { 0, 1, 0, 0 } } end
local function no_mask(make) return make.byte{ 1, 0, 0, 1 }:view(1, 4):narrow(1, 1, 0) end

local function large_mask(make)
  local values = {}
  for i = 1, 100000 do values[i] = i * i % 7 % 2 end
  return make.byte(values)
end

local cases = {
  masked_select = {
    arguments = function(make) return { make(3, 4), mask(make) } end,
    more = {
      function(make) return { make(0, 4), no_mask(make) } end,
      function(make) return { make(3), make.byte{ 0, 0, 0 } } end,
    },
    whole = function(x, m)
      local y = { size = { 0 } }
      for i, v in ipairs(x) do
        if m[i] ~= 0 then table.insert(y, v) end
      end
      y.size = #y > 0 and { #y } or {}
      return y
    end,
    free = { "rank+", "rank+" },
    large = function(make) return { make(100000), large_mask(make) } end,
  },
  masked_fill = {
    arguments = function(make) return { make(3, 4), mask(make), 7 } end,
    more = { function(make) return { make(0, 4), no_mask(make), 7 } end },
    whole = function(x, m, value)
      local y = { size = x.size }
      for i, v in ipairs(x) do y[i] = m[i] ~= 0 and value or v end
      return y
    end,
    free = { "rank+", "rank+" },
    large = function(make) return { make(100000), large_mask(make), 3 } end,
  },
  masked_copy = {
    arguments = function(make) return { make(3, 4), mask(make), make(5) } end,
    more = {
      function(make) return { make(3, 4), mask(make), make(2, 4) } end,
      function(make) return { make(0, 4), no_mask(make), make(3) } end,
    },
    whole = function(x, m, source)
      local y, n = { size = x.size }, 0
      for i, v in ipairs(x) do
        if m[i] ~= 0 then n = n + 1 end
        y[i] = m[i] ~= 0 and source[n] or v
      end
      return y
    end,
    free = { "rank+", "rank+", "rank+ size1" },
    large = function(make) return { make(100000), large_mask(make), make(100000) } end,
  },
  nonzero = {
    arguments = function(make) return { make.tensor{ { 0, 5, 0 }, { 7, 0, -1 } } } end,
    more = {
      function(make) return { make.tensor{ 0, 2, 3 } } end,
      function(make) return { make(0, 4) } end,
    },
    values = {
      function(make) return { make.tensor{ { 0, 0 / 0 }, { math.huge, 0 } } } end,
    },
    integers = function(make) return { make.tensor{ { 0, 5, 0 }, { 7, 0, 1 } } } end,
    whole = function(x)
      local y, n = {}, 0
      array.walk(x.size, function(at, place)
        if x[place] ~= 0 then
          n = n + 1
          for _, i in ipairs(at) do table.insert(y, i) end
        end
      end)
      y.size = n > 0 and { n, #x.size } or {}
      return y
    end,
    results = { "torch.LongTensor" }, free = { "rank+ rank- size1 size2" },
    large = function(make) return { make(300, 400) } end,
  },
}

for _, case in pairs(cases) do
  case.types, case.half, case.exact, case.mixed = "all", true, true, true
end

return cases
