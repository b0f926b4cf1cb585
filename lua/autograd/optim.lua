-- autograd.optim: the methods of the package optim for derivatives and nested parameters.
local optim = require "optim"
local util = require "autograd.util"

-- A step on every parameter, each with a state of its own.
local function wrap(method)
  return function(df, state, params)
    local list, states = util.sortedFlatten(params), {}
    for i = 1, #list do states[i] = util.deepCopy(state) end
    return function(...)
      local results = table.pack(df(params, ...))
      local loss = results[2]
      for i, gradient in ipairs(util.sortedFlatten(results[1])) do
        method(function() return loss, gradient end, list[i], states[i])
      end
      return table.unpack(results, 1, results.n)
    end, states
  end
end

--- autograd.optim.METHOD(df, state, params): a function that takes a step with the gradients df
-- gives for (params, ...) and returns what df returned; and the list of states, one a parameter.
return setmetatable({}, {
  __index = function(place, name)
    local method = optim[name]
    if type(method) ~= "function" then return nil end
    rawset(place, name, wrap(method))
    return place[name]
  end,
})
