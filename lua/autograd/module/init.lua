-- autograd.module: parts of networks as functions of their parameters. Each constructor takes a
-- table of options and a list to add its parameters to, and returns the function and the list.
return {
  LayerNormalization = require "autograd.module.layer_normalization",
  MaskedBatchNormalization = require "autograd.module.masked_batch_normalization",
  SoftAttention = require "autograd.module.soft_attention",
}
