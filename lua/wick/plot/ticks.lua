-- Where the marks of an axis stand and what is written at them.
local ticks = {}

local floor, ceil, abs = math.floor, math.ceil, math.abs

--- The distance of marks, 1, 2 or 5 times a power of ten, that gives about `count` in `span`.
function ticks.step(span, count)
  local rough = span / count
  local power = 10.0 ^ floor(math.log(rough, 10))
  local fraction = rough / power
  return (fraction < 1.5 and 1 or fraction < 3.5 and 2 or fraction < 7.5 and 5 or 10) * power
end

-- How many decimals tell multiples of `step` apart.
local function decimals(step)
  return math.max(0, -floor(math.log(step, 10) + 1e-9))
end

local function text_of(value, step, largest)
  if abs(value) < step * 1e-6 then return "0" end
  if largest >= 1e6 or largest < 1e-3 then
    local digits = math.max(0, floor(math.log(abs(value), 10) + 1e-9)
      - floor(math.log(step, 10) + 1e-9))
    return (("%." .. digits .. "e"):format(value):gsub("e([+-])0*(%d)", function(sign, digit)
      return "e" .. (sign == "-" and "-" or "") .. digit
    end))
  end
  return ("%." .. decimals(step) .. "f"):format(value)
end

--- Marks of an even axis, about `count`: a list of { value, text }. `whole` marks integers alone.
function ticks.linear(low, high, count, whole)
  local step = ticks.step(high - low, count)
  if whole then step = math.max(step, 1.0) end
  local largest = math.max(abs(low), abs(high))
  local list = {}
  for i = ceil(low / step - 1e-9), floor(high / step + 1e-9) do
    list[#list + 1] = { i * step, text_of(i * step, step, largest) }
  end
  return list
end

local function power_text(power)
  if power >= -3 and power <= 3 then
    return ("%." .. math.max(0, -power) .. "f"):format(10.0 ^ power)
  end
  return ("1e%d"):format(power)
end

--- Marks of a logarithmic axis between powers `low` and `high` of ten (which need not be whole):
-- values are powers too; those between whole ones have no text.
function ticks.logarithmic(low, high, count)
  local list = {}
  local every = math.max(1, ceil((high - low) / count))
  for power = floor(low), ceil(high) do
    if power >= low - 1e-9 and power <= high + 1e-9 then
      list[#list + 1] = { power, power % every == 0 and power_text(power) or nil }
    end
    for factor = 2, every == 1 and 9 or 0 do
      local place = power + math.log(factor, 10)
      local alone = high - low < 1.2 and (factor == 2 or factor == 5)
      if place > low and place < high then
        list[#list + 1] = { place, alone and ("%.3g"):format(factor * 10.0 ^ power) or nil, true }
      end
    end
  end
  return list
end

return ticks
