-- The ends of what an axis or a colour bar covers, made fit to divide by.
local range = {}

local LARGEST = 1e100 -- what lies beyond is off the picture
local NARROW = 1e-9 -- the least span, as a part of the values

--- Ends that are apart: those given when they are, else around them; 0 and 1 where nothing was seen
-- (low > high). `half` is half the span around a single value, a tenth of it unless given.
function range.settle(low, high, half)
  if low > high then return 0, 1 end
  low = math.min(math.max(low, -LARGEST), LARGEST)
  high = math.min(math.max(high, -LARGEST), LARGEST)
  local size = math.max(math.abs(low), math.abs(high))
  local least = math.max(size * NARROW, 1 / LARGEST)
  if high - low >= least then return low, high end
  if low < high then
    half = least
  else
    half = math.max(half or (size < 1 / LARGEST and 1 or size * 0.1), least)
  end
  return low - half, high + half
end

--- The smallest and the largest number that `visit(note)` notes, settled.
function range.of(visit, half)
  local low, high = math.huge, -math.huge
  visit(function(value)
    if value and value - value == 0 then
      if value < low then low = value end
      if value > high then high = value end
    end
  end)
  return range.settle(low, high, half)
end

return range
