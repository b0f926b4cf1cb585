-- The package `cjson`: JSON as text and back. Debian's lua-cjson, where it is installed, or the
-- same functions on wick.json.
local errors = require "wick.errors"

local compiled = package.searchpath("cjson", package.cpath)
if compiled then return assert(package.loadlib(compiled, "luaopen_cjson"))() end

local json = require "wick.json"

local cjson = { _NAME = "cjson", null = json.null }

--- encode(value): the value as JSON.
cjson.encode = json.encode

--- decode(text): the value; raises where the text is no JSON.
function cjson.decode(text)
  if type(text) ~= "string" then
    errors.raise("cjson.decode: a text expected, got %s", errors.value(text))
  end
  return json.decode(text)
end

--- new(): the package again; what Debian's keeps per object are settings, which there are none of.
function cjson.new()
  return cjson
end

return cjson
