-- Processes that measure on request, as wick_side.lua describes, and what their samples come to.
local Runner = {}
Runner.__index = Runner

local MOST_WAITING = 0.015 -- share of a sample's time in which a process may wait for a core

function Runner.quoted(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

--- Starts a command that answers lines; what it says on standard error goes behind the file `log`.
function Runner.start(command, log)
  local pipe = os.tmpname()
  os.remove(pipe)
  local quoted = Runner.quoted
  assert(os.execute("mkfifo " .. quoted(pipe)))
  -- The rest is read after the command has ended: writing must not fail here.
  local writer = assert(io.popen(("{ %s; } > %s 2>> %s; cat > /dev/null"):format(command,
    quoted(pipe), quoted(log or "/dev/null")), "w"))
  local reader = assert(io.open(pipe, "r"))
  os.remove(pipe)
  return setmetatable({ writer = writer, reader = reader, all = {}, kept = {} }, Runner)
end

-- The two numbers that answer a line; nil when the process has ended.
local function ask(self, line)
  self.writer:write(line, "\n")
  self.writer:flush()
  local answer = self.reader:read("l")
  if not answer then return nil end
  local a, b = answer:match("^(%S+) (%S+)$")
  return tonumber(a), tonumber(b)
end

--- Asks for a case to be made ready; `ready` waits until it is.
function Runner:prepare(case)
  self.writer:write(table.concat({ "case", case.kind, case.name, case.mode,
    ("%d"):format(case.batch), case.shape or "" }, "\t"), "\n")
  self.writer:flush()
end

--- Whether the case is ready; false when the process ended over it.
function Runner:ready()
  return self.reader:read("l") ~= nil
end

--- Decides by one step how many make a sample of `milliseconds`, and forgets the samples so far.
-- Returns the time of that step, nil when the process ended.
function Runner:calibrate(milliseconds)
  self.all, self.kept = {}, {}
  local time = ask(self, "1")
  if not time then return nil end
  self.steps = math.max(1, math.ceil(milliseconds / math.max(time, 1e-4)))
  return time
end

--- Takes a sample; returns the milliseconds of a step, nil when the process ended.
function Runner:sample()
  local time, waiting = ask(self, tostring(self.steps))
  if not time then return nil end
  self.all[#self.all + 1] = time
  if waiting <= MOST_WAITING then self.kept[#self.kept + 1] = time end
  return time
end

--- Median and smallest time of a step, the spread (from the first to the third quarter) and how
-- many samples were undisturbed; nil without samples. Where too few are, the disturbed count too.
function Runner:summary()
  local list = #self.kept >= 3 and self.kept or self.all
  if #list == 0 then return nil end
  table.sort(list)
  local function at(share)
    return list[math.max(1, math.ceil(#list * share))]
  end
  return { median = at(0.5), least = list[1], spread = at(0.75) - at(0.25), kept = #self.kept,
    samples = #self.all }
end

--- Peak since the case and base of the resident memory, in MB.
function Runner:memory()
  return ask(self, "peak")
end

--- Multiply-adds of a step.
function Runner:work()
  return (ask(self, "work"))
end

function Runner:stop()
  self.writer:close()
  self.reader:close()
end

return Runner
