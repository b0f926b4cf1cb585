-- The package `nnx`, experiments beside nn that many old scripts load. Most of its classes went
-- over into nn; returns nn.
return require "nn"
