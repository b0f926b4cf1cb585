-- Evaluating a network again and again. When one made of the library's own layers evaluates the
-- second input of the same shape in a row, the operations that it carries out are noted; from then
-- on the core carries them out by itself (core/model), without a visit to each layer, as long as
-- the network is what it was. Outputs inside come back when they are read (nn/recall.lua).
local core = require "wick.core"
local class = require "torch.class"
local mode = require "wick.mode"
local recall = require "nn.recall"
local run = require "nn.run"
local tape = require "nn.tape"
local wording = require "nn.export.wording"

local replay = {}

-- Of each outermost module: the last input's shape, `seen`, its `programs`, one a shape, and how
-- many evaluations to `wait` until another attempt: more each time that one fails.
local known = setmetatable({}, { __mode = "k" })

-- Programs that are kept; the oldest goes first.
local MOST = 8

-- What the network is made of --------------------------------------------------------------------

local ANY = core.passing -- stands for any value of a field that every run sets

local function is_known_table(value)
  return type(value) == "table" and (getmetatable(value) == nil or class.typename(value) ~= nil)
end

-- Every table reachable from `value` with a copy and its number of entries (core.newReplay), and
-- every tensor in them by key.
local function add_fields(value, fields, tensors, seen)
  if seen[value] then return end
  local copy, count = { output = ANY, gradInput = ANY, _kept = ANY }, 0
  seen[value] = true
  fields[#fields + 1], fields[#fields + 2] = value, copy
  fields[#fields + 1] = 0
  local place = #fields
  for key, entry in next, value do
    if copy[key] ~= ANY then
      copy[key], count = entry, count + 1
      if class.isTensor(entry) then tensors[core.tensorKey(entry)] = entry end
      if is_known_table(entry) then add_fields(entry, fields, tensors, seen) end
    end
  end
  fields[place] = count
end

-- The methods that classes had when the program was made.
local function methods_of(modules)
  local methods = {}
  for _, module in ipairs(modules) do
    methods[getmetatable(module)] = module.updateOutput
  end
  return methods
end

local function has_methods(methods)
  for metatable, method in next, methods do
    if metatable.updateOutput ~= method then return false end
  end
  return true
end

-- The program ------------------------------------------------------------------------------------

local function writes_in_place(calls)
  for _, call in ipairs(calls) do
    if #call.outputs == 0 then return true end
  end
  return false
end

local function value_text(value)
  if type(value) ~= "table" then return wording.number(value) end
  local texts = {}
  for i, number in ipairs(value) do texts[i] = wording.number(number) end
  return #value == 0 and "[]" or table.concat(texts, ",")
end

local function line(call, operand)
  local words = { call.word }
  for i, key in ipairs(call.inputs) do words[i + 1] = operand(key) end
  words[#words + 1] = "|"
  for _, value in ipairs(call.values) do words[#words + 1] = value_text(value) end
  return table.concat(words, " ")
end

-- What the calls do with the tensors of the network, as text, and the list of these tensors; nil
-- where they read others.
local function program_of(calls, numbers, tensors)
  local weights, places, is_whole = {}, {}, true
  local function operand(key)
    if not key then return "-" end
    if numbers[key] then return ("%%%d"):format(numbers[key]) end
    if not places[key] then
      is_whole = is_whole and tensors[key] ~= nil
      weights[#weights + 1] = tensors[key]
      places[key] = #weights
    end
    return ("$%d"):format(places[key] - 1)
  end
  local lines = {}
  for i, call in ipairs(calls) do lines[i] = line(call, operand) end
  if is_whole then return table.concat(lines, "\n"), weights end
end

-- Making one -------------------------------------------------------------------------------------

-- What stands for the outputs of the modules noted; nil where one is more than tensors in lists.
local function kinds_of(modules)
  local kinds = {}
  for i, module in ipairs(modules) do
    kinds[i] = core.outputKind(module.output)
    if not kinds[i] then return nil end
  end
  return kinds
end

-- Of every tensor in outputs of these kinds: its module's place, and its index among that one's.
local function places_of(kinds)
  local places, indices = {}, {}
  local function add(kind, place, index)
    if type(kind) ~= "table" then
      places[#places + 1], indices[#indices + 1] = place, index + 1
      return index + 1
    end
    for _, inner in ipairs(kind) do index = add(inner, place, index) end
    return index
  end
  for place, kind in ipairs(kinds) do add(kind, place, 0) end
  return places, indices
end

local function is_plain(self, modules)
  if not recall.has_only_ours(self) then return false end
  for _, module in ipairs(modules) do
    if run.has_own_gradient(module) or module.has_effects then return false end
  end
  return true
end

-- The program of a run of a network that held these fields and tensors before; nil where the run
-- cannot be had again from its calls alone.
local function make(self, input, fields, tensors, modules, calls, output)
  local numbers = wording.results(calls, core.tensorKey(input))
  local kinds = is_plain(self, modules) and kinds_of(modules)
  if writes_in_place(calls) or not (numbers[output] and kinds) then return nil end
  local text, weights = program_of(calls, numbers, tensors)
  if not text then return nil end
  local ok, program = pcall(core.newReplay, text, numbers[output], input, weights, fields)
  if not (ok and program:isSame()) then return nil end
  local places, indices = places_of(kinds)
  return {
    replay = program, modules = modules, kinds = kinds, places = places, indices = indices,
    methods = methods_of(modules), parameters = self:parameters(true) or {},
  }
end

-- Running ----------------------------------------------------------------------------------------

local function state_of(self)
  local state = known[self]
  if not state then
    state = { programs = {}, wait = 0, pause = 8 }
    known[self] = state
  end
  return state
end

local function postpone(state)
  state.pause = 2 * state.pause
  state.wait = state.pause
end

-- The program for inputs of that shape, and its place.
local function find(self, input)
  local programs = state_of(self).programs
  for i = 1, #programs do
    if programs[i].replay:fits(input) then return programs[i], i end
  end
end

local function is_possible(self, input)
  return self.train == false and not mode.torch7 and not rawget(self, "_retain")
    and class.isTensor(input)
end

-- Leaves the outputs inside to be computed when they are read; returns what backward needs.
local function leave(self, program, input)
  local watch = tape.watch(input, program.parameters)
  local again = {
    module = self, input = input, type = self._type, modules = program.modules, watch = watch,
    replay = program.replay, places = program.places, indices = program.indices,
  }
  again.boxes = core.leaveOutputs(program.modules, program.kinds, function()
    recall.come_back(again)
  end)
  return { input = input, watch = watch, train = false, inner = program.modules }
end

--- Forgets the programs of a module, with what they hold.
function replay.forget(self)
  known[self] = nil
end

--- Evaluates by a program that was made before: the output, and what run.keep_input gives. Nothing
-- where there is none for such an input.
function replay.run(self, input)
  if not is_possible(self, input) then return end
  local program, place = find(self, input)
  if not program then return end
  local output = has_methods(program.methods) and program.replay:run(input)
  if output then return output, leave(self, program, input) end
  table.remove(known[self].programs, place)
  postpone(known[self])
end

-- Observing --------------------------------------------------------------------------------------

-- Whether this evaluation is the second in a row of inputs of its shape.
local function is_second(state, input)
  if state.wait > 0 then
    state.wait = state.wait - 1
    return false
  end
  local shape = input:type() .. " " .. table.concat(input:size():totable(), " ")
  local second = shape == state.seen
  state.seen = shape
  return second
end

local function keep(state, program)
  if not program then return postpone(state) end
  if #state.programs == MOST then table.remove(state.programs, 1) end
  table.insert(state.programs, program)
end

--- Calls evaluate(self, input), which gives the output and the modules noted, and makes a program
-- of what it does if that is due. Returns the same.
function replay.observe(self, input, evaluate)
  if not is_possible(self, input) or core.isNoting() then return evaluate(self, input) end
  local state = state_of(self)
  if input:nElement() == 0 or not is_second(state, input) then return evaluate(self, input) end
  local fields, tensors, output, modules = {}, {}, nil, nil
  add_fields(self, fields, tensors, {})
  local calls, _, key, looked = core.noteCalls(false, function()
    output, modules = evaluate(self, input)
    return output
  end)
  keep(state, not looked and make(self, input, fields, tensors, modules, calls, key))
  return output, modules
end

return replay
