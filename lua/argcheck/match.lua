-- Which value each rule gets: by position, where optional arguments may be left out or nil, or by
-- name from a table. A result is a list with a value a rule, and `n`.
local match = {}

local function is_optional(rule)
  return rule.default ~= nil or rule.defaulta ~= nil or rule.defaultf ~= nil or rule.opt or false
end

match.isOptional = is_optional

local function fits(rule, value, istype)
  return istype(value, rule.type or "*") and (not rule.check or rule.check(value) and true or false)
end

-- Puts the defaults where nothing was given.
local function complete(rules, values)
  local by_name = {}
  for i, rule in ipairs(rules) do by_name[rule.name] = i end
  for i, rule in ipairs(rules) do
    if values[i] == nil then
      if rule.default ~= nil then
        values[i] = rule.default
      elseif rule.defaultf then
        values[i] = rule.defaultf()
      end
    end
  end
  for i, rule in ipairs(rules) do
    if values[i] == nil and rule.defaulta then values[i] = values[by_name[rule.defaulta]] end
  end
  values.n = #rules
  return values
end

-- Gives rules from the i-th on the arguments from the j-th on; a rule takes what fits before it is
-- left out.
local function place(rules, istype, arguments, values, i, j)
  local rule, value = rules[i], arguments[j]
  if not rule then return j > arguments.n end
  if j <= arguments.n and value ~= nil and fits(rule, value, istype) then
    values[i] = value
    if place(rules, istype, arguments, values, i + 1, j + 1) then return true end
    values[i] = nil
  end
  if not is_optional(rule) then return false end
  if j <= arguments.n and value == nil
    and place(rules, istype, arguments, values, i + 1, j + 1) then
    return true
  end
  return place(rules, istype, arguments, values, i + 1, j)
end

--- The values of the rules when the arguments fit them in order, or nil.
function match.ordered(rules, istype, arguments)
  local values = {}
  if place(rules, istype, arguments, values, 1, 1) then return complete(rules, values) end
end

-- Whether every key of the table is a rule's name.
local function only_names(rules, named, first)
  local names = {}
  for i = first, #rules do names[rules[i].name] = true end
  for key in pairs(named) do
    if not names[key] then return false end
  end
  return true
end

--- The values of the rules when the arguments are one table with names, or nothing, behind a first
-- rule "self" if there is one; else nil.
function match.named(rules, istype, arguments)
  local first = rules[1] and rules[1].name == "self" and 2 or 1
  local named = arguments.n == first - 1 and {} or arguments[first]
  if arguments.n > first or not istype(named, "table") or not only_names(rules, named, first) then
    return nil
  end
  local values = {}
  if first == 2 then
    values[1] = arguments[1]
    if not fits(rules[1], values[1], istype) then return nil end
  end
  for i = first, #rules do
    local value = named[rules[i].name]
    if value ~= nil and not fits(rules[i], value, istype) then return nil end
    if value == nil and not is_optional(rules[i]) then return nil end
    values[i] = value
  end
  return complete(rules, values)
end

-- The types of every call by position that the rules allow, as texts.
local function signatures(rules, i, prefix, found)
  local rule = rules[i]
  if not rule then
    found[prefix] = true
    return found
  end
  local mark = (rule.type or "*") .. (rule.check and tostring(rule.check) or "")
  signatures(rules, i + 1, prefix .. mark .. ",", found)
  if is_optional(rule) then signatures(rules, i + 1, prefix, found) end
  return found
end

local MOST_OPTIONAL = 12 -- beyond them nobody counts the ways to call

--- Whether a call by position could be meant for either list of rules.
function match.ambiguous(a, b)
  local optional = 0
  for _, rules in ipairs{ a, b } do
    for _, rule in ipairs(rules) do optional = optional + (is_optional(rule) and 1 or 0) end
  end
  if optional > MOST_OPTIONAL then return false end
  local others = signatures(b, 1, "", {})
  for signature in pairs(signatures(a, 1, "", {})) do
    if others[signature] then return true end
  end
  return false
end

return match
