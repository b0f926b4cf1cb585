-- Which programs there are to compare with, and the commands that start them.
local Runner = require "runner"

local quoted = Runner.quoted

local Peers = {}
Peers.__index = Peers

local TCMALLOC = "/usr/lib/*/libtcmalloc_minimal.so.4"
local LAYOUTS = { "contiguous_format", "channels_last" }

local function line_of(command)
  local pipe = io.popen(command .. " 2>/dev/null")
  local line = pipe:read("l")
  pipe:close()
  return line
end

-- Prints the versions of what is installed, without the seconds that importing it takes.
local VERSIONS = [[
from importlib.metadata import PackageNotFoundError, version
for name in "torch", "onnxruntime", "onnx":
    try:
        print(name, version(name))
    except PackageNotFoundError:
        pass
]]

local function versions(python)
  local pipe, list = io.popen(("%s -c %s 2>/dev/null"):format(quoted(python), quoted(VERSIONS))), {}
  for line in pipe:lines() do
    local name, version = line:match("^(%S+) (%S+)$")
    if name then list[name] = version end
  end
  pipe:close()
  return list
end

--- Looks for them: `python` is an interpreter that may have torch and onnxruntime, `folder` where
-- peer.py stands, `log` where they complain. `say(text)` is told what is not there.
function Peers.find(python, folder, log, say)
  local found = versions(python)
  local self = setmetatable({ python = python, folder = folder, log = log, layouts = {} }, Peers)
  self.torch, self.onnxruntime = found.torch, found.torch and found.onnx and found.onnxruntime
  self.tcmalloc = line_of("ls " .. TCMALLOC)
  if not self.torch then
    say("no PyTorch in " .. python .. ": Wick is measured alone (WICK_PEER_PYTHON names a Python "
      .. "that has torch)")
    return self
  end
  if not self.onnxruntime then
    say("no ONNX Runtime in " .. python .. ": left out (pip install onnx onnxruntime)")
  end
  if not self.tcmalloc then
    say("no tcmalloc: left out (apt-get install libtcmalloc-minimal4)")
  end
  return self
end

--- The command of a script of ours: options are threads and what else it takes.
function Peers:command(script, options, tcmalloc)
  local environment = tcmalloc and "env LD_PRELOAD=" .. quoted(self.tcmalloc) .. " " or ""
  return ("%s%s %s %s"):format(environment, quoted(self.python),
    quoted(self.folder .. "/" .. script), options)
end

--- PyTorch in a memory format; `options`: tcmalloc, compiled.
function Peers:pytorch(threads, layout, options)
  options = options or {}
  local name = options.compiled and "pytorch compiled" or "pytorch"
  local command = self:command("peer.py",
    ("%d %s%s"):format(threads, layout, options.compiled and " compiled" or ""), options.tcmalloc)
  if options.tcmalloc and not options.compiled then name = name .. " with tcmalloc" end
  local runner = Runner.start((options.limit or "") .. command, self.log)
  runner.name, runner.layout = name, layout
  return runner
end

--- ONNX Runtime.
function Peers:onnx(threads)
  local runner = Runner.start(self:command("peer_onnx.py", ("%d"):format(threads)), self.log)
  runner.name = "onnxruntime"
  return runner
end

local LONG = 500 -- milliseconds of a step that need no second

-- Time of a step, about.
local function try(runner)
  local time = runner:ready() and runner:calibrate(20)
  if not time then return math.huge end
  if time > LONG then return time end
  return math.min(runner:sample() or math.huge, runner:sample() or math.huge)
end

local function key_of(case)
  return ("%s %s %d"):format(case.name, case.mode, case.batch)
end

--- The memory format found best for a network's case; channels last when nobody has tried.
function Peers:known(case)
  return self.layouts[key_of(case)] or "channels_last"
end

--- PyTorch ready for a network's case in the memory format that suits it better, found by a trial
-- of both; the other's process is ended. Cases that differ in threads alone share the trial.
function Peers:best(case)
  local key = key_of(case)
  if self.layouts[key] then
    local runner = self:pytorch(case.threads, self.layouts[key])
    runner:prepare(case)
    runner:ready()
    return runner
  end
  local best, least
  for _, layout in ipairs(LAYOUTS) do
    local runner = self:pytorch(case.threads, layout)
    runner:prepare(case)
    local time = try(runner)
    local loser = runner
    if not least or time < least then
      best, least, loser = runner, time, best
    end
    if loser then loser:stop() end
  end
  self.layouts[key] = best.layout
  return best
end

--- Those that serve many small cases: PyTorch in both memory formats, without and with tcmalloc.
function Peers:all(threads)
  local list = {}
  for _, tcmalloc in ipairs{ false, self.tcmalloc and true or nil } do
    for _, layout in ipairs(LAYOUTS) do
      list[#list + 1] = self:pytorch(threads, layout, { tcmalloc = tcmalloc })
    end
  end
  return list
end

return Peers
