-- One run of a module. One that defines only `updateOutput`, from differentiable operations, is
-- differentiable; one that defines `updateGradInput` in Torch7's way enters the tape as a function
-- with that gradient.
local core = require "wick.core"
local class = require "torch.class"
local errors = require "wick.errors"
local mode = require "wick.mode"
local torch = require "torch"
local options = require "nn.options"
local tape = require "nn.tape"

local Module = _G.nn.Module

local run = {}

-- Two kinds of module ----------------------------------------------------------------------------

--- Whether the class brings a gradient of its own. Decided once a class; a script may give one to a
-- single module, too.
local own_gradient = setmetatable({}, { __mode = "k" })

function run.has_own_gradient(module)
  if rawget(module, "updateGradInput") then return true end
  local metatable = getmetatable(module)
  local answer = own_gradient[metatable]
  if answer == nil then
    answer = module.updateGradInput ~= Module.updateGradInput
    own_gradient[metatable] = answer
  end
  return answer
end

-- Under Torch7's mode: whether the script's own class gives no gradient, as one right under
-- nn.Module without `updateGradInput` did not. It may write into its input.
local no_gradient = setmetatable({}, { __mode = "k" })

local function has_no_gradient(module)
  if not mode.torch7 then return false end
  local metatable = getmetatable(module)
  if no_gradient[metatable] == nil then
    local source = debug.getinfo(module.updateOutput, "S").source
    no_gradient[metatable] = getmetatable(metatable) == torch.getmetatable("nn.Module")
      and source:sub(1, #errors.library) ~= errors.library
  end
  return no_gradient[metatable]
end

--- Whether the outputs of inner modules stay through backward: under Torch7's mode they always do.
function run.retains(module)
  return mode.torch7 or rawget(module, "_retain")
end

-- Running ----------------------------------------------------------------------------------------

--- Runs updateOutput; its error names the module.
function run.update(self, input)
  if core.recording() then self:bind() end
  if rawget(self, "modules") then return self:updateOutput(input) end
  local run_output = rawget(self, "options") and options.run or self.updateOutput
  local ok, output = pcall(run_output, self, input)
  if ok then return output end
  local name = rawget(self, "name")
  error(errors.within(name and ("%s %q"):format(self, name) or tostring(self), output), 0)
end

-- Torch7's way on the tape ------------------------------------------------------------------------

-- Calls accGradParameters with zeros in place of the gradients, and returns what it added.
local function parameter_gradients(self, weights, grads, input, grad_output)
  local kept, fresh = {}, {}
  for i, grad in ipairs(grads) do
    kept[i] = grad:detach()
    fresh[i] = weights[i]:detach():clone():zero()
    core.point(grad, fresh[i])
  end
  local ok, message = pcall(self.accGradParameters, self, input, grad_output, 1)
  for i, grad in ipairs(grads) do
    core.point(grad, kept[i])
    weights[i].grad = grad
  end
  if not ok then error(message, 0) end
  return fresh
end

local function refuse_second_run(self)
  errors.raise("%s ran again before the backward of this run, and its own buffers know only the "
    .. "last one; use a clone that shares its parameters for the other place: "
    .. "module:clone('weight', 'bias', 'gradWeight', 'gradBias')", self)
end

-- The gradient of a Torch7-style module's run: what the tape calls. The module gets a gradient of
-- its own, as in-place modules write into theirs.
local function torch7_backward(self, number, input, count, weights, grads, outputs)
  return function(...)
    if self._run ~= number then refuse_second_run(self) end
    local given = table.pack(...)
    local i = 0
    local grad_output = tape.map(outputs, function(t)
      i = i + 1
      return given[i] and given[i]:clone() or t:detach():clone():zero()
    end)
    local grad_input = torch.noGrad(self.updateGradInput, self, input, grad_output)
    local results = {}
    local list = tape.tensors(grad_input)
    for j = 1, count do results[j] = list[j] and list[j]:detach():clone() end
    if #weights > 0 then
      local added = torch.noGrad(parameter_gradients, self, weights, grads, input, grad_output)
      for j, grad in ipairs(added) do results[count + j] = grad end
    end
    return table.unpack(results, 1, count + #weights)
  end
end

-- Runs a module with a gradient of its own and puts its results on the tape.
local function run_torch7(self, input)
  local plain = tape.detach(input)
  local output = tape.outside(run.update, self, plain)
  if not core.recording() then return output end
  self._run = (self._run or 0) + 1
  local weights, grads = self:parameters()
  weights, grads = weights or {}, grads or {}
  local inputs = tape.tensors(input)
  local count = #inputs
  for _, weight in ipairs(weights) do inputs[#inputs + 1] = weight end
  if not tape.is_recorded(inputs) then return output end
  local results = tape.map(output, function(t)
    return t:detach():clone()
  end)
  local list = tape.tensors(results)
  core.record(class.typename(self), inputs, list,
    torch7_backward(self, self._run, plain, count, weights, grads, results))
  return results
end

-- updateOutput on the caller's tape, if the module has anything to put there.
local function run_functional(self, input)
  if has_no_gradient(self) then return tape.outside(run.update, self, tape.detach(input)) end
  return run.update(self, input)
end

-- One run on the caller's tape.
local function run_once(self, input)
  if run.has_own_gradient(self) then return run_torch7(self, input) end
  return run_functional(self, input)
end

--- A part of an outer module's run, whether that is recorded or not. The output of a module with a
-- gradient of its own is its buffer, which it keeps.
function run.within(self, input)
  if run.has_own_gradient(self) then return run_torch7(self, input) end
  local output = run_functional(self, input)
  self.output = output
  tape.note(self, output)
  return output
end

--- One run, and the inner modules noted in it.
function run.and_list(self, input)
  return run_once(self, input), tape.noted()
end

--- Runs once more what was run unrecorded, and keeps the outputs inside.
function run.again(self, input)
  tape.noted().outputs = {}
  return run.and_list(self, input)
end

-- Recording privately ----------------------------------------------------------------------------

--- What backward needs of a forward outside any recording. `parameters`: all those of the module,
-- where they are known and nothing in it draws random numbers.
function run.keep_input(self, input, parameters)
  return {
    input = input, watch = tape.watch(input, parameters or self:parameters(true) or {}),
    generator = not parameters and core.getGenerator(), train = self.train,
  }
end

--- Runs forward on a private tape, from leaves that stand for the input; what was recorded is put
-- into `kept`. Returns the output.
function run.record(self, kept)
  kept.leaves = tape.leaves(kept.input)
  kept.output, kept.modules = tape.inside(true, run.and_list, self, kept.leaves)
  return kept.output
end

return run
