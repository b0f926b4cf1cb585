-- Hashes and vectors as text: an element a line, what is nested further to the right.
local MOST = 20 -- elements that are shown; of more the first and last halves

local function entries_of(container)
  local keys, values = {}, {}
  for key, value in pairs(container) do
    keys[#keys + 1] = tostring(key)
    values[#keys] = tostring(value)
  end
  return keys, values
end

local function add_line(lines, key, width, value)
  local indent = (" "):rep(width + 7)
  lines[#lines + 1] = ("    %s%s : %s"):format(key, (" "):rep(width - #key),
    (value:gsub("\n", "\n" .. indent)))
end

--- What tostring says of a hash or a vector.
return function(container)
  local keys, values = entries_of(container)
  local lines = { ("%s[%d]{"):format(debug.getmetatable(container).__typename, #container) }
  local width = 0
  for _, key in ipairs(keys) do width = math.max(width, #key) end
  for i, key in ipairs(keys) do
    if #keys <= MOST or i <= MOST // 2 or i > #keys - MOST // 2 then
      add_line(lines, key, width, values[i])
    elseif i == MOST // 2 + 1 then
      lines[#lines + 1] = "    ..."
    end
  end
  lines[#lines + 1] = "}"
  return table.concat(lines, "\n")
end
