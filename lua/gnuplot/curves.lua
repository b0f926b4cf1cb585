-- What the plotting functions are given, as curves and sheets of wick.plot: tensors become lists of
-- numbers, names and formats find their places.
local class = require "torch.class"
local errors = require "wick.errors"
local spline = require "gnuplot.spline"
local style = require "gnuplot.style"

local curves = {}

local function is_tensor(value)
  return class.isTensor(value)
end

local function shape(tensor)
  local sizes = {}
  for d = 1, tensor:dim() do sizes[d] = ("%d"):format(tensor:size(d)) end
  return table.concat(sizes, " x ")
end

-- A list of numbers of a tensor of one dimension, or of one column.
local function numbers(tensor)
  return tensor:detach():double():contiguous():view(-1):totable()
end

local function column(tensor, j)
  return numbers(tensor:select(2, j))
end

local function counting(n)
  local list = {}
  for i = 1, n do list[i] = i end
  return list
end

-- { name =, tensors = {...}, format = } of the values of one entry: [string,] tensors [, string].
local function read_entry(what, values, usage, most)
  local entry, place = { tensors = {} }, 1
  if type(values[1]) == "string" and values[2] ~= nil then
    entry.name, place = values[1], 2
  end
  while is_tensor(values[place]) do
    entry.tensors[#entry.tensors + 1] = values[place]
    place = place + 1
  end
  if type(values[place]) == "string" then
    entry.format, place = values[place], place + 1
  end
  if values[place] ~= nil or #entry.tensors < 1 or #entry.tensors > most then
    errors.raise("%s: expecting %s, got %s", what, usage, errors.value(values[place] or values[1]))
  end
  return entry
end

-- The entries of a call: one by its values, several as tables or in a table.
local function read_entries(what, usage, most, ...)
  local given = { ... }
  if type(given[1]) ~= "table" or is_tensor(given[1]) then
    return { read_entry(what, given, usage, most) }
  end
  if #given == 1 and type(given[1][1]) == "table" and not is_tensor(given[1][1]) then
    given = given[1]
  end
  local entries = {}
  for i, values in ipairs(given) do
    if type(values) ~= "table" or is_tensor(values) then
      errors.raise("%s: entry %d is %s, a table expected as the first one is", what, i,
        errors.value(values))
    end
    entries[i] = read_entry(what, values, usage, most)
  end
  return entries
end

-- Curves ------------------------------------------------------------------------------------------

local function refuse_sizes(x, y)
  errors.raise("gnuplot.plot: x is %s and y is %s; they have one number a point each", shape(x),
    shape(y))
end

-- x, dx, y, dy: of columns x dx and y dy, or of one tensor x y dx dy.
local function vectors(entry, looks)
  local a, b = entry.tensors[1], entry.tensors[2]
  local columns
  if b and a:dim() == 2 and b:dim() == 2 and a:size(2) == 2 and b:size(2) == 2
    and a:size(1) == b:size(1) then
    columns = { column(a, 1), column(b, 1), column(a, 2), column(b, 2) }
  elseif not b and a:dim() == 2 and a:size(2) == 4 then
    columns = { column(a, 1), column(a, 2), column(a, 3), column(a, 4) }
  else
    errors.raise('gnuplot.plot: vectors ("v") are N x 2 (x, dx) and N x 2 (y, dy), or N x 4; '
      .. "got %s%s", shape(a), b and " and " .. shape(b) or "")
  end
  return { { title = entry.name, style = looks, x = columns[1], y = columns[2], dx = columns[3],
    dy = columns[4] } }
end

-- Lists of x and of every y.
local function columns_of(entry)
  local a, b = entry.tensors[1], entry.tensors[2]
  local one = b or a
  if one:dim() < 1 or one:dim() > 2 or a:dim() > 2 then
    errors.raise("gnuplot.plot: a curve is a tensor of 1 or 2 dimensions, got %s", shape(one))
  end
  if not b and (a:dim() == 1 or a:size(2) == 1) then
    local y = numbers(a)
    return counting(#y), { y }
  end
  if b and b:dim() == 1 then return numbers(a), { numbers(b) } end
  local ys = {}
  for j = b and 1 or 2, one:size(2) do ys[#ys + 1] = column(one, j) end
  return b and numbers(a) or column(a, 1), ys
end

local function smoothed(curve)
  local smooth = curve.style.smooth
  if smooth then curve.x, curve.y = spline.points(curve.x, curve.y, tonumber(smooth)) end
  return curve
end

local function from_entry(entry)
  local looks = style.parse(entry.format)
  if looks.vectors then return vectors(entry, looks) end
  local x, ys = columns_of(entry)
  local list = {}
  for j, y in ipairs(ys) do
    if #x ~= #y then refuse_sizes(entry.tensors[1], entry.tensors[2]) end
    local name = entry.name
    if name and #ys > 1 then name = ("%s %d"):format(name, j) end
    list[j] = smoothed{ title = name, style = looks, x = x, y = y }
  end
  return list
end

--- The curves of gnuplot.plot's arguments.
function curves.plot(...)
  local list = {}
  local entries = read_entries("gnuplot.plot", "[string,] tensor [,tensor] [,string]", 2, ...)
  for _, entry in ipairs(entries) do
    for _, curve in ipairs(from_entry(entry)) do list[#list + 1] = curve end
  end
  return list
end

-- Sheets ------------------------------------------------------------------------------------------

local function mesh(x, y, z)
  local rows = {}
  for i, row in ipairs(z) do
    rows[i] = {}
    for j, height in ipairs(row) do
      rows[i][j] = { x and x[i][j] or j, y and y[i][j] or i, height }
    end
  end
  return rows
end

local function surface_of(entry)
  local t, lists = entry.tensors, {}
  if #t ~= 1 and #t ~= 3 then
    errors.raise("gnuplot.splot: takes z, or x, y and z; got %d tensors", #t)
  end
  for i, tensor in ipairs(t) do
    if tensor:dim() ~= 2 or not tensor:isSameSizeAs(t[1]) then
      errors.raise("gnuplot.splot: x, y and z are matrices of one size, got %s", shape(tensor))
    end
    lists[i] = tensor:double():totable()
  end
  local rows = #t == 3 and mesh(lists[1], lists[2], lists[3]) or mesh(nil, nil, lists[1])
  return { title = entry.name, rows = rows }
end

--- The surfaces of gnuplot.splot's arguments.
function curves.splot(...)
  local list = {}
  local usage = "[string,] z, or [string,] x, y, z"
  for i, entry in ipairs(read_entries("gnuplot.splot", usage, 3, ...)) do
    list[i] = surface_of(entry)
  end
  return list
end

--- The clouds of points of gnuplot.scatter3's arguments.
function curves.scatter3(...)
  local list = {}
  for i, entry in ipairs(read_entries("gnuplot.scatter3", "[string,] x, y, z", 3, ...)) do
    local t, row = entry.tensors, {}
    if #t ~= 3 or t[1]:nElement() ~= t[2]:nElement() or t[2]:nElement() ~= t[3]:nElement() then
      errors.raise("gnuplot.scatter3: takes x, y and z with as many numbers each; got %s",
        errors.value(t[1]))
    end
    local x, y, z = numbers(t[1]), numbers(t[2]), numbers(t[3])
    for k = 1, #x do row[k] = { x[k], y[k], z[k] } end
    list[i] = { title = entry.name, rows = { row }, marker = "disc" }
  end
  return list
end

--- The rows of gnuplot.imagesc's matrix.
function curves.rows(what, matrix)
  if not is_tensor(matrix) then
    errors.raise("%s: the matrix is %s, a tensor expected", what, errors.value(matrix))
  end
  if matrix:dim() == 3 and matrix:size(1) == 1 then matrix = matrix:select(1, 1) end
  if matrix:dim() ~= 2 or matrix:nElement() == 0 then
    errors.raise("%s: a matrix expected, got %s", what, errors.value(matrix))
  end
  return matrix:detach():double():totable()
end

curves.numbers = numbers

return curves
