-- nn.Criterion: what every loss is. `updateOutput(input, target)` made of differentiable
-- operations is enough; one with `updateGradInput` of its own is honoured (source: Torch7's nn).
local core = require "wick.core"
local class = require "torch.class"
local errors = require "wick.errors"
local torch = require "torch"
local tape = require "nn.tape"
local nn = _G.nn

local Criterion = torch.class("nn.Criterion")

-- What belongs to a run: never saved.
Criterion.__transient = { _kept = true }

--- A criterion; `output` is the last loss, `gradInput` the last gradient.
function Criterion:__init()
  self.output = 0
  self.gradInput = torch.Tensor()
  self._type = self.gradInput:type()
end

local function has_own_gradient(criterion)
  return criterion.updateGradInput ~= Criterion.updateGradInput
end

local function number_of(loss)
  return class.isTensor(loss) and loss:item() or loss
end

local function named(self, ok, ...)
  if ok then return ... end
  error(errors.within(class.typename(self), (...)), 0)
end

-- updateOutput, whose error names the criterion.
local function update(self, input, target)
  return named(self, pcall(self.updateOutput, self, input, target))
end

-- The loss as a tensor on the caller's tape.
local function run(self, input, target)
  local loss = tape.inside(core.recording(), update, self, input, target)
  self.output = number_of(loss)
  return loss
end

local function own_backward(self, input, target, count)
  return function(grad)
    local grad_input = tape.tensors(torch.noGrad(self.updateGradInput, self, input, target))
    for i = 1, count do
      grad_input[i] = grad_input[i] and torch.mul(grad_input[i], grad:item())
    end
    return table.unpack(grad_input, 1, count)
  end
end

-- A criterion with a gradient of its own enters the tape as a function.
local function run_own(self, input, target)
  local plain = tape.detach(input)
  self.output = number_of((tape.outside(update, self, plain, target)))
  local inputs = tape.tensors(input)
  local loss = inputs[1].new{ self.output }
  core.record(class.typename(self), inputs, { loss },
    own_backward(self, plain, target, #inputs))
  return loss
end

-- Leaves the loss in `output`, and what backward needs of a recorded run, in fields.
local function finish(self, kept, loss, ...)
  if kept then kept.loss = loss end
  self._kept = kept
  self.output = number_of(loss)
  return self.output, ...
end

--- The loss of `input` against `target`, a number, also left in `self.output`; while a recording
-- is open the loss tensor itself. Further results of `updateOutput` follow.
function Criterion:forward(input, target)
  if tape.is_open(input) then
    if has_own_gradient(self) then return run_own(self, input, target) end
    return run(self, input, target)
  end
  self._kept = nil
  if has_own_gradient(self) or not tape.may_record() then
    return finish(self, nil, tape.outside(update, self, input, target))
  end
  local kept = { input = input, target = target, leaves = tape.leaves(input) }
  return finish(self, kept, tape.inside(true, update, self, kept.leaves, target))
end

local function kept_run(self, input, target)
  local kept = rawget(self, "_kept")
  if kept and kept.loss and rawequal(kept.input, input) and rawequal(kept.target, target) then
    return kept
  end
  kept = { input = input, target = target, leaves = tape.leaves(input) }
  kept.loss = tape.inside(true, update, self, kept.leaves, target)
  return kept
end

--- The gradient of the loss with respect to the input, also left in `self.gradInput`.
function Criterion:updateGradInput(input, target)
  local kept = kept_run(self, input, target)
  local leaves = {}
  for _, x in ipairs(tape.tensors(kept.leaves)) do
    if x:isRecorded() then leaves[#leaves + 1] = x end
  end
  local recorded = class.isTensor(kept.loss) and kept.loss:isRecorded()
  local grads = recorded and core.grad(kept.loss, leaves, nil, {}) or {}
  kept.loss, self._kept = nil, nil
  local i = 0
  self.gradInput = tape.point(rawget(self, "gradInput"), tape.map(kept.leaves, function(x)
    if not x:isRecorded() then return x:clone():zero() end
    i = i + 1
    return grads[i] or x:detach():clone():zero()
  end))
  return self.gradInput
end

--- The gradient of the loss with respect to the input, as `updateGradInput` gives it.
function Criterion:backward(input, target)
  if has_own_gradient(self) then
    return torch.noGrad(self.updateGradInput, self, input, target)
  end
  return self:updateGradInput(input, target)
end

--- criterion(input, target): the loss tensor when `input` is recorded, else the loss as a number
-- and the gradient with respect to the input (Torch7).
function Criterion:__call__(input, target)
  if target == nil and input == nil then
    errors.raise("%s: called without an input", class.typename(self))
  end
  if tape.is_open(input) then return (self:forward(input, target)) end
  local loss = self:forward(input, target)
  return loss, self:backward(input, target)
end

-- Copies and types work as modules' do.
for _, name in ipairs{ "clone", "share", "type", "float", "double" } do
  Criterion[name] = nn.Module[name]
end

--- Nothing: a criterion has no parameters.
function Criterion:bind()
end

--- Calls f(criterion), as modules do.
function Criterion:apply(f)
  f(self)
end

Criterion.__tostring__ = class.typename

return Criterion
