-- Writes the module by which LuaJIT's FFI knows the library, from core/wick.h:
--
--   lua5.4 bindings/cdef.lua core/wick.h >wick_ffi.lua
--
-- The header is plain declarations: all there is to do is to drop what is the preprocessor's.

local HEAD = [[
-- The C library Wick for LuaJIT, written by bindings/cdef.lua from core/wick.h, which says what
-- everything does.
--
--   local wick = require("wick_ffi").load()  -- or load("/some/where/libwick.so.0")
--   local context = ffi.new("wick_context *[1]")
--   assert(wick.wick_context_new(nil, context) == wick.WICK_OK)
local ffi = require "ffi"

ffi.cdef [=[
]]

local TAIL = [[
]=]

local wick_ffi = {}

--- The library, the system's or the one in that file: its functions and numbers by their names in
-- C.
function wick_ffi.load(path)
  return ffi.load(path or "wick")
end

return wick_ffi
]]

local function declarations(text)
  text = text:gsub("/%*.-%*/", ""):gsub("#ifdef __cplusplus.-#endif", "")
  local lines = {}
  for line in text:gmatch("[^\n]+") do
    line = line:gsub("%s+$", "")
    if line ~= "" and not line:find("^#") then lines[#lines + 1] = line end
  end
  return table.concat(lines, "\n")
end

local file = assert(io.open(arg[1]))
io.write(HEAD, declarations(file:read("a")), "\n", TAIL)
file:close()
