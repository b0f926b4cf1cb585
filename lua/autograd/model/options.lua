-- Options of models: defaults, and names that nobody knows.
local errors = require "wick.errors"

--- The options given, defaults filled in; raises at a name that `defaults` does not have. A default
-- of nil is written as the string "none".
return function(model, given, defaults)
  local options = {}
  for name, value in pairs(given or {}) do
    if defaults[name] == nil then
      errors.raise("autograd.%s: there is no option %s%s", model, errors.value(name),
        errors.suggestion(errors.nearest(name, defaults)))
    end
    options[name] = value
  end
  for name, value in pairs(defaults) do
    if options[name] == nil and value ~= "none" then options[name] = value end
  end
  return options
end
