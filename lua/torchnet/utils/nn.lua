-- tnt.utils.nn: sizes through stacks of convolutions and poolings, along one dimension. A stack is
-- a list of { kw = kernel, dw = stride (1), pw = padding (0) }.
local argcheck = require "argcheck"

local sizes = {}

local function show(verbose, layer, size, stride)
  if verbose then print(("|| layer %d: size=%d stride=%d"):format(layer, size, stride)) end
end

--- inferinputsize(specs [, size = 1] [, verbose]): the input size that gives an output of `size`,
-- and the stride of all layers together.
sizes.inferinputsize = argcheck{
  help = "tnt.utils.nn.inferinputsize",
  { name = "specs", type = "table" },
  { name = "size", type = "number", default = 1 },
  { name = "verbose", type = "boolean", default = false },
  call = function(specs, size, verbose)
    local stride = 1
    for i = #specs, 1, -1 do
      local layer = specs[i]
      if layer.kw then
        local step = layer.dw or 1
        size = (size - 1) * step + layer.kw - 2 * (layer.pw or 0)
        stride = stride * step
      end
      show(verbose, i, size, stride)
    end
    return size, stride
  end,
}

--- inferoutputsize(specs, size [, verbose]): the output size for an input of `size`, and the
-- stride of all layers together.
sizes.inferoutputsize = argcheck{
  help = "tnt.utils.nn.inferoutputsize",
  { name = "specs", type = "table" },
  { name = "size", type = "number" },
  { name = "verbose", type = "boolean", default = false },
  call = function(specs, size, verbose)
    local stride = 1
    for i, layer in ipairs(specs) do
      if layer.kw then
        local step = layer.dw or 1
        size = (size + 2 * (layer.pw or 0) - layer.kw) // step + 1
        stride = stride * step
      end
      show(verbose, i, size, stride)
    end
    return size, stride
  end,
}

return sizes
