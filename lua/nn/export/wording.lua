-- How programs of core/model write what core.noteCalls noted: numbers of results, and arguments.
local wording = {}

--- A number for every tensor that the calls made, by key, from 1 on as they were made; the input is
-- number 0.
function wording.results(calls, input)
  local numbers, count = { [input] = 0 }, 1
  for _, call in ipairs(calls) do
    for _, key in ipairs(call.outputs) do
      numbers[key] = numbers[key] or count
      count = count + 1
    end
  end
  return numbers
end

--- A number exactly: a whole number, a whole number times a power of two, or inf. No NaN.
function wording.number(number)
  local integer = math.tointeger(number)
  if integer then return ("%d"):format(integer) end
  if number - number ~= 0 then return number > 0 and "inf" or "-inf" end
  local exponent = 0
  while not math.tointeger(number) do
    number, exponent = number * 2, exponent - 1
  end
  return ("%d^%d"):format(math.tointeger(number), exponent)
end

return wording
