--- Tensors for samples: values that are spread, differ from each other and keep clear of the points
-- an operation does not like, the same at every run.
local torch = require "torch"

local integer_types = {
  ["torch.ByteTensor"] = true, ["torch.CharTensor"] = true, ["torch.ShortTensor"] = true,
  ["torch.IntTensor"] = true, ["torch.LongTensor"] = true,
}

local MARGIN = 0.25 -- how far values keep from a point

local function count(sizes)
  local n = #sizes > 0 and 1 or 0
  for _, s in ipairs(sizes) do n = n * s end
  return n
end

-- A list of 0 .. n - 1 in an order that looks like none.
local function shuffled(n, state)
  local order = {}
  for i = 1, n do order[i] = i - 1 end
  for i = n, 2, -1 do
    state.seed = (state.seed * 1103515245 + 12345) % 2147483648
    local j = state.seed // 65536 % i + 1
    order[i], order[j] = order[j], order[i]
  end
  return order
end

-- What is left of [low, high] when the surroundings of the points are cut out.
local function pieces(low, high, points)
  local list = {}
  table.sort(points)
  for _, p in ipairs(points) do
    if p + MARGIN > low and p - MARGIN < high then
      if p - MARGIN > low then table.insert(list, { low, p - MARGIN }) end
      low = p + MARGIN
    end
  end
  table.insert(list, { low, high })
  return list
end

-- The number at `part` (0 .. 1) of the way through the pieces.
local function along(list, part)
  local total = 0
  for _, p in ipairs(list) do total = total + p[2] - p[1] end
  local rest = part * total
  for _, p in ipairs(list) do
    if rest <= p[2] - p[1] then return p[1] + rest end
    rest = rest - (p[2] - p[1])
  end
  return list[#list][2]
end

-- Real values are multiples of 2^-10, which float32 holds without rounding.
local function real_values(n, low, high, points, state)
  local order, list = shuffled(n, state), pieces(low, high, points)
  state.tensors = state.tensors + 1
  local offset = (0.15 + 0.37 * state.tensors) % 0.9 + 0.05
  local values = {}
  for i = 1, n do values[i] = math.floor(along(list, (order[i] + offset) / n) * 1024) / 1024 end
  return values
end

local function whole_values(n, low, high, points, state)
  local choice = {}
  for v = math.ceil(low), math.floor(high) do
    local good = v >= 0 or not state.unsigned
    for _, p in ipairs(points) do good = good and math.abs(v - p) >= MARGIN end
    if good then table.insert(choice, v) end
  end
  local order, values = shuffled(n, state), {}
  for i = 1, n do values[i] = choice[order[i] % #choice + 1] end
  return values
end

--- A maker of tensors of a type, "torch.DoubleTensor" for one. `make(3, 4)`: values between -3 and
-- 3. `make.between(low, high, 3, 4)`, `make.away_from(0, 3, 4)` (a number or a list of them),
-- `make.positive(3, 4)`. `make.tensor{...}`, `make.long{...}` and `make.byte{...}` hold the given
-- values. `make.integral`: whether the type is one of integers.
local function maker(type_name)
  local state = { seed = 20, tensors = 0, unsigned = type_name == "torch.ByteTensor" }
  local integral = integer_types[type_name] or false
  local constructor = torch[type_name:match("%.(%w+)$")]
  local make = { type = type_name, integral = integral }

  local function filled(low, high, points, ...)
    local sizes = { ... }
    local values = (integral and whole_values or real_values)(count(sizes), low, high, points,
      state)
    if #values == 0 then return torch.zeros(sizes, { dtype = type_name }) end
    return constructor(values):view(table.unpack(sizes))
  end

  function make.between(low, high, ...)
    return filled(low, high, {}, ...)
  end

  function make.positive(...)
    return filled(0.25, 3, {}, ...)
  end

  function make.away_from(points, ...)
    return filled(-3, 3, type(points) == "table" and points or { points }, ...)
  end

  function make.tensor(values)
    return constructor(values)
  end

  function make.long(values)
    return torch.LongTensor(values)
  end

  function make.byte(values)
    return torch.ByteTensor(values)
  end

  return setmetatable(make, {
    __call = function(_, ...)
      return filled(-3, 3, {}, ...)
    end,
  })
end

return maker
