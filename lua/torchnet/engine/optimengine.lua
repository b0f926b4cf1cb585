-- tnt.OptimEngine: training with a method of the package optim.
require "torchnet.engine.sgdengine"

local method = require "torchnet.method"
local tnt = require "torchnet.env"

local torch = require "torch"

local OptimEngine, SGDEngine = torch.class("tnt.OptimEngine", "tnt.SGDEngine", tnt)

--- tnt.OptimEngine(): hooks as of tnt.SGDEngine.
OptimEngine.__init = method("tnt.OptimEngine", "tnt.OptimEngine", {}, function(self)
  SGDEngine.__init(self)
end)

local function step(state)
  state.optimMethod(function()
    return state.criterion.output, state.gradParams
  end, state.params, state.config, state.optim)
end

--- engine:train{ network =, criterion =, iterator =, optimMethod = optim.sgd, config = {...},
-- optimState = {...}, maxepoch = 1000, paramFun = f }: steps of
-- optimMethod(feval, params, config, optimState). `paramFun` returns the flat parameters and their
-- gradients; without it they are network:getParameters(). The state table has config, optim, params
-- and gradParams as well.
OptimEngine.train = method("tnt.OptimEngine:train", "tnt.OptimEngine", {
  { name = "network", type = "nn.Module" },
  { name = "criterion", type = "nn.Criterion" },
  { name = "iterator", type = "tnt.DatasetIterator" },
  { name = "maxepoch", type = "number", default = 1000 },
  { name = "optimMethod", type = "function" },
  { name = "config", type = "table", opt = true },
  { name = "optimState", type = "table", opt = true },
  { name = "paramFun", type = "function", opt = true },
}, function(self, network, criterion, iterator, maxepoch, optim_method, config, optim_state,
    parameters)
  local state = {
    network = network, criterion = criterion, iterator = iterator, maxepoch = maxepoch,
    optimMethod = optim_method, config = config or {}, optim = optim_state or {},
  }
  if parameters then
    state.params, state.gradParams = parameters()
  else
    state.params, state.gradParams = network:getParameters()
  end
  self:loop(state, step)
end)
