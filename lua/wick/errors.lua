-- How messages are made: values as people write them, the nearest name for a misspelled one, and
-- the position of the script's line rather than the library's.
local errors = {}

-- What all sources of the library have in front: this file's chunk name without its own part.
local library = debug.getinfo(1, "S").source:match("^(.*)wick/errors%.lua$")
errors.library = library

--- The level, counted for the caller's `error`, of the first function outside the library; nil when
-- there is none. `source` as Lua gives it (`debug.getinfo`).
function errors.level()
  local level = 2
  while true do
    local info = debug.getinfo(level, "S")
    if not info then return nil end
    if info.what ~= "C" and info.source:sub(1, #library) ~= library then return level - 1 end
    level = level + 1
  end
end

--- Raises a message, formatted when arguments follow, at the first line outside the library.
function errors.raise(message, ...)
  if select("#", ...) > 0 then message = message:format(...) end
  error(message, errors.level() or 0)
end

--- A number as people write it: 3, not 3.0.
function errors.number(number)
  local integer = math.tointeger(number)
  if integer then return ("%d"):format(integer) end
  return ("%.14g"):format(number)
end

--- The message of an inner error with `place` and a separator (": ") in front, behind the script's
-- position. What is no text, or says that the user interrupted, stays as it is.
function errors.within(place, message, separator)
  if type(message) ~= "string" then return message end
  local position, rest = message:match("^([^\n]-:%d+: )(.*)$")
  if (rest or message) == "interrupted" then return message end
  return (position or "") .. place .. (separator or ": ") .. (rest or message)
end

local function shape(tensor)
  local sizes = {}
  for dim = 1, tensor:dim() do sizes[dim] = ("%d"):format(tensor:size(dim)) end
  if #sizes == 0 then return "with no dimension" end
  return table.concat(sizes, " x ")
end

--- A value as a message shows it: numbers as `number`, strings quoted and shortened, tensors by
-- type and shape, other objects by type.
function errors.value(value)
  local kind = type(value)
  if kind == "number" then return errors.number(value) end
  if kind == "string" then
    if #value > 40 then value = value:sub(1, 37) .. "..." end
    return ("%q"):format(value):gsub("\\\n", "\\n")
  end
  if kind == "nil" or kind == "boolean" then return tostring(value) end
  local metatable = debug.getmetatable(value)
  local name = type(metatable) == "table" and rawget(metatable, "__typename")
  if not name then return "a " .. kind end
  if name:find("^torch%.%a*Tensor$") then return name .. " " .. shape(value) end
  return "a " .. name
end

-- Edits that turn one word into the other, a swap of neighbours counting as one.
local function distance(a, b)
  local rows = { [0] = {} }
  for j = 0, #b do rows[0][j] = j end
  for i = 1, #a do
    local row = { [0] = i }
    rows[i] = row
    for j = 1, #b do
      local cost = a:byte(i) == b:byte(j) and 0 or 1
      row[j] = math.min(rows[i - 1][j] + 1, row[j - 1] + 1, rows[i - 1][j - 1] + cost)
      if i > 1 and j > 1 and a:byte(i) == b:byte(j - 1) and a:byte(i - 1) == b:byte(j) then
        row[j] = math.min(row[j], rows[i - 2][j - 2] + 1)
      end
    end
  end
  return rows[#a][#b]
end

--- The key of `candidates` nearest to `name`, or nil when none is near or `name` is no text. Case
-- counts for nothing.
function errors.nearest(name, candidates)
  if type(name) ~= "string" then return nil end
  local best, best_distance = nil, math.max(1, #name // 3) + 1
  local lower = name:lower()
  for candidate in pairs(candidates) do
    if type(candidate) == "string" and math.abs(#candidate - #lower) <= best_distance then
      local d = distance(lower, candidate:lower())
      if d < best_distance or (d == best_distance and best and candidate < best) then
        best, best_distance = candidate, d
      end
    end
  end
  return best
end

--- `, did you mean X?`, or nothing without a name.
function errors.suggestion(nearest)
  return nearest and (', did you mean "%s"?'):format(nearest) or ""
end

return errors
