-- Prints matrices and vectors as a slide has them, one beside the other:
--
--   matrices.print("x", x, "w", w, "y = x w", y)
--
--   x         w          y = x w
--    2 1 -3   3 2 1 -1   -1 -1  2 6
--   -3 4  2   2 1 3  2    5  2 11 7
--             3 2 1 -2
local torch = require "torch"

local matrices = {}

local function rows_of(tensor)
  return tensor:dim() == 1 and { tensor:totable() } or tensor:totable()
end

-- Numbers to four digits, so that 0.1 + 0.2 is 0.3.
local function text_of(number)
  return ("%.4g"):format(number + 0.0):gsub("^%-0$", "0")
end

-- The lines of one matrix, as wide as each other, its name on top.
local function block(name, tensor)
  local lines, widths = { name }, {}
  local rows = rows_of(tensor)
  for _, row in ipairs(rows) do
    for j, number in ipairs(row) do widths[j] = math.max(widths[j] or 0, #text_of(number)) end
  end
  for _, row in ipairs(rows) do
    local cells = {}
    for j, number in ipairs(row) do
      cells[j] = (" "):rep(widths[j] - #text_of(number)) .. text_of(number)
    end
    lines[#lines + 1] = table.concat(cells, " ")
  end
  local width = 0
  for _, line in ipairs(lines) do width = math.max(width, #line) end
  return lines, width
end

--- Prints pairs of a name and a tensor of one or two dimensions side by side.
function matrices.print(...)
  local entries, height = { ... }, 0
  local blocks = {}
  for i = 1, #entries, 2 do
    local lines, width = block(entries[i], entries[i + 1])
    blocks[#blocks + 1] = { lines = lines, width = width }
    height = math.max(height, #lines)
  end
  for row = 1, height do
    local parts = {}
    for i, entry in ipairs(blocks) do
      parts[i] = ("%-" .. entry.width .. "s"):format(entry.lines[row] or "")
    end
    print("  " .. (table.concat(parts, "   "):gsub("%s+$", "")))
  end
  print()
end

--- Ends the script with an error unless two tensors are equal to twelve digits.
function matrices.same(what, a, b)
  local difference = torch.abs(a - b):max()
  if difference > 1e-12 * math.max(1, torch.abs(a):max()) then
    error(("%s: by hand and by the library differ by %g"):format(what, difference))
  end
  print("  the same by the library: " .. what)
end

return matrices
