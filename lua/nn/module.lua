-- nn.Module: what every layer is (source: Torch7's nn). This file has its fields, parameters, steps
-- and mode; module_run.lua runs it forward, module_backward.lua backward.
local core = require "wick.core"
local class = require "torch.class"
local errors = require "wick.errors"
local torch = require "torch"

local Module = torch.class("nn.Module")

--- A module without input, parameters or buffers; `output` and `gradInput` are empty tensors.
function Module:__init()
  self.output = torch.Tensor()
  self.gradInput = torch.Tensor()
  self._type = self.output:type()
end

-- Parameters and their gradients -----------------------------------------------------------------

local gradient_fields = setmetatable({}, {
  __index = function(fields, name)
    local field = "grad" .. name:sub(1, 1):upper() .. name:sub(2)
    fields[name] = field
    return field
  end,
})

local function check_sizes(self, name, ...)
  for _, size in ipairs{ ... } do
    if type(size) == "number" and size < 0 then
      errors.raise("%s: the %s cannot have the size %s", class.typename(self), name,
        table.concat({ ... }, " x "))
    end
  end
end

--- Makes the parameter `self[name]` of these sizes, uninitialised, and its gradient, zero, as
-- `self.gradName`; both appear in `parameters()`, in the order in which they were made.
function Module:parameter(name, ...)
  check_sizes(self, name, ...)
  self._parameters = self._parameters or {}
  self._parameters[#self._parameters + 1] = name
  self[name] = torch.Tensor(...)
  self[gradient_fields[name]] = torch.Tensor(...):zero()
  self:bind()
end

-- Makes the tensor a leaf whose gradient is the tensor in the gradient field, as scripts may have
-- put either there themselves.
local function bind_pair(self, name)
  local weight, field = self[name], gradient_fields[name]
  if type(weight) == "userdata" and core.bound(weight, self[field]) then return end
  if not class.isTensor(weight) then return end
  if not weight:isLeaf() then
    errors.raise("%s: its %s was computed by recorded operations; a parameter is a leaf: detach() "
      .. "it", self, name)
  end
  core.parameter(weight)
  local grad = self[field]
  if not class.isTensor(grad) then
    grad = weight.grad or weight:detach():clone():zero()
    self[field] = grad
  elseif grad:type() ~= weight:type() then
    grad = core.point(grad, grad:type(weight:type()))
  end
  if not grad:isSameSizeAs(weight) then grad:resizeAs(weight):zero() end
  weight.grad = grad
end

-- Takes the parameter's gradient away, of a frozen module.
local function release(self, name)
  local weight, grad = self[name], self[gradient_fields[name]]
  if not class.isTensor(weight) or not weight:isRecorded() then return end
  weight.grad = nil
  weight:requiresGrad(false)
  if class.isTensor(grad) then grad:zero() end
end

local default_names = { "weight", "bias" }

--- Ties `weight`, `bias` and what `parameter` made to their gradients, but of a frozen module.
-- `forward` calls it, so that a script may replace any of them.
function Module:bind()
  local tie = rawget(self, "frozen") and release or bind_pair
  for _, name in ipairs(rawget(self, "_parameters") or default_names) do
    if self[name] then tie(self, name) end
  end
end

--- The lists of parameters and of their gradients, without those of frozen modules unless `all`;
-- nothing when there are none.
function Module:parameters(all)
  self:bind()
  if rawget(self, "frozen") and not all then return nil end
  local weights, grads = {}, {}
  for _, name in ipairs(rawget(self, "_parameters") or default_names) do
    if self[name] then
      weights[#weights + 1] = self[name]
      grads[#grads + 1] = self[gradient_fields[name]]
    end
  end
  if #weights > 0 then return weights, grads end
end

--- Tensors that forward updates and that belong to the model's state: running statistics. A list of
-- names of fields.
function Module:buffers()
  return rawget(self, "_buffers") or {}
end

--- Makes the parameters of this module and of those inside stay as they are: they take no gradient,
-- `parameters` and `getParameters` leave them out, and batch normalisation uses its statistics
-- without changing them. Gradients go through to what comes before. To be called before
-- getParameters. Returns the module.
function Module:freeze()
  self:apply(function(module)
    module.frozen = true
    module:bind()
  end)
  return self
end

--- Takes `freeze` back; getParameters is to be called anew. Returns the module.
function Module:unfreeze()
  self:apply(function(module)
    module.frozen = nil
    module:bind()
  end)
  return self
end

-- Constructors end with it.
function Module:__finish()
  if rawget(self, "options") then require("nn.options").finish(self) end
end

-- What every layer's text ends with: its activation, and whether it is frozen.
function Module:__annotate__(text)
  if rawget(self, "modules") then return text end
  local given = rawget(self, "options")
  if given and given.activation then text = text .. ", " .. given.activation end
  return rawget(self, "frozen") and text .. ", frozen" or text
end

-- Steps without an optimiser ---------------------------------------------------------------------

--- Zeroes all gradients.
function Module:zeroGradParameters()
  local _, grads = self:parameters()
  for _, grad in ipairs(grads or {}) do grad:zero() end
end

--- w <- w - rate * gradient, for every parameter.
function Module:updateParameters(rate)
  local weights, grads = self:parameters()
  torch.noGrad(function()
    for i, weight in ipairs(weights or {}) do weight:add(-rate, grads[i]) end
  end)
end

--- updateGradInput, then a step of plain gradient descent.
function Module:backwardUpdate(input, grad_output, rate)
  self:updateGradInput(input, grad_output)
  self:accUpdateGradParameters(input, grad_output, rate)
  return self.gradInput
end

--- A step of gradient descent straight into the parameters; their gradients end at zero.
function Module:accUpdateGradParameters(input, grad_output, rate)
  self:zeroGradParameters()
  self:accGradParameters(input, grad_output, 1)
  self:updateParameters(rate)
  self:zeroGradParameters()
end

--- The same, under the name by which classes of Torch7 take it over.
Module.defaultAccUpdateGradParameters = Module.accUpdateGradParameters

-- Mode -------------------------------------------------------------------------------------------

--- Training mode, as modules are made.
function Module:training()
  self.train = true
end

--- Evaluation mode: no dropout, stored statistics.
function Module:evaluate()
  self.train = false
end

--- Initialises the parameters anew; layers with parameters define it.
function Module:reset()
end

--- Calls f(module) for this module and everything in it, parents first.
function Module:apply(f)
  f(self)
end

--- Whether a run of the class does more than compute and set fields, so that none may be left out.
Module.has_effects = false

Module.__tostring__ = class.typename

require "nn.module_run"
require "nn.module_backward"
require "nn.module_tree"
require "nn.module_memory"
require "nn.penalty"

return Module
