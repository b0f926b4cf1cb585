-- Values for other threads whose tensors and storages are the same memory there. All else is
-- copied. While several threads look at a storage its size stays, and what one writes while another
-- reads or writes is up to the script: see threads.Mutex.
local pack = require "threads.pack"
local unpack = require "threads.unpack"

local sharedserialize = { unpack = unpack }

--- The values as a string and a list of objects.
function sharedserialize.pack(...)
  return pack(false, ...)
end

--- The value as an object that `load` takes.
function sharedserialize.save(value)
  local text, objects = pack(false, value)
  return { text = text, objects = objects }
end

--- The value that `save` made the object of.
function sharedserialize.load(saved)
  return (unpack(saved.text, saved.objects))
end

return sharedserialize
