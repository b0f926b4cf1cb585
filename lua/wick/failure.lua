-- What an error looks like to the person who made it: the message, then where it happened, without
-- the frames of the program that ran the script.
local errors = require "wick.errors"

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

-- The names that a call of a field or method may have meant, with what stands in front of them.
local function candidates(kind)
  local names = {}
  local function add(place, list)
    for name in pairs(list or {}) do
      if type(name) == "string" and not name:find("^_") then names[name] = place .. name end
    end
  end
  local loaded = package.loaded
  if kind == "method" then
    local torch, nn = loaded.torch, loaded.nn
    if torch then add("", torch.getmetatable("torch.FloatTensor")) end
    if nn then add("", torch.getmetatable("nn.Module")) end
  else
    for _, package_name in ipairs{ "optim", "nn", "torch" } do
      add(package_name .. ".", loaded[package_name])
    end
  end
  return names
end

-- A misspelled function is nil; calling it says so, and then this says what was near.
local function with_suggestion(message)
  local kind, name = message:match("attempt to call a nil value %((%a+) '([%w_]+)'%)")
  if not kind then return message end
  local names = candidates(kind)
  return message .. errors.suggestion(names[errors.nearest(name, names)])
end

-- What stands below the guarded call is the program.
local function without_program(traceback)
  local from = traceback:find("\n[^\n]*in function 'wick%.host%.call'")
  return from and traceback:sub(1, from - 1) or traceback
end

--- A message handler for `xpcall`: the message and the frames that led to it, from `level` on (2,
-- the function that raised it).
function failure.describe(problem, level)
  return without_program(debug.traceback(with_suggestion(message_of(problem)), level or 2))
end

return failure
