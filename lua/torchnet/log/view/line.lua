-- What the views of a log share: where lines go, and how values become text.
local errors = require "wick.errors"

local line = {}

-- Opening for every line keeps the file whole when a run is cut short, and writers from each
-- other's lines.
local function appender(filename, append)
  local file, reason = io.open(filename, append and "a" or "w")
  if not file then errors.raise("log: cannot write %s: %s", filename, reason) end
  file:close()
  return function(text)
    local again <close> = assert(io.open(filename, "a"))
    again:write(text, "\n")
  end
end

--- The function that writes a line: to a torch.File, to the file of this name (after what is there,
-- with `append`), or to the screen.
function line.writer(file, filename, append)
  if file and filename then errors.raise("log: file or filename expected (not both)") end
  if filename then return appender(filename, append) end
  if not file then return print end
  return function(text)
    file:seekEnd()
    file:writeString(text .. "\n")
  end
end

--- A value as text: 3, not 3.0.
function line.text(value)
  return type(value) == "number" and errors.number(value) or tostring(value)
end

local function formatter(key, format, default)
  if format == nil then return default end
  if type(format) == "function" then return format end
  if type(format) ~= "string" then
    errors.raise("log: format must be a string or a function, that of %s is %s", key,
      errors.value(format))
  end
  return function(value) return format:format(value) end
end

--- A list of { name =, format = function of the value }; default(key) gives the function where
-- there is no format.
function line.columns(keys, formats, default)
  local columns = {}
  for i, key in ipairs(keys) do
    columns[i] = { name = key, format = formatter(key, formats and formats[i], default(key)) }
  end
  return columns
end

--- The text of a column.
function line.cell(column, value)
  local text = column.format(value)
  if type(text) ~= "string" then
    errors.raise("log: value for key %s cannot be converted to string: its format gave %s",
      column.name, errors.value(text))
  end
  return text
end

return line
