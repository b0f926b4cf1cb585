-- A view that writes a log's values as a line of text.
local argcheck = require "argcheck"
local line = require "torchnet.log.view.line"

--- text{ keys =, format =, filename =, file =, separator = " | ", append = false }: a function for
-- onFlush. Formats are texts for string.format or functions of the value, in the order of the keys;
-- without one it is "key value". Keys that have no value are left out.
return argcheck{
  help = "torchnet.log.view.text",
  noordered = true,
  { name = "file", type = "torch.File", opt = true },
  { name = "filename", type = "string", opt = true },
  { name = "keys", type = "table" },
  { name = "format", type = "table", opt = true },
  { name = "separator", type = "string", default = " | " },
  { name = "append", type = "boolean", default = false },
  call = function(file, filename, keys, format, separator, append)
    local write = line.writer(file, filename, append)
    local columns = line.columns(keys, format, function(key)
      return function(value) return key .. " " .. line.text(value) end
    end)
    return function(log)
      local cells = {}
      for _, column in ipairs(columns) do
        local value = log:get(column.name)
        if value ~= nil then cells[#cells + 1] = line.cell(column, value) end
      end
      write(table.concat(cells, separator))
    end
  end,
}
