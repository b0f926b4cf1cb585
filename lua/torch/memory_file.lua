-- torch.MemoryFile: a CharStorage as a file. A NUL stands behind the content.
local core = require "wick.core"
local class = require "torch.class"
local errors = require "wick.errors"
local file = require "torch.file"

local torch = _G.torch
local stream = core.stream

local function check_storage(storage)
  if class.typename(storage) ~= "torch.CharStorage" then
    errors.raise("torch.MemoryFile: a torch.CharStorage or a mode expected, got %s",
      errors.value(storage))
  elseif #storage == 0 or storage[#storage] ~= 0 then
    errors.raise("provided CharStorage must be terminated by 0")
  end
end

--- torch.MemoryFile([mode]) or torch.MemoryFile(storage [, mode]): a file in memory ("rw" unless
-- the mode is "r" or "w"), empty or with the content of a CharStorage that ends with a 0.
local function open(storage, mode)
  if storage == nil or type(storage) == "string" then
    mode = file.check_mode(storage or mode, "rw", "r", "w")
    return stream.openMemory(torch.CharStorage(1):fill(0), mode, 0, "torch.MemoryFile")
  end
  check_storage(storage)
  mode = file.check_mode(mode, "rw", "r", "w")
  local size = mode == "w" and 0 or #storage - 1
  return stream.openMemory(storage, mode, size, "torch.MemoryFile")
end

file.adopt(stream.classes[3], open, {
  "longSize", "storage", "nativeEndianEncoding", "littleEndianEncoding", "bigEndianEncoding",
})

return torch.MemoryFile
