-- How a module runs backward, from what its forward recorded or, where it recorded nothing, from a
-- forward that is run again.
local core = require "wick.core"
local class = require "torch.class"
local errors = require "wick.errors"
local torch = require "torch"
local run = require "nn.run"
local tape = require "nn.tape"

local Module = _G.nn.Module

local function all_buffers(self)
  local buffers = {}
  self:apply(function(module)
    for _, name in ipairs(module:buffers()) do buffers[#buffers + 1] = module[name] end
  end)
  return buffers
end

-- Records a forward again as it was: same random numbers, running statistics left alone.
local function record_again(self, kept)
  local written = tape.written(kept.watch)
  if written then
    errors.raise("%s: backward has to run forward again, but %s was written since; call forward "
      .. "before backward", self, written)
  end
  local buffers, copies = all_buffers(self), {}
  for i, buffer in ipairs(buffers) do copies[i] = buffer:clone() end
  local generator, train = core.getGenerator(), self.train
  core.setGenerator(kept.generator or generator)
  local ok, message = pcall(run.record, self, kept)
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
    kept = run.keep_input(self, input)
    run.record(self, kept)
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
  if run.has_own_gradient(self) then return end
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
  if not run.retains(self) then tape.release(kept.modules, self) end
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
  if run.has_own_gradient(self) then
    torch.noGrad(self.updateGradInput, self, input, grad_output)
    if not rawget(self, "frozen") then
      torch.noGrad(self.accGradParameters, self, input, grad_output, scale or 1)
    end
    return self.gradInput
  end
  return backward_once(self, input, grad_output, scale or 1)
end

--- Keeps the outputs of inner modules through backward (true), or lets go of them (false).
function Module:retain(on)
  self._retain = on ~= false
  return self
end
