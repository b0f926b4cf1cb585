-- torch.DiskFile: files on disk.
local core = require "wick.core"
local errors = require "wick.errors"
local file = require "torch.file"

local stream = core.stream

--- torch.DiskFile(path [, mode [, quiet]]): opens a file to read ("r"), to write it anew ("w") or
-- both ("rw", which makes it when there is none). It begins in ASCII mode, with native byte order.
-- With `quiet`, nil when it cannot be opened.
local function open(path, mode, quiet)
  if type(path) ~= "string" then
    errors.raise("torch.DiskFile: a path expected, got %s", errors.value(path))
  end
  mode = file.check_mode(mode, "r", "w", "rw")
  local opened, reason = stream.openDisk(path, mode)
  return opened or file.not_opened(path, mode, reason, quiet)
end

file.adopt(stream.classes[1], open, {
  "nativeEndianEncoding", "littleEndianEncoding", "bigEndianEncoding", "isLittleEndianCPU",
  "isBigEndianCPU", "longSize", "noBuffer",
})

return _G.torch.DiskFile
