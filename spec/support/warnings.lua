-- What a function says on the standard error stream.

--- Calls f(...): what it wrote to the standard error stream, and its results.
local function warnings(f, ...)
  local list, stderr = {}, io.stderr
  io.stderr = { write = function(_, ...) -- luacheck: ignore
    list[#list + 1] = table.concat({ ... })
  end }
  local result = table.pack(pcall(f, ...))
  io.stderr = stderr -- luacheck: ignore
  if not result[1] then error(result[2], 0) end
  return table.concat(list), table.unpack(result, 2, result.n)
end

return warnings
