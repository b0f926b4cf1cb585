-- The print of Torch7's interpreter: tables are shown with what is in them, five levels deep, and
-- every value is followed by a tab.
local patch = require "torch7.patch"

local printing = {}

local depth = 5
local plain_print = print

local function is_shown_by_itself(value)
  local metatable = debug.getmetatable(value)
  return type(metatable) == "table" and metatable.__tostring ~= nil
end

-- A tensor in a table takes one line.
local function short(value)
  local torch = package.loaded.torch
  if torch and torch.isTensor(value) then
    local kind = torch.typename(value):match("[^.]+$")
    if value:dim() == 0 then return kind .. " - empty" end
    return ("%s - size: %s"):format(kind, table.concat(value:size():totable(), "x"))
  elseif type(value) == "string" then
    return '"' .. value .. '"'
  end
  return tostring(value)
end

-- Places in order, then everything else in the order of its text.
local function keys_of(value)
  local keys, others = {}, {}
  for i = 1, #value do keys[i] = i end
  for key in pairs(value) do
    if not (math.type(key) == "integer" and key >= 1 and key <= #keys) then
      others[#others + 1] = key
    end
  end
  table.sort(others, function(a, b) return tostring(a) < tostring(b) end)
  return table.move(others, 1, #others, #keys + 1, keys)
end

local append_table

local function append_entry(lines, indent, key, value, level)
  local head = ("%s  %s : "):format(indent, tostring(key))
  if type(value) ~= "table" or is_shown_by_itself(value) then
    lines[#lines + 1] = head .. short(value)
  elseif next(value) == nil or level >= depth then
    lines[#lines + 1] = head .. "{...}"
  else
    lines[#lines + 1] = head
    append_table(lines, indent .. "    ", value, level + 1)
  end
end

function append_table(lines, indent, value, level)
  lines[#lines + 1] = indent .. "{"
  for _, key in ipairs(keys_of(value)) do
    append_entry(lines, indent, key, value[key], level)
  end
  lines[#lines + 1] = indent .. "}"
end

local function text_of(value)
  if type(value) ~= "table" or is_shown_by_itself(value) then return tostring(value) end
  if next(value) == nil then return "{...}" end
  local lines = {}
  append_table(lines, "", value, 1)
  return table.concat(lines, "\n")
end

--- Prints its arguments, tables opened up.
function printing.print(...)
  if depth == 0 then return plain_print(...) end
  local texts = {}
  for i = 1, select("#", ...) do
    local text = text_of((select(i, ...)))
    texts[i] = text:find("\n$") and text or text .. "\t"
  end
  io.write(table.concat(texts) .. "\n")
end

--- How many levels of a table are shown; 0 brings Lua's own print back.
function printing.setprintlevel(levels)
  depth = levels or 5
end

--- Puts print, print_new, print_old and setprintlevel among the globals.
function printing.install()
  patch.set(_G, "print", printing.print)
  patch.set(_G, "print_new", printing.print)
  patch.set(_G, "print_old", plain_print)
  patch.set(_G, "setprintlevel", printing.setprintlevel)
end

return printing
