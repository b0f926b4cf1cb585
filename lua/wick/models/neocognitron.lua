-- The neocognitron: Fukushima, "Neocognitron: a self-organizing neural network model for a
-- mechanism of pattern recognition unaffected by shift in position", 1980. Layers of S-cells, which
-- answer to patterns, alternate with layers of C-cells, which blur where they were. Two things are
-- simpler than in 1980: C-cells do not inhibit each other, and planes learn by Fukushima's later
-- rule "add if silent", by which a pattern that no cell answers to makes a new plane.
local args = require "wick.args"
local errors = require "wick.errors"
local torch = require "torch"
local layer = require "nn.layer"

local neocognitron = {}

-- A bell over side x side pixels, 1 in the middle.
local function bell(side)
  local weights, middle = torch.Tensor(side, side), (side + 1) / 2
  for y = 1, side do
    for x = 1, side do
      local distance = (y - middle) ^ 2 + (x - middle) ^ 2
      weights[y][x] = math.exp(-distance / (side * side / 4))
    end
  end
  return weights
end

-- S-cells ----------------------------------------------------------------------------------------

local Simple = torch.class("wick.models.SimpleCells", "nn.Module", neocognitron)

Simple.args = args{
  "wick.models.SimpleCells", { "inputs", "integer" }, { "planes", "integer" },
  { "kernel", "integer" }, { "pad", "integer" }, selectivity = 2, strength = 1e4,
}

--- Planes of cells that see kernel x kernel pixels of all input planes. They are silent until they
-- learn; then they answer (1 + r) s - r where that is positive, s being the cosine between what
-- they see and what they learned, and r their selectivity.
function Simple:__init(...)
  local a = layer.begin(self, Simple.args, ...)
  self:parameter("weight", a.planes, a.inputs, a.kernel, a.kernel)
  self:parameter("inhibition", a.planes)
  self.fixed = torch.Tensor(1, a.inputs, a.kernel, a.kernel)
  self.fixed:copy(bell(a.kernel):view(1, 1, a.kernel, a.kernel):expand(self.fixed:size()))
  self.fixed:div(self.fixed:sum())
  self.labels = torch.zeros(a.planes)
  self:reset()
end

--- State that belongs to the model: the fixed weights and the labels of the planes.
function Simple:buffers()
  return { "fixed", "labels" }
end

--- Forgets everything.
function Simple:reset()
  self.weight:detach():zero()
  self.inhibition:detach():zero()
  self.labels:zero()
end

-- The root of the weighted mean of squares that a cell sees, one plane for all.
local function energy_of(self, input)
  return layer.sqrt(torch.conv2d(torch.square(input), self.fixed, { pad = self.pad }))
end

function Simple:updateOutput(input)
  local r = self.selectivity
  local excited = torch.conv2d(input, self.weight, { pad = self.pad })
  local inhibited = torch.conv2d(energy_of(self, input), self.inhibition:view(-1, 1, 1, 1))
  local ratio = torch.cdiv(torch.add(excited, 1), torch.add(torch.mul(inhibited, r / (1 + r)), 1))
  return torch.mul(torch.relu(torch.add(ratio, -1)), r)
end

--- Multiply-adds for an output, a tensor.
function Simple:multiplyAdds(_, output)
  return output:nElement() * (self.inputs * self.kernel * self.kernel + 1)
    + output:nElement() // self.planes * self.fixed:nElement()
end

-- How many planes have learned.
local function used(self)
  return math.tointeger(self.inhibition:detach():gt(0):sum())
end

-- The place with the largest value of an H x W map: the value, row and column.
local function peak(map)
  local value, index = map:contiguous():view(-1):max(1)
  local place = math.tointeger(index[1]) - 1
  return value[1], place // map:size(2) + 1, place % map:size(2) + 1
end

-- A new plane for what is seen at a place.
local function add_plane(self, input, energy, row, column, label)
  local plane, pad, k = used(self) + 1, self.pad, self.kernel
  local padded = torch.pad(torch.pad(input, 2, pad, pad), 3, pad, pad)
  local patch = padded:narrow(2, row, k):narrow(3, column, k)
  self.weight:detach()[plane]:copy(torch.cmul(patch, self.fixed[1])):mul(self.strength)
  self.inhibition:detach()[plane] = self.strength * energy[row][column]
  self.labels[plane] = label or 0
end

--- Shows the layer one sample, inputs x H x W: as long as there are planes left, the strongest
-- place where something is seen (at least a third of the strongest) and all cells are silent
-- becomes a new plane's pattern. Returns the number of new planes.
function Simple:learn(input)
  local before = used(self)
  local energy = energy_of(self, input)[1]
  local least = energy:max() / 3
  while least > 0 and used(self) < self.planes do
    local silent = torch.noGrad(self.updateOutput, self, input):max(1)[1]:le(0):typeAs(energy)
    local value, row, column = peak(torch.cmul(energy, silent))
    if value < least then break end
    add_plane(self, input, energy, row, column)
  end
  return used(self) - before
