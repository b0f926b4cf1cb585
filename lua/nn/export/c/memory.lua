-- Where the intermediate results of a C file lie: each buffer gets its place in one array of floats
-- for the steps from its first mention to its last, so that buffers whose times do not overlap
-- share memory.
local memory = {}

local ALIGNMENT = 16 -- floats: a line of the processor's cache

local function overlaps(a, b)
  return a.first <= b.last and b.first <= a.last
end

-- The lowest place that no buffer of the same time reaches into; `placed` is in order of places.
local function lowest_place(buffer, placed)
  local at = 0
  for _, other in ipairs(placed) do
    if overlaps(buffer, other) then
      if other.at - at >= buffer.count then break end
      at = math.max(at, other.at + other.room)
    end
  end
  return at
end

local function by(first, second)
  return function(a, b)
    if a[first] ~= b[first] then return a[first] > b[first] end
    return a[second] < b[second]
  end
end

--- Sets `at` of each buffer, { count =, first =, last =, number = }: the place of its first float.
-- Returns how many floats all take. The largest are placed first.
function memory.plan(buffers)
  local order, placed, total = table.move(buffers, 1, #buffers, 1, {}), {}, 0
  table.sort(order, by("count", "number"))
  for _, buffer in ipairs(order) do
    buffer.room = (buffer.count + ALIGNMENT - 1) // ALIGNMENT * ALIGNMENT
    buffer.at = lowest_place(buffer, placed)
    total = math.max(total, buffer.at + buffer.room)
    placed[#placed + 1] = buffer
    table.sort(placed, function(a, b) return a.at < b.at end)
  end
  return total
end

return memory
