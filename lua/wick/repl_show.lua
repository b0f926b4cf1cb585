-- How the prompt shows values: tensors as they print, large ones as a summary; tables one level
-- deep; the rest as Lua prints it.
local class = require "torch.class"
local errors = require "wick.errors"

local show = {}

local LARGE = 1000 -- elements from which on a tensor is summarised
local ENTRIES = 50 -- of a table that are shown
local EDGE = 3 -- rows and columns at each edge of a summary
local LINE = 80

-- Tensors --------------------------------------------------------------------------------------

-- The positions of a summary along a dimension; 0 stands for what is left out.
local function edge_positions(size)
  local positions = {}
  if size <= 2 * EDGE + 1 then
    for i = 1, size do positions[i] = i end
    return positions
  end
  for i = 1, EDGE do
    positions[i] = i
    positions[EDGE + 1 + i] = size - EDGE + i
  end
  positions[EDGE + 1] = 0
  return positions
end

local function cell(row, position)
  if position == 0 then return "  ..." end
  return ("%11.4g"):format(row[position])
end

local function corner_row(row)
  local cells = {}
  for i, position in ipairs(edge_positions(row:size(1))) do cells[i] = cell(row, position) end
  return table.concat(cells)
end

-- Rows of the last two dimensions at the first place of the others.
local function corners(tensor)
  local matrix = tensor
  while matrix:dim() > 2 do matrix = matrix:select(1, 1) end
  if matrix:dim() == 1 then return { corner_row(matrix) } end
  local lines = {}
  for i, position in ipairs(edge_positions(matrix:size(1))) do
    lines[i] = position == 0 and "        ..." or corner_row(matrix:select(1, position))
  end
  return lines
end

local function summary(tensor)
  local values = tensor:double()
  local lines = corners(values)
  if tensor:dim() > 2 then
    lines[1] = ("(%s.,.)\n"):format(("1,"):rep(tensor:dim() - 2)) .. lines[1]
  end
  lines[#lines + 1] = ("[%s, min %.4g, mean %.4g, max %.4g]"):format(errors.value(tensor),
    values:min(), values:mean(), values:max())
  return table.concat(lines, "\n")
end

local function tensor_text(tensor)
  if tensor.detach then tensor = tensor:detach() end
  if tensor:nElement() > LARGE then return summary(tensor) end
  return (tostring(tensor):gsub("\n$", ""))
end

-- Tables ---------------------------------------------------------------------------------------

-- A value inside a table, on one line.
local function short(value)
  if class.isTensor(value) then return errors.value(value) end
  if class.typename(value) then return class.typename(value) end
  if type(value) == "table" then return next(value) == nil and "{}" or "{...}" end
  if type(value) == "string" then return errors.value(value) end
  if type(value) == "function" then return "function" end
  return tostring(value)
end

local function by_kind_and_name(a, b)
  local a_number, b_number = type(a) == "number", type(b) == "number"
  if a_number and b_number then return a < b end
  if a_number ~= b_number then return a_number end
  return tostring(a) < tostring(b)
end

local function other_keys(t, length)
  local keys = {}
  for key in pairs(t) do
    if math.type(key) ~= "integer" or key < 1 or key > length then keys[#keys + 1] = key end
  end
  table.sort(keys, by_kind_and_name)
  return keys
end

local function key_text(key)
  if type(key) == "string" and key:find("^[%a_][%w_]*$") then return key end
  return "[" .. short(key) .. "]"
end

local function table_text(t)
  local length = #t
  local keys = other_keys(t, length)
  local entries = {}
  for i = 1, math.min(length, ENTRIES) do entries[i] = short(t[i]) end
  for _, key in ipairs(keys) do
    if #entries >= ENTRIES then break end
    entries[#entries + 1] = key_text(key) .. " = " .. short(t[key])
  end
  local left = length + #keys - #entries
  if left > 0 then entries[#entries + 1] = ("... %d more"):format(left) end
  local line = "{" .. table.concat(entries, ", ") .. "}"
  if #line <= LINE then return line end
  return "{\n  " .. table.concat(entries, ",\n  ") .. "\n}"
end

--- The text of a value.
function show.value(value)
  if class.isTensor(value) then return tensor_text(value) end
  local metatable = debug.getmetatable(value)
  local speaks = type(metatable) == "table" and metatable.__tostring
  local described = getmetatable(value) -- a class shows itself as its instances' metatable
  if type(described) == "table" and described ~= metatable and described.__typename then
    return ("class %s, ?%s explains it"):format(described.__typename, described.__typename)
  end
  if type(value) == "table" and not speaks then return table_text(value) end
  return (tostring(value):gsub("\n$", ""))
end

return show
