-- Matrix products in C: calls of linear and product in functions.lua, and what is added to them.
local Tensors = require "nn.export.c.tensors"
local loops = require "nn.export.c.loops"

local writers = {}

function writers.linear(step)
  local x, weight = step:dense(1), step:dense(2)
  local outputs, inputs = weight.sizes[1], weight.sizes[2]
  step:use("linear")
  step:line("    linear(%s, %s, %s, %s, %d, %d, %d);", step:pointer(x), step:pointer(weight),
    step:input(3), step:output(), Tensors.count(x.sizes) // inputs, inputs, outputs)
end

-- batch, n, m and p of the product n x m times m x p of two operands.
local dimensions = {
  mm = function(a, b) return 1, a[1], a[2], b[2] end,
  mv = function(a) return 1, a[1], a[2], 1 end,
  bmm = function(a, b) return a[1], a[2], a[3], b[3] end,
  ger = function(a, b) return 1, a[1], 1, b[1] end,
}

-- Writes the product of inputs `first` and the next one to the pointer y.
local function product(step, kind, first, y)
  local a, b = step:dense(first), step:dense(first + 1)
  step:use("product")
  step:line("    product(%s, %s, %s, %d, %d, %d, %d);", step:pointer(a), step:pointer(b), y,
    dimensions[kind](a.sizes, b.sizes))
end

for kind in pairs(dimensions) do
  writers[kind] = function(step)
    product(step, kind, 1, step:output())
  end
end

-- beta c + alpha a b, c being spread over the product's shape.
local function with_term(kind, alpha, beta)
  return function(step)
    local sizes, c = step:sizes(), step.inputs[1]
    if c.type ~= "torch.FloatTensor" then step:refuse(" of a %s", c.type) end
    local made = step:scratch(Tensors.count(sizes))
    product(step, kind, 2, made)
    local result = step:result()
    local statement = ("y = %s * c + %s * x;"):format(step.float(step.values[beta]),
      step.float(step.values[alpha]))
    loops.write(step, sizes, statement, {
      { name = "y", pointer = step:pointer(result), strides = result.strides },
      { name = "c", pointer = step:pointer(c), read = true,
        strides = loops.spread(c.sizes, c.strides, sizes) },
      { name = "x", pointer = made, strides = result.strides, read = true },
    })
  end
end

for word, kind in pairs{ addmm = "mm", addmv = "mv", addr = "ger", baddbmm = "bmm" } do
  writers[word] = with_term(kind, 1, 2)
  writers[word .. "_beta"] = with_term(kind, 2, 1)
end

return writers
