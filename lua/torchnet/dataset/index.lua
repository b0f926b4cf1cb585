-- Indices of samples, checked.
local errors = require "wick.errors"

--- The index as an integer from 1 to `size`; raises otherwise. `what` names the class.
return function(what, index, size)
  local whole = math.tointeger(index)
  if not whole then
    errors.raise("%s: index must be an integer, not %s", what, errors.value(index))
  elseif whole < 1 or whole > size then
    errors.raise("%s: index %d is out of bound, there are %s samples", what, whole,
      errors.number(size))
  end
  return whole
end
