-- torch.File: what files on disk, in memory and behind pipes have in common. Bytes and numbers are
-- moved in C (`core.stream`), objects by serial_write.lua and serial_read.lua, which remember in
-- the file's state what was written and read already.
local core = require "wick.core"
local class = require "torch.class"
local errors = require "wick.errors"
local reader = require "torch.serial_read"
local writer = require "torch.serial_write"

local torch = _G.torch
local stream = core.stream

local File = class.newmetatable("torch.File", nil, function()
  errors.raise("torch.File has no instances of its own: torch.DiskFile(path, mode), "
    .. "torch.MemoryFile() and torch.PipeFile(command, mode) make files")
end, nil, nil, torch)

for name, method in pairs(stream.methods) do File[name] = method end

--- Ends the file's work; what was written is on its way to the disk. Any later call raises.
File.close = stream.close

--- Writes an object after Torch7's format: nil, booleans, numbers, strings, tables, functions,
-- tensors, storages, generators and instances of classes. What was written to this file before is
-- referred to. `name` is what errors call the object; `hook(object)` may give another to be written
-- in the place of each one that appears for the first time.
function File.writeObject(file, object, name, hook)
  writer.write(file, object, name, hook)
end

--- Reads an object that `writeObject` wrote. Functions come back as such only when this same file
-- object wrote them or `allowFunctions` was called: code from elsewhere can do anything.
function File.readObject(file)
  return reader.read(file)
end

--- The number that stands in front of such an object in a file; nil when it cannot be written.
function File.isWritableObject(_, object)
  return writer.tag(object)
end

--- Whether objects that appear several times are written and read once (they are at first). With
-- false each is written in full, nothing is kept alive, and cycles never end.
function File.referenced(file, on)
  if type(on) ~= "boolean" then
    errors.raise("referenced: true or false expected, got %s", errors.value(on))
  end
  local state = stream.state(file)
  state.unreferenced = not on
  state.written, state.read = nil, nil
  return file
end

--- Whether objects are written and read once.
function File.isReferenced(file)
  return not stream.state(file).unreferenced
end

--- Lets `readObject` load functions, which are code and can do anything: for files that you trust.
function File.allowFunctions(file, on)
  stream.state(file).functions = on ~= false
  return file
end

local file = {}

--- Makes the class `metatable` (from C) a kind of torch.File with these methods of `core.stream`.
function file.adopt(metatable, constructor, methods)
  metatable.__index = metatable
  metatable.__tostring = stream.tostring
  class.adopt(metatable, "torch.File", constructor, torch)
  for _, name in ipairs(methods) do metatable[name] = stream[name] end
end

--- Raises unless `mode` is one of the words given; nil is the first.
function file.check_mode(mode, ...)
  if mode == nil then return (...) end
  for _, word in ipairs{ ... } do
    if mode == word then return mode end
  end
  errors.raise("file mode should be %s, not %s", select("#", ...) == 2 and "'r' or 'w'"
    or "'r','w' or 'rw'", errors.value(mode))
end

--- What could not be opened: nothing when `quiet`, an error otherwise.
function file.not_opened(name, mode, reason, quiet)
  if quiet then return end
  errors.raise("cannot open <%s> in mode %s%s: %s", name, mode:find("r") and "r" or " ",
    mode:find("w") and "w" or " ", reason)
end

return file
