-- Wick beside PyTorch on this machine: `make bench`.
--
-- Both run the same networks in processes of their own and take turns, so that a busy machine
-- hurts them alike. A sample is a few steps; samples during which a process waited for a core are
-- dropped. Printed are the median of the kept samples and PyTorch's time divided by ours.
--
--   WICK_PEER_PYTHON  a Python that has torch (python3)
--   WICK_BENCH        only the cases whose names contain this text
local system = require "wick.system"

local cases = {
  { name = "lenet5 training step, batch 64, 2 threads", network = "lenet5", mode = "train",
    batch = 64, threads = 2, steps = 20 },
  { name = "lenet5 training step, batch 64, 1 thread", network = "lenet5", mode = "train",
    batch = 64, threads = 1, steps = 20 },
  { name = "lenet5 inference, batch 64, 2 threads", network = "lenet5", mode = "infer",
    batch = 64, threads = 2, steps = 40 },
}
local samples, most_waiting = 15, 0.015

local here = arg[0]:match("^(.*)/[^/]*$") or "."
local python = os.getenv("WICK_PEER_PYTHON") or "python3"

local function quoted(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

local function succeeds(command)
  return (os.execute(command .. " >/dev/null 2>&1"))
end

-- A process that measures on request: each line written to it asks for a sample.
local Runner = {}
Runner.__index = Runner

function Runner.start(command)
  local pipe = os.tmpname()
  os.remove(pipe)
  assert(os.execute("mkfifo " .. quoted(pipe)))
  local writer = assert(io.popen(command .. " > " .. quoted(pipe), "w"))
  local reader = assert(io.open(pipe, "r"))
  os.remove(pipe)
  return setmetatable({ writer = writer, reader = reader }, Runner)
end

-- Milliseconds a step and the share of time spent waiting for a core.
function Runner:sample(steps)
  self.writer:write(steps, "\n")
  self.writer:flush()
  local line = self.reader:read("l")
  if not line then error("a benchmark process ended early; run its command by hand to see why") end
  local time, waiting = line:match("(%S+) (%S+)")
  return tonumber(time), tonumber(waiting)
end

function Runner:stop()
  self.writer:close()
  self.reader:close()
end

local function median(list)
  table.sort(list)
  return list[(#list + 1) // 2]
end

local function collect(runner, case, into)
  local time, waiting = runner:sample(case.steps)
  into.all[#into.all + 1] = time
  if waiting <= most_waiting then into.kept[#into.kept + 1] = time end
end

local function summary(name, result)
  local list = #result.kept > 0 and result.kept or result.all
  local middle = median(list)
  print(("  %-8s %8.3f ms median, %8.3f ms smallest, %d of %d samples undisturbed"):format(name,
    middle, list[1], #result.kept, #result.all))
  return middle, list[1]
end

local function command_for(program, case)
  return ("%s %s %s %d %d"):format(program, case.network, case.mode, case.batch, case.threads)
end

local function start(interpreter, script, case)
  local program = ("%s %s"):format(quoted(interpreter), quoted(here .. "/" .. script))
  return Runner.start(command_for(program, case))
end

local function run_case(case, with_peer)
  print(case.name)
  local ours = start(arg[-1], "wick_side.lua", case)
  local peer = with_peer and start(python, "peer.py", case)
  local results = { wick = { all = {}, kept = {} }, peer = { all = {}, kept = {} } }
  for _ = 1, samples do
    collect(ours, case, results.wick)
    if peer then collect(peer, case, results.peer) end
  end
  ours:stop()
  local middle, smallest = summary("wick", results.wick)
  if not peer then return end
  peer:stop()
  local their_middle, their_smallest = summary("pytorch", results.peer)
  print(("  ratio %.2f (median), %.2f (smallest): %s"):format(their_middle / middle,
    their_smallest / smallest, their_middle >= middle and "Wick is faster" or "PyTorch is faster"))
end

local with_peer = succeeds(quoted(python) .. " -c 'import torch'")
if not with_peer then
  print("no PyTorch in " .. python ..
    ": measuring Wick alone (WICK_PEER_PYTHON names a Python that has it)")
end
local wanted = os.getenv("WICK_BENCH") or ""
local started = system.clock()
for _, case in ipairs(cases) do
  if case.name:find(wanted, 1, true) then run_case(case, with_peer) end
end
print(("%.0f s in all"):format(system.clock() - started))
