-- trepl.colorize: text in a terminal's colours: `c.red("text")`, `c.Red` bold, `c._red` on a
-- coloured ground. trepl's noColors makes them give the text as it is.
local sys = require "sys"

local colorize = {}

for name, code in pairs(sys.COLORS) do
  colorize[name] = function(text)
    return code .. tostring(text) .. sys.COLORS.none
  end
end

return colorize
