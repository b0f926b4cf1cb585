--- Cases of core/op/generate.c: tensors from nothing.
local torch = require "torch"
local array = require "spec.support.array"

local function with(...)
  local list = { ... }
  return function(make)
    local arguments = table.move(list, 1, #list, 1, {})
    table.insert(arguments, { dtype = make.type })
    return arguments
  end
end

-- The options table comes last.
local function without_options(f)
  return function(...)
    local n = select("#", ...)
    local arguments = table.pack(...)
    if type(arguments[n]) == "table" and arguments[n].dtype then n = n - 1 end
    return f(table.unpack(arguments, 1, n))
  end
end

local function constant(value)
  return without_options(function(...)
    return array.build({ ... }, function() return value end)
  end)
end

local function listed(f)
  return without_options(function(first, last, n)
    local result = { size = { 0 } }
    f(result, first, last, n)
    result.size[1] = #result
    return result
  end)
end

local function type_given(arguments) return arguments[arguments.n].dtype end

local function progression(f)
  return listed(function(result, first, last, n)
    for i = 0, (n or 100) - 1 do
      result[i + 1] = f((n or 100) == 1 and first or first + (last - first) * i / ((n or 100) - 1))
    end
  end)
end

local cases = {
  zeros = { arguments = with(2, 3), more = { with(0, 4), with(1) }, whole = constant(0) },
  ones = { arguments = with(2, 3), more = { with(0, 4), with(1) }, whole = constant(1) },
  eye = {
    arguments = with(3), more = { with(2, 4), with(4, 2), with(1) },
    whole = without_options(function(n, m)
      return array.build({ n, m or n }, function(i, j) return i == j and 1 or 0 end)
    end),
  },
  range = {
    arguments = with(1, 5), more = { with(2, 1, -0.25), with(0, 1, 0.3), with(3, 3) },
    whole = listed(function(result, first, last, step)
      step = step or 1
      for i = 0, math.floor((last - first) / step) do result[i + 1] = first + i * step end
    end),
  },
  linspace = {
    arguments = with(0, 1, 5), more = { with(-2, 3), with(2, 2, 1) },
    whole = progression(function(v) return v end),
  },
  logspace = {
    arguments = with(0, 2, 5), more = { with(-1, 1), with(2, 2, 1) },
    whole = progression(function(v) return 10 ^ v end), tolerance32 = 1e-5,
  },
}

for _, case in pairs(cases) do case.results = { type_given } end

-- Into a tensor that is there.
cases.fill = {
  arguments = function(make) return { make(3, 4), 2.5 } end,
  more = { function(make) return { make(0, 4), 1 } end },
  integers = function(make) return { make(3, 4), 7 } end,
  call = function(x, value) return torch.fill(x:clone(), value) end,
  reference = function(_, value) return value end, types = "all", nan = false,
}
cases.zero = {
  arguments = function(make) return { make(3, 4) } end,
  call = function(x) return torch.zero(x:clone()) end,
  reference = function() return 0 end, types = "all", nan = false,
}

return cases
