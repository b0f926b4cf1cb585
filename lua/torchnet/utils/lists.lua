-- Lists of names as datasets keep them: outside of Lua's heap and shared by threads.
local errors = require "wick.errors"
local tds = require "tds"

local lists = {}

--- The lines of a file, at most `most` of them when that is above 0, as a tds.Vec; nil if it cannot
-- be read.
function lists.lines(filename, most)
  local file <close> = io.open(filename, "r")
  if not file then return nil end
  local list = tds.Vec()
  for line in file:lines() do
    list:insert(line)
    if most and most > 0 and #list >= most then break end
  end
  return list
end

--- An element as text: 3, not 3.0.
function lists.text(element)
  return type(element) == "number" and errors.number(element) or tostring(element)
end

return lists
