-- What checkers do when they are called: find the rules that the arguments fit, and deliver.
local env = require "argcheck.env"
local errors = require "wick.errors"
local match = require "argcheck.match"
local usage = require "argcheck.usage"

local default_istype = env.istype

-- The rules that the arguments fit, and their values.
local function choose(variants, istype, arguments)
  for _, rules in ipairs(variants) do
    local values = not rules.noordered and match.ordered(rules, istype, arguments)
    if values then return rules, values end
  end
  for _, rules in ipairs(variants) do
    local values = not rules.nonamed and match.named(rules, istype, arguments)
    if values then return rules, values end
  end
end

-- What the checker returns of the values.
local function deliver(rules, values)
  if not rules.pack then
    if rules.call then return rules.call(table.unpack(values, 1, values.n)) end
    return table.unpack(values, 1, values.n)
  end
  local packed = {}
  for i, rule in ipairs(rules) do packed[rule.name] = values[i] end
  if rules.call then return rules.call(packed) end
  return packed
end

local function usage_of(variants)
  local texts = {}
  for i, rules in ipairs(variants) do texts[i] = usage(rules) end
  return table.concat(texts, "\n\nor\n\n")
end

local function refuse(variants, arguments)
  local kinds = {}
  for i = 1, arguments.n do kinds[i] = env.type(arguments[i]) end
  errors.raise("invalid arguments: (%s)\n\n%s", table.concat(kinds, ", "),
    (usage_of(variants):gsub("%%", "%%%%")))
end

--- Checks the arguments against lists of rules and returns what the rules say; `quiet` returns
-- whether they fit first, and the usage when they do not.
return function(variants, istype, quiet, ...)
  local arguments = { n = select("#", ...), ... }
  local chosen, values = choose(variants, istype or default_istype, arguments)
  if not quiet then
    if not chosen then refuse(variants, arguments) end
    return deliver(chosen, values)
  elseif not chosen then
    return false, usage_of(variants)
  end
  return true, deliver(chosen, values)
end
