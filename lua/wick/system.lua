-- Clocks, terminals and directories (bindings/system.c). They stand in the library of wick.core, in
-- a file of its own name; the program brings them along and does not come here.
local file = assert(package.searchpath("wick.core", package.cpath))
local open = assert(package.loadlib(file, "luaopen_wick_system"))
return open()
