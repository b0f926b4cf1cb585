-- A view that writes a log's status messages.
local argcheck = require "argcheck"
local line = require "torchnet.log.view.line"

--- status{ filename =, file =, append = false }: a function for onSet.
return argcheck{
  help = "torchnet.log.view.status",
  noordered = true,
  { name = "file", type = "torch.File", opt = true },
  { name = "filename", type = "string", opt = true },
  { name = "append", type = "boolean", default = false },
  call = function(file, filename, append)
    local write = line.writer(file, filename, append)
    return function(_, key, value)
      if key == "__status__" then write(line.text(value)) end
    end
  end,
}
