-- Networks for the C exporter, { model =, sizes = }, which between them use every operation that it
-- writes.
local nn = require "nn"
local torch = require "torch"

local cases = {}

-- The sizes of one sample, and a function or a module.
local function case(sizes, f)
  cases[#cases + 1] = { sizes = sizes, f = f }
end

local function weight(...)
  return torch.rand(...) - 0.5
end

-- Element by element -----------------------------------------------------------------------------

for _, name in ipairs{
  "neg", "abs", "sign", "square", "cinv", "exp", "sin", "cos", "tan", "atan", "sinh", "cosh",
  "tanh", "sigmoid", "erf", "floor", "ceil", "round", "trunc", "frac", "asin", "acos", "relu",
  "threshold", "leakyRelu", "elu", "softPlus", "logSigmoid", "hardShrink", "softShrink",
} do
  case({ 3, 4 }, function(x) return torch[name](x) end)
end

for _, name in ipairs{ "sqrt", "rsqrt", "log", "log1p" } do
  case({ 7 }, function(x) return torch[name](torch.abs(x) + 0.1) end)
end

for _, name in ipairs{ "add", "csub", "mul", "div", "fmod", "remainder", "cmax", "cmin" } do
  case({ 3, 4 }, function(x) return torch[name](x, 0.3) end)
end

for _, name in ipairs{ "cmul", "cdiv", "cfmod", "cremainder", "cmax", "cmin", "atan2" } do
  local z = weight(4) + 1
  case({ 3, 4 }, function(x) return torch[name](x, z) end)
end

for _, name in ipairs{ "lt", "le", "gt", "ge", "eq", "ne" } do
  local z = weight(3, 4)
  case({ 3, 4 }, function(x) return torch[name](x, z):float() end)
  case({ 3, 4 }, function(x) return torch[name](x, 0.1):float() end)
end

case({ 4 }, function(x) return 3 - x end)
case({ 4 }, function(x) return 3 / (x + 2) end)
case({ 4 }, function(x) return torch.pow(torch.abs(x), 1.5) end)
case({ 4 }, function(x) return torch.pow(2, x) end)
case({ 4 }, function(x) return torch.cpow(torch.abs(x), torch.exp(x)) end)
case({ 4 }, function(x) return torch.clamp(x, -0.2, 0.3) end)
case({ 4 }, function(x) return torch.add(x, 0.5, torch.exp(x)) end)
case({ 4 }, function(x) return torch.csub(x, -2, torch.exp(x)) end)
case({ 4 }, function(x) return torch.addcmul(x, 2, torch.exp(x), torch.sin(x)) end)
case({ 4 }, function(x) return torch.addcdiv(x, 2, torch.sin(x), torch.exp(x)) end)
case({ 4 }, function(x) return torch.lerp(x, torch.exp(x), 0.3) end)
case({ 4 }, function(x) return torch.where(torch.gt(x, 0), x, torch.exp(x)) end)
case({ 4 }, function(x) return torch.maskedFill(x, torch.gt(x, 0), 7) end)

-- Views and parts --------------------------------------------------------------------------------

case({ 3, 4 }, function(x) return x:transpose(2, 3) + x:transpose(2, 3):clone() * 2 end)
case({ 3, 4, 2 }, function(x) return torch.exp(x:permute(1, 4, 2, 3):narrow(2, 2, 1)) end)
case({ 3, 4 }, function(x) return x:narrow(2, 2, 2) end)
case({ 3, 4 }, function(x) return x:select(3, 2) - x:select(3, 1) end)
case({ 1, 4 }, function(x) return x:squeeze(2) + torch.relu(x):view(1, 4) end)
case({ 3, 4 }, function(x) return torch.reshape(x:transpose(2, 3), 1, 12) end)
case({ 3, 4 }, function(x) return torch.cat(x, torch.exp(x), 2) end)
case({ 3, 4 }, function(x) return torch.cat({ x, x:narrow(3, 1, 1), x }, 3) end)
case({ 3, 4 }, function(x) return torch.pad(x, 3, 2, 1, 0.5) end)
case({ 3, 4 }, function(x) return torch.pad(torch.exp(x), 2, -1, 2) end)
case({ 3, 4 }, function(x) return torch.flip(x, 3) end)
case({ 3, 4 }, function(x) return torch.repeatTensor(x, 1, 2, 3) end)
case({ 3, 4 }, function(x) return torch.dropout(x, 0.5, false) + 1 end)
case({ 3, 4, 2 }, function(x) return torch.featureDropout(x, 0.5, false) + 1 end)
case({ 3 }, function(x) return x end)

-- Products ---------------------------------------------------------------------------------------

local row, matrix, vector, batch = weight(1, 5), weight(4, 5), weight(4), weight(1, 4, 5)
case({ 4 }, function(x) return torch.mm(x, matrix) end)
case({ 3, 4 }, function(x) return torch.mv(x:select(1, 1), vector) end)
case({ 3, 4 }, function(x) return torch.bmm(x, batch) end)
case({ 4 }, function(x) return torch.ger(x:view(4), vector) end)
case({ 4 }, function(x) return torch.addmm(row, 2, x, matrix) end)
case({ 4 }, function(x) return torch.addmm(0.5, row, 2, x, matrix) end)
case({ 3, 4 }, function(x) return torch.addmv(torch.ones(3), x:select(1, 1), vector) end)
case({ 3, 4 }, function(x) return torch.addmv(2, torch.ones(3), 3, x:select(1, 1), vector) end)
case({ 4 }, function(x) return torch.addr(torch.ones(4, 4), x:view(4), vector) end)
case({ 4 }, function(x) return torch.addr(2, torch.ones(4, 4), 3, x:view(4), vector) end)
case({ 3, 4 }, function(x) return torch.baddbmm(torch.ones(1, 3, 5), x, batch) end)
case({ 3, 4 }, function(x) return torch.baddbmm(2, torch.ones(1, 3, 5), 3, x, batch) end)
case({ 37 }, nn.Linear(37, 6))
case({ 37 }, nn.Linear(37, 6, false))

-- Along a dimension ------------------------------------------------------------------------------

for _, name in ipairs{ "sum", "mean", "max", "min", "prod", "logSumExp" } do
  case({ 3, 4 }, function(x) return (torch[name](x, 3)) end)
  case({ 3, 4 }, function(x) return (torch[name](x, 2)) end)
end
case({ 3, 4 }, function(x) return torch.norm(x, 2, 3) end)
case({ 3, 4 }, function(x) return torch.norm(x, 1, 2) end)
for _, name in ipairs{ "softMax", "logSoftMax", "softMin" } do
  case({ 5 }, function(x) return torch[name](x) end)
  case({ 3, 2, 2 }, function(x) return torch[name](x) end)
end
case({ 3, 4 }, function(x) return torch.softMax(x, 3) end)

-- Images -----------------------------------------------------------------------------------------

local function norm(x)
  return torch.batchNorm(x, { weight = torch.range(1, 3), bias = torch.ones(3),
    runningMean = torch.range(1, 3), runningVar = torch.range(2, 4), training = false })
end
case({ 3, 4, 5 }, norm)
case({ 9, 3, 2 }, function(x) return torch.localResponseNorm(x, 5, { alpha = 0.5, k = 2 }) end)
case({ 3, 3, 2 }, function(x) return torch.localResponseNorm(x, 4, { beta = 0.5 }) end)

case({ 3, 9, 8 }, nn.SpatialConvolution(3, 6, 3, 3, 1, 1, 1, 1))
case({ 3, 9, 8 }, nn.SpatialConvolution(3, 5, 3, 2, 2, 1, 2, 0))
case({ 3, 9, 8 }, nn.SpatialDilatedConvolution(3, 5, 3, 3, 1, 2, 2, 2, 2, 3))
case({ 4, 9, 8 }, nn.SpatialConvolution{ 4, 8, kernel = 3, groups = 2 })
case({ 4, 9, 8 }, nn.SpatialConvolution{ 4, 4, kernel = 3, groups = 4, bias = false })
case({ 3, 4, 5 }, nn.SpatialConvolution(3, 7, 5, 4))
case({ 2, 3, 9 }, nn.SpatialConvolution(2, 7, 1, 1))
case({ 3, 4, 5 }, nn.SpatialFullConvolution(3, 5, 3, 2, 2, 3, 1, 0, 1, 2))
case({ 6, 4 }, nn.TemporalConvolution(4, 3, 2))
case({ 3, 9, 8 }, nn.SpatialMaxPooling(3, 3, 2, 2))
case({ 3, 9, 8 }, nn.SpatialMaxPooling(3, 2, 2, 2, 1, 1):ceil())
case({ 3, 9, 8 }, nn.SpatialDilatedMaxPooling(2, 2, 2, 2, 1, 1, 2, 2))
case({ 3, 9, 8 }, nn.SpatialAveragePooling(3, 2, 2, 2, 1, 1):ceil())
case({ 3, 9, 8 }, nn.SpatialAveragePooling(3, 2, 2, 2, 1, 1):ceil():setCountExcludePad())
case({ 3, 9, 8 }, function(x) return (torch.avgPool2d(x, 2, { divide = false })) end)
case({ 3, 9, 8 }, nn.SpatialAdaptiveMaxPooling(3, 4))
case({ 3, 9, 8 }, nn.SpatialAdaptiveAveragePooling(3, 4))
case({ 3, 4, 5 }, nn.SpatialZeroPadding(1, 2, -1, 2))
case({ 3, 4, 5 }, nn.SpatialReflectionPadding(1, 2, 0, 3))
case({ 3, 4, 5 }, function(x)
  return torch.batchNorm(x:view(3, 4, 5), { weight = torch.range(1, 4), bias = torch.ones(4) })
end)
case({ 3, 4, 5 }, function(x)
  return torch.im2col(x, { 3, 2 }, { stride = { 2, 1 }, pad = { 1, 2 }, dilation = { 1, 2 } })
end)
case({ 2, 3, 9 }, function(x) return torch.im2col(x:view(2, 3, 9), 2) end)
case({ 3, 4, 5 }, nn.Sequential():add(nn.ConcatTable():add(nn.Identity()):add(nn.Tanh()))
  :add(nn.JoinTable(2)))

-- Volumes ----------------------------------------------------------------------------------------

case({ 4, 3, 5, 6 }, nn.VolumetricConvolution(4, 5, 2, 3, 3, 1, 2, 1, 1, 0, 1))
case({ 4, 3, 5, 6 }, nn.VolumetricConvolution{ 4, 6, kernel = { 2, 1, 3 }, groups = 2,
  dilation = { 1, 1, 2 }, bias = false })
case({ 4, 3, 5, 6 }, nn.VolumetricFullConvolution{ 4, 3, kernel = { 2, 3, 3 }, stride = 2, pad = 1,
  adj = { 0, 1, 1 } })
local kernels, flat = weight(4, 3, 2, 2, 1), weight(2, 2, 1, 2, 5)
case({ 4, 3, 5, 6 }, function(x) return torch.convTranspose3d(x, kernels, { groups = 2 }) end)
case({ 4, 3, 5, 6 }, function(x) return torch.conv3d(x:view(2, 2, 3, 5, 6), flat) end)
case({ 4, 3, 5, 6 }, nn.VolumetricMaxPooling(3, 3, 2, 1, 2, 2, 1, 1, 0))
case({ 4, 3, 5, 6 }, nn.VolumetricDilatedMaxPooling(2, 2, 2, 1, 1, 1, 0, 1, 0, 1, 2, 3))
case({ 4, 3, 5, 6 }, nn.VolumetricAveragePooling(2, 3, 3, 2, 2, 2, 1, 1, 1):ceil())
case({ 4, 3, 5, 6 }, nn.VolumetricAveragePooling(2, 3, 3, 2, 2, 2, 1, 1, 1):ceil()
  :setCountExcludePad())

-- All cases of one size as one network, whose answers stand side by side.
local function joined(sizes, list)
  local model = nn.Identity()
  model.updateOutput = function(_, x)
    local parts = {}
    for i, f in ipairs(list) do
      local part = type(f) == "function" and f(x) or f:forward(x)
      parts[i] = torch.reshape(part, 1, part:nElement())
    end
    return torch.cat(parts, 2)
  end
  return { model = model, sizes = sizes }
end

local networks, lists = {}, {}
for _, entry in ipairs(cases) do
  local key = table.concat(entry.sizes, " ")
  if not lists[key] then
    lists[key] = {}
    networks[#networks + 1] = joined(entry.sizes, lists[key])
  end
  table.insert(lists[key], entry.f)
end

return networks
