-- Measures cases: Wick and its peers take turns, so that a busy machine hurts them alike.
local Runner = require "runner"
local system = require "wick.system"

local Measure = {}
Measure.__index = Measure

local QUICK = { sample = 40, seconds = 1.5, least = 2, most = 10, starts = 3 }
local FULL = { sample = 60, seconds = 8, least = 3, most = 15, starts = 7 }
local SMALL = { sample = 20, seconds = 0.4, least = 3, most = 7 } -- layers and operations
local COMPILING = "timeout 300 " -- seconds a compiled network may take

--- `options`: program (of Wick), folder (of the scripts), made (of what make built for us), peers,
-- log, say (told what goes on), quick.
function Measure.new(options)
  local self = setmetatable({ services = {}, rates = {} }, Measure)
  for name, value in pairs(options) do self[name] = value end
  self.bounds = options.quick and QUICK or FULL
  return self
end

function Measure:wick(threads)
  local runner = Runner.start(("%s %s %d"):format(Runner.quoted(self.program),
    Runner.quoted(self.folder .. "/wick_side.lua"), threads), self.log)
  runner.name = "wick"
  return runner
end

--- GFLOP/s of this machine now, the best of three, and at most in this run.
function Measure:peak(threads)
  local best = 0
  for _ = 1, 3 do
    local pipe = io.popen(("%s %d"):format(Runner.quoted(self.made .. "/peak"), threads))
    best = math.max(best, tonumber(pipe:read("a")) or 0)
    pipe:close()
  end
  self.rates[threads] = math.max(self.rates[threads] or 0, best)
  return best
end

-- Rounds -----------------------------------------------------------------------------------------

local PAUSE = 0.05 -- seconds in which the threads of the process before stop looking for work

-- Takes samples in turn, as many as the bounds allow; returns the process that ended over it.
local function interleave(runners, bounds)
  local finish, rounds = system.clock() + bounds.seconds, 0
  repeat
    for _, runner in ipairs(runners) do
      system.sleep(PAUSE)
      if not runner:sample() then return runner end
    end
    rounds = rounds + 1
  until rounds >= bounds.most or rounds >= bounds.least and system.clock() > finish
end

