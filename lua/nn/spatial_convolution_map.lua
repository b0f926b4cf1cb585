-- Convolution with a table of connections between planes, as in LeNet-5, the same transposed, and
-- the tables.
local args = require "wick.args"
local errors = require "wick.errors"
local torch = require "torch"
local axes = require "nn.axes"
local layer = require "nn.layer"

local nn = _G.nn

-- Tables -----------------------------------------------------------------------------------------

local tables = {}

--- Every output plane from every input plane: rows of (input, output).
function tables.full(inputs, outputs)
  local rows = {}
  for output = 1, outputs do
    for input = 1, inputs do rows[#rows + 1] = { input, output } end
  end
  return torch.Tensor(rows)
end

--- Output plane i from input plane i.
function tables.oneToOne(planes)
  local rows = {}
  for i = 1, planes do rows[i] = { i, i } end
  return torch.Tensor(rows)
end

--- Each output plane from `fan_in` input planes, dealt out at random so that all are used alike.
function tables.random(inputs, outputs, fan_in)
  local rounds = inputs // fan_in
  if fan_in < 1 or rounds < 1 then
    errors.raise("nn.tables.random: %s of %s input planes cannot be drawn", errors.value(fan_in),
      errors.value(inputs))
  end
  local rows, order = {}, torch.randperm(inputs):totable()
  local round = 0
  for output = 1, outputs do
    for i = 1, fan_in do rows[#rows + 1] = { order[round * fan_in + i], output } end
    round = round + 1
    if round == rounds then order, round = torch.randperm(inputs):totable(), 0 end
  end
  return torch.Tensor(rows)
end

rawset(nn, "tables", tables)

-- The layer --------------------------------------------------------------------------------------

local function declaration(name)
  return args(axes.spatial:declaration(name, {
    { { "connTable", "tensor" } }, axes.spatial:rows("k", "integer"),
    axes.spatial:rows("d", "integer", 1, 1),
  }, { kernel = "k", stride = "d" }))
end

local function build(self, a)
  if a.connTable:dim() ~= 2 or a.connTable:size(2) ~= 2 then
    errors.raise("%s: the table of connections has rows of two planes, got %s",
      torch.typename(self), layer.shape(a.connTable))
  end
  self.nInputPlane = math.tointeger(a.connTable:select(2, 1):max())
  self.nOutputPlane = math.tointeger(a.connTable:select(2, 2):max())
  self:parameter("weight", a.connTable:size(1), a.kH, a.kW)
  self:parameter("bias", self.nOutputPlane)
  self:reset()
end

local function draw_each(self)
  local outputs = self.connTable:select(2, 2):long():totable()
  local fan_in = {}
  for _, output in ipairs(outputs) do fan_in[output] = (fan_in[output] or 0) + 1 end
  local function bound(output)
    return 1 / math.sqrt(self.kW * self.kH * (fan_in[output] or 1))
  end
  for i, output in ipairs(outputs) do
    self.weight:narrow(1, i, 1):uniform(-bound(output), bound(output))
  end
  for output = 1, self.nOutputPlane do
    self.bias[output] = torch.uniform(-bound(output), bound(output))
  end
end

--- Draws each kernel uniformly within 1 / sqrt(inputs of its output plane), or sqrt(3) deviations.
local function reset(self, deviation)
  if deviation then return layer.uniform(self, nil, deviation, "weight", "bias") end
  torch.noGrad(draw_each, self)
end

-- The kernels in a weight of all connections, zero where there is none. `rows`, `columns`: what its
-- first two dimensions count, columns 1 and 2 of the table and how many planes there are.
local function full_weight(self, rows, columns)
  local planes = self.connTable:long()
  local places = torch.add(torch.mul(torch.add(planes:select(2, rows.column), -1), columns.planes),
    planes:select(2, columns.column))
  local weight = self.weight
  local none = torch.zeros(rows.planes * columns.planes, self.kH * self.kW):typeAs(weight)
  local full = torch.indexAdd(none, 1, places, weight:view(weight:size(1), -1))
  return full:view(rows.planes, columns.planes, self.kH, self.kW)
end

local function inputs_of(self)
  return { column = 1, planes = self.nInputPlane }
end

local function outputs_of(self)
  return { column = 2, planes = self.nOutputPlane }
end

local Map = torch.class("nn.SpatialConvolutionMap", "nn.Module")

Map.args, Map.reset = declaration "nn.SpatialConvolutionMap", reset

--- nn.SpatialConvolutionMap(connTable, kW, kH [, dW, dH]): row i of the table names the input and
-- the output plane that kernel i, weight[i], connects.
function Map:__init(...)
  build(self, layer.begin(self, Map.args, ...))
end

-- The planes of an input that the table may reach: those behind them have no part in it.
local function reached(self, input)
  local dim = input:dim() - 2
  if dim < 1 or input:size(dim) <= self.nInputPlane then return input end
  return input:narrow(dim, 1, self.nInputPlane)
end

function Map:updateOutput(input)
  local weight = full_weight(self, outputs_of(self), inputs_of(self))
  return torch.conv2d(reached(self, input), weight, self.bias, { stride = { self.dH, self.dW } })
end

--- Makes kernels and biases smaller by the share `decay` of themselves.
function Map:decayParameters(decay)
  self.weight:mul(1 - decay)
  self.bias:mul(1 - decay)
end

--- Multiply-adds for an output: those of the connections there are.
function Map:multiplyAdds(_, output)
  return output:nElement() // self.nOutputPlane * self.weight:nElement()
end

function Map:window()
  return { self.kH, self.kW }, { self.dH, self.dW }
end

local FullMap = torch.class("nn.SpatialFullConvolutionMap", "nn.Module")

FullMap.args, FullMap.reset = declaration "nn.SpatialFullConvolutionMap", reset

--- nn.SpatialFullConvolutionMap(connTable, kW, kH [, dW, dH]): the same transposed, with outputs of
-- (in - 1) d + k pixels a side.
function FullMap:__init(...)
  build(self, layer.begin(self, FullMap.args, ...))
end

function FullMap:updateOutput(input)
  local weight = full_weight(self, inputs_of(self), outputs_of(self))
  return torch.convTranspose2d(reached(self, input), weight, self.bias,
    { stride = { self.dH, self.dW } })
end

--- Multiply-adds for an input.
function FullMap:multiplyAdds(input)
  return input:nElement() // self.nInputPlane * self.weight:nElement()
end
