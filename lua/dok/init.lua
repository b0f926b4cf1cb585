-- dok: what Torch7's packages took from it, named arguments and their complaints. Sets the global
-- `dok`, as the original did.
local errors = require "wick.errors"
local unpacking = require "xlua.unpack"

local dok = { usage = unpacking.usage }
rawset(_G, "dok", dok)

--- Resolves arguments as xlua.unpack does, but takes values of any type: the rows' types are for
-- readers.
function dok.unpack(arguments, name, description, ...)
  local rows = {}
  for i, row in ipairs{ ... } do
    rows[i] = { arg = row.arg, help = row.help, default = row.default, defaulta = row.defaulta,
      req = row.req }
  end
  return unpacking.unpack(arguments, name, description, table.unpack(rows))
end

--- Raises `<name> message`.
function dok.error(message, name)
  errors.raise("<%s> %s", tostring(name), tostring(message))
end

return dok
