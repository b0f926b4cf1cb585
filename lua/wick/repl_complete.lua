-- Completion at the prompt: nested names through tables and metatables, methods after a colon, and
-- file names inside strings.
local class = require "torch.class"
local globals = require "wick.globals"

local completion = {}

local SHOWN = 100 -- candidates listed at most

local keywords = {
  "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if", "in",
  "local", "nil", "not", "or", "repeat", "return", "then", "true", "until", "while",
}

-- The names of `object`'s fields and, through its metatables, of its class, as keys.
local function add_names(names, object, depth)
  if depth == 0 then return end
  if type(object) == "table" then
    for key in next, object do
      if type(key) == "string" and key:find("^[%a_][%w_]*$") then names[key] = true end
    end
  end
  local metatable = debug.getmetatable(object)
  if type(metatable) ~= "table" then return end
  local index = rawget(metatable, "__index")
  if type(index) == "table" and index ~= object then
    add_names(names, index, depth - 1)
  elseif class.typename(object) then
    add_names(names, metatable, depth - 1)
  end
end

local function field_of(object, name)
  local found, value = pcall(function() return object[name] end)
  return found and value or nil
end

-- The object that a chain such as `model.modules[2]` leads to; nil when it is none.
local function follow(chain)
  local object
  for part in chain:gmatch("%[?[%w_]+") do
    if object ~= nil then
      object = field_of(object, part:sub(1, 1) == "[" and tonumber(part:sub(2)) or part)
    elseif rawget(_G, part) ~= nil or globals.is_package(part) then
      object = _G[part]
    end
    if object == nil then return nil end
  end
  return object
end

local function top_names()
  local names = {}
  for name in next, _G do
    if type(name) == "string" then names[name] = true end
  end
  for name in globals.packages() do names[name] = true end
  for _, word in ipairs(keywords) do names[word] = true end
  return names
end

local function matching(names, prefix, keep)
  local matches = {}
  for name in pairs(names) do
    local hidden = name:find("^__") and not prefix:find("^__")
    if name:sub(1, #prefix) == prefix and not hidden and (not keep or keep(name)) then
      matches[#matches + 1] = name
    end
  end
  table.sort(matches)
  return matches
end

-- Candidates for the name that the text ends with, and the part of it that is there.
local function names_for(text)
  local chain, mark, prefix = text:match("([%a_][%w_%.:%[%]]*)([.:])([%w_]*)$")
  if not chain then
    prefix = text:match("[%w_]*$")
    if text:find("[.:]%s*[%w_]*$") then return {}, prefix end
    return matching(top_names(), prefix), prefix
  end
  local object = follow(chain)
  if object == nil then return {}, prefix end
  local names = {}
  add_names(names, object, 16)
  return matching(names, prefix, mark == ":" and function(name)
    return type(field_of(object, name)) == "function"
  end), prefix
end

-- Files whose path begins like `path`; folders with a slash.
local function files_for(path)
  local system = require "wick.system"
  local folder, prefix = path:match("^(.*/)([^/]*)$")
  folder, prefix = folder or "", prefix or path
  local expanded = folder:gsub("^~", os.getenv("HOME") or "~")
  local names = {}
  for _, name in ipairs(system.list(expanded == "" and "." or expanded) or {}) do
    if name:find("^%.") == nil or prefix:find("^%.") then
      local is_folder = system.kind(expanded .. name) == "directory"
      names[is_folder and name .. "/" or name] = true
    end
  end
  return matching(names, prefix), prefix
end

-- What stands after the opening quote when the text ends inside a string.
local function open_string(text)
  local quote, from
  local i = 1
  while i <= #text do
    local c = text:sub(i, i)
    if quote and c == "\\" then
      i = i + 1
    elseif quote then
      if c == quote then quote = nil end
    elseif c == '"' or c == "'" then
      quote, from = c, i + 1
    end
    i = i + 1
  end
  return quote and text:sub(from)
end

local function candidates(text)
  local command = text:match("^%s*%$.-([^%s]*)$")
  local path = command or open_string(text)
  if path then return files_for(path) end
  return names_for(text)
end

local function common_start(words)
  local start = words[1]
  for _, word in ipairs(words) do
    while word:sub(1, #start) ~= start do start = start:sub(1, -2) end
  end
  return start
end

--- For the text before the cursor: what to insert, and what to show when that leaves a choice.
function completion.complete(text)
  local matches, prefix = candidates(text)
  if #matches == 0 then return nil end
  local insertion = common_start(matches):sub(#prefix + 1)
  if #matches == 1 or insertion ~= "" then return insertion end
  local left = #matches - SHOWN
  local shown = table.concat(matches, "  ", 1, math.min(#matches, SHOWN))
  return nil, left > 0 and ("%s  ... %d more"):format(shown, left) or shown
end

return completion