-- Those that are ready; the others are named and stopped.
function Measure:ready(runners, case, sample)
  local list = {}
  for _, runner in ipairs(runners) do
    runner.failed = not (runner.is_ready or runner:ready())
  end
  for _, runner in ipairs(runners) do
    if not runner.failed and runner:calibrate(sample) then
      list[#list + 1] = runner
    else
      runner.failed = true
      self.say(("%s failed at %s: %s says why"):format(runner.name, case.title, self.log))
    end
  end
  return list
end

-- The others, when one has ended in the middle.
function Measure:without(runners, ended, case)
  local list = {}
  ended.failed = true
  for _, runner in ipairs(runners) do
    if runner ~= ended then list[#list + 1] = runner end
  end
  self.say(("%s ended at %s: %s says why"):format(ended.name, case.title, self.log))
  return list
end

local function facts(runner)
  local result = runner:summary()
  result.peak, result.base = runner:memory()
  result.name, result.layout = runner.name, runner.layout
  return result
end

local function row(case, wick, peer)
  return {
    kind = case.kind, case = case.name, mode = case.mode, batch = case.batch,
    threads = case.threads, shape = case.shape, wick_ms = wick.median, wick_least_ms = wick.least,
    wick_spread_ms = wick.spread, wick_mb = wick.peak, wick_base_mb = wick.base,
    gflops = wick.gflops, percent_of_peak = wick.percent,
    peer = peer and peer.name, layout = peer and peer.layout, peer_ms = peer and peer.median,
    peer_least_ms = peer and peer.least, peer_spread_ms = peer and peer.spread,
    peer_mb = peer and peer.peak, peer_base_mb = peer and peer.base,
    ratio = peer and peer.median / wick.median,
  }
end

-- Of several results under one name the fastest.
local function best_of(results)
  local list, at = {}, {}
  for _, result in ipairs(results) do
    local place = at[result.name] or #list + 1
    at[result.name] = place
    if not list[place] or result.median < list[place].median then list[place] = result end
  end
  return list
end

-- A row for each peer that runners[2] and following measured; one without peer when there is none.
function Measure:rows(case, runners, rate)
  local results = {}
  for i, runner in ipairs(runners) do results[i] = facts(runner) end
  local wick, rows = table.remove(results, 1), {}
  local work = runners[1]:work()
  if work and work > 0 then
    wick.gflops = 2 * work / wick.median / 1e6
    wick.percent = rate > 0 and 100 * wick.gflops / rate or nil
  end
  for i, peer in ipairs(best_of(results)) do rows[i] = row(case, wick, peer) end
  if #rows == 0 then rows[1] = row(case, wick) end
  return rows
end

-- Kinds ------------------------------------------------------------------------------------------

-- Processes made for one case; runners[1] is Wick's.
function Measure:compare(case, runners)
  local rate, rows = self:peak(case.threads), {}
  local ready = self:ready(runners, case, self.bounds.sample)
  while not runners[1].failed and #rows == 0 do
    local ended = interleave(ready, self.bounds)
    if ended then
      ready = self:without(ready, ended, case)
    else
      rows = self:rows(case, ready, rate)
    end
  end
  for _, runner in ipairs(runners) do runner:stop() end
  return rows
end

function Measure:network(case)
  local peers, runners, plain = self.peers, {}, nil
  if peers.torch then
    plain = peers:best(case)
    plain.is_ready = true
  end
  runners[1] = self:wick(case.threads)
  runners[2] = plain
  if plain and peers.tcmalloc then
    runners[3] = peers:pytorch(case.threads, plain.layout, { tcmalloc = true })
  end
  if case.mode == "infer" and peers.onnxruntime then
    runners[#runners + 1] = peers:onnx(case.threads)
  end
  for _, runner in ipairs(runners) do
    if not runner.is_ready then runner:prepare(case) end
  end
  return self:compare(case, runners)
end

function Measure:compiled(case)
  local peers = self.peers
  if not peers.torch then return {} end
  local network = setmetatable({ kind = "network" }, { __index = case })
  local runners = {
    peers:pytorch(case.threads, peers:known(network),
      { compiled = true, tcmalloc = peers.tcmalloc, limit = COMPILING }),
  }
  runners[1]:prepare(network)
  runners[1].is_ready = runners[1]:ready()
  if not runners[1].is_ready then
    runners[1]:stop()
    self.say(("PyTorch did not compile in time: %s"):format(case.title))
    return {}
  end
  table.insert(runners, 1, self:wick(case.threads))
  runners[1]:prepare(network)
  return self:compare(network, runners)
end

-- Cases that are too small for processes of their own.
function Measure:served(case)
  local runners = self.services[case.threads]
  if not runners then
    runners = self.peers.torch and self.peers:all(case.threads) or {}
    table.insert(runners, 1, self:wick(case.threads))
    self.services[case.threads] = runners
    self:peak(case.threads)
  end
  for _, runner in ipairs(runners) do runner:prepare(case) end
  local ready = self:ready(runners, case, SMALL.sample)
  if #ready == #runners and not interleave(ready, SMALL) then
    return self:rows(case, ready, self.rates[case.threads])
  end
  for _, runner in ipairs(runners) do runner:stop() end
  self.services[case.threads] = nil
  return {}
end

for _, kind in ipairs{ "layer", "operation", "data", "photographs", "stage" } do
  Measure[kind] = Measure.served
end

local function timed(command)
  local start = system.clock()
  local pipe = io.popen(command)
  local memory = tonumber(pipe:read("a"))
  pipe:close()
  return memory and (system.clock() - start) * 1000, memory
end

-- From the start of a program to its first result: whole processes.
function Measure:start(case)
  local sides = { { name = "wick", command = ("%s %s"):format(Runner.quoted(self.program),
    Runner.quoted(self.folder .. "/wick_start.lua")) } }
  if self.peers.torch then
    sides[2] = { name = "pytorch", command = self.peers:command("peer_start.py", "") }
  end
  for _, side in ipairs(sides) do
    setmetatable(side, Runner)
    side.all, side.kept = {}, {}
    timed(side.command) -- files come from the disk once
  end
  for _ = 1, self.bounds.starts do
    for _, side in ipairs(sides) do side.all[#side.all + 1], side.peak = timed(side.command) end
  end
  local results = {}
  for i, side in ipairs(sides) do
    results[i] = side:summary()
    if not results[i] then return {} end
    results[i].name, results[i].peak = side.name, side.peak
  end
  return { row(case, results[1], results[2]) }
end

-- Small calls beside a binding written by hand.
function Measure:call()
  local pipe = io.popen(("%s %s %s 2>> %s"):format(Runner.quoted(self.program),
    Runner.quoted(self.folder .. "/call_side.lua"), Runner.quoted(self.made),
    Runner.quoted(self.log)))
  local rows = {}
  for line in pipe:lines() do
    local name, ours, theirs = line:match("^(.-)\t(%S+) (%S+)$")
    ours, theirs = tonumber(ours), tonumber(theirs)
    rows[#rows + 1] = { kind = "call", case = name, wick_ns = ours, binding_ns = theirs,
      times = ours / theirs }
  end
  pipe:close()
  return rows
end

-- Training on a loader's batches: milliseconds of a step, and how much of the time it waited.
function Measure:waiting(case)
  local pipe = io.popen(("%s %s %d %d 2>> %s"):format(Runner.quoted(self.program),
    Runner.quoted(self.folder .. "/waiting_side.lua"), case.threads, case.batch,
    Runner.quoted(self.log)))
  local step, percent = (pipe:read("l") or ""):match("^(%S+) (%S+)$")
  pipe:close()
  if not step then return {} end
  return { {
    kind = case.kind, case = case.name, mode = case.mode, batch = case.batch,
    threads = case.threads, wick_ms = tonumber(step), waiting_percent = tonumber(percent),
  } }
end

--- The rows of a case; fewer where something failed.
function Measure:case(case)
  return self[case.kind](self, case)
end

--- Ends the processes that are still there.
function Measure:stop()
  for _, runners in pairs(self.services) do
    for _, runner in ipairs(runners) do runner:stop() end
  end
  self.services = {}
end

return Measure
