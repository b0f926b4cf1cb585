-- A deep autoencoder, pre-trained layer by layer: Hinton and Salakhutdinov, "Reducing the
-- dimensionality of data with neural networks", 2006. Restricted Boltzmann machines learn one on
-- top of the other; unrolled, they are an encoder and a decoder, which are then trained together by
-- backpropagation (nn.BCECriterion).
local args = require "wick.args"
local errors = require "wick.errors"
local nn = require "nn"
local rbm = require "wick.models.rbm"
local torch = require "torch"

local autoencoder = {}

local Deep, parent = torch.class("wick.models.DeepAutoencoder", "nn.Sequential", autoencoder)

Deep.args = args{
  "wick.models.deepAutoencoder",
  { "sizes", "sizes", function() return { 784, 1000, 500, 250, 30 } end },
}

--- wick.models.deepAutoencoder{784, 1000, 500, 250, 30}: sizes of the input, the hidden layers and
-- the code; the decoder mirrors the encoder. Units are logistic but for the code, which is linear.
-- Methods `pretrain` and `encode`.
function Deep:__init(...)
  parent.__init(self)
  local sizes = Deep.args:read(...).sizes
  if #sizes < 2 then
    errors.raise("wick.models.deepAutoencoder: sizes of the input, of hidden layers and of the "
      .. "code expected, got %d size(s)", #sizes)
  end
  self.sizes = sizes
  self:add(nn.View(sizes[1]))
  for i = 2, #sizes do
    self:add(nn.Linear(sizes[i - 1], sizes[i]))
    if i < #sizes then self:add(nn.Sigmoid()) end
  end
  for i = #sizes - 1, 1, -1 do self:add(nn.Linear(sizes[i + 1], sizes[i])):add(nn.Sigmoid()) end
end

--- The codes of a batch.
function Deep:encode(x)
  for i = 1, 2 * (#self.sizes - 1) do x = self:get(i):forward(x) end
  return x
end

-- A machine's weights into the layers that it is unrolled to.
local function unroll(self, i, machine)
  local last = #self.modules
  local encoder, decoder = self:get(2 * i), self:get(last + 1 - 2 * i)
  torch.noGrad(function()
    encoder.weight:copy(machine.weight)
    encoder.bias:copy(machine.bias)
    decoder.weight:copy(machine.weight:t())
    decoder.bias:copy(machine.visibleBias)
  end)
end

-- Trains a machine on all data; its hidden probabilities are the next one's data.
local function train(machine, data, o, report)
  for epoch = 1, o.epochs do
    local order = torch.randperm(data:size(1)):long()
    local total, batches = 0, 0
    for first = 1, data:size(1), o.batch do
      local count = math.min(o.batch, data:size(1) - first + 1)
      local batch = data:index(1, order:narrow(1, first, count))
      total = total + machine:learn(batch, {
        rate = machine.linear and o.rate / 100 or o.rate, momentum = epoch > 5 and 0.9 or 0.5,
        decay = o.decay,
      })
      batches = batches + 1
    end
    report(epoch, total / batches)
  end
  return torch.noGrad(machine.forward, machine, data):clone()
end

local PRETRAIN = args{
  "wick.models.deepAutoencoder: pretrain", { "report", "function?" }, epochs = 10, batch = 100,
  rate = 0.1, decay = 2e-4,
}

--- model:pretrain(data, {epochs = 10, batch = 100, rate = 0.1, decay = 2e-4, report = f}): trains a
-- machine for each layer on data from 0 to 1 (N samples), the linear one of the code at a hundredth
-- of the rate, momentum 0.5 for five epochs and 0.9 from then on; then unrolls them into the model.
-- report(layer, epoch, error) follows. Returns the machines.
function Deep:pretrain(data, options)
  local o = PRETRAIN:read(options or {})
  local x, machines = data:contiguous():view(data:size(1), -1), {}
  for i = 1, #self.sizes - 1 do
    local machine = rbm.rbm{ self.sizes[i], self.sizes[i + 1], linear = i == #self.sizes - 1 }
    machine:type(x:type())
    x = train(machine, x, o, function(...)
      if o.report then o.report(i, ...) end
    end)
    unroll(self, i, machine)
    machines[i] = machine
  end
  return machines
end

-- What wick.models offers.
autoencoder.deepAutoencoder = autoencoder.DeepAutoencoder

return autoencoder
