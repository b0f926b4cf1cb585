-- Modules and criteria of nn as functions of their parameters: `local f, params =
-- functionalize(nn.Linear(2, 3))`, then `f(params, x)`. The module's own parameters look at the
-- memory of those that were given last, its gradients are those that arrived last.
local class = require "torch.class"
local core = require "wick.core"
local errors = require "wick.errors"
local nested = require "autograd.nested"
local tape = require "nn.tape"

local functionalize

-- The type of an input; a module follows it.
local function follow_type(object, input)
  local first = nested.firstTensor(input)
  if first and object:type() ~= first:type() then object:type(first:type()) end
end

-- Places of parameters found before, by module.
local known = setmetatable({}, { __mode = "k" })

local function hold(places, own)
  for _, place in ipairs(places) do
    if not rawequal(rawget(place.module, place.name), own[place.index]) then return false end
  end
  return places.count == #own
end

-- Every field that holds one of the module's own parameters, as { module =, name =, index = }.
local function places_of(module, own)
  if known[module] and hold(known[module], own) then return known[module] end
  local index, places = {}, { count = #own }
  for i, tensor in ipairs(own) do index[core.pointer(tensor)] = i end
  module:apply(function(one)
    for name, value in pairs(one) do
      local i = class.isTensor(value) and index[core.pointer(value)]
      if i then places[#places + 1] = { module = one, name = name, index = i } end
    end
  end)
  known[module] = places
  return places
end

local function no_binding() end

-- Puts the given tensors where the module's parameters are; returns what takes them away again.
local function lend(module, own, params)
  local places = places_of(module, own)
  for _, place in ipairs(places) do
    rawset(place.module, place.name, params[place.index])
    rawset(place.module, "bind", no_binding)
  end
  return function()
    for _, place in ipairs(places) do
      rawset(place.module, place.name, own[place.index])
      rawset(place.module, "bind", nil)
    end
  end
end

local function check_params(module, own, params)
  if type(params) ~= "table" or #params ~= #own then
    errors.raise("%s: %d parameters are wanted as a list in front of the input, got %s", module,
      #own, type(params) == "table" and #params or errors.value(params))
  end
  for i, tensor in ipairs(own) do
    if not class.isTensor(params[i]) or params[i]:nElement() ~= tensor:nElement() then
      errors.raise("%s: parameter %d is %s; it has to be like %s", module, i,
        errors.value(params[i]), errors.value(tensor))
    end
  end
end

-- The module's own gradients are those that arrive for what it was given.
local function follow_gradients(gradients, params)
  for i, gradient in ipairs(gradients) do
    if params[i]:isRecorded() then
      params[i]:registerHook(function(arrived) gradient:copy(arrived:detach()) end)
    end
  end
end

local function finish(give_back, ok, ...)
  give_back()
  if not ok then error((...), 0) end
  return ...
end

local function run_with(module, params, input)
  follow_type(module, input)
  local own, gradients = module:parameters()
  check_params(module, own, params)
  for i, tensor in ipairs(own) do core.point(tensor, params[i]:detach()) end
  follow_gradients(gradients, params)
  return finish(lend(module, own, params), pcall(module, input))
end

-- A function as a table that also has the module.
local function callable(module, f)
  return setmetatable({ module = module, entry = f, forward = f }, {
    __call = function(_, ...)
      return f(...)
    end,
  })
end

local function detached(list)
  for i, tensor in ipairs(list) do list[i] = tensor:detach() end
  return list
end

local function of_module(module)
  local params = module:parameters()
  if not params or #params == 0 then
    return callable(module, function(input)
      follow_type(module, input)
      return module(input)
    end)
  end
  return callable(module, function(given, input)
    return run_with(module, given, input)
  end), detached(params)
end

-- The gradient with respect to the target is zero.
local function of_criterion(criterion)
  return callable(criterion, function(input, target)
    follow_type(criterion, input)
    return (criterion:forward(input, tape.detach(target)))
  end)
end

-- A package whose constructors give functions instead of modules.
local function of_package(name)
  local ok, package_table = pcall(require, name)
  if not ok then errors.raise("Could not load package '%s': %s", name, package_table) end
  local functions = {}
  function functions.__index(place, key)
    local constructor = package_table[key]
    if not (class.isTypeOf(constructor, "nn.Module")
      or class.isTypeOf(constructor, "nn.Criterion")) then
      return nil
    end
    local f = function(...)
      return functionalize(constructor(...))
    end
    rawset(place, key, f)
    return f
  end
  return setmetatable({}, functions)
end

--- functionalize(module): a function of (parameters, input), or of the input alone when there are
-- no parameters, and the list of parameters. functionalize(criterion): a function of (input,
-- target). functionalize("nn"): a table of the package's constructors, which give such functions.
function functionalize(object)
  if type(object) == "string" then return of_package(object) end
  if class.isTypeOf(object, "nn.Module") then return of_module(object) end
  if class.isTypeOf(object, "nn.Criterion") then return of_criterion(object) end
  errors.raise("Input is not a package name or nn object, but %s", errors.value(object))
end

return functionalize
