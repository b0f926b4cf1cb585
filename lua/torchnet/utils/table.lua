-- tnt.utils.table: copies, and lists of tensors as one.
local argcheck = require "argcheck"
local class = require "torch.class"
local errors = require "wick.errors"

local torch = require "torch"

local tables = {}

local function clone(value, known)
  if known[value] then return known[value] end
  local copy
  if class.isTensor(value) then
    copy = value:clone()
  elseif class.typename(value) then
    copy = torch.deserialize(torch.serialize(value), { functions = true })
  elseif type(value) == "table" then
    copy = {}
    known[value] = copy
    for key, field in pairs(value) do copy[key] = clone(field, known) end
    return copy
  else
    return value
  end
  known[value] = copy
  return copy
end

--- clone(value): a copy that shares no table, tensor or object with the value.
function tables.clone(value)
  if type(value) ~= "table" and type(value) ~= "userdata" then return value end
  return clone(value, {})
end

--- copy(table): a table with the same pairs.
function tables.copy(source)
  local copy = {}
  for key, value in pairs(source) do copy[key] = value end
  return copy
end

--- merge(dst, src): puts the pairs of src into dst and returns dst.
tables.merge = argcheck{
  help = "tnt.utils.table.merge",
  { name = "dst", type = "table" },
  { name = "src", type = "table" },
  call = function(dst, src)
    for key, value in pairs(src) do dst[key] = value end
    return dst
  end,
}

--- foreach(tbl, closure [, recursive]): a table with closure(value) for every value; with
-- `recursive`, tables inside are gone through as well.
tables.foreach = argcheck{
  help = "tnt.utils.table.foreach",
  { name = "tbl", type = "table" },
  { name = "closure", type = "function" },
  { name = "recursive", type = "boolean", default = false },
  call = function(tbl, closure, recursive)
    local result = {}
    for key, value in pairs(tbl) do
      if recursive and type(value) == "table" then
        result[key] = tables.foreach(value, closure, true)
      else
        result[key] = closure(value)
      end
    end
    return result
  end,
}

--- canmergetensor(list): whether it is a list of tensors with the same number of elements.
function tables.canmergetensor(list)
  if type(list) ~= "table" or not class.isTensor(list[1]) then return false end
  local elements = list[1]:nElement()
  for i = 2, #list do
    if not class.isTensor(list[i]) or list[i]:nElement() ~= elements then return false end
  end
  return true
end

local function check_tensors(list)
  for i = 1, #list do
    if not class.isTensor(list[i]) then
      errors.raise("mergetensor: entry %d is %s, a tensor expected", i, errors.value(list[i]))
    end
  end
  if #list == 0 then errors.raise("mergetensor: the list is empty") end
end

--- mergetensor(list): the tensors stacked along a new first dimension.
tables.mergetensor = argcheck{
  help = "tnt.utils.table.mergetensor",
  nonamed = true,
  { name = "tbl", type = "table" },
  call = function(list)
    check_tensors(list)
    local result = list[1].new(#list, table.unpack(list[1]:size():totable()))
    for i, tensor in ipairs(list) do result[i]:copy(tensor) end
    return result
  end,
}

return tables
