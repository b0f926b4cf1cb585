-- How a module runs. One that defines only `updateOutput`, from differentiable operations, is
-- differentiable; one that defines `updateGradInput` in Torch7's way enters the tape as a function
-- with that gradient. Both answer forward/backward and calls alike.
local core = require "wick.core"
local class = require "torch.class"
local errors = require "wick.errors"
local mode = require "wick.mode"
local torch = require "torch"
local recall = require "nn.recall"
local tape = require "nn.tape"

local Module = _G.nn.Module

-- Two kinds of module ----------------------------------------------------------------------------

-- Whether the class brings a gradient of its own. Decided once a class; a script may give one to a
-- single module, too.
local own_gradient = setmetatable({}, { __mode = "k" })

local function has_own_gradient(module)
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

-- Whether the outputs of inner modules stay through backward: under Torch7's mode they always do.
local function retains(module)
  return mode.torch7 or rawget(module, "_retain")
end

-- Running ----------------------------------------------------------------------------------------

-- Runs updateOutput; its error names the module.
local function update(self, input)
  if core.recording() then self:bind() end
  if rawget(self, "modules") then return self:updateOutput(input) end
  local ok, output = pcall(self.updateOutput, self, input)
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
local function torch7_backward(self, run, input, count, weights, grads, outputs)
  return function(...)
    if self._run ~= run then refuse_second_run(self) end
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
  local output = tape.outside(update, self, plain)
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
  if has_no_gradient(self) then return tape.outside(update, self, tape.detach(input)) end
  return update(self, input)
end

-- One run on the caller's tape.
local function run(self, input)
  if has_own_gradient(self) then return run_torch7(self, input) end
  return run_functional(self, input)
end

-- A part of an outer module's run, whether that is recorded or not. The output of a module with a
-- gradient of its own is its buffer, which it keeps.
local function run_within(self, input)
  if has_own_gradient(self) then return run_torch7(self, input) end
  local output = run_functional(self, input)
  self.output = output
  tape.note(self, output)
  return output
end

local function run_and_list(self, input)
  return run(self, input), tape.noted()
end

-- Runs once more what was run unrecorded, and keeps the outputs inside.
local function run_again(self, input)
  tape.noted().outputs = {}
  return run_and_list(self, input)
end

local function run_unrecorded(self, input)
  recall.open(self, input, run_again)
  local output, notes = run_and_list(self, input)
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
  if has_own_gradient(self) then return output end
  self.output = output
  self._kept = { inner = modules }
  return output
end

-- A run on the caller's tape.
local function run_outermost(self, input)
  if not core.recording() then return run_aside(self, input) end
  local output, modules = tape.inside(true, run_and_list, self, input)
  if has_own_gradient(self) then return output end
  self.output = output
  if not retains(self) then tape.leave_note(output, modules, self) end
  return output
end

-- Recording privately ----------------------------------------------------------------------------

