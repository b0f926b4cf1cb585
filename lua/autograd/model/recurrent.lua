-- Recurrent networks. Their functions take (parameters, x [, state]), x of ([batch x] steps x
-- features), and return outputs and state.
local functionalize = require "autograd.functionalize"
local read_options = require "autograd.model.options"
local torch = require "torch"
local unroll = require "autograd.model.unroll"

local nn = functionalize("nn")

local recurrent = {}

local defaults = {
  inputFeatures = 10, hiddenFeatures = 100, outputType = "last", batchNormalization = false,
  maxBatchNormalizationLayers = 10,
}

-- A weight on input and state, and a bias, for `gates` times the hidden features.
local function dense(options, gates)
  local hidden = options.hiddenFeatures
  return torch.zeros(options.inputFeatures + hidden, gates * hidden),
    torch.zeros(1, gates * hidden)
end

-- What a network's function takes first: its own list, or what stands there.
local function own(params)
  return params[1] or params
end

local function joined(x, h)
  return torch.cat(x, h, 2)
end

local function affine(x, weight, bias)
  return x * weight + torch.expand(bias, x:size(1), bias:size(2))
end

--- RecurrentNetwork{ inputFeatures = 10, hiddenFeatures = 100, outputType = "last" or "all" }:
-- h = tanh([x, h] W + b).
function recurrent.RecurrentNetwork(options, params)
  options, params = read_options("model.RecurrentNetwork", options, defaults), params or {}
  local W, b = dense(options, 1)
  table.insert(params, { W = W, b = b })
  return function(given, x, state)
    local p = own(given)
    return unroll(options, x, state, { "h" }, function(input, now)
      return { h = torch.tanh(affine(joined(input, now.h), p.W, p.b)) }
    end)
  end, params
end

--- RecurrentGRUNetwork{ as RecurrentNetwork }: gated recurrent units.
function recurrent.RecurrentGRUNetwork(options, params)
  options, params = read_options("model.RecurrentGRUNetwork", options, defaults), params or {}
  local W, b = dense(options, 2)
  local V, c = dense(options, 1)
  table.insert(params, { W = W, b = b, V = V, c = c })
  local hidden = options.hiddenFeatures
  return function(given, x, state)
    local p = own(given)
    return unroll(options, x, state, { "h" }, function(input, now)
      local gates = torch.sigmoid(affine(joined(input, now.h), p.W, p.b))
      local reset, update = torch.narrow(gates, 2, 1, hidden),
        torch.narrow(gates, 2, hidden + 1, hidden)
      local value = torch.tanh(affine(joined(input, torch.cmul(now.h, reset)), p.V, p.c))
      return { h = torch.cmul(1 - update, now.h) + torch.cmul(update, value) }
    end)
  end, params
end

-- Batch normalisation of gates and cells: statistics for each step up to a number, gains and biases
-- the same for all.
local function normalizations(options, p)
  local layers = { lstm_bn = {}, cell_bn = {} }
  for name, gates in pairs{ lstm_bn = 4, cell_bn = 1 } do
    for i = 1, options.maxBatchNormalizationLayers do
      local layer, own_params = nn.BatchNormalization(gates * options.hiddenFeatures)
      layers[name][i] = layer
      p[name .. "_1"] = p[name .. "_1"] or own_params[1]:fill(0.1)
      p[name .. "_2"] = p[name .. "_2"] or own_params[2]:zero()
    end
  end
  return layers
end

local function normalized(layers, name, p, x, t)
  local list = layers[name]
  return (list[t] or list[#list])({ p[name .. "_1"], p[name .. "_2"] }, x)
end

-- Input, forget and output gate and the value, each batch x hidden.
local function four_gates(dots, hidden)
  local gates = torch.sigmoid(torch.narrow(dots, 2, 1, 3 * hidden))
  return torch.narrow(gates, 2, 1, hidden), torch.narrow(gates, 2, hidden + 1, hidden),
    torch.narrow(gates, 2, 2 * hidden + 1, hidden),
    torch.tanh(torch.narrow(dots, 2, 3 * hidden + 1, hidden))
end

--- RecurrentLSTMNetwork{ as RecurrentNetwork, batchNormalization = false,
-- maxBatchNormalizationLayers = 10 }: long short-term memory. Also returns the layers of batch
-- normalisation, of which each step has one; the function takes others as its fourth argument.
function recurrent.RecurrentLSTMNetwork(options, params)
  options, params = read_options("model.RecurrentLSTMNetwork", options, defaults), params or {}
  local W, b = dense(options, 4)
  local own_params, hidden = { W = W, b = b }, options.hiddenFeatures
  local own_layers = options.batchNormalization and normalizations(options, own_params) or {}
  table.insert(params, own_params)
  local function f(given, x, state, layers)
    local p, normalizing = own(given), options.batchNormalization
    layers = layers or own_layers
    local output, now = unroll(options, x, state, { "h", "c" }, function(input, before, t)
      local both = joined(input, before.h)
      local dots = normalizing and normalized(layers, "lstm_bn", p, both * p.W, t)
        or affine(both, p.W, p.b)
      local inward, forget, outward, value = four_gates(dots, hidden)
      local c = torch.cmul(forget, before.c) + torch.cmul(inward, value)
      if normalizing then c = normalized(layers, "cell_bn", p, c, t) end
      return { c = c, h = torch.cmul(outward, torch.tanh(c)) }
    end)
    return output, now, layers
  end
  return f, params, own_layers
end

return recurrent
