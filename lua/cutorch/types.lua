-- Types of GPUs under the names that scripts know: constructors in `torch`, conversions of tensors,
-- modules and criteria. Nothing of it is there before a package that stands on this one is loaded.
local class = require "torch.class"
local core = require "wick.core"
local names = require "cutorch.names"

local torch = require "torch"

local types = {}

-- Converting to a type of a GPU is converting to what it stands for.
local function accept_names(methods)
  local convert = methods.type
  function methods.type(x, name, ...)
    if name == nil then return convert(x) end
    return convert(x, names.here(name), ...)
  end
end

-- x:cuda(), x:cudaDouble() ...
local function add_conversion(methods, name, target)
  methods[name] = function(x)
    return x:type(target)
  end
end

local function add_tensors(prefix, method)
  names.each(function(word, own)
    local target = ("torch.%sTensor"):format(own)
    class.alias(("torch.%s%sTensor"):format(prefix, word), target)
    class.alias(("torch.%s%sStorage"):format(prefix, word), ("torch.%sStorage"):format(own))
    torch[("%s%sTensor"):format(prefix, word)] = torch[own .. "Tensor"]
    torch[("%s%sStorage"):format(prefix, word)] = torch[own .. "Storage"]
    for name, methods in pairs(core.classes) do
      if name:find("Tensor$") then add_conversion(methods, method .. word, target) end
    end
  end)
end

local is_ready = false

local function prepare()
  if is_ready then return end
  is_ready = true
  for name, methods in pairs(core.classes) do
    if name:find("Tensor$") then
      accept_names(methods)
      methods.getDevice = function() return 1 end
      methods.copyAsync = methods.copy
    end
  end
  local set_default = torch.setdefaulttensortype
  function torch.setdefaulttensortype(name) set_default(names.here(name)) end
end

--- Gives torch the types with this prefix ("Cuda", "Cl") and tensors the conversion `method`
-- ("cuda", "cl").
function types.install(prefix, method)
  prepare()
  add_tensors(prefix, method)
end

local are_modules_ready = false

--- Gives modules and criteria of nn the conversions.
function types.installModules(method)
  local nn = require "nn"
  for _, methods in ipairs{ nn.Module, nn.Criterion } do
    if not are_modules_ready then accept_names(methods) end
    for word, target in pairs{ [""] = "Float", Half = "Float", Double = "Double" } do
      methods[method .. word] = function(self, ...)
        return self:type(("torch.%sTensor"):format(target), ...)
      end
    end
  end
  are_modules_ready = true
end

return types
