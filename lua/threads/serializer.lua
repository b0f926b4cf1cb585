-- What pools use of a serialisation: pack(...) gives a string and a list of objects, unpack takes
-- them, and `copies` says whether storages among the objects are copied. Packages that have only
-- Torch7's `save` and `load` are wrapped.
local errors = require "wick.errors"

local function wrap(package_table)
  local wrapped = { copies = true }

  function wrapped.pack(...)
    local storage = package_table.save({ n = select("#", ...), ... })
    return storage:string(), {}
  end

  function wrapped.unpack(text)
    local values = package_table.load(require("torch").CharStorage():string(text))
    return table.unpack(values, 1, math.tointeger(values.n))
  end

  return wrapped
end

--- The serialisation that the package of this name gives.
return function(name)
  local package_table = require(name)
  if type(package_table) ~= "table" then
    errors.raise("threads: the serialization package %s gives no table", name)
  elseif package_table.pack and package_table.unpack then
    return package_table
  elseif package_table.save and package_table.load then
    return wrap(package_table)
  end
  errors.raise("threads: the serialization package %s has no functions save and load", name)
end
