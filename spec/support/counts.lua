-- What a network costs, as papers and docs/models.md have it.
local torch = require "torch"

local counts = {}

local function thousands(number)
  local text = ("%d"):format(number):reverse():gsub("(%d%d%d)", "%1,"):reverse()
  return (text:gsub("^,", ""))
end

--- Of a network on one sample of these sizes: `parameters`, `operations` (multiply-adds of all
-- layers), `products` (those of convolutions and linear layers, which is what papers count), and
-- `cells`, the first two as docs/models.md has them.
function counts.of(model, sizes)
  local costs = model:costs(torch.zeros(1, table.unpack(sizes)))
  local found = { parameters = costs.parameters, operations = costs.multiplyAdds, products = 0 }
  for _, row in ipairs(costs) do
    if row.module:find("Convolution") or row.module:find("^nn%.Linear") then
      found.products = found.products + row.multiplyAdds
    end
  end
  found.cells = ("| %s | %s |"):format(thousands(found.parameters), thousands(found.operations))
  return found
end

--- The number of parameters.
function counts.parameters(model)
  local sum = 0
  for _, parameter in ipairs((model:parameters())) do sum = sum + parameter:nElement() end
  return sum
end

return counts
