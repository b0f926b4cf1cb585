-- LeNet-5 as it was: LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to
-- document recognition", 1998. Maps of C3 see some of S2's, windows are summed and weighted, and
-- the output is the distance of F6 to pictures of the digits.
local args = require "wick.args"
local codes_of = require "wick.models.lenet_codes"
local nn = require "nn"
local parts = require "wick.models.parts"
local torch = require "torch"

local original = {}

-- Maps of S2 that each map of C3 sees: table I of the paper.
local C3 = {
  { 1, 2, 3 }, { 2, 3, 4 }, { 3, 4, 5 }, { 4, 5, 6 }, { 1, 5, 6 }, { 1, 2, 6 },
  { 1, 2, 3, 4 }, { 2, 3, 4, 5 }, { 3, 4, 5, 6 }, { 1, 4, 5, 6 }, { 1, 2, 5, 6 }, { 1, 2, 3, 6 },
  { 1, 2, 4, 5 }, { 2, 3, 5, 6 }, { 1, 3, 4, 6 }, { 1, 2, 3, 4, 5, 6 },
}

local function connections()
  local rows = {}
  for to, inputs in ipairs(C3) do
    for _, from in ipairs(inputs) do rows[#rows + 1] = { from, to } end
  end
  return torch.Tensor(rows)
end

-- Codes -------------------------------------------------------------------------------------------

local Codes = torch.class("wick.models.CodeDistances", "nn.Module", original)

--- Minus the squared distance of the input to each code: units with radial bases, whose centres
-- stay where they are. Cross-entropy on it is the loss (9) of the paper, without its constant j.
function Codes:__init(codes)
  torch.getmetatable("nn.Module").__init(self)
  self.codes = codes
end

--- State that belongs to the model: the codes.
function Codes:buffers()
  return { "codes" }
end

-- |x - c|^2 = |x|^2 - 2 x c + |c|^2
function Codes:updateOutput(input)
  local lengths = torch.pow(torch.norm(self.codes, 2, 2), 2):view(-1)
  local products = torch.linear(input, self.codes * 2, torch.mul(lengths, -1))
  return torch.csub(products, torch.sum(torch.square(input), input:dim()))
end

--- Multiply-adds for an output, a tensor.
function Codes:multiplyAdds(_, output)
  return output:nElement() * self.codes:size(2)
end

function Codes:__tostring__()
  return ("%s(%d -> %d)"):format(torch.typename(self), self.codes:size(2), self.codes:size(1))
end

-- The network ------------------------------------------------------------------------------------

-- A tanh(S x) with the paper's numbers, by which 1 stays 1.
local function add_squashing(model)
  return model:add(nn.MulConstant(2 / 3)):add(nn.Tanh()):add(nn.MulConstant(1.7159))
end

-- Uniform within 2.4 / (inputs of a unit).
local function draw(module, fan_in)
  module.weight:uniform(-2.4 / fan_in, 2.4 / fan_in)
  module.bias:zero()
end

local function draw_connections(module)
  local inputs = {}
  for _, row in ipairs(module.connTable:totable()) do inputs[row[2]] = (inputs[row[2]] or 0) + 1 end
  for i, row in ipairs(module.connTable:totable()) do
    local bound = 2.4 / (inputs[row[2]] * module.kW * module.kH)
    module.weight[i]:uniform(-bound, bound)
  end
  module.bias:zero()
end

local function draw_all(model)
  for _, module in ipairs(model.modules) do
    local name = torch.typename(module)
    if name == "nn.SpatialConvolutionMap" then
      draw_connections(module)
    elseif name == "nn.SpatialSubSampling" then
      draw(module, module.kW * module.kH)
    elseif name == "nn.SpatialConvolution" or name == "nn.Linear" then
      draw(module, module.weight:nElement() // module.weight:size(1))
    end
  end
end

local OPTIONS = args{ "wick.models.lenet5Original", channels = 1, classes = 10 }

--- wick.models.lenet5Original{channels = 1, classes = 10}: for images of 32 x 32, where the paper
-- has white as -0.1 and ink as 1.175. Its 60,000 parameters are those before the output, whose
-- codes are fixed (lenet5Codes).
function original.lenet5Original(...)
  local o = OPTIONS:read(...)
  local model = nn.Sequential()
  for _, module in ipairs{
    nn.SpatialConvolution(o.channels, 6, 5, 5), nn.SpatialSubSampling(6, 2, 2, 2, 2),
    nn.SpatialConvolutionMap(connections(), 5, 5), nn.SpatialSubSampling(16, 2, 2, 2, 2),
    nn.SpatialConvolution(16, 120, 5, 5), nn.Linear(120, 84),
  } do
    if torch.typename(module) == "nn.Linear" then model:add(parts.flatten(120)) end
    add_squashing(model:add(module))
  end
  model:add(original.CodeDistances(codes_of.lenet5Codes(o.classes)))
  torch.noGrad(draw_all, model)
  return model
end

return original
