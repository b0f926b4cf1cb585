-- The table that `require "torchnet"` returns, for files that put classes into it. A name that is
-- not there yet loads the package.
local tnt = {}

local is_loading = false

return setmetatable(tnt, {
  __index = function(_, name)
    if is_loading or type(name) ~= "string" then return nil end
    is_loading = true
    local ok, message = pcall(require, "torchnet")
    is_loading = false
    if not ok then error(message, 0) end
    return rawget(tnt, name)
  end,
})
