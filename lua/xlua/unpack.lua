-- xlua.unpack: functions that take their arguments by position or in one table by name, from a
-- description that also makes the help text.
local class = require "torch.class"
local errors = require "wick.errors"

local unpacking = {}

local function is_named(arguments)
  local first = arguments[1]
  return #arguments == 1 and type(first) == "table" and not class.typename(first) and #first == 0
end

--- How to call `name`: a text from its description.
function unpacking.usage(name, description, _, ...)
  local lines = { name }
  if description and description ~= "" then lines[1] = name .. ": " .. description end
  for _, row in ipairs{ ... } do
    local default = row.default ~= nil and (" [default = %s]"):format(tostring(row.default)) or ""
    lines[#lines + 1] = ("  %s%s: %s %s%s"):format(row.arg, row.req and " (required)" or "",
      tostring(row.type or "any"), row.help or "", default)
  end
  return table.concat(lines, "\n")
end

--- What a module has: its name, its description and its functions, as text. The functions come from
-- the table `module`, the lines that follow are put below.
function unpacking.module(name, description, module, ...)
  local lines, names = { ("%s: %s"):format(name, description or "") }, {}
  for key in pairs(module or {}) do names[#names + 1] = tostring(key) end
  table.sort(names)
  for _, key in ipairs(names) do lines[#lines + 1] = ("  %s.%s"):format(name, key) end
  for _, line in ipairs{ ... } do lines[#lines + 1] = tostring(line) end
  return table.concat(lines, "\n")
end

local function check_type(name, row, value)
  local kinds = tostring(row.type or "any")
  if kinds == "any" then return end
  local lua_type, torch_type = type(value), class.type(value)
  for kind in kinds:gmatch("[^%s|]+") do
    if kind == lua_type or torch_type:find(kind, 1, true) then return end
  end
  errors.raise("%s: %s is %s, %s expected", name, row.arg, errors.value(value), kinds)
end

local function resolve(name, description, rows, given)
  local values = {}
  for i, row in ipairs(rows) do
    local value = given[i]
    if value == nil then value = row.default end
    if value == nil and row.defaulta then value = values[row.defaulta] end
    if value == nil and row.req then
      errors.raise("%s: %s is missing\n%s", name, row.arg,
        unpacking.usage(name, description, nil, table.unpack(rows)))
    end
    if given[i] ~= nil then check_type(name, row, value) end
    values[row.arg] = value
  end
  return values
end

--- Resolves `arguments` (a list) by the rows `{arg=, type=, help=, default=, defaulta=, req=}`:
-- all values by name in one table, then each in the order of the rows.
function unpacking.unpack(arguments, name, description, ...)
  local rows, given = { ... }, {}
  for i, row in ipairs(rows) do
    if is_named(arguments) then
      given[i] = arguments[1][row.arg]
    else
      given[i] = arguments[i]
    end
  end
  local values, list = resolve(name, description, rows, given), {}
  for i, row in ipairs(rows) do list[i] = values[row.arg] end
  return values, table.unpack(list, 1, #rows)
end

--- The same, with the values stored as fields of `object`.
function unpacking.class(object, arguments, name, description, ...)
  local values = unpacking.unpack(arguments, name, description, ...)
  for key, value in pairs(values) do object[key] = value end
end

return unpacking
