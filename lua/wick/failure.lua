-- What an error looks like to the person who made it: the message, then where it happened, without
-- the frames of the program that ran the script.
local failure = {}

-- The error as text; objects speak for themselves.
local function message_of(problem)
  if type(problem) == "string" then return problem end
  local metatable = debug.getmetatable(problem)
  if type(problem) == "number" or type(metatable) == "table" and metatable.__tostring then
    return tostring(problem)
  end
  return ("(error object is a %s value)"):format(type(problem))
end

-- What stands below the guarded call is the program.
local function without_program(traceback)
  local from = traceback:find("\n[^\n]*in function 'wick%.host%.call'")
  return from and traceback:sub(1, from - 1) or traceback
end

--- A message handler for `xpcall`: the message and the frames that led to it.
function failure.describe(problem)
  return without_program(debug.traceback(message_of(problem), 2))
end

return failure
