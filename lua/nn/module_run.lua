-- How a module runs forward: inside others, on the caller's tape, or by itself, when it records
-- privately for a backward that may follow.
local core = require "wick.core"
local errors = require "wick.errors"
local recall = require "nn.recall"
local replay = require "nn.replay"
local run = require "nn.run"
local tape = require "nn.tape"

local Module = _G.nn.Module

local function run_unrecorded(self, input)
  recall.open(self, input)
  local output, notes = run.and_list(self, input)
  recall.close(notes)
  return output, notes
end

-- Outputs inside the last forward make room for those of the next: where nothing is recorded, no
-- backward lets go of them.
local function drop_inner_outputs(self)
  local kept = rawget(self, "_kept")
  self._kept = nil
  if not kept or not kept.inner then return end
  for _, module in ipairs(kept.inner) do
    if module ~= self then module.output = nil end
  end
  kept.inner = nil
  core.collectGarbage()
end

local function run_modules(self, input)
  return tape.inside(false, run_unrecorded, self, input)
end

-- A run where nothing is recorded. Returns the output, and what a backward may need.
local function run_aside(self, input)
  local output, kept = replay.run(self, input)
  if output then return output, kept end
  drop_inner_outputs(self)
  kept = tape.may_record() and run.keep_input(self, input) or {}
  output, kept.inner = replay.observe(self, input, run_modules)
  return output, kept
end

-- A run on the caller's tape.
local function run_outermost(self, input)
  if not core.recording() then
    local output, kept = run_aside(self, input)
    if run.has_own_gradient(self) then return output end
    self.output, self._kept = output, kept
    return output
  end
  local output, modules = tape.inside(true, run.and_list, self, input)
  if run.has_own_gradient(self) then return output end
  self.output = output
  if not run.retains(self) then tape.leave_note(output, modules, self) end
  return output
end

local function record_privately(self, input)
  drop_inner_outputs(self)
  local kept = run.keep_input(self, input)
  return run.record(self, kept), kept
end

local function forward_privately(self, input)
  local before = rawget(self, "output")
  local records = self.train ~= false and tape.may_record()
  local output, kept = (records and record_privately or run_aside)(self, input)
  self._kept = kept
  self.output = tape.point(before, output)
  return self.output
end

--- The output for an input, also left in `self.output`. Outside a recording the output is the same
-- object at every call, standing for new memory; inside one it is what calling the module gives.
function Module:forward(input)
  if type(self) ~= "table" then
    errors.raise("forward: expected a module, got %s; was it called with a dot that takes a colon?",
      errors.value(self))
  end
  if tape.is_inside() then return run.within(self, input) end
  if tape.is_open(input) then return run_outermost(self, input) end
  if run.has_own_gradient(self) then
    self.output = tape.outside(run.update, self, input)
    return self.output
  end
  return forward_privately(self, input)
end

--- module(input): runs on the caller's tape and returns a fresh output. With a gradient of the
-- output as well it also runs backward and returns output and gradInput (Torch7).
function Module:__call__(input, grad_output)
  if grad_output ~= nil then
    local output = self:forward(input)
    return output, self:backward(input, grad_output)
  end
  if input == nil then errors.raise("%s: called without an input", self) end
  return (tape.is_inside() and run.within or run_outermost)(self, input)
end
