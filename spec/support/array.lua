--- Plain Lua arrays for reference computations: `{ size = { 2, 3 }, 1, 2, ... }`, row-major,
-- without anything of what is under test but the reading of tensors.
local array = {}

--- The number of elements that sizes ask for; no sizes: none.
function array.count(size)
  local n = #size > 0 and 1 or 0
  for _, s in ipairs(size) do n = n * s end
  return n
end

--- The array of a tensor, a number or a boolean.
function array.of(x)
  if type(x) == "boolean" then x = x and 1 or 0 end
  if type(x) == "number" then return { size = { 1 }, x } end
  local values = {}
  local n = x:nElement()
  if n > 0 then values = x:detach():contiguous():view(n):totable() end
  values.size = x:size():totable()
  return values
end

--- Whether every element of a size list agrees.
function array.same_size(a, b)
  if #a ~= #b then return false end
  for i, s in ipairs(a) do
    if s ~= b[i] then return false end
  end
  return true
end

--- Calls f with the coordinates (a list that is used again) and the place of every element.
function array.walk(size, f)
  local at = {}
  for d = 1, #size do at[d] = 1 end
  for place = 1, array.count(size) do
    f(at, place)
    local d = #size
    while d > 0 do
      at[d] = at[d] + 1
      if at[d] <= size[d] then break end
      at[d] = 1
      d = d - 1
    end
  end
end

--- The place of coordinates in a row-major array; sizes of 1 are broadcast, sizes are aligned at
-- the end.
function array.place(size, at)
  local place, shift = 0, #at - #size
  for d, s in ipairs(size) do
    place = place * s + (s == 1 and 0 or at[d + shift] - 1)
  end
  return place + 1
end

--- The element at coordinates; nil outside.
function array.at(a, ...)
  local at = { ... }
  for d, s in ipairs(a.size) do
    if at[d] < 1 or at[d] > s then return nil end
  end
  return a[array.place(a.size, at)]
end

--- An array whose elements are f(coordinates).
function array.build(size, f)
  local result = { size = size }
  array.walk(size, function(at, place) result[place] = f(table.unpack(at)) end)
  return result
end

--- The shape that arrays broadcast to.
function array.broadcast(...)
  local size = {}
  for _, a in ipairs{ ... } do
    local shift = #a.size - #size
    if shift > 0 then table.move(size, 1, #size, shift + 1) end
    for d = 1, math.max(shift, 0) do size[d] = 1 end
    for d, s in ipairs(a.size) do
      local to = d + #size - #a.size
      if s ~= 1 then size[to] = s end
    end
  end
  return size
end

--- f on corresponding elements of broadcast arrays.
function array.map(f, ...)
  local inputs = { ... }
  local result = { size = array.broadcast(...) }
  array.walk(result.size, function(at, place)
    local values = {}
    for i, a in ipairs(inputs) do values[i] = a[array.place(a.size, at)] end
    result[place] = f(table.unpack(values))
  end)
  return result
end

--- Whether an element of the first argument is 0.
function array.has_zero(arguments)
  for _, v in ipairs(array.of(arguments[1])) do
    if v == 0 then return true end
  end
  return false
end

local function with_size(size, dim, n)
  local result = table.move(size, 1, #size, 1, {})
  result[dim] = n
  return result
end

--- f(line) for every line along a dimension (negative: from the end) has to return a list of `n`
-- values, by default as many as the line has; the results stand where the line stood. f returns
-- `lists` lists, one by default: so many arrays come back.
function array.lines(a, dim, n, f, lists)
  if dim < 0 then dim = dim + #a.size + 1 end
  local length = a.size[dim]
  local size = with_size(a.size, dim, n or length)
  local results = {}
  for number = 1, lists or 1 do results[number] = { size = size } end
  array.walk(with_size(a.size, dim, 1), function(at)
    local line = {}
    for i = 1, length do
      at[dim] = i
      line[i] = a[array.place(a.size, at)]
    end
    for number, list in ipairs{ f(line) } do
      for i = 1, size[dim] do
        at[dim] = i
        results[number][array.place(size, at)] = list[i]
      end
    end
    at[dim] = 1
  end)
  return table.unpack(results)
end

--- f(line) for every line along a dimension gives the values that replace it: the dimension stays
-- with size 1. `values`: how many f returns, one by default.
function array.reduce(a, dim, f, values)
  return array.lines(a, dim, 1, function(line)
    local found = { f(line) }
    for i, v in ipairs(found) do found[i] = { v } end
    return table.unpack(found)
  end, values)
end

--- An array of another shape with the same elements in row-major order.
function array.reshaped(a, size)
  local result = table.move(a, 1, #a, 1, {})
  result.size = size
  return result
end

--- The elements as a list, without the sizes.
function array.list(a)
  return table.move(a, 1, #a, 1, {})
end

return array