end

-- The label of the plane that answers most, or nil when all are silent.
local function answer(self, output)
  local value, plane = peak(output:view(output:size(1), -1))
  return value > 0 and math.tointeger(self.labels[plane]) or nil
end

--- Shows the layer one sample and its label: a new plane learns it when none answers, or one of
-- another label most. Returns whether one did.
function Simple:learnLabel(input, label)
  if answer(self, torch.noGrad(self.updateOutput, self, input)) == label then return false end
  if used(self) == self.planes then
    errors.raise("%s: all %d planes have learned, none is left for label %s",
      torch.typename(self), self.planes, errors.value(label))
  end
  local energy = energy_of(self, input)[1]
  local _, row, column = peak(energy)
  add_plane(self, input, energy, row, column, label)
  return true
end

function Simple:__tostring__()
  return ("%s(%d -> %d, %dx%d)"):format(torch.typename(self), self.inputs, self.planes, self.kernel,
    self.kernel)
end

-- C-cells ----------------------------------------------------------------------------------------

local Complex = torch.class("wick.models.ComplexCells", "nn.Module", neocognitron)

Complex.args = args{
  "wick.models.ComplexCells", { "planes", "integer" }, { "kernel", "integer" }, stride = 2,
}

--- Cells that answer when any S-cell of their plane nearby does: x / (1 + x) of a fixed blur.
function Complex:__init(...)
  local a = layer.begin(self, Complex.args, ...)
  self.fixed = torch.Tensor(a.planes, 1, a.kernel, a.kernel)
  self.fixed:copy(bell(a.kernel):view(1, 1, a.kernel, a.kernel):expand(self.fixed:size()))
end

--- State that belongs to the model: the fixed weights.
function Complex:buffers()
  return { "fixed" }
end

function Complex:updateOutput(input)
  local sums = torch.conv2d(input, self.fixed, {
    stride = self.stride, pad = self.kernel // 2, groups = self.planes,
  })
  return torch.cdiv(sums, torch.add(sums, 1))
end

--- Multiply-adds for an output, a tensor.
function Complex:multiplyAdds(_, output)
  return output:nElement() * self.kernel * self.kernel
end

--- The input pixels an output sees, and the step from one to the next.
function Complex:window()
  return { self.kernel, self.kernel }, { self.stride, self.stride }
end

function Complex:__tostring__()
  return ("%s(%d, %dx%d, %d,%d)"):format(torch.typename(self), self.planes, self.kernel,
    self.kernel, self.stride, self.stride)
end

-- The network ------------------------------------------------------------------------------------

local Network, parent = torch.class("wick.models.Neocognitron", "nn.Sequential", neocognitron)

Network.args = args{
  "wick.models.neocognitron", { "planes", "sizes", function() return { 12, 24, 64 } end },
  channels = 1, size = 16, kernel = 5, selectivity = 2,
}

--- wick.models.neocognitron{planes = {12, 24, 64}, channels = 1, size = 16, kernel = 5,
-- selectivity = 2}: stages of S- and C-cells, the last of S-cells that see the whole image of
-- size x size, with `learn(x, labels)` and `classify(x)`. Images are positive, zero where dark.
function Network:__init(...)
  parent.__init(self)
  local o = Network.args:read(...)
  local from, side = o.channels, o.size
  for stage, planes in ipairs(o.planes) do
    local is_last = stage == #o.planes
    self:add(neocognitron.SimpleCells{
      from, planes, is_last and side or o.kernel, is_last and 0 or o.kernel // 2,
      selectivity = o.selectivity,
    })
    if not is_last then
      self:add(neocognitron.ComplexCells{ planes, o.kernel })
      side = (side - 1) // 2 + 1
    end
    from = planes
  end
end

-- What the module at a place gets for a batch.
local function input_of(self, place, x)
  return torch.noGrad(function()
    for i = 1, place - 1 do x = self:get(i):forward(x) end
    return x:clone()
  end)
end

--- Shows the network a batch, layer by layer: S-cells organise themselves, those of the last layer
-- by the labels. Returns how many planes of each layer have learned.
function Network:learn(x, labels)
  local counts = {}
  for place = 1, #self.modules, 2 do
    local cells, seen = self:get(place), input_of(self, place, x)
    for i = 1, seen:size(1) do
      if place == #self.modules then
        cells:learnLabel(seen[i], math.tointeger(labels[i]))
      else
        cells:learn(seen[i])
      end
    end
    counts[#counts + 1] = used(cells)
  end
  return counts
end

--- The label of each sample of a batch, that of the plane that answers most; 0 where none does.
function Network:classify(x)
  local output = torch.noGrad(self.forward, self, x)
  local labels = torch.LongTensor(x:size(1))
  for i = 1, x:size(1) do labels[i] = answer(self:get(#self.modules), output[i]) or 0 end
  return labels
end

-- What wick.models offers.
neocognitron.neocognitron = neocognitron.Neocognitron

return neocognitron
