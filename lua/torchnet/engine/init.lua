-- tnt.Engine: a training loop with named hooks.
local errors = require "wick.errors"
local method = require "torchnet.method"
local tnt = require "torchnet.env"

local torch = require "torch"

local Engine = torch.class("tnt.Engine", tnt)

local function nothing() end

-- A hook is read and set as a field; `hooks(name, ...)` calls it.
local Hooks = {}

local function refuse(hooks, name)
  errors.raise("unknown hook <%s>%s", tostring(name),
    errors.suggestion(errors.nearest(tostring(name), rawget(hooks, "names"))))
end

function Hooks.__index(hooks, name)
  if rawget(hooks, "names")[name] then return nothing end
  refuse(hooks, name)
end

function Hooks.__newindex(hooks, name, f)
  if not rawget(hooks, "names")[name] then refuse(hooks, name) end
  rawset(hooks, name, f)
end

function Hooks.__call(hooks, name, ...)
  return hooks[name](...)
end

--- tnt.Engine(hooks): the parent of engines; `hooks` is the list of names of its hooks.
Engine.__init = method("tnt.Engine", "tnt.Engine", {
  { name = "hooks", type = "table" },
  nonamed = true,
}, function(self, names)
  local known = {}
  for _, name in ipairs(names) do
    if type(name) ~= "string" then
      errors.raise("tnt.Engine: hooks must be a table of hook names (strings), not %s",
        errors.value(name))
    end
    known[name] = true
  end
  self.hooks = setmetatable({ names = known }, Hooks)
end)

for _, name in ipairs{ "train", "test" } do
  Engine[name] = function(self)
    errors.raise("A tnt.Engine should implement the %s() function; %s does not", name,
      torch.type(self))
  end
end
