-- csvigo.File: CSV files, a record of fields at a time. A field in double quotes may hold
-- separators, line ends and, written twice, quotes.
local errors = require "wick.errors"
local torch = require "torch"

local classes = {}
local File = torch.class("csvigo.File", classes)

--- csvigo.File(path [, mode [, separator [, nan_as_missing]]]): opens a file for reading, "r", or
-- writing, "w". With the last, NaN is written as an empty field.
function File:__init(path, mode, separator, nan_as_missing)
  mode, separator = mode or "r", separator or ","
  if #separator ~= 1 then
    errors.raise("csvigo: the separator is one character, not %s", errors.value(separator))
  end
  local file, message = io.open(path, mode)
  if not file then errors.raise("csvigo: %s", message) end
  self.file, self.separator, self.nan_as_missing = file, separator, nan_as_missing
end

--- Closes the file.
function File:close()
  self.file:close()
end

-- Whether every quote that opens in the text is closed.
local function is_complete(text)
  local _, quotes = text:gsub('"', "")
  return quotes % 2 == 0
end

-- The next line, and those that belong to it because a quoted field goes on.
local function read_record(self)
  local text = self.file:read("L")
  if not text then return nil end
  while not is_complete(text) do
    local more = self.file:read("L")
    if not more then break end
    text = text .. more
  end
  return (text:gsub("\r?\n$", ""))
end

local function split(text, separator)
  local fields, at = {}, 1
  local plain = "()" .. (separator:find("%p") and "%" or "") .. separator
  while true do
    local quoted, after = text:match('^%s*"(.-)"%s*()', at)
    while quoted and text:sub(after, after) == '"' do
      local more, behind = text:match('^"(.-)"%s*()', after)
      if not more then break end
      quoted, after = quoted .. '"' .. more, behind
    end
    if quoted and (after > #text or text:sub(after, after) == separator) then
      fields[#fields + 1] = quoted
    else
      after = text:match(plain, at) or #text + 1
      fields[#fields + 1] = text:sub(at, after - 1)
    end
    if after > #text then return fields end
    at = after + 1
  end
end

--- The fields of the next record as a list of strings, nil at the end.
function File:read()
  local text = read_record(self)
  return text and split(text, self.separator)
end

--- All records that are left. In mode "large" they are split when they are looked at, and cannot be
-- changed.
function File:readall(mode)
  local records = {}
  for text in function() return read_record(self) end do
    records[#records + 1] = mode == "large" and text or split(text, self.separator)
  end
  if mode ~= "large" then return records end
  return require("csvigo.large")(records, function(text) return split(text, self.separator) end)
end

-- The shortest text that reads as the same number.
local function number_text(number)
  local text = math.tointeger(number) and errors.number(number) or ("%.15g"):format(number)
  return tonumber(text) == number and text or ("%.17g"):format(number)
end

local function field_text(self, value)
  if value ~= value and self.nan_as_missing then return "" end
  local text = type(value) == "number" and number_text(value) or tostring(value)
  if text:find('["\r\n]') or text:find(self.separator, 1, true) or text:find("^%s")
    or text:find("%s$") then
    return '"' .. text:gsub('"', '""') .. '"'
  end
  return text
end

--- Writes a record: a list of fields.
function File:write(record)
  local texts = {}
  for i, value in ipairs(record) do texts[i] = field_text(self, value) end
  local ok, message = self.file:write(table.concat(texts, self.separator), "\n")
  if not ok then errors.raise("csvigo: %s", message) end
end

--- Writes a list of records.
function File:writeall(records)
  for _, record in ipairs(records) do self:write(record) end
end

return classes.File
