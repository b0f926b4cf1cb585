-- The text that explains a list of rules to who called with other arguments.
local match = require "argcheck.match"

local function default_of(rule)
  if rule.default ~= nil then
    local kind = type(rule.default)
    if kind == "number" or kind == "string" or kind == "boolean" then
      return (" [default=%s]"):format(tostring(rule.default))
    end
    return " [has default]"
  elseif rule.defaulta then
    return (" [defaulta=%s]"):format(rule.defaulta)
  elseif rule.defaultf then
    return " [has default]"
  end
  return ""
end

local function width_of(rules, part)
  local width = 0
  for _, rule in ipairs(rules) do width = math.max(width, #part(rule)) end
  return width
end

local function name_of(rule) return rule.name end
local function type_of(rule) return tostring(rule.type or "*") end

--- The text of one list of rules: its help, and a line an argument.
return function(rules)
  local lines = {}
  local help = rules.help or rules.doc
  if help then lines[1] = help:gsub("%s+$", "") .. "\n" end
  lines[#lines + 1] = "arguments:\n{"
  local name_width, type_width = width_of(rules, name_of), width_of(rules, type_of)
  for _, rule in ipairs(rules) do
    local optional = match.isOptional(rule)
    local name, kind = name_of(rule), type_of(rule)
    lines[#lines + 1] = ("  %s%s%s = %s%s%s  -- %s%s"):format(optional and "[" or " ", name,
      (" "):rep(name_width - #name), kind, optional and "]" or " ", (" "):rep(type_width - #kind),
      rule.help or rule.doc or "", default_of(rule))
  end
  lines[#lines + 1] = "}"
  return table.concat(lines, "\n")
end
