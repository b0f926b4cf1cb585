-- Questions to a table of columns: which rows have one of these values.
local errors = require "wick.errors"

local help = [=[
query()  or  query("all")                        the whole table
query("vars")                                    the names of the columns
query("union", {name = value, other = {a, b}})   rows that have one of the values
query("inter", {name = value, other = {a, b}})   rows that have one of the values in each column
query("help")                                    prints this]=]

-- Rows by column and value.
local function index(columns)
  local rows = {}
  for name, values in pairs(columns) do
    rows[name] = {}
    for i, value in ipairs(values) do
      local list = rows[name][value] or {}
      rows[name][value] = list
      list[#list + 1] = i
    end
  end
  return rows
end

-- In how many of the asked columns each row has one of the values.
local function hits(rows, asked)
  local count, columns = {}, 0
  for name, values in pairs(asked) do
    if not rows[name] then
      errors.raise("csvigo: there is no column %s%s", errors.value(name),
        errors.suggestion(errors.nearest(name, rows)))
    end
    columns = columns + 1
    local seen = {}
    for _, value in ipairs(type(values) == "table" and values or { values }) do
      for _, i in ipairs(rows[name][tostring(value)] or {}) do seen[i] = true end
    end
    for i in pairs(seen) do count[i] = (count[i] or 0) + 1 end
  end
  return count, columns
end

local function select_rows(columns, chosen)
  local selected = {}
  for name, values in pairs(columns) do
    selected[name] = {}
    for k, i in ipairs(chosen) do selected[name][k] = values[i] end
  end
  return selected
end

--- The function that answers questions about the columns.
return function(columns)
  local rows = index(columns)
  return function(question, asked)
    question = question or "all"
    if question == "help" then return print(help) end
    if question == "all" then return columns end
    if question == "vars" then
      local names = {}
      for name in pairs(columns) do names[#names + 1] = name end
      table.sort(names)
      return names
    elseif question ~= "union" and question ~= "inter" then
      errors.raise("csvigo: a query is all, vars, union, inter or help, not %s",
        errors.value(question))
    end
    local count, asked_columns = hits(rows, asked or {})
    local chosen = {}
    for i, n in pairs(count) do
      if question == "union" or n == asked_columns then chosen[#chosen + 1] = i end
    end
    table.sort(chosen)
    return select_rows(columns, chosen)
  end
end
