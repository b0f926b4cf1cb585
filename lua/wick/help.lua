-- Help on a name: operations from their descriptors, Lua functions and classes from the `---`
-- comments of their sources.
local class = require "torch.class"
local errors = require "wick.errors"

local help = {}

-- Operations -----------------------------------------------------------------------------------

-- A choice's default counts its words from 0.
local function word_at(choices, place)
  for word in choices:gmatch("[^|]+") do
    if place == 0 then return word end
    place = place - 1
  end
end

-- What an optional argument is when it is left out; nil where that is not a plain value.
local function default_text(argument)
  local default, kind = argument.default, argument.kind
  if not default then return nil end
  if kind == "boolean" then return tostring(default ~= 0) end
  if kind == "choice" then return ('"%s"'):format(word_at(argument.choices, default)) end
  if kind == "number" or kind == "integer" then return errors.number(default) end
end

local function argument_text(argument)
  if not argument.optional then return argument.name end
  local default = default_text(argument)
  return "[" .. argument.name .. (default and " = " .. default or "") .. "]"
end

local function operation_text(operation)
  local words = {}
  for i, argument in ipairs(operation.args or {}) do words[i] = argument_text(argument) end
  local lines = { ("torch.%s(%s)"):format(operation.name, table.concat(words, ", ")) }
  lines[#lines + 1] = operation.doc
  if operation.example then lines[#lines + 1] = "\n" .. operation.example end
  return table.concat(lines, "\n")
end

-- The descriptors of the operations that Lua offers.
local function all_operations()
  local found, core = pcall(require, "wick.core")
  local offered = {}
  for _, operation in ipairs(found and core.operations() or {}) do
    if not operation.internal then offered[#offered + 1] = operation end
  end
  return offered
end

-- The texts of the operations that `name` (with or without torch. in front) stands for.
local function operation_help(name)
  local bare = name:match("^torch%.([%w_]+)$") or name:match("^[%w_]+$") or name:match(":([%w_]+)$")
  local texts = {}
  for _, operation in ipairs(bare and all_operations() or {}) do
    if operation.name == bare then texts[#texts + 1] = operation_text(operation) end
  end
  return #texts > 0 and table.concat(texts, "\n\n") or nil
end

-- Stages of augmentation, whose names are in quotes where they are used.
local function stage_help(name)
  local found, stages = pcall(require, "wick.data.stages")
  return found and stages.text(name) or nil
end

-- Sources --------------------------------------------------------------------------------------

local function lines_of(source)
  local file = source:sub(1, 1) == "@" and io.open(source:sub(2))
  if not file then return nil end
  local lines = {}
  for line in file:lines() do lines[#lines + 1] = line end
  file:close()
  return lines
end

-- The comment that ends above line `last`, without its dashes; nil when there is none.
local function comment_above(lines, last)
  local first = last
  while first > 1 and lines[first - 1]:find("^%s*%-%-") do first = first - 1 end
  if first == last then return nil end
  local text = {}
  for i = first, last - 1 do text[#text + 1] = (lines[i]:gsub("^%s*%-+ ?", "")) end
  return table.concat(text, "\n")
end

local function function_comment(f)
  local info = debug.getinfo(f, "S")
  local lines = lines_of(info.source)
  return lines and comment_above(lines, info.linedefined)
end

-- The function's call and the comment above it; nil without one.
local function function_help(name, f)
  local comment = function_comment(f)
  if not comment then return nil end
  local info, words = debug.getinfo(f, "u"), {}
  for i = 1, info.nparams do words[i] = debug.getlocal(f, i) end
  if words[1] == "self" then table.remove(words, 1) end
  if info.isvararg then words[#words + 1] = "..." end
  return ("%s(%s)\n%s"):format(name, table.concat(words, ", "), comment)
end

local function declaration_line(lines, name)
  for i, line in ipairs(lines) do
    if line:find("class", 1, true) and line:find('["\']' .. name:gsub("%p", "%%%0") .. '["\']') then
      return i
    end
  end
end

-- What the class says of itself, or the comment above its declaration or its constructor, or at the
-- top of its file.
local function class_comment(metatable)
  if rawget(metatable, "doc") then return metatable.doc end
  local init = rawget(metatable, "__init") or rawget(metatable, "updateOutput")
  if type(init) ~= "function" then return nil end
  local lines = lines_of(debug.getinfo(init, "S").source)
  if not lines then return nil end
  local line = declaration_line(lines, metatable.__typename)
  local comment = line and comment_above(lines, line) or function_comment(init)
  if comment then return comment end
  local last = 1
  while lines[last] and lines[last]:find("^%-%-") do last = last + 1 end
  return comment_above(lines, last)
end

local function class_help(metatable)
  local signature = metatable.args and metatable.args.signature and metatable.args:signature()
  local comment = class_comment(metatable)
  if not signature and not comment then return nil end
  return table.concat({ signature or metatable.__typename, comment }, "\n")
end

local function class_of(value)
  if type(value) ~= "table" and type(value) ~= "userdata" then return nil end
  if class.typename(value) then return debug.getmetatable(value) end
  local metatable = getmetatable(value)
  return type(metatable) == "table" and rawget(metatable, "__typename") and metatable
end

-- Names ----------------------------------------------------------------------------------------

local function not_found(name)
  local package_name, rest = name:match("^([%w_]+)%.([%w_]+)$")
  local home = rawget(_G, package_name or "")
  local names = {}
  if type(home) == "table" then
    for key in pairs(home) do
      if type(key) == "string" then names[package_name .. "." .. key] = true end
    end
  end
  for _, operation in ipairs(all_operations()) do
    names[(rest and "torch." or "") .. operation.name] = true
  end
  local nearest = errors.nearest(name, names)
  return ("no help on %s%s"):format(name, errors.suggestion(nearest))
end

--- The help text on `name`, which has the value `value` (nil when it has none).
function help.text(name, value)
  local metatable = class_of(value)
  local text = metatable and class_help(metatable) or operation_help(name)
    or type(value) == "function" and function_help(name, value)
    or value == nil and stage_help(name)
  if text then return text end
  if value ~= nil then return ("%s is %s; nothing more is written about it"):format(name,
    errors.value(value)) end
  return not_found(name)
end

--- Where `name`, with the value `value`, is defined, and its source.
function help.source(name, value)
  local metatable = class_of(value)
  local f = value
  if metatable then f = rawget(metatable, "__init") or rawget(metatable, "updateOutput") end
  if type(f) ~= "function" then return ("%s is not a function or class"):format(name) end
  local info = debug.getinfo(f, "S")
  local lines = lines_of(info.source)
  if not lines then return ("%s is defined in %s"):format(name, info.short_src) end
  local first, last = info.linedefined, info.lastlinedefined
  local place = ("%s:%d"):format(info.source:sub(2), first)
  return place .. "\n" .. table.concat(lines, "\n", first, math.min(last, #lines))
end

return help
