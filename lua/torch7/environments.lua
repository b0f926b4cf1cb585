-- Function environments of Lua 5.1 on top of 5.4's, where globals are fields of the upvalue `_ENV`:
-- setfenv, getfenv, module and package.seeall. A function that uses no global has no such upvalue;
-- for it the environment is only remembered.
local patch = require "torch7.patch"

local environments = {}

local remembered = setmetatable({}, { __mode = "k" })

local function slot_of(f)
  local i = 1
  while true do
    local name = debug.getupvalue(f, i)
    if name == nil or name == "_ENV" then return name and i end
    i = i + 1
  end
end

-- The function meant by a function or a stack level, counted for the caller of the caller.
local function function_at(what, where)
  if type(where) == "function" then return where end
  local info = type(where) == "number" and where >= 1 and debug.getinfo(where + 2, "f")
  if not info then
    error(("bad argument #1 to '%s' (invalid level)"):format(what), 3)
  end
  return info.func
end

--- The environment of a function or stack level (1).
function environments.getfenv(where)
  if where == 0 then return _G end
  local f = function_at("getfenv", where or 1)
  local slot = slot_of(f)
  if not slot then return remembered[f] or _G end
  local _, environment = debug.getupvalue(f, slot)
  return environment
end

--- Gives a function or stack level another environment; functions it has made before keep theirs.
function environments.setfenv(where, environment)
  if type(environment) ~= "table" then
    error("bad argument #2 to 'setfenv' (table expected)", 2)
  elseif where == 0 then
    error("setfenv(0, t): Lua 5.4 cannot replace the global table of a thread", 2)
  end
  local f = function_at("setfenv", where)
  if debug.getinfo(f, "S").what == "C" then
    error("'setfenv' cannot change environment of given object", 2)
  end
  local slot = slot_of(f)
  if slot then
    debug.upvaluejoin(f, slot, function() return environment end, 1)
  else
    remembered[f] = environment
  end
  return f
end

-- The table that a dotted name stands for in the globals, made on the way.
local function global_table(name)
  local place = _G
  for part in name:gmatch("[^.]+") do
    local next_place = rawget(place, part)
    if next_place == nil then
      next_place = {}
      rawset(place, part, next_place)
    elseif type(next_place) ~= "table" then
      error(("name conflict for module '%s'"):format(name), 3)
    end
    place = next_place
  end
  return place
end

--- Makes the calling chunk a module: a table under `name` in the globals and in package.loaded
-- becomes its environment, after each option has seen it.
function environments.module(name, ...)
  local module = package.loaded[name]
  if type(module) ~= "table" then module = global_table(name) end
  package.loaded[name] = module
  if module._NAME == nil then
    module._M, module._NAME, module._PACKAGE = module, name, name:match("^(.*%.)[^.]*$") or ""
  end
  environments.setfenv(2, module)
  for i = 1, select("#", ...) do (select(i, ...))(module) end
end

--- Lets a module see the globals.
function environments.seeall(module)
  local metatable = getmetatable(module)
  if not metatable then
    metatable = {}
    setmetatable(module, metatable)
  end
  metatable.__index = _G
end

--- Puts them where Lua 5.1 had them.
function environments.install()
  patch.add(_G, "getfenv", environments.getfenv)
  patch.add(_G, "setfenv", environments.setfenv)
  patch.add(_G, "module", environments.module)
  patch.add(package, "seeall", environments.seeall)
  patch.add(debug, "getfenv", environments.getfenv)
  patch.add(debug, "setfenv", environments.setfenv)
end

return environments
