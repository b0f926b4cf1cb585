-- Layers that are one operation on every element. Their constructors' `inplace` is accepted and
-- kept as a field; memory is reused by the core without it.
local torch = require "torch"
local layer = require "nn.layer"

local function text(format, ...)
  local fields = { ... }
  return function(self)
    local values = {}
    for i, field in ipairs(fields) do values[i] = self[field] end
    return format:format(table.unpack(values))
  end
end

local INPLACE = { "inplace", "boolean", false }

-- Operations without arguments.
for name, row in pairs{
  Tanh = { torch.tanh, "tanh x." }, Sigmoid = { torch.sigmoid, "1 / (1 + exp(-x))." },
  LogSigmoid = { torch.logSigmoid, "log(1 / (1 + exp(-x)))." }, Exp = { torch.exp, "exp(x)." },
  Log = { torch.log, "log x." }, Square = { torch.square, "x squared." },
} do
  local operation = row[1]
  layer.define("nn." .. name, "nn.Module", { doc = row[2] }, function(_, input)
    return operation(input)
  end)
end

layer.define("nn.Abs", "nn.Module", {
  doc = "|x|; the derivative at 0 is 1.",
}, function(_, input)
  return torch.where(input:detach():ge(0), input, torch.mul(input, -1))
end)

layer.define("nn.Sqrt", "nn.Module", {
  doc = "The square root; its gradient is 0 where x is.",
  { "eps", "number", 0 },
}, function(_, input)
  return layer.sqrt(input)
end)

layer.define("nn.Power", "nn.Module", {
  doc = "x to a power.",
  { "pow", "number" },
}, function(self, input)
  return torch.pow(input, self.pow)
end)

layer.define("nn.SoftSign", "nn.Module", {
  doc = "x / (1 + |x|).",
}, function(_, input)
  return torch.cdiv(input, torch.add(torch.abs(input), 1))
end)

layer.define("nn.TanhShrink", "nn.Module", {
  doc = "x - tanh x.",
}, function(_, input)
  return torch.csub(input, torch.tanh(input))
end)

-- Rectifiers -------------------------------------------------------------------------------------

local Threshold = layer.define("nn.Threshold", "nn.Module", {
  doc = "x where it is above the threshold, else the value.",
  { "threshold", "number", 1e-6 }, { "val", "number", 0 }, INPLACE,
}, function(self, input)
  return torch.threshold(input, self.threshold, self.val)
end)

--- Checks that what is done in place can be undone.
function Threshold:validateParameters()
  if self.inplace and self.val > self.threshold then
    error("in-place processing requires value to be no greater than threshold", 0)
  end
end

local ReLU = layer.define("nn.ReLU", "nn.Threshold", {
  doc = "max(x, 0).",
  INPLACE,
}, function(_, input)
  return torch.relu(input)
end)
ReLU.threshold, ReLU.val = 0, 0

local HardTanh = layer.define("nn.HardTanh", "nn.Module", {
  doc = "x, no lower than min and no higher than max.",
  { "min_val", "number", -1 }, { "max_val", "number", 1 }, INPLACE,
}, function(self, input)
  return torch.clamp(input, self.min_val, self.max_val)
end)

local read_limits = HardTanh.__init

function HardTanh:__init(...)
  read_limits(self, ...)
  if self.max_val <= self.min_val then
    require("wick.errors").raise("%s: max_val %g has to be greater than min_val %g",
      torch.typename(self), self.max_val, self.min_val)
  end
end

layer.define("nn.Clamp", "nn.HardTanh", {
  doc = "x, no lower than min and no higher than max.",
  { "min_val", "number" }, { "max_val", "number" },
},
  HardTanh.updateOutput)

layer.define("nn.ReLU6", "nn.Module", {
  doc = "min(max(x, 0), 6).",
  INPLACE,
}, function(_, input)
  return torch.clamp(input, 0, 6)
end)

