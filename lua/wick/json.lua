-- JSON for what the library keeps in files: text out of tables and back. Numbers come back exactly,
-- integers as integers and floats as floats. Encoding writes keys in order, so that equal tables
-- make equal text; decoding takes untrusted text, with a limit to its depth.
local errors = require "wick.errors"

local json = {}

local DEEPEST = 200

--- What decoding gives for null, and encoding writes as null.
json.null = setmetatable({}, { __tostring = function() return "null" end })

-- Encoding ---------------------------------------------------------------------------------------

local escapes = {
  ['"'] = '\\"', ["\\"] = "\\\\", ["\b"] = "\\b", ["\f"] = "\\f", ["\n"] = "\\n", ["\r"] = "\\r",
  ["\t"] = "\\t",
}

local function escape(character)
  return escapes[character] or ("\\u%04x"):format(character:byte())
end

local function encode_string(text)
  if not utf8.len(text) then
    errors.raise("json.encode: the string %s is not UTF-8", errors.value(text))
  end
  return '"' .. text:gsub('[%c"\\]', escape) .. '"'
end

-- The shortest of 15 to 17 digits that reads back as the same number; with a point or an exponent,
-- so that it stays a float.
local function encode_number(number)
  if math.type(number) == "integer" then return ("%d"):format(number) end
  if number ~= number or number == math.huge or number == -math.huge then
    errors.raise("json.encode: %s is no number in JSON", tostring(number))
  end
  for digits = 15, 17 do
    local text = ("%." .. digits .. "g"):format(number):gsub(",", ".")
    if tonumber(text) == number or digits == 17 then
      return text:find("[.eE]") and text or text .. ".0"
    end
  end
end

