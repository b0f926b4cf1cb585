-- What modules know of the modules inside them: names, look-up, replacement.
local class = require "torch.class"
local nn = _G.nn

local Module = nn.Module

--- All modules, this one first, parents before children.
function Module:listModules()
  local list = {}
  self:apply(function(module)
    list[#list + 1] = module
  end)
  return list
end

local function find(module, name, container, found, containers)
  if class.typename(module) == name then
    found[#found + 1] = module
    containers[#containers + 1] = container
  end
  for _, child in ipairs(rawget(module, "modules") or {}) do
    find(child, name, module, found, containers)
  end
end

--- The modules whose class is exactly `name`, and the list of their containers.
function Module:findModules(name)
  local found, containers = {}, {}
  find(self, name, self, found, containers)
  return found, containers
end

--- f(self), with every child replaced by what f makes of it.
function Module:replace(f)
  local result = f(self)
  for i, child in ipairs(rawget(result, "modules") or {}) do
    result.modules[i] = child:replace(f)
  end
  return result
end

local function own_names(module)
  return rawget(module, "_parameters") or { "weight", "bias" }
end

local function add_own(module, prefix, add)
  for _, name in ipairs(own_names(module)) do
    if class.isTensor(module[name]) then add(prefix .. name, module, name) end
  end
end

local function walk(module, prefix, add, seen)
  if seen[module] then return end
  seen[module] = true
  add(module, prefix)
  for i, child in ipairs(rawget(module, "modules") or {}) do
    walk(child, ("%s%s."):format(prefix, rawget(child, "name") or i), add, seen)
  end
end

--- The parameters by name, "1.weight" or "conv1.weight", as a list of { name =, tensor = } in
-- order; with `buffers` true the running statistics as well. `name` is the option given to the
-- constructor.
function Module:namedParameters(buffers)
  local list = {}
  local function add(name, module, field)
    list[#list + 1] = { name = name, tensor = module[field], module = module, field = field }
  end
  walk(self, "", function(module, prefix)
    module:bind()
    add_own(module, prefix, add)
    for _, field in ipairs(buffers and module:buffers() or {}) do
      add(prefix .. field, module, field)
    end
  end, {})
  return list
end

--- model:export(path, {3, 32, 32}): writes the model as it evaluates, in float32, as data that
-- wick_model_load reads in programs without Lua; the sizes are those of one sample.
function Module:export(path, sizes)
  require("nn.export")(self, path, sizes)
end

for _, name in ipairs{ "check", "costs", "summary" } do
  Module[name] = function(self, ...)
    return require("nn.summary")[name](self, ...)
  end
end
