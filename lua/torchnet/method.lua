-- How torchnet's methods take their arguments: behind the object, by position or by name.
local argcheck = require "argcheck"

--- method(title, class_name, rules, f): a method of the class that checks its arguments by
-- argcheck's rules and calls f(self, ...) with them in order. `title` opens the message when they
-- do not fit; the rules may carry argcheck's options (noordered, nonamed, overload ...).
return function(title, class_name, rules, f)
  table.insert(rules, 1, { name = "self", type = class_name })
  rules.help, rules.call = title, f
  return argcheck(rules)
end