local LeakyReLU = layer.define("nn.LeakyReLU", "nn.Module", {
  doc = "x where it is positive, else x times a slope; true for the slope is in place.",
  { "negval", "number|boolean", 0.01 }, INPLACE,
}, function(self, input)
  return torch.leakyRelu(input, self.negval)
end)

local read_slope = LeakyReLU.__init

function LeakyReLU:__init(...)
  read_slope(self, ...)
  if type(self.negval) == "boolean" then self.inplace, self.negval = self.negval, 0.01 end
end

LeakyReLU.__tostring__ = text("nn.LeakyReLU(%g)", "negval")

local ELU = layer.define("nn.ELU", "nn.Module", {
  doc = "x where it is positive, else alpha (exp(x) - 1) (Clevert, Unterthiner, Hochreiter "
    .. "2015).",
  { "alpha", "number", 1 }, INPLACE,
},
  function(self, input)
    return torch.elu(input, self.alpha)
  end)
ELU.__tostring__ = text("nn.ELU (alpha:%f)", "alpha")

local RReLU = layer.define("nn.RReLU", "nn.Module", {
  doc = "x where it is positive, else x times a slope drawn for each element in training, the "
    .. "middle of the range in evaluation.",
  { "lower", "number", 1 / 8 }, { "upper", "number", 1 / 3 }, INPLACE,
}, function(self, input)
  if self.train == false then return torch.leakyRelu(input, (self.lower + self.upper) / 2) end
  local slope = input.new(input:size()):uniform(self.lower, self.upper)
  return torch.where(input:detach():gt(0), input, torch.cmul(input, slope))
end)

local init_rrelu = RReLU.__init

function RReLU:__init(...)
  init_rrelu(self, ...)
  self.train = true
end

RReLU.__tostring__ = text("nn.RReLU (l:%f, u:%f)", "lower", "upper")

-- Shrinking and smooth ---------------------------------------------------------------------------

layer.define("nn.HardShrink", "nn.Module", {
  doc = "x where |x| is above lambda, else 0.",
  { "lambda", "number", 0.5 },
}, function(self, input)
  return torch.hardShrink(input, self.lambda)
end)

layer.define("nn.SoftShrink", "nn.Module", {
  doc = "x brought lambda nearer to 0, and 0 within lambda of it.",
  { "lambda", "number", 0.5 },
}, function(self, input)
  return torch.softShrink(input, self.lambda)
end)

layer.define("nn.SoftPlus", "nn.Module", {
  doc = "log(1 + exp(beta x)) / beta.",
  { "beta", "number", 1 },
}, function(self, input)
  return torch.softPlus(input, self.beta)
end)

layer.define("nn.GatedLinearUnit", "nn.Module", {
  doc = "a sigmoid(b) of the halves a and b along a dimension (the last).",
  { "dim", "integer?" },
}, function(self, input)
  local dim = layer.dimension(input, self.dim or -1)
  local half = input:size(dim) // 2
  if half * 2 ~= input:size(dim) then
    require("wick.errors").raise("dimension %d of %s cannot be halved", dim, layer.shape(input))
  end
  return torch.cmul(input:narrow(dim, 1, half), torch.sigmoid(input:narrow(dim, half + 1, half)))
end)

-- Constants --------------------------------------------------------------------------------------

layer.define("nn.AddConstant", "nn.Module", {
  doc = "x plus a number, or a tensor that broadcasts.",
  { "constant_scalar", "number|tensor" }, INPLACE,
},
  function(self, input)
    return torch.add(input, self.constant_scalar)
  end)

layer.define("nn.MulConstant", "nn.Module", {
  doc = "x times a number, or a tensor that broadcasts.",
  { "constant_scalar", "number|tensor" }, INPLACE,
},
  function(self, input)
    if torch.isTensor(self.constant_scalar) then return torch.cmul(input, self.constant_scalar) end
    return torch.mul(input, self.constant_scalar)
  end)
