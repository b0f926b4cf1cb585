-- Finding the first NaN: while it is on, every result is looked at, and the operation that makes
-- the first NaN or infinity raises, naming itself, the element and the module it ran in.
local core = require "wick.core"

--- check_finite(on): switches the check on (default) or off. Costs a pass over every result.
-- WICK_CHECK_FINITE=1 in the environment switches it on for a whole run of the program.
return function(on)
  core.setCheckFinite(on ~= false)
end
