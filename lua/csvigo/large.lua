-- The records of a CSV file as text, each split into its fields when it is looked at.
local errors = require "wick.errors"

local SHOWN = 10 -- records at either end that are printed

--- A read-only list of what `split` makes of each text.
return function(texts, split)
  local large = {}

  local function row(i)
    return "  " .. table.concat(split(texts[i]), "  ")
  end

  return setmetatable(large, {
    __index = function(_, i)
      return texts[i] and split(texts[i])
    end,
    __newindex = function()
      errors.raise("csvigo: a table loaded in mode large cannot be changed")
    end,
    __len = function() return #texts end,
    __pairs = function()
      return function(_, i)
        if texts[i + 1] then return i + 1, split(texts[i + 1]) end
      end, large, 0
    end,
    __tostring = function()
      local lines = {}
      for i = 1, #texts do
        if i <= SHOWN or i > #texts - SHOWN then
          lines[#lines + 1] = row(i)
        elseif i == SHOWN + 1 then
          lines[#lines + 1] = "  ..."
        end
      end
      return table.concat(lines, "\n")
    end,
  })
end
