-- The code that a new thread begins with: the habits and globals of the thread that makes it.
local mode = require "wick.mode"

--- Lua code that runs `code`, to which number, inbox and outbox are known.
return function(code)
  local lines = { "local number, inbox, outbox = ...", "local _ = number, inbox, outbox" }
  if package.loaded["wick.host"] then
    lines[#lines + 1] = 'require("wick.globals").install()'
  end
  if mode.torch7 then lines[#lines + 1] = 'require("torch7")' end
  lines[#lines + 1] = code
  return table.concat(lines, "\n")
end
