-- torch.PipeFile: what a command prints, or what it is given to read.
local core = require "wick.core"
local errors = require "wick.errors"
local file = require "torch.file"

local stream = core.stream

--- torch.PipeFile(command [, mode [, quiet]]): runs a shell command and reads what it prints ("r")
-- or writes what it reads ("w"). There is no seeking. With `quiet`, nil when there is no pipe.
local function open(command, mode, quiet)
  if type(command) ~= "string" then
    errors.raise("torch.PipeFile: a command expected, got %s", errors.value(command))
  end
  mode = file.check_mode(mode, "r", "w")
  local opened, reason = stream.openPipe(command, mode)
  return opened or file.not_opened(command, mode, reason, quiet)
end

file.adopt(stream.classes[2], open, {
  "nativeEndianEncoding", "littleEndianEncoding", "bigEndianEncoding", "isLittleEndianCPU",
  "isBigEndianCPU", "longSize",
})

return _G.torch.PipeFile
