-- The package `argcheck`: functions whose arguments are checked against rules, by position or by
-- name.
--
--   local check = argcheck{
--     help = "adds five",
--     { name = "x", type = "number", default = 0, help = "what to add to" },
--     { name = "message", type = "string", opt = true },
--   }
--   local x, message = check(...)   -- in a function called as f(3), f("hi") or f{message = "hi"}
--
-- Rules have name, type (see argcheck.env), default, defaulta (the name of another argument),
-- defaultf (a function), opt, check (a function), help. Options: call (a function that gets the
-- values), pack (the values in one table), nonamed, noordered, quiet (false and the help instead of
-- an error), overload (a checker whose rules hold, too), force (even if calls could be meant for
-- both).
local doc = require "argcheck.doc"
local env = require "argcheck.env"
local errors = require "wick.errors"
local match = require "argcheck.match"
local usage = require "argcheck.usage"

local default_istype = env.istype

-- The lists of rules of each checker.
local variants_of = setmetatable({}, { __mode = "k" })

local rule_fields = {
  name = true, type = true, default = true, defaulta = true, defaultf = true, opt = true,
  check = true, help = true, doc = true,
}

local function check_rule(rule, i, names)
  if type(rule) ~= "table" or type(rule.name) ~= "string" then
    errors.raise("argcheck: rule %d is to be a table with a name", i)
  elseif names[rule.name] then
    errors.raise('argcheck: two rules are named "%s"', rule.name)
  end
  names[rule.name] = true
  for field in pairs(rule) do
    if not rule_fields[field] then
      errors.raise('argcheck: the rule "%s" has an unknown field %s%s', rule.name,
        errors.value(field), errors.suggestion(errors.nearest(field, rule_fields)))
    end
  end
end

local function check_rules(rules)
  local names = {}
  for i, rule in ipairs(rules) do check_rule(rule, i, names) end
  for _, rule in ipairs(rules) do
    if rule.defaulta and not names[rule.defaulta] then
      errors.raise('argcheck: "%s" takes its default from "%s", which is no argument', rule.name,
        tostring(rule.defaulta))
    end
  end
end

-- The lists of rules that hold for the new checker, in the order in which they are tried.
local function join(rules)
  if not rules.overload then return { rules } end
  local before = variants_of[rules.overload]
  if not before then
    errors.raise("argcheck: overload takes a function that argcheck made, not %s",
      errors.value(rules.overload))
  end
  local variants = { table.unpack(before) }
  for _, other in ipairs(before) do
    if not rules.force and match.ambiguous(rules, other) then
      errors.raise("argcheck rules led to ambiguous situations: a call could be meant for\n%s\n\n"
        .. "or for\n%s", usage(rules), usage(other))
    end
  end
  table.insert(variants, rules.force and 1 or #variants + 1, rules)
  return variants
end

--- argcheck{rules ...}: the function that checks its arguments and returns their values in the
-- order of the rules, or what `call` returns.
local function argcheck(rules)
  if type(rules) ~= "table" then
    errors.raise("argcheck: expected a table of rules, got %s", errors.value(rules))
  end
  check_rules(rules)
  doc.add(rules.doc or rules.help or "")
  local variants, quiet = join(rules), rules.quiet
  local istype = env.istype ~= default_istype and env.istype or nil
  -- What the checker holds is the script's alone, so that it can be written and passed to threads.
  local function checker(...)
    return require("argcheck.run")(variants, istype, quiet, ...)
  end
  variants_of[checker] = variants
  return checker
end

return setmetatable({ env = env, doc = doc }, {
  __call = function(_, rules)
    return argcheck(rules)
  end,
})
