-- autograd.model: usual networks as functions of their parameters. Each constructor takes a table
-- of options (and lists to add to) and returns the function, the parameters, and the layers.
local layered = require "autograd.model.layered"
local recurrent = require "autograd.model.recurrent"

return {
  NeuralNetwork = layered.NeuralNetwork,
  SpatialNetwork = layered.SpatialNetwork,
  AlexNet = layered.AlexNet,
  RecurrentNetwork = recurrent.RecurrentNetwork,
  RecurrentLSTMNetwork = recurrent.RecurrentLSTMNetwork,
  RecurrentGRUNetwork = recurrent.RecurrentGRUNetwork,
  RecurrentFWNetwork = require "autograd.model.fast_weights",
}
