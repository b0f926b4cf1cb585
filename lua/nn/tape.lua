-- Who records what: the part of modules and criteria that deals with the tape.
--
-- A recording is open when an input is recorded or a functional module is running. Outside one,
-- `forward` records privately: on leaves of its own, which stand in for the input, so that backward
-- can be asked for later without the caller's tensors knowing of it.
local core = require "wick.core"
local class = require "torch.class"
local mode = require "wick.mode"

local tape = {}

local running = 0 -- functional modules at work, one inside the other
local noted -- the inner modules that have run in the recording under way; nil: none is
local private = false -- nothing is recorded, but modules may record privately

-- Nested values ----------------------------------------------------------------------------------

-- The keys of a table in an order that depends on them alone: places, then names.
local function ordered_keys(value)
  local keys, names = {}, {}
  for i = 1, #value do keys[i] = i end
  for key in pairs(value) do
    if type(key) == "string" then names[#names + 1] = key end
  end
  table.sort(names)
  return table.move(names, 1, #names, #keys + 1, keys)
end

local function is_nested(value)
  return type(value) == "table" and not class.typename(value)
end

--- f of every tensor in nested tables, in tables of the same shape; other values stay. Tensors come
-- in the order of `tape.tensors`.
function tape.map(value, f)
  if class.isTensor(value) then return f(value) end
  if not is_nested(value) then return value end
  local mapped = {}
  for _, key in ipairs(ordered_keys(value)) do mapped[key] = tape.map(value[key], f) end
  return mapped
end

--- All tensors in nested tables, in an order that depends on the tables' keys alone.
function tape.tensors(value, list)
  list = list or {}
  if class.isTensor(value) then
    list[#list + 1] = value
  elseif is_nested(value) then
    for _, key in ipairs(ordered_keys(value)) do tape.tensors(value[key], list) end
  end
  return list
end

local function is_floating(x)
  local name = class.typename(x)
  return name == "torch.FloatTensor" or name == "torch.DoubleTensor"
end

local function detached(x)
  return x:detach()
end

local function leaf(x)
  x = x:detach()
  return is_floating(x) and x:requiresGrad() or x
end

--- The same memory without history, tensor by tensor.
function tape.detach(value)
  return tape.map(value, detached)
end

--- Fresh leaves on the same memory.
function tape.leaves(value)
  return tape.map(value, leaf)
end

--- Whether a tensor among nested tables is recorded.
function tape.is_recorded(value)
  if class.isTensor(value) then return value:isRecorded() end
  if not is_nested(value) then return false end
  for _, entry in pairs(value) do
    if tape.is_recorded(entry) then return true end
  end
  return false
end

--- Whether what runs now records on somebody's tape.
function tape.is_open(input)
  return core.recording() and (running > 0 or tape.is_recorded(input))
end

--- Whether a functional module is running.
function tape.is_inside()
  return running > 0
end

--- Whether a module that runs by itself may record. Under Torch7's mode nothing is recorded but by
-- modules for themselves.
function tape.may_record()
  return private or mode.torch7 or core.recording()
end

-- Running ----------------------------------------------------------------------------------------

local function finish(depth, notes, may, ok, ...)
  running, noted, private = depth, notes, may
  if not ok then error((...), 0) end
  return ...
end

--- Runs f(...) as part of a recording; `recording` says whether anything is recorded.
function tape.inside(recording, f, ...)
  local depth, notes, may = running, noted, private
  running, private = depth + 1, false
  noted = notes or {}
  return finish(depth, notes, may, core.withRecording(recording, f, ...))
end

--- Runs f(...) outside any recording: its own operations leave no history, modules in it record
-- privately if something was recorded before.
function tape.outside(f, ...)
  local depth, notes, may = running, noted, private
  running, noted, private = 0, nil, tape.may_record()
  return finish(depth, notes, may, core.withRecording(false, f, ...))
end

-- The fields of inner modules --------------------------------------------------------------------

-- What stands in an inner module's `output` after backward: any use of it raises.
local Released = {}

local function refuse(self)
  local message = ("the output of %s was let go of by backward, so that it does not hold memory; "
    .. "call retain() on the outermost module before forward to keep the outputs inside it")
    :format(rawget(self, "owner"))
  require("wick.errors").raise("%s", message)
end

for _, event in ipairs{ "__index", "__newindex", "__len", "__call", "__add", "__sub", "__mul",
  "__div", "__unm", "__concat", "__eq", "__lt", "__le" } do
  Released[event] = refuse
end
Released.__name = "a released output"
function Released.__tostring(self)
  return "the released output of " .. rawget(self, "owner")
end

--- Notes that an inner module left its output in a field; where the list has `outputs`, the output
-- too, at the module's place.
function tape.note(module, output)
  if not noted then return end
  local place = #noted + 1
  noted[place] = module
  if noted.outputs then noted.outputs[place] = output end
end

--- The modules noted in the recording under way.
function tape.noted()
  return noted
end

--- Lets go of the outputs of noted modules, but of `outermost`'s.
function tape.release(modules, outermost)
  for i = #modules, 1, -1 do
    local module = modules[i]
    if module ~= outermost and module.output ~= nil then
      module.output = setmetatable({ owner = class.typename(module) }, Released)
    end
    modules[i] = nil
  end
end

-- Follows the links of a history to the notes that modules left there.
local function release_behind(link)
  local stack, seen = { link }, {}
  while #stack > 0 do
    local one = table.remove(stack)
    if not seen[one] then
      seen[one] = true
      if one.note then tape.release(one.note.modules, one.note.outermost) end
      for _, behind in ipairs(one) do stack[#stack + 1] = behind end
    end
  end
end

-- A tensor's own backward releases what the modules behind it noted.
for name, metatable in pairs(core.classes) do
  if name:find("Tensor$") then
    local backward = metatable.backward
    metatable.backward = function(t, ...)
      local link = core.link(t)
      if link then release_behind(link) end
      return backward(t, ...)
    end
  end
end

--- Leaves the modules noted behind `output` (nested) with its history.
function tape.leave_note(output, modules, outermost)
  if #modules == 0 then return end
  local value = { modules = modules, outermost = outermost }
  for _, t in ipairs(tape.tensors(output)) do core.note(t, value) end
end

-- Versions ---------------------------------------------------------------------------------------

--- Remembers how often an input (nested) and a list of parameters were written.
function tape.watch(input, parameters)
  local inputs = tape.tensors(input)
  return {
    inputs = inputs, of_inputs = core.versions(inputs),
    parameters = parameters, of_parameters = core.versions(parameters),
  }
end

--- What of it was written since: "its input", "a parameter", or nil.
function tape.written(watch)
  if core.versions(watch.inputs) ~= watch.of_inputs then return "its input" end
  if core.versions(watch.parameters) ~= watch.of_parameters then return "a parameter" end
end

-- Objects that stay ------------------------------------------------------------------------------

--- The value for a field that has to stay the same object: `old`, tensor by tensor, made to stand
-- for the tensors of `new`; new objects where the old ones do not fit, or are part of a recording
-- that goes on needing them.
function tape.point(old, new)
  if class.isTensor(new) then
    local plain = new:detach()
    if not class.isTensor(old) or rawequal(old, new) then return plain end
    if core.isLetGo(old) then
      core.comeBack(old, plain) -- what it held is not computed again, only to be replaced
    elseif old:isRecorded() then
      return plain
    else
      core.point(old, plain)
    end
    plain:free() -- not left to the collector, for the memory behind it
    return old
  end
  if not is_nested(new) then return new end
  local result = is_nested(old) and getmetatable(old) == nil and old or {}
  for key in pairs(result) do
    if new[key] == nil then result[key] = nil end
  end
  for key, entry in pairs(new) do result[key] = tape.point(result[key], entry) end
  return result
end

return tape
