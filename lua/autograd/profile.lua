-- How long a derivative takes: the option `profile` of autograd(f).
local trace = require "wick.trace"
local sys = require "sys"

local profile = {}

local Profile = {}
Profile.__index = Profile

--- Times for a derivative, reported every `frequency` calls; with `detailed`, by operation too.
function profile.new(detailed, frequency)
  return setmetatable({ detailed = detailed, frequency = frequency, calls = 0, forward = 0,
    backward = 0, elsewhere = 0, operations = {} }, Profile)
end

-- Adds the totals of a trace.
local function add(operations, events)
  for _, total in ipairs(events:totals()) do
    local sum = operations[total.operation] or { operation = total.operation, calls = 0,
      seconds = 0 }
    sum.calls, sum.seconds = sum.calls + total.calls, sum.seconds + total.seconds
    operations[total.operation] = sum
  end
end

--- Runs f(...), which is the part called `part`, "forward" or "backward"; returns what it does.
function Profile:time(part, f, ...)
  local before = sys.clock()
  local results = table.pack(pcall(f, ...))
  self[part] = self[part] + sys.clock() - before
  if not results[1] then error(results[2], 0) end
  return table.unpack(results, 2, results.n)
end

-- Notes the operations that f carries out.
local function traced(self, f, ...)
  trace.start()
  local results = table.pack(pcall(f, ...))
  add(self.operations, trace.stop())
  if not results[1] then error(results[2], 0) end
  return table.unpack(results, 2, results.n)
end

local function table_of(operations)
  local list, lines = {}, {}
  for _, total in pairs(operations) do list[#list + 1] = total end
  table.sort(list, function(a, b)
    if a.seconds ~= b.seconds then return a.seconds > b.seconds end
    return a.operation < b.operation
  end)
  for i, total in ipairs(list) do
    lines[i] = ("  %-24s %8d calls %12.3f ms"):format(total.operation, total.calls,
      total.seconds * 1000)
  end
  return lines
end

--- The times so far, as text.
function Profile:report()
  local lines = { ("autograd: %d calls; %.3f ms in the function, %.3f ms for its gradients, "
    .. "%.3f ms between calls"):format(self.calls, self.forward * 1000, self.backward * 1000,
    self.elsewhere * 1000) }
  for _, line in ipairs(table_of(self.operations)) do lines[#lines + 1] = line end
  return table.concat(lines, "\n")
end

--- Runs a whole call of the derivative, f(...), and prints the report when it is time.
function Profile:call(f, ...)
  local begin = sys.clock()
  if self.ended then self.elsewhere = self.elsewhere + begin - self.ended end
  local results
  if self.detailed then
    results = table.pack(traced(self, f, ...))
  else
    results = table.pack(f(...))
  end
  self.calls, self.ended = self.calls + 1, sys.clock()
  if self.calls % self.frequency == 0 then print(self:report()) end
  return table.unpack(results, 1, results.n)
end

return profile
