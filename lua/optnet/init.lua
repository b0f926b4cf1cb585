-- The package `optnet`, which made Torch7's networks share the memory of their outputs. Here the
-- core reuses memory by itself: a network in evaluation mode keeps no inner output, training frees
-- each as soon as it was used. So optimizing leaves the network as it is; what it holds is
-- counted.
local core = require "wick.core"
local class = require "torch.class"
local errors = require "wick.errors"

local optnet = {}

local modes = { inference = true, training = true }

local function check_network(what, network)
  if not class.isTypeOf(network, "nn.Module") then
    errors.raise("optnet.%s: a module expected, got %s", what, errors.value(network))
  end
end

--- optimizeMemory(network, input [, opts]): checks its arguments and leaves the network as it is.
function optnet.optimizeMemory(network, _, opts)
  check_network("optimizeMemory", network)
  local mode = opts and opts.mode or "inference"
  if not modes[mode] then
    errors.raise('optnet.optimizeMemory: the mode is "inference" or "training", not %s',
      errors.value(mode))
  end
end

--- removeOptimization(network): leaves the network as it is.
function optnet.removeOptimization(network)
  check_network("removeOptimization", network)
end

local kinds = {
  output = "outputs", gradInput = "gradInputs", weight = "params", bias = "params",
  gradWeight = "params", gradBias = "params",
}

-- Adds a tensor's storage, or those in a table, to the bytes of a kind unless it was counted.
local function count(sizes, seen, kind, value)
  if type(value) == "table" and not class.typename(value) then
    for _, entry in pairs(value) do count(sizes, seen, kind, entry) end
  elseif class.isTensor(value) and value:nElement() > 0 then
    local key = core.pointer(value:storage())
    if seen[key] then return end
    seen[key] = true
    sizes[kind] = sizes[kind] + #value:storage() * value:elementSize()
  end
end

--- countUsedMemory(network): the bytes of its outputs, gradInputs, params (with their gradients)
-- and buffers, and total_size.
function optnet.countUsedMemory(network)
  check_network("countUsedMemory", network)
  local sizes, seen = { outputs = 0, gradInputs = 0, params = 0, buffers = 0 }, {}
  network:apply(function(module)
    for key, value in pairs(module) do
      if kinds[key] or class.isTensor(value) then
        count(sizes, seen, kinds[key] or "buffers", value)
      end
    end
  end)
  sizes.total_size = sizes.outputs + sizes.gradInputs + sizes.params + sizes.buffers
  return sizes
end

return optnet
