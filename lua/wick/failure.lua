-- What an error looks like to the person who made it: the message, then where it happened, without
-- the frames of the program that ran the script.
local errors = require "wick.errors"
local mode = require "wick.mode"

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

local NO_GPU = 'no GPU; leave it out, or require "cunn", whose names stand for the CPU\'s'
local CHECKPOINT = 'checkpoint.save and checkpoint.load of require "wick.checkpoint"'
local PARAMETERS = "module:namedParameters() and wick.checkpoint"

-- What stands here for names that other libraries have.
local counterparts = {
  argmax = "the second result of x:max(dim)", argmin = "the second result of x:min(dim)",
  cuda = NO_GPU, eval = "module:evaluate()",
  load = CHECKPOINT, load_state_dict = PARAMETERS, no_grad = "torch.noGrad(f)",
  numpy = "x:totable()", requires_grad = "x:requiresGrad()", save = CHECKPOINT,
  shape = "x:size()", state_dict = PARAMETERS, step = "optim.sgd(feval, parameters, state)",
  tensor = "torch.Tensor", to = "x:type(name), x:float(), x:double()", train = "module:training()",
  zero_grad = "module:zeroGradParameters()",
}

-- What Lua 5.1 had, which scripts written for Torch7 use, and what Lua 5.4 has in its place.
local habits = {
  unpack = "table.unpack", loadstring = "load", setfenv = "the environment argument of load",
  getfenv = "_ENV", module = "a table returned by the file", getn = "the operator #",
  maxn = "the operator #", foreach = "pairs", foreachi = "ipairs", gfind = "string.gmatch",
  gcinfo = 'collectgarbage("count")', seeall = "_G", mod = "math.fmod", pow = "the operator ^",
  log10 = "math.log(x, 10)", cosh = "torch.cosh", sinh = "torch.sinh", tanh = "torch.tanh",
  ldexp = "m * 2.0 ^ e", frexp = "math.log(x, 2)", include = "dofile", import = "require",
}

local MODE = "scripts written for Torch7 run with wick --torch7"

-- What to say about a missing name of Lua 5.1; nil for others, and where it is there anyway.
local function explain_habit(kind, name)
  if mode.torch7 or kind == "method" or not habits[name] then return nil end
  return ("; Lua 5.4 has %s (%s)"):format(habits[name], MODE)
end

-- What a call of a nil method or field may have meant: the name of another library, a method whose
-- object was left out, or a name near it.
local function explain_call(kind, name)
  local names = candidates(kind)
  if kind == "method" and names[name] then
    return ", was something called with a dot that takes a colon?"
  end
  local habit = explain_habit(kind, name)
  if habit then return habit end
  if counterparts[name] then return "; Wick has " .. counterparts[name] end
  return errors.suggestion(names[errors.nearest(name, names)])
end

-- Adds what was probably meant to Lua's own messages about names that are nil.
local function with_suggestion(message)
  local kind, name = message:match("attempt to call a nil value %((%a+) '([%w_]+)'%)")
  if kind then return message .. explain_call(kind, name) end
  if message:find("attempt to index a nil value (field 'shape')", 1, true) then
    return message .. "; Wick has " .. counterparts.shape
  end
  if message:find("number has no integer representation", 1, true) and not mode.torch7 then
    return ("%s; math.floor cuts fractions off (%s)"):format(message, MODE)
  end
  return message
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