local function keys_of(object)
  local keys = {}
  for key in pairs(object) do
    if type(key) ~= "string" then
      errors.raise("json.encode: a table with the key %s is neither a list nor an object",
        errors.value(key))
    end
    keys[#keys + 1] = key
  end
  table.sort(keys)
  return keys
end

local encode

local function encode_table(value, depth)
  if depth > DEEPEST then
    errors.raise("json.encode: tables are nested deeper than %d", DEEPEST)
  end
  local parts = {}
  if #value > 0 then
    local count = 0
    for _ in pairs(value) do count = count + 1 end
    if count == #value then
      for i, entry in ipairs(value) do parts[i] = encode(entry, depth + 1) end
      return "[" .. table.concat(parts, ",") .. "]"
    end
  end
  for i, key in ipairs(keys_of(value)) do
    parts[i] = encode_string(key) .. ":" .. encode(value[key], depth + 1)
  end
  return "{" .. table.concat(parts, ",") .. "}"
end

local encoders = {
  string = encode_string, number = encode_number, boolean = tostring, table = encode_table,
}

function encode(value, depth)
  if value == json.null then return "null" end
  local encoder = encoders[type(value)]
  if not encoder then
    errors.raise("json.encode: %s has no form in JSON", errors.value(value))
  end
  return encoder(value, depth)
end

--- The JSON text of a value: lists (tables with entries 1 to n; an empty table is an object),
-- objects (tables with string keys), UTF-8 strings, finite numbers, booleans, `json.null`.
function json.encode(value)
  return (encode(value, 0))
end

-- Decoding ---------------------------------------------------------------------------------------

local function fail(text, at, expected)
  local _, line = text:sub(1, at - 1):gsub("\n", "")
  errors.raise("json.decode: line %d, character %d: %s expected, got %s", line + 1, at, expected,
    at > #text and "the end" or errors.value(text:sub(at, at + 9)))
end

local function skip(text, at)
  return text:find("[^ \t\r\n]", at) or #text + 1
end

local plain = {
  ['"'] = '"', ["\\"] = "\\", ["/"] = "/", b = "\b", f = "\f", n = "\n", r = "\r", t = "\t",
}

-- The character of \uXXXX at `at`, two of them where the first begins a pair.
local function decode_unicode(text, at)
  local code = tonumber(text:match("^u(%x%x%x%x)", at) or "", 16)
  if not code then fail(text, at, "four hexadecimal digits after \\u") end
  local low = code >= 0xD800 and code < 0xDC00 and text:match("^\\u([dD][c-fC-F]%x%x)", at + 5)
  if low then
    return utf8.char(0x10000 + (code - 0xD800) * 0x400 + tonumber(low, 16) - 0xDC00), at + 11
  end
  if code >= 0xD800 and code < 0xE000 then fail(text, at, "the other half of a pair") end
  return utf8.char(code), at + 5
end

local function decode_escape(text, at)
  local letter = text:sub(at, at)
  if plain[letter] then return plain[letter], at + 1 end
  if letter == "u" then return decode_unicode(text, at) end
  fail(text, at, "an escape")
end

local function decode_string(text, at)
  local parts = {}
  at = at + 1
  while true do
    local stop = text:find('["\\\0-\31]', at)
    if not stop then fail(text, #text + 1, 'a closing "') end
    parts[#parts + 1] = text:sub(at, stop - 1)
    local character = text:sub(stop, stop)
    if character == '"' then return table.concat(parts), stop + 1 end
    if character ~= "\\" then fail(text, stop, "a control character in its escaped form") end
    parts[#parts + 1], at = decode_escape(text, stop + 1)
  end
end

local function decode_number(text, at)
  local word = text:match("^-?%d+%.?%d*[eE]?[+-]?%d*", at)
  local number = word and not word:find("^-?0%d") and not word:find("%.%D") and not word:find("%.$")
    and tonumber(word)
  if not number then fail(text, at, "a value") end
  return number, at + #word
end

local decode

local function decode_list(text, at, depth)
  local list = {}
  at = skip(text, at + 1)
  if text:sub(at, at) == "]" then return list, at + 1 end
  while true do
    list[#list + 1], at = decode(text, at, depth + 1)
    at = skip(text, at)
    local mark = text:sub(at, at)
    if mark == "]" then return list, at + 1 end
    if mark ~= "," then fail(text, at, "a comma or ]") end
    at = at + 1
  end
end

local function decode_entry(text, at, object, depth)
  at = skip(text, at)
  if text:sub(at, at) ~= '"' then fail(text, at, "a name in quotes") end
  local key
  key, at = decode_string(text, at)
  at = skip(text, at)
  if text:sub(at, at) ~= ":" then fail(text, at, "a colon") end
  object[key], at = decode(text, at + 1, depth + 1)
  return skip(text, at)
end

local function decode_object(text, at, depth)
  local object = {}
  at = skip(text, at + 1)
  if text:sub(at, at) == "}" then return object, at + 1 end
  while true do
    at = decode_entry(text, at, object, depth)
    local mark = text:sub(at, at)
    if mark == "}" then return object, at + 1 end
    if mark ~= "," then fail(text, at, "a comma or }") end
    at = at + 1
  end
end

local words = { ["true"] = true, ["false"] = false, ["null"] = json.null }

function decode(text, at, depth)
  if depth > DEEPEST then fail(text, at, ("nothing nested deeper than %d"):format(DEEPEST)) end
  at = skip(text, at)
  local mark = text:sub(at, at)
  if mark == "{" then return decode_object(text, at, depth) end
  if mark == "[" then return decode_list(text, at, depth) end
  if mark == '"' then return decode_string(text, at) end
  local word = text:match("^%a+", at)
  if word and words[word] ~= nil then return words[word], at + #word end
  return decode_number(text, at)
end

--- The value of a JSON text. Numbers without point and exponent that fit are integers, others
-- floats. Raises with line and character when the text is not JSON.
function json.decode(text)
  local value, at = decode(text, 1, 0)
  at = skip(text, at)
  if at <= #text then fail(text, at, "the end") end
  return value
end

return json
