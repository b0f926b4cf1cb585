-- The rows of the table in docs/models.md: every network, how to build it, and what it costs.
local models = require "wick.models"

local COLUMNS = 6

-- "1,234" as a number.
local function number(text)
  return math.tointeger(tonumber((text:gsub(",", ""))))
end

local function sizes_of(text)
  local sizes = {}
  for size in text:gmatch("%d+") do sizes[#sizes + 1] = tonumber(size) end
  return sizes
end

-- A cell that is left empty has what stands above it.
local function read_row(line, above)
  local cells = {}
  for cell in line:gmatch("|([^|]*)") do cells[#cells + 1] = cell:match("^%s*(.-)%s*$") end
  local code = cells[1] and cells[1]:match("^`(%a%w*[({].-)`")
  if not code or #cells < COLUMNS then return nil end
  return {
    code = code, builder = code:match("^%a%w*"),
    sizes = cells[3] ~= "" and sizes_of(cells[3]) or above.sizes,
    parameters = number(cells[4]), operations = number(cells[5]), mebibytes = number(cells[6]),
    build = assert(load("local models = ... return models." .. code, code)),
  }
end

--- A list with a table for each row: code, builder (its name), sizes of an input, parameters,
-- operations, mebibytes (what a training step takes), and build(), which makes the network.
return function()
  local rows = {}
  for line in io.lines("docs/models.md") do
    local row = read_row(line, rows[#rows])
    if row then
      local chunk = row.build
      row.build = function() return chunk(models) end
      rows[#rows + 1] = row
    end
  end
  return rows
end
