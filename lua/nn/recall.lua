-- The outputs inside a network that evaluates. When the next module is done with one its memory
-- makes room; should a script read it after all, the run is repeated and all of them come back.
local core = require "wick.core"
local class = require "torch.class"
local errors = require "wick.errors"
local mode = require "wick.mode"
local tape = require "nn.tape"
local nn = _G.nn

local recall = {}

-- Bytes of outputs that are not worth a second run.
local FEW = 16 << 20

-- Opening ----------------------------------------------------------------------------------------

--- Begins the list of notes of a run in which `module` evaluates `input`, unless all outputs are to
-- stay. `again(module, input)` runs it anew and returns its output and its notes with outputs.
function recall.open(module, input, again)
  local notes = tape.noted()
  if module.train ~= false or mode.torch7 or rawget(module, "_retain") or notes.outputs then
    return
  end
  notes.outputs = {}
  notes.run = {
    module = module, input = input, again = again, live = core.liveBytes(),
    boxes = {}, places = {}, indices = {},
  }
end

local function is_ours(module)
  local package_name, name = class.typename(module):match("^(%a+)%.(.*)")
  local is_known = package_name == "nngraph"
    or package_name == "nn" and getmetatable(nn).defines(name)
  return is_known and not rawget(module, "updateOutput")
end

-- Modules of others may hold on to what passes through them, or count their runs.
local function has_only_ours(module)
  for _, one in ipairs(module:listModules()) do
    if not is_ours(one) then return false end
  end
  return true
end

-- Whether the run has taken so much that outputs are let go of. Decided once to the better.
local function is_letting_go(run)
  if run.lets_go == nil and core.liveBytes() - run.live > FEW then
    run.lets_go = has_only_ours(run.module)
  end
  return run.lets_go
end

-- Coming back ------------------------------------------------------------------------------------

local function refuse(run, why)
  errors.raise("%s: an output inside it made room in evaluation mode and cannot be computed again, "
    .. "as %s; read it before, or call retain() on the outermost module before forward",
    class.typename(run.module), why)
end

local function run_again(run)
  local _, again = tape.inside(false, run.again, run.module, run.input)
  return again.outputs
end

local function fields_of(notes)
  local fields = {}
  for _, module in ipairs(notes) do fields[module] = module.output end
  return fields
end

local function fill(run, outputs)
  for i, box in ipairs(run.boxes) do
    local tensors = tape.tensors(outputs[run.places[i]])
    if not tensors[run.indices[i]] then refuse(run, "the network was changed since") end
    if core.isLetGo(box) then core.comeBack(box, tensors[run.indices[i]]) end
  end
end

-- Runs the network once more, and gives every emptied output its tensor.
local function come_back(notes)
  local run = notes.run
  if run.type ~= run.module._type then refuse(run, "it was converted since") end
  local at = tape.changed(run.watched, run.versions)
  if at then
    refuse(run, ("%s was written since"):format(at <= run.inputs and "its input" or "a parameter"))
  end
  local fields = fields_of(notes)
  local outputs = tape.outside(run_again, run)
  for module, output in pairs(fields) do module.output = output end
  fill(run, outputs)
end

-- Letting go -------------------------------------------------------------------------------------

local function is_among(t, list)
  for _, other in ipairs(list) do
    if rawequal(t, other) then return true end
  end
  return false
end

local function let_go(notes, place, needed)
  local run = notes.run
  for index, t in ipairs(tape.tensors(notes.outputs[place])) do
    if not core.isLetGo(t) and not is_among(t, needed) and core.letGo(t, run.recall) then
      local n = #run.boxes + 1
      run.boxes[n], run.places[n], run.indices[n] = t, place, index
    end
  end
end

--- Lets go of the outputs noted from place `first` to `last`, all but those that stand in `output`
-- or `input`: what a container hands on, and what it was given.
function recall.pass(notes, first, last, output, input)
  local run = notes.run
  if not is_letting_go(run) then return end
  run.recall = run.recall or function() come_back(notes) end
  local needed = tape.tensors(output, tape.tensors(input))
  for place = first, last do let_go(notes, place, needed) end
end

--- Ends a run: what its outputs can be computed from again is watched from now on.
function recall.close(notes)
  local run = notes.run
  if not run or #run.boxes == 0 then return end
  local list = tape.tensors(run.input)
  run.inputs = #list
  for _, weight in ipairs((run.module:parameters(true)) or {}) do list[#list + 1] = weight end
  run.watched, run.versions, run.type = list, tape.versions(list), run.module._type
end

return recall