-- What backward needs of a forward outside any recording.
local function keep_input(self, input)
  local list = tape.tensors(input)
  for _, weight in ipairs((self:parameters()) or {}) do list[#list + 1] = weight end
  return {
    input = input, watched = list, versions = tape.versions(list),
    generator = core.getGenerator(), train = self.train,
  }
end

local function record(self, kept)
  kept.leaves = tape.leaves(kept.input)
  kept.output, kept.modules = tape.inside(true, run_and_list, self, kept.leaves)
  return kept.output
end

local function forward_privately(self, input)
  drop_inner_outputs(self)
  local before = rawget(self, "output")
  local kept, output = tape.may_record() and keep_input(self, input) or {}
  if kept.input and self.train ~= false then
    output = record(self, kept)
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
  if tape.is_inside() then return run_within(self, input) end
  if tape.is_open(input) then return run_outermost(self, input) end
  if has_own_gradient(self) then
    self.output = tape.outside(update, self, input)
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
  return (tape.is_inside() and run_within or run_outermost)(self, input)
end

-- Backward ---------------------------------------------------------------------------------------

local function all_buffers(self)
  local buffers = {}
  self:apply(function(module)
    for _, name in ipairs(module:buffers()) do buffers[#buffers + 1] = module[name] end
  end)
  return buffers
end

-- Records a forward again as it was: same random numbers, running statistics left alone.
local function record_again(self, kept)
  local at = tape.changed(kept.watched, kept.versions)
  if at then
    errors.raise("%s: backward has to run forward again, but %s was written since; call forward "
      .. "before backward", self, at <= #tape.tensors(kept.input) and "its input" or "a parameter")
  end
  local buffers, copies = all_buffers(self), {}
  for i, buffer in ipairs(buffers) do copies[i] = buffer:clone() end
  local generator, train = core.getGenerator(), self.train
  core.setGenerator(kept.generator)
  local ok, message = pcall(record, self, kept)
  core.setGenerator(generator)
  self.train = train
  for i, buffer in ipairs(buffers) do buffer:copy(copies[i]) end
  if not ok then error(message, 0) end
end

local function same_object(a, b)
  local list, other = tape.tensors(a), tape.tensors(b)
  if #list ~= #other then return false end
  for i, t in ipairs(list) do
    if t ~= other[i] and not t:isSetTo(other[i]) then return false end
  end
  return true
end

-- The recorded forward of `input`: the one kept, or made anew from what was given.
local function recorded_run(self, input)
  local kept = rawget(self, "_kept")
  if not kept or not same_object(kept.input, input) then
    kept = keep_input(self, input)
    record(self, kept)
  elseif not kept.output then
    record_again(self, kept)
  end
  return kept
end

local function check_gradient(self, outputs, grads)
  for i, output in ipairs(outputs) do
    if not class.isTensor(grads[i]) then
      errors.raise("%s: backward needs a gradient for each output, number %d is missing", self, i)
    elseif grads[i]:nElement() ~= output:nElement() then
      errors.raise("%s: the gradient given for the output is %s, the output %s", self,
        errors.value(grads[i]), errors.value(output))
    end
  end
end

-- Outputs that are recorded, with the gradients given for them. The script may have written to
-- the output it was given: what the gradients need of the value is checked where it was saved.
local function roots_of(self, output, grad_output)
  local outputs, grads = tape.tensors(output), tape.tensors(grad_output)
  check_gradient(self, outputs, grads)
  local roots, seeds = {}, {}
  for i, t in ipairs(outputs) do
    if t:isRecorded() then
      core.acceptWrites(t)
      roots[#roots + 1] = t
      seeds[#seeds + 1] = grads[i]:isSameSizeAs(t) and grads[i] or grads[i]:contiguous():viewAs(t)
    end
  end
  return roots, seeds
end

--- The gradient for an input on which no output depends.
function Module:zeroGradient(x)
  return x:detach():clone():zero()
end

-- Gradients of the private graph for a list of leaves; zeros where nothing depends.
local function gradients(self, kept, grad_output, leaves, retain)
  local roots, seeds = roots_of(self, kept.output, grad_output)
  local grads = #roots > 0 and #leaves > 0 and core.grad(roots, leaves, seeds, { retain = retain })
    or {}
  for i, x in ipairs(leaves) do grads[i] = grads[i] or self:zeroGradient(x) end
  return grads
end

local function floating_leaves(kept)
  local leaves = {}
  for _, x in ipairs(tape.tensors(kept.leaves)) do
    if x:isRecorded() then leaves[#leaves + 1] = x end
  end
  return leaves
end

-- Gradients in the shape of the input: those of its floating tensors in order, zeros for others.
local function in_shape_of_input(kept, grads)
  local i = 0
  return tape.map(kept.leaves, function(x)
    if not x:isRecorded() then return x:clone():zero() end
    i = i + 1
    return grads[i]
  end)
end

--- The gradient of the loss with respect to the input, given that of the output; also left in
-- `self.gradInput`. May be called any number of times until the next forward.
function Module:updateGradInput(input, grad_output)
  local kept = recorded_run(self, input)
  local grads = gradients(self, kept, grad_output, floating_leaves(kept), true)
  self.gradInput = tape.point(rawget(self, "gradInput"), in_shape_of_input(kept, grads))
  return self.gradInput
end

--- Adds `scale` (1) times the gradient with respect to the parameters to their gradients. A module
-- with a gradient of its own and parameters defines this itself.
function Module:accGradParameters(input, grad_output, scale)
  if has_own_gradient(self) then return end
  local weights = self:parameters()
  if not weights then return end
  local kept = recorded_run(self, input)
  local grads = gradients(self, kept, grad_output, weights, true)
  for i, weight in ipairs(weights) do weight.grad:add(scale or 1, grads[i]) end
end

local function add_scaled(weights, grads, scale)
  for i, weight in ipairs(weights) do weight.grad:add(scale, grads[i]) end
end

-- The last gradient's memory makes room for the next one; its object stays.
local function empty_grad_input(self)
  for _, t in ipairs(tape.tensors(rawget(self, "gradInput"))) do core.point(t, t.new()) end
end

-- Both gradients in one pass that frees the graph as it goes.
local function backward_once(self, input, grad_output, scale)
  local kept = recorded_run(self, input)
  grad_output = tape.detach(grad_output)
  empty_grad_input(self)
  local leaves = floating_leaves(kept)
  if not retains(self) then tape.release(kept.modules, self) end
  local output = kept.output
  kept.output = nil
  local grads
  if scale == 1 then
    local roots, seeds = roots_of(self, output, grad_output)
    if #roots > 0 then core.backward(roots, seeds) end
    grads = {}
    for i, x in ipairs(leaves) do grads[i] = x.grad or self:zeroGradient(x) end
  else
    local weights = self:parameters() or {}
    local all = table.move(weights, 1, #weights, #leaves + 1, { table.unpack(leaves) })
    grads = gradients(self, { output = output }, grad_output, all, false)
    add_scaled(weights, table.move(grads, #leaves + 1, #all, 1, {}), scale)
  end
  self.gradInput = tape.point(rawget(self, "gradInput"), in_shape_of_input(kept, grads))
  for i, x in ipairs(leaves) do
    x.grad = nil
    grads[i]:free()
  end
  kept.leaves = nil
  return self.gradInput
end

--- updateGradInput and accGradParameters in one: returns the gradient with respect to the input and
-- adds `scale` (1) times the parameters' gradients to theirs.
function Module:backward(input, grad_output, scale)
  if has_own_gradient(self) then
    torch.noGrad(self.updateGradInput, self, input, grad_output)
    torch.noGrad(self.accGradParameters, self, input, grad_output, scale or 1)
    return self.gradInput
  end
  return backward_once(self, input, grad_output, scale or 1)
end

--- Keeps the outputs of inner modules through backward (true), or lets go of them (false).
function Module:retain(on)
  self._retain = on ~= false
  return self
end
