-- Processes that measure on request.
local Runner = {}
Runner.__index = Runner

function Runner.quoted(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

--- Starts a command that answers each line with a sample: "milliseconds waiting", or "peak" with
-- "peak base" in MB.
function Runner.start(command)
  local pipe = os.tmpname()
  os.remove(pipe)
  assert(os.execute("mkfifo " .. Runner.quoted(pipe)))
  local writer = assert(io.popen(("{ %s; } > %s 2>/dev/null"):format(command, Runner.quoted(pipe)), "w"))
  local reader = assert(io.open(pipe, "r"))
  os.remove(pipe)
  return setmetatable({ writer = writer, reader = reader, all = {}, kept = {} }, Runner)
end

local function ask(self, line)
  self.writer:write(line, "\n")
  self.writer:flush()
  local answer = self.reader:read("l")
  if not answer then return nil end
  local a, b = answer:match("(%S+) (%S+)")
  return tonumber(a), tonumber(b)
end

local MOST_WAITING = 0.015 -- share of a sample's time in which a process may wait for a core

--- Takes a sample of so many steps; returns the milliseconds of a step, nil when the process ended.
function Runner:sample(steps)
  local time, waiting = ask(self, tostring(steps))
  if not time then return nil end
  self.all[#self.all + 1] = time
  if waiting <= MOST_WAITING then self.kept[#self.kept + 1] = time end
  return time
end

--- Median and smallest time of a step, the spread (from the first to the third quarter) and how many
-- samples were undisturbed.
function Runner:summary()
  local list = #self.kept > 0 and self.kept or self.all
  if #list == 0 then return nil end
  table.sort(list)
  local function at(share)
    return list[math.max(1, math.ceil(#list * share))]
  end
  return { median = at(0.5), least = list[1], spread = at(0.75) - at(0.25), kept = #self.kept,
    samples = #self.all }
end

--- Peak and base of the resident memory, in MB.
function Runner:memory()
  return ask(self, "peak")
end

function Runner:stop()
  self.writer:close()
  self.reader:close()
end

return Runner
