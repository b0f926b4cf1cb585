-- The package `cudnn`: nn's classes under cuDNN's names, on machines without it, so that files of
-- models run and load as they are. A class is made at the first look at it; its parent is nn's.
local errors = require "wick.errors"

require "cunn"

local nn = require "nn"
local torch = require "torch"

local cudnn = {
  benchmark = false, fastest = false, verbose = false, useFindEx = false, version = 5110,
}

rawset(_G, "cudnn", cudnn)

-- Arguments by position as nn's constructors take them.
local function as_they_are(...)
  return ...
end

local function nothing()
end

-- Convolutions whose last argument is a number of groups.
local function grouped(names)
  return function(...)
    local options = {}
    for i, name in ipairs(names) do options[name] = (select(i, ...)) end
    return options
  end
end

local constructors = {
  ReLU = as_they_are, Tanh = nothing, Sigmoid = nothing, SoftMax = nothing, LogSoftMax = nothing,
  SpatialSoftMax = nothing, SpatialLogSoftMax = nothing, VolumetricSoftMax = nothing,
  VolumetricLogSoftMax = nothing,
  SpatialConvolution = grouped{
    "nInputPlane", "nOutputPlane", "kW", "kH", "dW", "dH", "padW", "padH", "groups",
  },
  SpatialFullConvolution = as_they_are, TemporalConvolution = as_they_are,
  VolumetricConvolution = as_they_are, VolumetricFullConvolution = as_they_are,
  SpatialMaxPooling = as_they_are, SpatialAveragePooling = as_they_are,
  VolumetricMaxPooling = as_they_are, VolumetricAveragePooling = as_they_are,
  BatchNormalization = as_they_are, SpatialBatchNormalization = as_they_are,
  VolumetricBatchNormalization = as_they_are, SpatialCrossMapLRN = as_they_are,
  SpatialDivisiveNormalization = as_they_are,
  ClippedReLU = function(ceiling) return 0, ceiling end,
  SpatialCrossEntropyCriterion = as_they_are, VolumetricCrossEntropyCriterion = as_they_are,
}

-- The classes of nn that have other names.
local parents = {
  ClippedReLU = "HardTanh", VolumetricSoftMax = "SoftMax", VolumetricLogSoftMax = "LogSoftMax",
  SpatialCrossEntropyCriterion = "CrossEntropyCriterion",
  VolumetricCrossEntropyCriterion = "CrossEntropyCriterion",
}

local recurrent = {}
for name in ("RNN RNNReLU RNNTanh LSTM BLSTM GRU BGRU"):gmatch("%S+") do recurrent[name] = true end

-- Choices among the library's algorithms, which have no counterpart: they return the module.
local choices = {}
for name in ("fastest setMode resetMode setMathType clearDesc resetWeightDescriptors "
  .. "resetIODescriptors createIODescriptors"):gmatch("%S+") do
  choices[name] = function(self) return self end
end

local function make(name)
  local parent_name = "nn." .. (parents[name] or name)
  local parent = torch.getmetatable(parent_name)
  if not parent then errors.raise("cudnn.%s: there is no %s", name, parent_name) end
  local arguments = constructors[name]
  local methods = torch.class("cudnn." .. name, parent_name, cudnn)
  function methods:__init(...)
    parent.__init(self, arguments(...))
  end
  for choice, f in pairs(choices) do methods[choice] = f end
  return rawget(cudnn, name)
end

setmetatable(cudnn, {
  __index = function(_, name)
    if constructors[name] then return make(name) end
    if recurrent[name] then
      errors.raise("cudnn.%s: the recurrent networks of cuDNN have no counterpart here", name)
    end
  end,
})

-- Functions
-- ----------------------------------------------------------------------------------------

-- Parents that are not the class of the same name stay as they are.
local function other_name(module, destination)
  local package_name, name = (torch.typename(module) or ""):match("^(%a+)%.(%w+)$")
  if name == "SpatialConvolutionMM" then name = "SpatialConvolution" end
  local own = destination == cudnn and "nn" or "cudnn"
  if package_name ~= own or not constructors[name] or parents[name] then return nil end
  return ("%s.%s"):format(destination == cudnn and "cudnn" or "nn", name)
end

--- convert(model, nn or cudnn [, keep]): the model with the modules of one package as those of the
-- other, parameters and all; modules for which keep(module) is true stay.
function cudnn.convert(model, destination, keep)
  if destination ~= nn and destination ~= cudnn then
    errors.raise("cudnn.convert: the destination is nn or cudnn, not %s", errors.value(destination))
  end
  return model:replace(function(module)
    local name = not (keep and keep(module)) and other_name(module, destination)
    if not name then return module end
    local _ = destination[name:match("%w+$")]
    local converted = {}
    for key, value in pairs(module) do converted[key] = value end
    return torch.setmetatable(converted, name)
  end)
end

for name in ("reset setSharedWorkspaceSize adjustSharedWorkspaceSize setNextWorkspaceSize "
  .. "configureMath"):gmatch("%S+") do
  cudnn[name] = nothing
end

return cudnn
