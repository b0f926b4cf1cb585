-- nn.gModule: a module made of what stands between nodes. It is a container of differentiable
-- parts; the tape does the rest. Fields are those of Torch7's gModule, as files hold them: `fg` and
-- `bg`, the forward and the backward graph with a dummy node at each end (`innode`, `outnode`), and
-- their nodes in order, `forwardnodes` and `backwardnodes`.
local class = require "torch.class"
local errors = require "wick.errors"
local mode = require "wick.mode"
local build = require "nngraph.build"
local recall = require "nn.recall"
local tape = require "nn.tape"
local torch = require "torch"

local gModule, parent = torch.class("nn.gModule", "nn.Container")

--- nn.gModule(inputs, outputs): the module from input nodes to output nodes. With one input it
-- takes a value, with several a table of them; outputs likewise.
function gModule:__init(inputs, outputs)
  parent.__init(self)
  build(self, inputs, outputs)
  self.output, self.gradInput = nil, nil
end

-- Steps ------------------------------------------------------------------------------------------

-- The steps of a forward: for each node its data, the places of the steps that it takes input from,
-- the places of those whose value nobody wants after it, and the place of its module. By the list
-- of nodes, which a gModule keeps for life.
local plans = setmetatable({}, { __mode = "k" })

local function make_plan(nodes)
  local plan, place_of, user_of, modules = {}, {}, {}, 0
  for i, node in ipairs(nodes) do place_of[node.data] = i end
  for i, node in ipairs(nodes) do
    local data, sources = node.data, {}
    for k, source in ipairs(data.mapindex) do
      sources[k] = place_of[source]
      user_of[sources[k]] = i
    end
    if data.module then modules = modules + 1 end
    plan[i] = { node = node, data = data, sources = sources, spent = {}, place = modules }
  end
  for place, user in pairs(user_of) do table.insert(plan[user].spent, place) end
  return plan
end

local function plan_of(self)
  local nodes = self.forwardnodes
  plans[nodes] = plans[nodes] or make_plan(nodes)
  return plans[nodes]
end

local function gather(step, values)
  local sources = step.sources
  if #sources == 1 then return values[sources[1]] end
  local list = {}
  for i, place in ipairs(sources) do list[i] = values[place] end
  return list
end

local function count_of(value)
  return type(value) == "table" and not class.typename(value) and #value or nil
end

local function check_split(data, value)
  local count = count_of(value)
  if count == data.nSplitOutputs then return end
  errors.raise("nn.gModule: split(%d) cannot split %s, from the node declared at %s",
    data.nSplitOutputs, count and ("%d outputs"):format(count) or errors.value(value),
    data.annotations._debugLabel or "?")
end

local function evaluate(self, step, input, f)
  local data = step.data
  if data.selectindex then return input[data.selectindex] end
  if data.nSplitOutputs then check_split(data, input) end
  if not data.module then return input end
  if type(f) == "string" then return self:rethrowErrors(data.module, step.place, f, input) end
  return f(data.module, input)
end

-- What is kept of a run --------------------------------------------------------------------------

-- Under Torch7's mode and after retain() nodes keep their inputs and the gradients of their
-- outputs, as inner modules keep their outputs.
local function keeps(self)
  return mode.torch7 or rawget(self, "_retain")
end

-- Puts the gradient of each tensor among nested values at its place, when backward has it.
local function watch(value, gradients, key)
  if class.isTensor(value) then
    if not value:isRecorded() or value:isLeaf() then return end
    value:registerHook(function(gradient) gradients[key] = gradient end)
  elseif count_of(value) then
    gradients[key] = {}
    for i, entry in ipairs(value) do watch(entry, gradients[key], i) end
  end
end

local function keep(data, input, value)
  data.input = #data.mapindex > 1 and input or { input }
  data.gradOutput = {}
  watch(value, data.gradOutput, 1)
end

local function drop(self)
  for _, node in ipairs(self.forwardnodes) do
    node.data.input, node.data.gradOutput, node.data.gradOutputBuffer = nil, nil, nil
  end
end

-- Running ----------------------------------------------------------------------------------------

-- The number of inputs; files of old do not have it.
local function inputs_of(self)
  return self.nInputs or #self.innode.children
end

local function check_input(self, input)
  local expected = inputs_of(self)
  if expected <= 1 then return end
  local count = count_of(input)
  if not count then
    errors.raise("nn.gModule: expecting table of %d inputs, got %s", expected, errors.value(input))
  elseif count ~= expected then
    errors.raise("nn.gModule: Got %d inputs instead of %d", count, expected)
  end
end

-- Lets go of the values that nobody wants any more; in evaluation their memory makes room. `noted`
-- has what each step added to the notes of the run, { first, last }.
local function drop_spent(step, values, noted, input)
  for _, place in ipairs(step.spent) do values[place] = nil end
  local notes = tape.noted()
  if not (notes and notes.evaluation) then return end
  local wanted = {}
  for _, value in pairs(values) do wanted[#wanted + 1] = value end
  for _, place in ipairs(step.spent) do
    recall.pass(notes, noted[place][1], noted[place][2], wanted, input)
  end
end

local function run(self, f, input, progress)
  local values, noted, keeping = {}, {}, keeps(self)
  local plan, notes, first = plan_of(self), tape.noted() or {}, self.innode.data
  for i, step in ipairs(plan) do
    progress.node = step.node
    local given, before = step.data == first and input or gather(step, values), #notes
    values[i] = evaluate(self, step, given, f)
    noted[i] = { before + 1, #notes }
    if keeping then keep(step.data, given, values[i]) end
    drop_spent(step, values, noted, input)
  end
  return values[#plan]
end

--- Called with a gModule and the node at which its forward failed; see nngraph.setDebug.
gModule.failed = nil

--- Runs the graph forward, with f(module, input) or the method of that name at every module, and
-- returns what arrives at the outputs.
function gModule:runForwardFunction(f, input)
  check_input(self, input)
  if not keeps(self) then drop(self) end
  local progress = {}
  if not gModule.failed then return run(self, f, input, progress) end
  local ok, result = pcall(run, self, f, input, progress)
  if ok then return result end
  gModule.failed(self, progress.node)
  error(result, 0)
end

--- What arrives at the outputs for an input.
function gModule:updateOutput(input)
  local output = self:runForwardFunction("forward", input)
  if not tape.is_inside() then self.output = output end
  return output
end

-- The modules inside -----------------------------------------------------------------------------

--- Drops what nodes keep of a run; clearState calls it.
function gModule:dropRun()
  drop(self)
end

--- f(self), with every module in the graph replaced by what f makes of it.
function gModule:replace(f)
  local result, made = f(self), {}
  if result ~= self then return result end
  self.modules = {}
  for _, node in ipairs(self.forwardnodes) do
    local module = node.data.module
    if module then
      made[module] = made[module] or module:replace(f)
      node.data.module = made[module]
      self:add(made[module])
    end
  end
  return self
end

--- Calls f(module, counterpart) for the modules of this gModule and those of another of the same
-- structure.
function gModule:map(other, f)
  for i, node in ipairs(self.forwardnodes) do
    local counterpart = other.forwardnodes[i]
    if not counterpart or (node.data.module == nil) ~= (counterpart.data.module == nil) then
      errors.raise("nn.gModule: trying to map another gModule with a different structure")
    end
    if node.data.module then f(node.data.module, counterpart.data.module) end
  end
end

function gModule:__tostring__()
  return rawget(self, "name") or class.typename(self)
end

return gModule
