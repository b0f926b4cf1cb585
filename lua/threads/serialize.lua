-- How values reach other threads unless a script says otherwise: as copies. `save` and `load` turn
-- a value into a CharStorage and back, as Torch7's package does; `pack` and `unpack` are what pools
-- use.
local serialize = { copies = true }

local pack = require "threads.pack"

--- The values as a string and a list of objects.
function serialize.pack(...)
  return pack(true, ...)
end

--- The values that `pack` made these of.
serialize.unpack = require "threads.unpack"

--- The value as a CharStorage.
function serialize.save(value)
  return require("torch").serializeToStorage(value)
end

--- The value that such a storage holds, functions included.
function serialize.load(storage)
  return require("torch").deserializeFromStorage(storage, { functions = true })
end

return serialize
