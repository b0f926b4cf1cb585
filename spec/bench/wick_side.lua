-- Wick's half of the benchmarks: wick_side.lua threads. Reads lines and answers each with two
-- numbers:
--
--   case <tab> kind <tab> name <tab> mode <tab> batch <tab> shape    makes it ready; 0 0
--   a number of steps         milliseconds a step, the share of the time spent waiting for a core
--   peak                      MB of resident memory at most since the case, MB before any case
--   work                      multiply-adds of a step, 0
package.path = (arg[0]:match("^(.*/)[^/]*$") or "./") .. "?.lua;" .. package.path
local torch = require "torch"
local steps = require "wick_steps"
local system = require "wick.system"

local function memory(field)
  for line in io.lines("/proc/self/status") do
    local kilobytes = line:match("^" .. field .. ":%s+(%d+)")
    if kilobytes then return tonumber(kilobytes) / 1024 end
  end
end

-- The most memory counts from now on.
local function forget_peak()
  local file = io.open("/proc/self/clear_refs", "w")
  if file then
    file:write("5")
    file:close()
  end
end

-- Seconds that this process's threads have waited for a core.
local function waited()
  local total = 0
  for _, thread in ipairs(system.list("/proc/self/task")) do
    local file = thread:find("^%d+$") and io.open("/proc/self/task/" .. thread .. "/schedstat")
    if file then
      total = total + tonumber(file:read("a"):match("%S+ (%S+)"))
      file:close()
    end
  end
  return total / 1e9
end

torch.setnumthreads(tonumber(arg[1]))
local base = memory("VmRSS")
local step, work

local function prepare(line)
  local kind, name, mode, batch, shape = line:match("^case\t(.-)\t(.-)\t(.-)\t(%d+)\t(.*)$")
  step, work = nil, nil
  collectgarbage()
  forget_peak()
  torch.manualSeed(1)
  step, work = steps[kind]{ name = name, mode = mode, batch = tonumber(batch), shape = shape }
  for _ = 1, 2 do step() end
  return 0, 0
end

local function sample(count)
  local before, start = waited(), system.clock()
  for _ = 1, count do step() end
  local time = system.clock() - start
  return time / count * 1000, (waited() - before) / time
end

local function answer(line)
  if line:find("^case") then return prepare(line) end
  if line == "peak" then return memory("VmHWM"), base end
  if line == "work" then return work(), 0 end
  return sample(tonumber(line))
end

for line in io.lines() do
  print(("%.6f %.6f"):format(answer(line)))
  io.stdout:flush()
end
