-- What model:summary says of a network, as numbers.
local torch = require "torch"

local counts = {}

local function number(text)
  return math.tointeger((text:gsub(",", "")))
end

-- The module and the multiply-adds of a row, which ends on parameters, multiply-adds and bytes.
local function read_row(line)
  return line:match("(%a+%.%a+)"), line:match("%s[%d,]+%s+([%d,]+)%s+[%d,]+$")
end

--- Of a network on one sample of these sizes: `parameters`, `operations` (multiply-adds of all
-- layers), `products` (those of convolutions and linear layers, which is what papers count), and
-- `cells`, the first two as docs/models.md has them.
function counts.of(model, sizes)
  local text = model:summary(torch.zeros(1, table.unpack(sizes)))
  local found = { products = 0 }
  for line in text:gmatch("[^\n]+") do
    local module, operations = read_row(line)
    if module and (module:find("Convolution") or module == "nn.Linear") then
      found.products = found.products + number(operations)
    end
  end
  local parameters, operations = text:match("([%d,]+) parameters .-([%d,]+) multiply%-adds")
  found.parameters, found.operations = number(parameters), number(operations)
  found.cells = ("| %s | %s |"):format(parameters, operations)
  return found
end

--- The number of parameters.
function counts.parameters(model)
  local sum = 0
  for _, parameter in ipairs((model:parameters())) do sum = sum + parameter:nElement() end
  return sum
end

return counts
