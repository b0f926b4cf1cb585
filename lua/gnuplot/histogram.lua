-- Histograms: how many numbers of a tensor fall into each of equal bins.
local curves = require "gnuplot.curves"
local errors = require "wick.errors"
local torch = require "torch"

local BINS = 72

local metatable = {}

function metatable:__tostring()
  local lines = {}
  for i, bin in ipairs(self) do lines[i] = ("%.6g : %s"):format(bin.val, errors.number(bin.nb)) end
  return table.concat(lines, "\n")
end

local function limits(values, low, high)
  if not low or not high then
    local smallest, largest = math.huge, -math.huge
    for _, value in ipairs(values) do
      if value - value == 0 then
        smallest, largest = math.min(smallest, value), math.max(largest, value)
      end
    end
    low, high = low or smallest, high or largest
  end
  if low > high then low, high = 0, 1 end
  if low == high then low, high = low - 0.5, high + 0.5 end
  return low, high
end

local function count(values, bins, low, high)
  local counts = {}
  for i = 1, bins do counts[i] = 0 end
  for _, value in ipairs(values) do
    if value >= low and value <= high then
      local i = math.min(bins, math.floor((value - low) / (high - low) * bins) + 1)
      counts[i] = counts[i] + 1
    end
  end
  return counts
end

--- gnuplot.histc(tensor [, bins = 72 [, min [, max [, raw]]]]): a list of bins { val = middle, nb =
-- count } with the fields raw (the counts as a tensor, which alone is returned when `raw` is true),
-- bins, binwidth, and max and min, the bins with the most and the fewest numbers. As text a bin a
-- line. Values outside min and max are not counted.
return function(tensor, bins, low, high, raw)
  if not require("torch.class").isTensor(tensor) or tensor:nElement() == 0 then
    errors.raise("gnuplot.histc: a tensor with elements expected, got %s", errors.value(tensor))
  end
  bins = math.tointeger(bins or BINS)
  if not bins or bins < 1 then errors.raise("gnuplot.histc: the number of bins is at least 1") end
  local values = curves.numbers(tensor)
  low, high = limits(values, low, high)
  local counts = count(values, bins, low, high)
  local histogram = setmetatable({ raw = torch.Tensor(counts), bins = bins }, metatable)
  if raw then return histogram.raw end
  histogram.binwidth = (high - low) / bins
  for i, number in ipairs(counts) do
    local bin = { val = low + (i - 0.5) * histogram.binwidth, nb = number }
    histogram[i] = bin
    if not histogram.max or number > histogram.max.nb then histogram.max = bin end
    if not histogram.min or number < histogram.min.nb then histogram.min = bin end
  end
  return histogram
end
