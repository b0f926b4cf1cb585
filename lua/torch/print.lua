-- How tensors and storages print, after Torch7: one number format for the whole, chosen from the
-- smallest and largest magnitude; matrices in bands as wide as 80 columns allow; more dimensions as
-- a block a matrix. Values come through an accessor, so this file knows nothing of tensors.
local print_format = {}

local LINE = 80

local function magnitude(value)
  if value == 0 then return 1 end
  if value == math.huge then return math.huge end
  return math.floor(math.log(value, 10)) + 1
end

-- What the format depends on: the extremes of the absolute values, whether all are integral, and
-- whether any is not a number.
local function survey(count, at)
  local low, high, integral, has_nan = math.huge, 0, true, false
  for i = 1, count do
    local value = at(i)
    if value ~= value then has_nan = true end
    local size = math.abs(value)
    if size < low then low = size end
    if size > high then high = size end
    if integral and value ~= math.ceil(value) then integral = false end
  end
  return magnitude(low), magnitude(high), integral, has_nan
end

-- NaN upsets Torch7's rule, which falls back to `%f`; here the columns still line up.
local function plain_style(count, at)
  local width = 0
  for i = 1, count do width = math.max(width, #("%f"):format(math.abs(at(i))) + 1) end
  return { format = ("%%%df"):format(width), width = width }
end

-- How every number of a tensor is written: format, its width, and the factor taken out, if any.
local function choose(count, at)
  local low, high, integral, has_nan = survey(count, at)
  if has_nan then
    return plain_style(count, at)
  elseif integral and high <= 9 then
    return { format = ("%%%d.0f"):format(high + 1), width = high + 1 }
  elseif integral then
    return { format = "%11.4e", width = 11 }
  elseif high - low > 4 then
    local width = (math.abs(high) > 99 or math.abs(low) > 99) and 12 or 11
    return { format = ("%%%d.4e"):format(width), width = width }
  elseif high > 5 or high < 0 then
    return { format = "%7.4f", width = 7, scale = 10.0 ^ (high - 1) }
  elseif high == 0 then
    return { format = "%7.4f", width = 7 }
  end
  return { format = ("%%%d.4f"):format(high + 6), width = high + 6 }
end

local function cell(style, value)
  if value ~= value then return (" "):rep(style.width - 3) .. "nan" end
  return style.format:format(style.scale and value / style.scale or value)
end

local function scale_line(indent, scale)
  return ("%s%g *\n"):format(indent, scale)
end

local function append_list(lines, count, at)
  if count == 0 then return end
  local style = choose(count, at)
  if style.scale then lines[#lines + 1] = scale_line("", style.scale) end
  for i = 1, count do lines[#lines + 1] = cell(style, at(i)) .. "\n" end
end

local function append_row(lines, indent, style, first, last, at)
  local cells = {}
  for column = first, last do cells[#cells + 1] = cell(style, at(column)) end
  lines[#lines + 1] = indent .. table.concat(cells, " ") .. "\n"
end

-- One matrix in bands of columns; `at(row, column)`.
local function append_matrix(lines, indent, rows, columns, style, at)
  local band = math.max(1, (LINE - #indent) // (style.width + 1))
  for first = 1, columns, band do
    local last = math.min(first + band - 1, columns)
    if band < columns then
      if first > 1 then lines[#lines + 1] = "\n" end
      lines[#lines + 1] = ("%sColumns %d to %d\n"):format(indent, first, last)
    end
    if style.scale then lines[#lines + 1] = scale_line(indent, style.scale) end
    local row_indent = style.scale and indent .. " " or indent
    for r = 1, rows do
      append_row(lines, row_indent, style, first, last, function(column) return at(r, column) end)
    end
  end
end

local function product(sizes, from, to)
  local count = 1
  for dim = from, to do count = count * sizes[dim] end
  return count
end

-- The matrices of a tensor of three or more dimensions, the first index varying fastest.
local function append_blocks(lines, sizes, style, at)
  local outer = #sizes - 2
  local rows, columns = sizes[#sizes - 1], sizes[#sizes]
  local strides = {}
  for dim = 1, outer do strides[dim] = product(sizes, dim + 1, #sizes) end
  for block = 0, product(sizes, 1, outer) - 1 do
    local index, offset, rest = {}, 0, block
    for dim = 1, outer do
      index[dim] = ("%d"):format(rest % sizes[dim] + 1)
      offset = offset + rest % sizes[dim] * strides[dim]
      rest = rest // sizes[dim]
    end
    if block > 0 then lines[#lines + 1] = "\n" end
    lines[#lines + 1] = ("(%s,.,.) = \n"):format(table.concat(index, ","))
    append_matrix(lines, " ", rows, columns, style, function(r, c)
      return at(offset + (r - 1) * columns + c)
    end)
  end
end

local function append_values(lines, sizes, at)
  local count = product(sizes, 1, #sizes)
  if #sizes == 1 then return append_list(lines, count, at) end
  if count == 0 then return end
  local style = choose(count, at)
  if #sizes > 2 then return append_blocks(lines, sizes, style, at) end
  append_matrix(lines, "", sizes[1], sizes[2], style, function(r, c)
    return at((r - 1) * sizes[2] + c)
  end)
end

--- The text of a tensor: `name` is its type, `sizes` a list of integers (empty: no dimension),
-- `at(i)` its i-th element in row-major order.
function print_format.tensor(name, sizes, at)
  if #sizes == 0 then return ("[%s with no dimension]\n"):format(name) end
  local lines, words = {}, {}
  append_values(lines, sizes, at)
  for dim, size in ipairs(sizes) do words[dim] = ("%d"):format(size) end
  lines[#lines + 1] = ("[%s of size %s]\n"):format(name, table.concat(words, "x"))
  return table.concat(lines)
end

--- The text of a storage of `count` elements.
function print_format.storage(name, count, at)
  return print_format.tensor(name, { count }, at)
end

return print_format
