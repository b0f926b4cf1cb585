-- nn.hessian: estimates of the diagonal of the Hessian (LeCun, Simard, Pearlmutter 1993), passed
-- back like gradients with weights and inputs squared. `enable` gives modules the methods.
local class = require "torch.class"
local errors = require "wick.errors"
local torch = require "torch"
local nn = _G.nn

local hessian = {}
rawset(nn, "hessian", hessian)

local Module, Container = torch.getmetatable("nn.Module"), torch.getmetatable("nn.Container")

local NAMES = { weight = "diagHessianWeight", bias = "diagHessianBias" }
local GRADIENTS = { weight = "gradWeight", bias = "gradBias" }

-- Calls f while fields of a module hold other tensors, and puts its own back. What its last forward
-- kept is of the fields that it had.
local function with_fields(module, others, f)
  local own = { output = module.output, gradInput = module.gradInput }
  for name, value in pairs(others) do own[name], module[name] = module[name], value end
  module._kept = nil
  local ok, result = pcall(f)
  for name, value in pairs(own) do module[name] = value end
  module._kept = nil
  if not ok then error(result, 0) end
  return result
end

-- Linear modules ---------------------------------------------------------------------------------

local function init_linear(self)
  for name, diagonal in pairs(NAMES) do
    if self[name] and not self[diagonal] then
      self[diagonal] = self[name]:detach():clone():zero()
    end
  end
end

local function input_of_linear(self, input, diagonal)
  local squares = {}
  for name in pairs(NAMES) do
    if self[name] then squares[name] = torch.square(self[name]:detach()) end
  end
  self.diagHessianInput = with_fields(self, squares, function()
    self.gradInput = nil
    return self:updateGradInput(input, diagonal)
  end)
  return self.diagHessianInput
end

local function accumulate_linear(self, input, diagonal)
  init_linear(self)
  local diagonals = {}
  for name, field in pairs(NAMES) do
    if self[name] then diagonals[GRADIENTS[name]] = self[field] end
  end
  local square = torch.square(input:detach())
  with_fields(self, diagonals, function()
    self:forward(square)
    self:accGradParameters(square, diagonal, 1)
  end)
end

-- Element by element -----------------------------------------------------------------------------

local function input_of_pointwise(self, input, diagonal)
  local slope = with_fields(self, {}, function()
    self.gradInput = nil
    return self:updateGradInput(input, diagonal:clone():fill(1))
  end)
  self.diagHessianInput = torch.cmul(torch.square(slope), diagonal)
  return self.diagHessianInput
end

-- Others -----------------------------------------------------------------------------------------

local function input_of_shape(self, input, diagonal)
  self.diagHessianInput = diagonal:contiguous():viewAs(input)
  return self.diagHessianInput
end

-- Calls f(module, its input, the diagonal at its output) from the last module to the first.
local function backwards(self, input, f)
  for i = #self.modules, 1, -1 do
    f(self.modules[i], i > 1 and self.modules[i - 1].output or input)
  end
end

local function input_of_chain(self, input, diagonal)
  backwards(self, input, function(module, given)
    diagonal = module:updateDiagHessianInput(given, diagonal)
  end)
  self.diagHessianInput = diagonal
  return diagonal
end

local function accumulate_chain(self, input, diagonal)
  backwards(self, input, function(module, given)
    module:accDiagHessianParameters(given, diagonal)
    diagonal = module.diagHessianInput
  end)
end

local function input_of_squares(self, input)
  local value = self.sizeAverage ~= false and 2 / input:nElement() or 2
  self.diagHessianInput = input:detach():clone():fill(value)
  return self.diagHessianInput
end

local function undefined(self)
  errors.raise("%s:updateDiagHessianInput() is undefined", class.typename(self))
end

-- Parameters -------------------------------------------------------------------------------------

local function own_diagonals(module)
  local list = {}
  for _, name in ipairs{ "weight", "bias" } do
    if module[name] and module[NAMES[name]] then list[#list + 1] = module[NAMES[name]] end
  end
  return list
end

-- `parameters` that returns a third list, of the diagonals inside.
local function with_diagonals(parameters)
  return function(self)
    local weights, grads = parameters(self)
    if not weights then return nil end
    local diagonals = {}
    self:apply(function(module)
      for _, diagonal in ipairs(own_diagonals(module)) do diagonals[#diagonals + 1] = diagonal end
    end)
    return weights, grads, diagonals
  end
end

local get_parameters = Module.getParameters

local function get_all_parameters(self)
  local _, _, diagonals = self:parameters()
  local flat, grads = get_parameters(self)
  if not diagonals or #diagonals == 0 then return flat, grads end
  return flat, grads, Module.flatten(diagonals)
end

-- Enabling ---------------------------------------------------------------------------------------

local function give(names, methods)
  for name in names:gmatch("%S+") do
    if nn[name] then
      local metatable = torch.getmetatable("nn." .. name)
      for method, f in pairs(methods) do metatable[method] = f end
    end
  end
end

local function nothing() end

--- Gives modules initDiagHessianParameters, updateDiagHessianInput and accDiagHessianParameters,
-- and lets parameters and getParameters return the diagonals as well. Modules for which none is
-- known say so.
function hessian.enable()
  give("Module", { updateDiagHessianInput = undefined, accDiagHessianParameters = nothing,
    initDiagHessianParameters = nothing })
  give("Container", { initDiagHessianParameters = function(self)
    self:applyToModules(function(module) module:initDiagHessianParameters() end)
  end })
  give("Criterion", { updateDiagHessianInput = undefined })
  give("Linear SpatialConvolution SpatialConvolutionMM SpatialFullConvolution "
    .. "SpatialConvolutionMap SpatialFullConvolutionMap SpatialConvolutionLocal", {
    initDiagHessianParameters = init_linear, updateDiagHessianInput = input_of_linear,
    accDiagHessianParameters = accumulate_linear,
  })
  give("Tanh TanhShrink Square Sqrt Sigmoid Abs", { updateDiagHessianInput = input_of_pointwise })
  give("Reshape View", { updateDiagHessianInput = input_of_shape })
  give("Sequential", { updateDiagHessianInput = input_of_chain,
    accDiagHessianParameters = accumulate_chain })
  give("MSECriterion WeightedMSECriterion", { updateDiagHessianInput = input_of_squares })
  Module.parameters, Container.parameters = with_diagonals(Module.parameters),
    with_diagonals(Container.parameters)
  Module.getParameters = get_all_parameters
  hessian.enable = nothing
end

return hessian
