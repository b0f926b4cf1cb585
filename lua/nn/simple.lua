-- Layers that pass their input on, or nothing of it.
local torch = require "torch"
local layer = require "nn.layer"

layer.define("nn.Identity", "nn.Module", {
  doc = "Its input.",
}, function(_, input)
  return input
end)

layer.define("nn.Constant", "nn.Module", {
  doc = "A constant tensor, for every sample of a batch.",
  { "value", "number|tensor|table" }, { "nInputDim", "integer?" },
}, function(self, input)
  local value = self.value
  if type(value) == "number" then value = { value } end
  value = (torch.isTensor(value) and value or torch.Tensor(value)):type(input:type())
  if not (self.nInputDim and input:dim() > self.nInputDim) then return torch.clone(value) end
  local sizes = value:size():totable()
  table.insert(sizes, 1, input:size(1))
  return torch.clone(value:view(1, table.unpack(value:size():totable())):expand(sizes))
end)

local reverse = torch.operation{
  name = "GradientReversal",
  forward = function(context, x, lambda)
    context.lambda = lambda
    return torch.clone(x)
  end,
  backward = function(context, grad)
    return torch.mul(grad, -context.lambda)
  end,
}

local GradientReversal = layer.define("nn.GradientReversal", "nn.Module", {
  doc = "Its input; the gradient comes back times -lambda (Ganin, Lempitsky 2015).",
  { "lambda", "number", 1 },
}, function(self, input)
  return reverse(input, self.lambda)
end)

--- Sets the factor of the reversed gradient; returns the layer.
function GradientReversal:setLambda(lambda)
  self.lambda = lambda
  return self
end

layer.define("nn.ZeroGrad", "nn.Module", {
  doc = "Its input, without a gradient.",
}, function(_, input)
  return torch.clone(input:detach())
end)

layer.define("nn.PrintSize", "nn.Module", {
  doc = "Its input, whose type and sizes it prints.",
  { "prefix", "string", "PrintSize" },
},
  function(self, input)
    local list = torch.isTensor(input) and { input } or input
    for _, x in ipairs(list) do
      print(("%s: %s %s"):format(self.prefix, torch.type(x),
        torch.isTensor(x) and layer.shape(x) or ""))
    end
    return input
  end)
_G.nn.PrintSize.has_effects = true

-- The input; the gradient of weight * |x| is added to its gradient, or stands in its place.
local penalise = torch.operation{
  name = "L1Penalty",
  forward = function(context, x, weight, provide)
    context.x, context.weight, context.provide = x, weight, provide
    return x:detach()
  end,
  backward = function(context, grad)
    local slope = torch.mul(torch.sign(context.x), context.weight)
    return context.provide and torch.add(grad, slope) or slope
  end,
}

layer.define("nn.L1Penalty", "nn.Module", {
  doc = "Its input; `loss` is l1weight (over the number of elements, with sizeAverage) times the "
    .. "sum of |x|, whose gradient is added on the way back, or replaces what comes without "
    .. "provideOutput.",
  { "l1weight", "number" }, { "sizeAverage", "boolean", false },
  { "provideOutput", "boolean", true },
}, function(self, input)
  local weight = self.l1weight
  if self.sizeAverage then weight = weight / input:nElement() end
  self.loss = weight * input:detach():norm(1)
  return penalise(input, weight, self.provideOutput)
end)
