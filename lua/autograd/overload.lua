-- What functions do while a derivative is taken: torch's take recorded numbers, and functions of
-- the user's have gradients of their own. They stand in their packages while a derivative runs.
local class = require "torch.class"
local core = require "wick.core"
local errors = require "wick.errors"
local torch = require "torch"

local overload = {}

local replaced = {} -- { place =, name =, new =, old = }
local depth = 0

local function install()
  depth = depth + 1
  if depth > 1 then return end
  for _, entry in ipairs(replaced) do
    entry.old = rawget(entry.place, entry.name)
    rawset(entry.place, entry.name, entry.new)
  end
end

local function uninstall()
  depth = depth - 1
  if depth > 0 then return end
  for i = #replaced, 1, -1 do rawset(replaced[i].place, replaced[i].name, replaced[i].old) end
end

local function finish(ok, ...)
  uninstall()
  if not ok then error((...), 0) end
  return ...
end

--- Runs f(...) with the replacements in place.
function overload.run(f, ...)
  install()
  return finish(pcall(f, ...))
end

--- Whether a derivative runs.
function overload.isRunning()
  return depth > 0
end

--- Has place[name] be f while a derivative runs.
function overload.replace(place, name, f)
  replaced[#replaced + 1] = { place = place, name = name, new = f }
end

-- Gradients of the user's ------------------------------------------------------------------------

local function is_recorded(x)
  return class.isTensor(x) and x:isRecorded()
end

-- The gradients with respect to the recorded arguments, by the user's rules.
local function backward(rules, arguments, result, places)
  return function(gradient)
    local gradients = {}
    for i, place in ipairs(places) do
      local rule = rules[place]
      local found = rule and rule(gradient, result, table.unpack(arguments, 1, arguments.n))
      if type(found) == "number" then found = arguments[place].new{ found } end
      gradients[i] = found
    end
    return table.unpack(gradients, 1, #places)
  end
end

-- f with the gradient that rules[i](gradient, answer, ...) gives for argument i.
local function with_gradient(name, f, rules)
  return function(...)
    local arguments, recorded, places = table.pack(...), {}, {}
    local values = { n = arguments.n }
    for i = 1, arguments.n do
      values[i] = arguments[i]
      if is_recorded(arguments[i]) then
        recorded[#recorded + 1], places[#places + 1] = arguments[i], i
        values[i] = arguments[i]:detach()
      end
    end
    if #recorded == 0 then return f(...) end
    local answer = torch.noGrad(f, table.unpack(values, 1, values.n))
    local result = type(answer) == "number" and recorded[1].new{ answer } or answer:detach()
    core.record(name, recorded, { result }, backward(rules, arguments, result, places))
    return result
  end
end

local function member(name, place, part)
  local f = place[part]
  if type(f) == "function" then return f end
  errors.raise("autograd.overload: %s has no function %s%s", name, errors.value(part),
    errors.suggestion(errors.nearest(part, place)))
end

local function nothing() end

-- What a module's description may call. Functions without a gradient of their own are the tape's.
local function words_for(name, place)
  local words = {}
  function words.gradient(part, rules)
    local f = with_gradient(name .. "." .. part, member(name, place, part), rules)
    overload.replace(place, part, f)
  end
  function words.operator(part, rules)
    return words.gradient("__" .. part, rules)
  end
  function words.class(class_name, describe)
    describe(words_for(class_name, place[class_name]))
  end
  for _, word in ipairs{ "initializer", "static", "dynamic", "ignore", "unsupported",
    "defaultUnsupported" } do
    words[word] = nothing
  end
  return words
end

--- overload.module(name, place, describe): gives functions of the table `place` gradients of their
-- own. describe(m) calls m.gradient(name, { rule, ... }), where rule i is a function of the
-- gradient, the answer and the arguments that returns the gradient of argument i (nil: none).
function overload.module(name, place, describe)
  if type(place) ~= "table" or type(describe) ~= "function" then
    errors.raise("autograd.overload.module: a name, a table and a function expected, got %s, %s "
      .. "and %s", errors.value(name), errors.value(place), errors.value(describe))
  end
  describe(words_for(name, place))
end

return overload
