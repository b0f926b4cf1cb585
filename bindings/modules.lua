--- Writes the C file that libwick_lua carries the Lua modules in (bindings/modules.h).
--
--   lua5.4 bindings/modules.lua lua/nn/init.lua lua/nn/linear.lua ... >modules.c

local HEAD = [[
/* The sources below lua/ as C strings, written by bindings/modules.lua. */
#include "modules.h"
]]

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read("a")
  file:close()
  return text
end

-- A C string, a line of source a line. Question marks could make trigraphs.
local function literal(text)
  local escaped = text:gsub('[%c"\\?\128-\255]', function(character)
    if character == "\n" then return '\\n"\n"' end
    return ("\\%03o"):format(character:byte())
  end)
  return '"' .. escaped .. '"'
end

local modules = {}
for i, path in ipairs(arg) do
  local file = path:match("^lua/(.+)$")
  local name = file:gsub("%.lua$", ""):gsub("/init$", ""):gsub("/", ".")
  modules[i] = { name = name, file = file, source = read(path) }
end
table.sort(modules, function(a, b) return a.name < b.name end)

io.write(HEAD)
for i, module in ipairs(modules) do
  io.write(("\nstatic const char source_%d[] = %s;\n"):format(i, literal(module.source)))
end
io.write("\nconst wick__module wick__modules[] = {\n")
for i, module in ipairs(modules) do
  io.write(('    {"%s", "%s", source_%d, sizeof source_%d - 1},\n')
    :format(module.name, module.file, i, i))
end
io.write("};\nconst size_t wick__module_count = sizeof wick__modules / sizeof *wick__modules;\n")
