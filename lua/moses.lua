-- The package `moses` is Debian's lua-moses, which comes for Lua up to 5.3 and runs in 5.4. This
-- finds it where Debian puts it.
local errors = require "wick.errors"

local places = "/usr/local/share/lua/5.3/moses.lua;/usr/share/lua/5.3/moses.lua;"
  .. "/usr/share/lua/5.2/moses.lua"

local file = package.searchpath("moses", (places:gsub("moses%.lua", "?.lua")))
if not file then
  errors.raise('the package "moses" is not installed: apt-get install -y lua-moses')
end
return dofile(file)
