-- `dry = true`: one batch through everything, and what it took.
local class = require "torch.class"
local errors = require "wick.errors"
local measure = require "wick.train.measure"
local report = require "wick.train.report"
local source = require "wick.train.source"
local system = require "wick.system"
local torch = require "torch"
local undo = require "wick.train.undo"

local MIB = 2 ^ 20

local function first_batch(data)
  local batches, state, value, closing = data:epoch(1)
  local batch = batches(state, value)
  if closing then closing:close() end
  return batch or errors.raise("wick.train: the data has no batch")
end

local function shape(value)
  if class.isTensor(value) then return errors.value(value):gsub("^torch%.", "") end
  return errors.value(value)
end

local function seconds_of(f)
  local began = system.ticks()
  f()
  return system.ticks() - began
end

-- A set of one batch, for the test.
local function only(batch)
  return { epoch = function()
    local left = { batch }
    return function() return table.remove(left) end
  end }
end

-- Test and training on one batch each; seconds and bytes.
local function rehearse(run)
  local given, found = run.options, {}
  local batch = first_batch(given.data)
  local input, target = source.pair("wick.train", batch, given.prepare, true)
  found.input, found.target = input, target
  found.layers = run.model:check(input)
  run.model:training()
  torch.resetPeak()
  run:set_rate(given.rate)
  found.first = seconds_of(function() run:train_batch(batch) end)
  found.step = seconds_of(function() run:train_batch(batch) end)
  found.loss, found.output = run.loss, run.output
  found.bytes = torch.memory().peak
  if given.test then
    local settings = { model = run.model, criterion = given.criterion, prepare = given.prepare,
      top = given.top, data = only(first_batch(given.test)) }
    found.test = seconds_of(function() measure.test(settings) end)
  end
  run.batch, run.input, run.target, run.output = nil, nil, nil, nil
  return found
end

local function lines_of(run, found)
  local given, lines = run.options, {}
  local function say(...) lines[#lines + 1] = string.format(...) end
  say("dry run: input %s, target %s", shape(found.input), shape(found.target))
  for _, row in ipairs(found.layers) do
    say("  %-10s %-60s %s", row.name, row.module, row.shape)
  end
  say("  output %s, loss %.4f", class.isTensor(found.output) and shape(found.output) or "a table",
    found.loss)
  local batches = given.data:size()
  say("  %s parameters; a step takes %s (the first %s), an epoch of %s batches about %s, %d epochs "
    .. "%s", report.thousands(run.parameters:nElement()), report.duration(found.step),
    report.duration(found.first), report.thousands(batches), report.duration(found.step * batches),
    given.epochs, report.duration(found.step * batches * given.epochs))
  if found.test then
    say("  a batch of the test takes %s, all of it about %s", report.duration(found.test),
      report.duration(found.test * given.test:size()))
  end
  say("  at most %.0f MiB of tensors", found.bytes / MIB)
  return lines
end

--- Runs a batch through training and test, puts everything back, says what it took, and returns the
-- run with it in the field `dry`: input, target, layers, output, loss, step, first, test (seconds)
-- and bytes.
return function(run)
  run.dry = undo(run, rehearse)
  for _, line in ipairs(lines_of(run, run.dry)) do run.options.log(line) end
  return run
end
