-- How a module runs forward: inside others, on the caller's tape, or by itself, when it records
-- privately for a backward that may follow.
local core = require "wick.core"
local errors = require "wick.errors"
local recall = require "nn.recall"
local run = require "nn.run"
local tape = require "nn.tape"

local Module = _G.nn.Module

-- Runs once more what was run unrecorded, and keeps the outputs inside.
local function run_again(self, input)
  tape.noted().outputs = {}
  return run.and_list(self, input)
end

local function run_unrecorded(self, input)
  recall.open(self, input, run_again)
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

-- A run where nothing is recorded.
local function run_aside(self, input)
  drop_inner_outputs(self)
  local output, modules = tape.inside(false, run_unrecorded, self, input)
  if run.has_own_gradient(self) then return output end
  self.output = output
  self._kept = { inner = modules }
  return output
end

-- A run on the caller's tape.
local function run_outermost(self, input)
  if not core.recording() then return run_aside(self, input) end
  local output, modules = tape.inside(true, run.and_list, self, input)
  if run.has_own_gradient(self) then return output end
  self.output = output
  if not run.retains(self) then tape.leave_note(output, modules, self) end
  return output
end

local function forward_privately(self, input)
  drop_inner_outputs(self)
  local before = rawget(self, "output")
  local kept, output = tape.may_record() and run.keep_input(self, input) or {}
  if kept.input and self.train ~= false then
    output = run.record(self, kept)
  else
    output, kept.inner = tape.inside(false, run_unrecorded, self, input)
  end
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
