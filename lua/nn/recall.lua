-- The outputs inside a network that evaluates. When the next module is done with one its memory
-- makes room; should a script read it after all, the run is repeated and all of them come back.
local core = require "wick.core"
local class = require "torch.class"
local errors = require "wick.errors"
local mode = require "wick.mode"
local run = require "nn.run"
local tape = require "nn.tape"
local nn = _G.nn

local recall = {}

-- Bytes of outputs that are not worth a second run.
local FEW = 16 << 20

-- Opening ----------------------------------------------------------------------------------------

--- Begins the list of notes of a run in which `module` evaluates `input`, unless all outputs are to
-- stay.
function recall.open(module, input)
  local notes = tape.noted()
  if module.train ~= false or mode.torch7 or rawget(module, "_retain") or notes.outputs then
    return
  end
  notes.outputs = {}
  notes.evaluation = {
    module = module, input = input, live = core.liveBytes(), modules = notes,
    boxes = {}, places = {}, indices = {},
  }
end

local function is_ours(module)
  local package_name, name = class.typename(module):match("^(%a+)%.(.*)")
  local is_known = package_name == "nngraph"
    or package_name == "nn" and getmetatable(nn).defines(name)
  return is_known and not rawget(module, "updateOutput")
end

--- Whether a network is made of the library's modules alone, as they come: those of others may hold
-- on to what passes through them, or count their runs.
function recall.has_only_ours(module)
  for _, one in ipairs(module:listModules()) do
    if not is_ours(one) then return false end
  end
  return true
end

-- Whether the run has taken so much that outputs are let go of. Decided once to the better.
local function is_letting_go(evaluation)
  if evaluation.lets_go == nil and core.liveBytes() - evaluation.live > FEW then
    evaluation.lets_go = recall.has_only_ours(evaluation.module)
  end
  return evaluation.lets_go
end

-- Coming back ------------------------------------------------------------------------------------

local function refuse(evaluation, why)
  errors.raise("%s: an output inside it made room in evaluation mode and cannot be computed again, "
    .. "as %s; read it before, or call retain() on the outermost module before forward",
    class.typename(evaluation.module), why)
end

local function run_again(evaluation)
  local _, again = tape.inside(false, run.again, evaluation.module, evaluation.input)
  return again.outputs
end

local function fields_of(modules)
  local fields = {}
  for _, module in ipairs(modules) do fields[module] = module.output end
  return fields
end

local function fill(evaluation, outputs)
  for i, box in ipairs(evaluation.boxes) do
    local tensors = tape.tensors(outputs[evaluation.places[i]])
    local tensor = tensors[evaluation.indices[i]]
    if not tensor then refuse(evaluation, "the network was changed since") end
    if core.isLetGo(box) then core.comeBack(box, tensor) end
  end
end

local function check(evaluation)
  local module, program = evaluation.module, evaluation.replay
  local written = tape.written(evaluation.watch)
  if evaluation.type ~= module._type then refuse(evaluation, "it was converted since") end
  if written then refuse(evaluation, written .. " was written since") end
  if program and not program:isSame() then refuse(evaluation, "the network was changed since") end
end

--- Runs the network once more, and gives every emptied output its tensor. Of the evaluation: the
-- `module` that ran, its `input` and `type`, the `modules` noted in it, its `replay` if it had one,
-- a `watch` on what it read; the emptied `boxes`, each with the place of its module among those and
-- its index among that one's outputs.
function recall.come_back(evaluation)
  check(evaluation)
  local fields = fields_of(evaluation.modules)
  local outputs = tape.outside(run_again, evaluation)
  for module, output in pairs(fields) do module.output = output end
  fill(evaluation, outputs)
end

-- Letting go -------------------------------------------------------------------------------------

local function is_among(t, list)
  for _, other in ipairs(list) do
    if rawequal(t, other) then return true end
  end
  return false
end

local function let_go(notes, place, needed)
  local evaluation = notes.evaluation
  for index, t in ipairs(tape.tensors(notes.outputs[place])) do
    if not core.isLetGo(t) and not is_among(t, needed) and core.letGo(t, evaluation.recall) then
      local n = #evaluation.boxes + 1
      evaluation.boxes[n], evaluation.places[n], evaluation.indices[n] = t, place, index
    end
  end
end

--- Lets go of the outputs noted from place `first` to `last`, all but those that stand in `output`
-- or `input`: what a container hands on, and what it was given.
function recall.pass(notes, first, last, output, input)
  local evaluation = notes.evaluation
  if not is_letting_go(evaluation) then return end
  evaluation.recall = evaluation.recall or function() recall.come_back(evaluation) end
  local needed = tape.tensors(output, tape.tensors(input))
  for place = first, last do let_go(notes, place, needed) end
end

--- Ends a run: what its outputs can be computed from again is watched from now on.
function recall.close(notes)
  local evaluation = notes.evaluation
  if not evaluation or #evaluation.boxes == 0 then return end
  local module = evaluation.module
  evaluation.watch = tape.watch(evaluation.input, module:parameters(true) or {})
  evaluation.type = module._type
end

return recall
