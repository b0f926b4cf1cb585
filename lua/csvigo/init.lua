-- The package `csvigo`: CSV files as tables. All fields that are read are strings.
--
--   local csvigo = require "csvigo"
--   local columns = csvigo.load{path = "data.csv"}             -- columns.name[row]
--   local rows = csvigo.load{path = "data.csv", mode = "raw"}  -- rows[row][column]
local class = require "torch.class"
local errors = require "wick.errors"
local query = require "csvigo.query"

local csvigo = { File = require "csvigo.file" }

local load_order = { "path", "separator", "mode", "header", "verbose", "skip", "column_order" }
local save_order = {
  "path", "data", "separator", "mode", "header", "verbose", "column_order", "nan_as_missing",
}

-- Arguments by position, or by name in one table.
local function read_arguments(what, order, defaults, ...)
  local first = ...
  local options = {}
  local named = type(first) == "table" and not class.typename(first)
  for i, name in ipairs(order) do
    options[name] = named and first[name]
    if not named then options[name] = select(i, ...) end
    if options[name] == nil then options[name] = defaults[name] end
  end
  for name in pairs(named and first or {}) do
    if defaults[name] == nil and options[name] == nil then
      errors.raise("%s: there is no argument %s", what, errors.value(name))
    end
  end
  if type(options.path) ~= "string" then
    errors.raise("%s: the path of a file is missing", what)
  end
  options.path = options.path:gsub("^~", os.getenv("HOME") or "~")
  return options
end

local function tell(options, text)
  if options.verbose then print("<csv>", text) end
end

-- Columns by name, and the names in their order.
local function tidy(records, options)
  local first = math.tointeger(options.skip) + 1
  local names, columns = {}, {}
  for i in ipairs(records[first] or {}) do
    names[i] = options.header and records[first][i] or ("var_%d"):format(i)
    columns[names[i]] = {}
  end
  for row = options.header and first + 1 or first, #records do
    for i, value in ipairs(records[row]) do
      local column = columns[names[i]]
      if not column then
        errors.raise("csvigo.load: record %d has %d fields, but there are %d columns", row,
          #records[row], #names)
      end
      column[#column + 1] = value
    end
  end
  return columns, names
end

--- csvigo.load(path [, separator [, mode [, header [, verbose [, skip]]]]]) or with names in one
-- table: the file as a table of columns by name (mode "tidy"), as a list of records ("raw"), as a
-- function that answers questions ("query", see query("help")), or as a list whose records are
-- split when looked at ("large"). `header`: the first record names the columns; `skip`: records
-- before it; `column_order`: returns the names in their order first.
function csvigo.load(...)
  local options = read_arguments("csvigo.load", load_order,
    { separator = ",", mode = "tidy", header = true, verbose = true, skip = 0 }, ...)
  local mode = options.mode
  if mode ~= "raw" and mode ~= "large" and mode ~= "tidy" and mode ~= "query" then
    errors.raise("csvigo.load: the mode is raw, tidy, query or large, not %s", errors.value(mode))
  end
  tell(options, "parsing file: " .. options.path)
  local file = csvigo.File(options.path, "r", options.separator)
  local records = file:readall(mode)
  file:close()
  tell(options, "parsing done")
  if mode == "raw" or mode == "large" then return records end
  local columns, names = tidy(records, options)
  if mode == "query" then return query(columns) end
  if options.column_order then return names, columns end
  return columns
end

local function names_of(columns, order)
  if order then return order end
  local names = {}
  for name in pairs(columns) do names[#names + 1] = name end
  table.sort(names)
  return names
end

local function untidy(columns, options)
  local names, records = names_of(columns, options.column_order), {}
  for i, name in ipairs(names) do
    if not columns[name] then
      errors.raise("csvigo.save: there is no column %s", errors.value(name))
    end
    for row, value in ipairs(columns[name]) do
      records[row] = records[row] or {}
      records[row][i] = value
    end
  end
  if options.header then table.insert(records, 1, names) end
  return records
end

local function mode_of(data)
  if type(data) == "function" then return "query" end
  return #data == 0 and "tidy" or "raw"
end

--- csvigo.save(path, data [, separator [, mode [, header [, verbose]]]]) or with names in one
-- table: writes a list of records, a table of columns, or what a query function gives. Columns are
-- written in the order of `column_order`, a list of their names, or of their names.
-- `nan_as_missing`: NaN becomes an empty field.
function csvigo.save(...)
  local options = read_arguments("csvigo.save", save_order,
    { separator = ",", mode = "autodetect", header = true, verbose = true, nan_as_missing = false },
    ...)
  local data = options.data
  if type(data) ~= "table" and type(data) ~= "function" then
    errors.raise("csvigo.save: the data is a table or a query function, not %s", errors.value(data))
  end
  local mode = options.mode == "autodetect" and mode_of(data) or options.mode
  if mode ~= "raw" and mode ~= "tidy" and mode ~= "query" then
    errors.raise("csvigo.save: the mode is raw, tidy or query, not %s", errors.value(mode))
  end
  if mode == "query" then data = data("all") end
  tell(options, "writing to file: " .. options.path)
  local file = csvigo.File(options.path, "w", options.separator, options.nan_as_missing)
  file:writeall(mode == "raw" and data or untidy(data, options))
  file:close()
  tell(options, "writing done")
end

-- Scripts expect the global, as Torch7's package set it.
rawset(_G, "csvigo", csvigo)

return csvigo
