-- nn.THNN: the face of Torch7's C kernels. Scripts that ask for it load; those that call a kernel
-- learn what to call instead.
local core = require "wick.core"
local errors = require "wick.errors"

local THNN = { kernels = {} }

--- Nothing: kernels had a state for devices.
function THNN.getState()
  return nil
end

--- The tensor, or nil.
function THNN.optionalTensor(tensor)
  return tensor
end

local function refuse(name)
  errors.raise("nn.THNN.%s: Torch7's C kernels are not here; nn.%s, or an operation of torch, "
    .. "computes the same", name, name:match("^[^_]+"))
end

local kernels = setmetatable({}, {
  __index = function(_, name)
    return function() refuse(tostring(name)) end
  end,
})

--- runKernel(name, type, ...): raises, and names what computes the same.
function THNN.runKernel(name)
  refuse(name)
end

for _, type in ipairs{ "torch.FloatTensor", "torch.DoubleTensor" } do
  THNN.kernels[type] = kernels
  core.classes[type].THNN = kernels
end

rawset(_G.nn, "THNN", THNN)
return THNN
