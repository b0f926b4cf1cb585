-- What recurrent networks share: going over time.
local torch = require "torch"

--- Runs step(input, state, t) over the steps of x, ([batch x] steps x features), beginning with
-- `state`, whose fields `names` are zero if missing. Returns the last state's h, or with
-- options.outputType "all" every h (batch x steps x hidden), and the last state.
return function(options, x, state, names, step)
  if x:dim() == 2 then x = torch.view(x, 1, x:size(1), x:size(2)) end
  local batch, hidden, now, outputs = x:size(1), options.hiddenFeatures, {}, {}
  for _, name in ipairs(names) do
    now[name] = (state or {})[name] or x.new(batch, hidden):zero()
  end
  for t = 1, x:size(2) do
    now = step(torch.select(x, 2, t), now, t)
    outputs[t] = now.h
  end
  if options.outputType == "last" then return outputs[#outputs], now end
  for t, h in ipairs(outputs) do outputs[t] = torch.view(h, batch, 1, hidden) end
  return torch.cat(outputs, 2), now
end
