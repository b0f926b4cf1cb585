-- A view that writes a log's values as an object of JSON on a line; values are texts.
local argcheck = require "argcheck"
local encode = require("wick.json").encode
local line = require "torchnet.log.view.line"

--- json{ keys =, format =, filename =, file =, append = false }: a function for onFlush. Formats
-- are texts for string.format or functions of the value, in the order of the keys.
return argcheck{
  help = "torchnet.log.view.json",
  noordered = true,
  { name = "file", type = "torch.File", opt = true },
  { name = "filename", type = "string", opt = true },
  { name = "keys", type = "table" },
  { name = "format", type = "table", opt = true },
  { name = "append", type = "boolean", default = false },
  call = function(file, filename, keys, format, append)
    local write = line.writer(file, filename, append)
    local columns = line.columns(keys, format, function()
      return line.text
    end)
    return function(log)
      local cells = {}
      for i, column in ipairs(columns) do
        local text = line.cell(column, log:get(column.name))
        cells[i] = ("%s: %s"):format(encode(column.name), encode(text))
      end
      write(("{%s}"):format(table.concat(cells, ", ")))
    end
  end,
}
