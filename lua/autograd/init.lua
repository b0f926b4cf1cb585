-- The functional face of gradients, after torch-autograd: `local grad = require "autograd"`,
-- `local df = grad(f)`, `local grads, loss = df(params, ...)`.
local torch = require "torch"
require "nn"
require "autograd.support"

local auto = require "autograd.auto"
local derivative = require "autograd.derivative"
local functionalize = require "autograd.functionalize"

local autograd = {
  VERSION = "0.1",
  grad = derivative.differentiate,
  differentiate = derivative.differentiate,
  optimize = derivative.optimize,
  optimizing = derivative.optimizing,
  protected = derivative.protected,
  profile = { SUMMARY = "summary", DETAILED = "detailed", OFF = "off" },
  functionalize = functionalize,
  nn = functionalize("nn"),
  auto = auto.classes,
  overload = require "autograd.overload",
  util = require "autograd.util",
  loss = require "autograd.loss",
  model = require "autograd.model",
  module = require "autograd.module",
  optim = require "autograd.optim",
}

autograd.nn.AutoModule, autograd.nn.AutoCriterion = auto.AutoModule, auto.AutoCriterion

--- Whether a derivative agrees with differences: see `torch.gradcheck`.
autograd.gradcheck = torch.gradcheck

return setmetatable(autograd, {
  __call = function(_, f, options)
    return derivative.differentiate(f, options)
  end,
})
