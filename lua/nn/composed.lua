-- Layers that are short networks of other layers.
local args = require "wick.args"
local torch = require "torch"
local nn = _G.nn

local Sequential = torch.getmetatable("nn.Sequential")

local function define(name, declaration)
  local metatable = torch.class(name, "nn.Sequential")
  table.insert(declaration, 1, name)
  metatable.args = args(declaration)

  function metatable:__init(...)
    local a = metatable.args:read(...)
    Sequential.__init(self)
    self.name = a.name
    self:compose(a)
  end
  return metatable
end

-- CReLU ------------------------------------------------------------------------------------------

local CReLU = define("nn.CReLU", {
  { "nInputDims", "integer" }, { "inplace", "boolean", false },
})

--- nn.CReLU(nInputDims [, inplace]): the positive parts of x and of -x, joined along the planes of
-- samples of nInputDims dimensions (Shang et al. 2016).
function CReLU:compose(a)
  self.nInputDims, self.inplace = a.nInputDims, a.inplace
  self:add(nn.ConcatTable():add(nn.Identity()):add(nn.MulConstant(-1)))
    :add(nn.JoinTable(2)):add(nn.ReLU(a.inplace))
end

function CReLU:updateOutput(input)
  local sizes = input:size():totable()
  local planes = input:dim() == self.nInputDims + 1 and 2 or 1
  local rows = input:contiguous():view(planes == 2 and sizes[1] or 1, -1)
  sizes[planes] = 2 * sizes[planes]
  return Sequential.updateOutput(self, rows):view(sizes)
end

function CReLU.__tostring__()
  return "CReLU()"
end

-- Maxout -----------------------------------------------------------------------------------------

--- nn.Maxout(inputSize, outputSize, maxoutNumber [, preprocess]): the largest of maxoutNumber
-- linear layers (Goodfellow et al. 2013); the module `preprocess` sees them side by side first.
local Maxout = define("nn.Maxout", {
  { "inputSize", "integer" }, { "outputSize", "integer" }, { "maxoutNumber", "integer" },
  { "preprocess", "nn.Module?" },
})

function Maxout:compose(a)
  self:add(nn.Linear(a.inputSize, a.outputSize * a.maxoutNumber))
    :add(nn.View(a.maxoutNumber, a.outputSize):setNumInputDims(1))
  if a.preprocess then self:add(a.preprocess) end
  self:add(nn.Max(1, 2))
end

-- LayerNormalization -----------------------------------------------------------------------------

--- nn.LayerNormalization(n [, bias = 0 [, eps = 1e-10 [, affine = true]]]): each row of n to mean
-- 0 and variance 1, times a gain of 1, plus a bias, both learnt (Ba, Kiros, Hinton 2016).
local LayerNormalization = define("nn.LayerNormalization", {
  { "nOutput", "integer" }, { "bias", "number", 0 }, { "eps", "number", 1e-10 },
  { "affine", "boolean", true },
})

function LayerNormalization:compose(a)
  local mean = nn.Sequential():add(nn.Mean(1, 1)):add(nn.Replicate(a.nOutput, 1, 1))
  self:add(nn.ConcatTable():add(nn.Identity()):add(mean)):add(nn.CSubTable())
    :add(nn.Normalize(2, a.eps)):add(nn.MulConstant(math.sqrt(a.nOutput)))
  if not a.affine then return end
  local gain, bias = nn.CMul(a.nOutput), nn.Add(a.nOutput)
  torch.noGrad(function()
    bias.bias:fill(a.bias)
    gain.weight:fill(1)
  end)
  self:add(gain):add(bias)
end

-- The modules behind the first two: Torch7's centre single rows, and batches only by chance.
function LayerNormalization:updateOutput(input)
  local mean = torch.mean(input, input:dim())
  local x = torch.csub(input, mean:expandAs(input))
  for i = 3, #self.modules do
    x = self:rethrowErrors(self.modules[i], i, "forward", x)
  end
  return x
end
